// One scan worker as the pool sees it, whatever is behind it. A handle settles every call: with a result, or with
// WorkerLost when the worker died, could not be understood, or was ended. Comlink alone leaves such calls pending.

import * as Comlink from 'comlink';
import type {
  CorrelationJob,
  CorrelationReport,
  JoinJob,
  PackedJob,
  PackedJoinReport,
  PackedPart,
  RunGroups,
  RunMessage,
  RunMessages,
  RunRequest,
  ScanWorkerApi,
} from './protocol.ts';

/** The worker behind a handle is gone; what it had not reported must be done again. */
export class WorkerLost extends Error {
  override readonly name = 'WorkerLost';
}

/** Runs in progress: `stop` asks the worker to end early, `done` settles when nothing more will come. */
export interface RunHandle {
  readonly done: Promise<unknown>;
  stop(): void;
}

export interface WorkerHandle {
  /** Settles when the worker has loaded the rules. */
  readonly ready: Promise<void>;
  /**
   * Starts runs, done one after the other. `take` gets their messages in order, all before `done` settles, none after the
   * worker was lost. What `take` throws comes out of `done`.
   */
  startRuns(groups: RunGroups, take: (message: RunMessage) => void): RunHandle;
  /** The memory of the job's parts moves to the worker. */
  correlate(job: PackedJob<CorrelationJob>): Promise<CorrelationReport>;
  /** Settles when `take`, which must not throw, has had every report. The memory of the job's parts moves to the worker. */
  join(job: PackedJob<JoinJob>, take: (report: PackedJoinReport) => void): Promise<void>;
  /** Ends the worker at once; every open call rejects with WorkerLost and this reason. */
  terminate(reason: string): void;
}

/** What a worker must offer: a Worker does, and so does a message port with a terminate of its own. */
export interface WorkerLike extends Comlink.Endpoint {
  terminate(): void;
}

/** Gives a handle to a freshly started worker and sends it the rules (a copy: every worker gets its own). */
export function createWorkerHandle(worker: WorkerLike, program: ArrayBuffer): WorkerHandle {
  const api = Comlink.wrap<ScanWorkerApi>(worker);
  const open = new Set<(reason: WorkerLost) => void>();
  let lost: WorkerLost | undefined;

  const lose = (detail: string): void => {
    if (lost !== undefined) return;
    lost = new WorkerLost(detail);
    worker.terminate();
    for (const reject of [...open]) reject(lost);
  };
  worker.addEventListener('error', (event) => lose(errorText(event)));
  worker.addEventListener('messageerror', () => lose('a message could not be read'));

  /** A promise that also rejects when the worker is lost. */
  const settling = <T>(start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void): Promise<T> => {
    let reject: (reason: unknown) => void = () => undefined;
    const promise = new Promise<T>((resolve, rejectPromise) => {
      reject = rejectPromise;
      open.add(reject);
      if (lost === undefined) start(resolve, reject);
      else reject(lost);
    });
    const close = (): boolean => open.delete(reject);
    promise.then(close, close);
    return promise;
  };
  /** A call over comlink. A throw on the other side is a bug there: the worker's state is unknown, so it counts as lost. */
  const called = <T>(call: () => PromiseLike<T>): Promise<T> =>
    settling((resolve) => {
      call().then(resolve, (cause: unknown) => lose(detailOf(cause)));
    });

  const ready = called(() => api.load(program));
  ready.catch(() => undefined);

  return {
    ready,
    startRuns(groups, take) {
      const { port1, port2 } = new MessageChannel();
      let left = groups.flat().length;
      const done = settling((resolve: (value: undefined) => void, reject) => {
        port1.onmessage = ({ data }: MessageEvent<RunMessages>) => {
          for (const message of data) {
            if (lost !== undefined) return;
            try {
              take(message);
            } catch (cause) {
              reject(cause);
            }
            if (message.kind === 'crashed') lose(message.detail);
            else if (message.kind === 'end') left -= 1;
          }
          if (left === 0) resolve(undefined);
          else if (data.some(({ kind }) => kind === 'slice')) port1.postMessage({ kind: 'taken' } satisfies RunRequest);
        };
        port1.onmessageerror = () => lose('a message could not be read');
        called(() => api.startRuns(giveAway(groups), Comlink.transfer(port2, [port2]))).catch(reject);
      });
      const close = (): void => {
        port1.onmessage = null;
        port1.close();
      };
      done.then(close, close);
      return { done, stop: () => port1.postMessage({ kind: 'stop' } satisfies RunRequest) };
    },
    correlate: (job) => called(() => api.correlate(giveParts(job))),
    join: (job, take) =>
      called(() =>
        api.join(
          giveParts(job),
          Comlink.proxy((report: PackedJoinReport) => {
            if (lost === undefined) take(report);
          }),
        ),
      ),
    terminate: lose,
  };
}

/** Runs whose bytes, where they bring any, move to the worker. */
function giveAway(groups: RunGroups): RunGroups {
  const moved = groups.flat().flatMap(({ blob }) => ('data' in blob ? [blob.data.buffer] : []));
  return moved.length === 0 ? groups : Comlink.transfer(groups, moved);
}

function giveParts<Job extends { readonly parts: readonly PackedPart[] }>(job: Job): Job {
  const buffers = job.parts.map(({ rows }) => rows.buffer);
  return Comlink.transfer(job, buffers);
}

function errorText(event: Event): string {
  return 'message' in event && typeof event.message === 'string' && event.message !== ''
    ? event.message
    : 'the worker failed';
}

function detailOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
