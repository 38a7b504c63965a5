// The worker threads of `winnow scan`: takes runs in order, has them scanned by N threads, and hands the slices on in
// the same order, whatever thread was faster. A thread that dies or falls silent is replaced; the slice it was in is
// scanned again chunk by chunk, and a chunk that kills twice is reported. Memory is bounded: no run starts while too
// many wait for an earlier one, or while the reader of the output is slow.

import { CHUNK_BYTES } from '../pool/run-plan.ts';
import type { Problem } from '../model/problem.ts';
import type { PhaseTimes } from './cpu-clock.ts';
import type { RenderedSlice, ThreadMessage, ThreadRequest, ThreadRun } from './thread-protocol.ts';

/** What a thread must offer; a worker_threads Worker does. */
export interface ThreadLike {
  postMessage(message: ThreadRequest): void;
  on(event: 'message', listener: (message: ThreadMessage) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (status: number) => void): unknown;
  terminate(): Promise<unknown>;
}

export interface TeamSink {
  /** In the order of runs and of slices within them. A promise holds back everything behind it. */
  slice(run: ThreadRun, slice: RenderedSlice): void | Promise<void>;
  problem(run: ThreadRun, problem: Problem): void;
}

export interface TeamFigures {
  readonly phases: PhaseTimes;
  /** CPU milliseconds that threads took to set themselves up. */
  readonly setup: number;
}

const SILENCE_LIMIT_MS = 20_000;
/** Finished or running runs that may wait for the first unfinished one, per thread. */
const RUNS_AHEAD = 4;

class ThreadLost extends Error {}

type RunEvent =
  { readonly kind: 'slice'; readonly slice: RenderedSlice } | { readonly kind: 'problem'; readonly problem: Problem };

interface OrderedRun {
  readonly run: ThreadRun;
  readonly events: RunEvent[];
  over: boolean;
}

/** Scans runs on `count` threads. Rejects when a thread cannot start or the sink fails; threads are ended either way. */
export async function scanRuns(
  runs: AsyncIterator<ThreadRun>,
  count: number,
  startThread: () => ThreadLike,
  sink: TeamSink,
): Promise<TeamFigures> {
  const team = new ThreadTeam(runs, count, startThread, sink);
  return team.scan();
}

class ThreadTeam {
  readonly #runs: AsyncIterator<ThreadRun>;
  readonly #count: number;
  readonly #start: () => ThreadLike;
  readonly #sink: TeamSink;
  /** Runs that were taken and not handed on yet, in order. */
  readonly #queue: OrderedRun[] = [];
  #taking: Promise<unknown> = Promise.resolve();
  #emitting: Promise<void> | undefined;
  #failure: Error | undefined;
  #waiting: (() => void)[] = [];
  readonly #figures = { phases: { read: 0, scan: 0, render: 0 }, setup: 0 };

  constructor(runs: AsyncIterator<ThreadRun>, count: number, start: () => ThreadLike, sink: TeamSink) {
    this.#runs = runs;
    this.#count = count;
    this.#start = start;
    this.#sink = sink;
  }

