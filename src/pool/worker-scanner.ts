// The scanner of the app: workers behind the port of scanner.ts. Knows how many workers to use and where their text
// and rules come from; running a scan is scan-task.ts, keeping workers is worker-pool.ts.

import type { CorrelationRule } from '../model/rule-set.ts';
import { startScan } from './scan-task.ts';
import type { Scanner } from './scanner.ts';
import { workersOfThisMachine } from './worker-count.ts';
import { createWorkerHandle, type WorkerLike } from './worker-handle.ts';
import type { UnpackWorker } from './unpack-pass.ts';
import { createWorkerPool } from './worker-pool.ts';

export interface WorkerScannerOptions {
  /** Starts one scan worker (workers/scan.worker.ts). */
  startWorker(): WorkerLike | Promise<WorkerLike>;
  /** Starts one unpack worker (workers/unpack.worker.ts); without it packed files cannot be scanned. */
  startUnpacker?(): UnpackWorker | Promise<UnpackWorker>;
  /** The compiled rules; asked for once, before the first worker starts. */
  loadProgram(): Promise<ArrayBuffer>;
  /** The correlation rules by rule number, undefined for event rules; asked for when there is something to correlate. */
  loadCorrelations(): Promise<readonly (CorrelationRule | undefined)[]>;
  /** The join plan that belongs to the program (join-plan-json.ts); left out when that has none. */
  loadJoins?(): Promise<string>;
  /** Number of workers; by the machine when not given. */
  readonly workers?: number;
}

/** Gives a scanner over workers. Nothing starts before warm() or scan(). */
export function createWorkerScanner(options: WorkerScannerOptions): Scanner {
  const workers = options.workers ?? workersOfThisMachine();
  let program: Promise<ArrayBuffer> | undefined;
  const pool = createWorkerPool(async () => {
    program ??= options.loadProgram();
    const [worker, rules] = await Promise.all([options.startWorker(), program]);
    return createWorkerHandle(worker, rules);
  });
  const startUnpacker = options.startUnpacker && (() => options.startUnpacker!());
  /** An unpack worker that waits for the first packed log: starting one takes a good part of the first second. */
  let waiting: Promise<UnpackWorker> | undefined;
  const warmUnpacker = async (): Promise<void> => {
    if (startUnpacker === undefined) return;
    waiting ??= Promise.resolve(startUnpacker());
    const [worker] = await Promise.all([waiting, import('./unpack-pass.ts')]);
    // One that dies while it waits is not handed out.
    worker.addEventListener('error', () => (waiting = undefined));
  };
  const takeUnpacker = (start: NonNullable<typeof startUnpacker>): UnpackWorker | Promise<UnpackWorker> => {
    const taken = waiting;
    waiting = undefined;
    // One that could not be started while nobody waited for it is tried again.
    return taken === undefined ? start() : taken.catch(() => start());
  };
  const endWaiting = (): void => {
    waiting?.then(
      (worker) => worker.terminate(),
      () => undefined,
    );
    waiting = undefined;
  };
  return {
    async warm() {
      // One more than work at a time: the spare takes over from a worker that dies.
      await pool.warm(workers + 1);
      // A failure is met again, and told, by the scan that needs it.
      await warmUnpacker().catch(() => undefined);
    },
    scan: (files, scanOptions, listener) =>
      startScan(
        pool,
        files,
        { ...scanOptions, workers: scanOptions.workers ?? workers },
        listener,
        () => options.loadCorrelations(),
        () => options.loadJoins?.() ?? Promise.resolve('null'),
        startUnpacker === undefined ? undefined : () => takeUnpacker(startUnpacker),
      ),
    dispose() {
      endWaiting();
      pool.dispose();
    },
  };
}
