// The workers themselves: started lazily, warm ahead of need, one spare ready to take over. Knows how to start and
// end workers; what they do is scan-task.ts.

import type { WorkerHandle } from './worker-handle.ts';

/** Idle workers hold their memos (some 100 MB each); after this long without a scan only one is kept warm. */
const IDLE_MS = 60_000;
/** A worker that cannot even start will not start the fourth time either (its script is blocked or broken). */
const MOST_FAILED_STARTS = 3;

export interface WorkerPool {
  /** A ready worker. Rejects when workers cannot be started at all. */
  lend(): Promise<WorkerHandle>;
  /** Takes back a worker in good order. */
  giveBack(worker: WorkerHandle): void;
  /** Ends a borrowed worker (lost, hanging or no longer wanted). */
  discard(worker: WorkerHandle): void;
  /** Ends the workers that wait, but for one: their memory is wanted. */
  trim(): void;
  /** Makes `count` workers ready. */
  warm(count: number): Promise<void>;
  dispose(): void;
}

/** Gives a pool over `start`, which starts one worker and begins to load the rules. */
export function createWorkerPool(start: () => Promise<WorkerHandle>): WorkerPool {
  const idle: WorkerHandle[] = [];
  const lent = new Set<WorkerHandle>();
  const waiting: { readonly resolve: (worker: WorkerHandle) => void; readonly reject: (reason: unknown) => void }[] =
    [];
  let starting = 0;
  /** How many workers there should be while a scan runs, the spare included. */
  let wanted = 0;
  let disposed = false;
  let trimTimer: ReturnType<typeof setTimeout> | undefined;

  const startReady = async (): Promise<WorkerHandle> => {
    for (let failures = 1; ; failures += 1) {
      if (disposed) throw new Error('the scanner was disposed');
      const worker = await start();
      try {
        await worker.ready;
        return worker;
      } catch (cause) {
        worker.terminate('ended');
        if (failures >= MOST_FAILED_STARTS) throw new Error('scan workers cannot be started', { cause });
      }
    }
  };

  const offer = (worker: WorkerHandle): void => {
    if (disposed) {
      worker.terminate('ended');
      return;
    }
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else {
      lent.add(worker);
      next.resolve(worker);
    }
  };

  /** Starts one worker for whoever waits longest. Settles when it is there; rejects only when nobody waits for it. */
  const startOne = async (): Promise<void> => {
    starting += 1;
    try {
      offer(await startReady());
    } catch (cause) {
      const next = waiting.shift();
      if (next === undefined) throw cause;
      next.reject(cause);
    } finally {
      starting -= 1;
    }
  };

  const startMissing = (count: number): Promise<unknown> => {
    const missing = Math.max(0, count - idle.length - lent.size - starting);
    return Promise.all(Array.from({ length: missing }, startOne));
  };

  const trim = (): void => {
    for (const worker of idle.splice(1)) worker.terminate('ended');
  };

  const trimLater = (): void => {
    clearTimeout(trimTimer);
    if (lent.size > 0 || disposed) return;
    trimTimer = setTimeout(trim, IDLE_MS);
  };

  return {
    lend() {
      clearTimeout(trimTimer);
      const worker = idle.pop();
      if (worker !== undefined) {
        lent.add(worker);
        return Promise.resolve(worker);
      }
      return new Promise<WorkerHandle>((resolve, reject) => {
        waiting.push({ resolve, reject });
        if (starting < waiting.length) void startOne();
      });
    },
    giveBack(worker) {
      lent.delete(worker);
      offer(worker);
      trimLater();
    },
    discard(worker) {
      lent.delete(worker);
      worker.terminate('ended');
      // The next spare; when it cannot start, whoever needs it is told then.
      if (lent.size > 0) startMissing(wanted).catch(() => undefined);
      trimLater();
    },
    trim,
    async warm(count) {
      wanted = count;
      await startMissing(count);
      trimLater();
    },
    dispose() {
      disposed = true;
      clearTimeout(trimTimer);
      for (const worker of [...idle.splice(0), ...lent]) worker.terminate('the scanner was disposed');
      lent.clear();
      for (const { reject } of waiting.splice(0)) reject(new Error('the scanner was disposed'));
    },
  };
}