  async scan(): Promise<TeamFigures> {
    await Promise.all(Array.from({ length: this.#count }, () => this.#drive()));
    while (this.#emitting !== undefined) await this.#emitting;
    if (this.#failure !== undefined) throw this.#failure;
    return this.#figures;
  }

  async #drive(): Promise<void> {
    let thread: Thread | undefined;
    try {
      for (;;) {
        const ordered = await this.#take();
        if (ordered === undefined) break;
        thread = await this.#perform(ordered, thread ?? new Thread(this.#start()));
      }
      const figures = await thread?.finish();
      if (figures !== undefined) {
        this.#figures.setup += figures.setup;
        for (const phase of ['read', 'scan', 'render'] as const) this.#figures.phases[phase] += figures.phases[phase];
      }
    } catch (cause) {
      this.#fail(cause);
    } finally {
      await thread?.terminate();
    }
  }

  /** The next run, once there is room for it; undefined when there is none or the scan has failed. */
  async #take(): Promise<OrderedRun | undefined> {
    while (this.#queue.length >= this.#count * RUNS_AHEAD && this.#failure === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#failure !== undefined) return undefined;
    // One after the other: the order of the queue is the order of the output.
    const taken = this.#taking.then(async () => {
      const next = await this.#runs.next();
      if (next.done === true) return undefined;
      const ordered: OrderedRun = { run: next.value, events: [], over: false };
      this.#queue.push(ordered);
      return ordered;
    });
    this.#taking = taken.catch(() => undefined);
    return taken;
  }

  /** Scans one run to its end. Gives the thread that is then in good order: the same, or the one that replaced it. */
  async #perform(ordered: OrderedRun, first: Thread): Promise<Thread> {
    let thread = first;
    const { run } = ordered;
    const end = run.start + run.byteLength;
    let rest: { start: number; end: number; chunks: number; attempts: number }[] = [
      { start: run.start, end, chunks: run.chunksPerSlice, attempts: 0 },
    ];
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      let at = part.start;
      const add = (event: RunEvent): void => {
        ordered.events.push(event);
        this.#emit();
      };
      try {
        const stretch = { ...run, start: part.start, byteLength: part.end - part.start, chunksPerSlice: part.chunks };
        await thread.scan(stretch, (message) => {
          if (message.kind === 'slice') {
            at += message.slice.byteLength;
            add(message);
          } else if (message.kind === 'unreadable') {
            rest = [];
            const { detail } = message;
            add({ kind: 'problem', problem: { code: 'file-unreadable', severity: 'error', offset: at, detail } });
          }
        });
      } catch (cause) {
        if (!(cause instanceof ThreadLost)) throw cause;
        // What kills a thread before it is set up is no chunk, and would kill the next one too.
        if (!thread.isReady) throw new Error('worker threads cannot start', { cause });
        thread = new Thread(this.#start());
        const sliceEnd = Math.min(part.end, at + part.chunks * CHUNK_BYTES);
        if (sliceEnd < part.end) rest.unshift({ ...part, start: sliceEnd });
        if (part.attempts > 0) {
          const chunk = Math.floor(at / CHUNK_BYTES);
          add({
            kind: 'problem',
            problem: { code: 'worker-lost', severity: 'error', offset: at, chunk, detail: cause.message },
          });
        } else {
          const chunks: typeof rest = [];
          for (let from = at; from < sliceEnd; from += CHUNK_BYTES) {
            chunks.push({ start: from, end: Math.min(sliceEnd, from + CHUNK_BYTES), chunks: 1, attempts: 1 });
          }
          rest.unshift(...chunks);
        }
      }
    }
    ordered.over = true;
    this.#emit();
    return thread;
  }

  /** Hands on what the first run of the queue has, and goes on to the next when it is over. One at a time. */
  #emit(): void {
    this.#emitting ??= this.#emitAll()
      .catch((cause: unknown) => this.#fail(cause))
      .finally(() => {
        this.#emitting = undefined;
      });
  }

  async #emitAll(): Promise<void> {
    for (let head = this.#queue[0]; head !== undefined && this.#failure === undefined; head = this.#queue[0]) {
      const event = head.events.shift();
      if (event?.kind === 'slice') await this.#sink.slice(head.run, event.slice);
      else if (event?.kind === 'problem') this.#sink.problem(head.run, event.problem);
      else if (!head.over) return;
      else {
        this.#queue.shift();
        this.#wake();
      }
    }
  }

  #fail(cause: unknown): void {
    this.#failure ??= cause instanceof Error ? cause : new Error(String(cause));
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** One thread: every call settles, with its end or with ThreadLost. */
class Thread {
  readonly #thread: ThreadLike;
  #take: ((message: ThreadMessage) => void) | undefined;
  #lose: ((cause: ThreadLost) => void) | undefined;
  #lost: ThreadLost | undefined;
  #ready = false;

  constructor(thread: ThreadLike) {
    this.#thread = thread;
    thread.on('message', (message) => {
      if (message.kind === 'ready') this.#ready = true;
      this.#take?.(message);
    });
    thread.on('error', (error) => this.#end(error.message));
    thread.on('exit', (status) => this.#end(`the thread ended with status ${status}`));
  }

  get isReady(): boolean {
    return this.#ready;
  }

  scan(run: ThreadRun, take: (message: ThreadMessage) => void): Promise<void> {
    return this.#ask({ kind: 'run', run }, (message, settle) => {
      take(message);
      if (message.kind === 'end') settle(undefined);
    });
  }

  finish(): Promise<TeamFigures> {
    return this.#ask({ kind: 'finish' }, (message, settle) => {
      if (message.kind === 'finished') settle(message);
    });
  }

  async terminate(): Promise<void> {
    await this.#thread.terminate();
  }

  #ask<T>(request: ThreadRequest, take: (message: ThreadMessage, settle: (value: T) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#lost !== undefined) {
        reject(this.#lost);
        return;
      }
      const silence = setTimeout(() => this.#end(`no progress for ${SILENCE_LIMIT_MS / 1_000} s`), SILENCE_LIMIT_MS);
      const close = (): void => {
        clearTimeout(silence);
        this.#take = undefined;
        this.#lose = undefined;
      };
      this.#lose = (cause) => {
        close();
        reject(cause);
      };
      this.#take = (message) => {
        silence.refresh();
        take(message, (value) => {
          close();
          resolve(value);
        });
      };
      this.#thread.postMessage(request);
    });
  }

  #end(reason: string): void {
    this.#lost ??= new ThreadLost(reason);
    this.#lose?.(this.#lost);
    void this.#thread.terminate();
  }
}
