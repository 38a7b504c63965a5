// Runs a bounded number of asynchronous tasks at a time. Whoever produces tasks is held back while all places are
// taken, so a walk over 100,000 files does not queue 100,000 closures.

export interface Limiter {
  /** Waits for a free place, then starts the task. Settles when the task has started, not when it is done. */
  start(task: () => Promise<void>): Promise<void>;
  /** Settles when nothing runs; rejects with the first failure of a task (a bug: tasks handle what evidence does). */
  idle(): Promise<void>;
}

/** Creates a limiter with `places` tasks at a time. */
export function createLimiter(places: number): Limiter {
  const running = new Set<Promise<void>>();
  let failure: { readonly reason: unknown } | undefined;
  return {
    async start(task) {
      while (running.size >= places) await Promise.race(running);
      const run: Promise<void> = task()
        .catch((reason: unknown) => {
          failure ??= { reason };
        })
        .finally(() => running.delete(run));
      running.add(run);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
      if (failure !== undefined) throw failure.reason;
    },
  };
}
