// What is judged once every slice is in: joins, then correlations, each by one worker of the pool with everything that the
// scan gathered. A worker that dies, takes too long or is stopped costs what it had to judge, and that is said.

import type { Problem } from '../model/problem.ts';
import type { CorrelationRule } from '../model/rule-set.ts';
import type {
  CorrelationJob,
  CorrelationReport,
  JoinJob,
  PackedJob,
  PackedJoinReport,
  PackedPart,
} from './protocol.ts';
import { WorkerLost, type WorkerHandle } from './worker-handle.ts';
import type { WorkerPool } from './worker-pool.ts';

/** Gives the correlation rules by rule number; asked for when there is something to correlate. */
export type LoadCorrelations = () => Promise<readonly (CorrelationRule | undefined)[]>;
/** Gives the join plan as JSON text; asked for when there is something to join. */
export type LoadJoins = () => Promise<string>;

/** Over millions of rows there is no progress to report for long. */
const SILENCE_LIMIT_MS = 180_000;
/**
 * After a cancel what waits for other records is given as it stands: records that are known by then are few enough for
 * this.
 */
const LAST_JOIN_MS = 2_000;

export interface ScanEnd {
  readonly pool: WorkerPool;
  /** Settles when the scan is cancelled or has failed. */
  readonly ended: Promise<undefined>;
  isCancelled(): boolean;
  hasFailed(): boolean;
  problem(problem: Problem): void;
}

/** Judges what only other records decide. `take` must not throw. Rejects with what the plan or our own code throws. */
export async function judgeJoins(
  scan: ScanEnd,
  loadPlan: LoadJoins,
  job: Omit<PackedJob<JoinJob>, 'plan'>,
  take: (report: PackedJoinReport) => void,
): Promise<void> {
  const what = 'rules that read the record of a parent process were not judged';
  const plan = await loadPlan();
  const stopLater = (stop: () => void): void => {
    if (scan.hasFailed()) stop();
    else setTimeout(stop, LAST_JOIN_MS);
  };
  await withWorker(scan, what, stopLater, async (worker, watch) => {
    await worker.join({ plan, ...job }, (report) => {
      watch();
      take(report);
    });
  });
}

/** Judges correlations; undefined when they could not be judged. Rejects with what the rules or our own code throw. */
export async function judgeCorrelations(
  scan: ScanEnd,
  loadRules: LoadCorrelations,
  files: CorrelationJob['files'],
  parts: PackedPart[],
): Promise<CorrelationReport | undefined> {
  const rules = await loadRules();
  let report: CorrelationReport | undefined;
  await withWorker(
    scan,
    'correlation rules were not judged',
    // A correlation that runs is finished: it takes seconds, and its findings are there then.
    () => undefined,
    async (worker) => {
      report = await worker.correlate({ rules, files, parts });
    },
  );
  return report;
}

/** Lends a worker for one job with a time limit, which each call of `watch` begins anew. A lost one becomes a problem. */
async function withWorker(
  scan: ScanEnd,
  what: string,
  onEnded: (stop: () => void) => void,
  work: (worker: WorkerHandle, watch: () => void) => Promise<void>,
): Promise<void> {
  const lent = scan.pool.lend();
  const worker = await Promise.race([lent, scan.ended]);
  let limit: ReturnType<typeof setTimeout> | undefined;
  let isDone = false;
  try {
    if (worker === undefined) {
      lent.then((late) => scan.pool.giveBack(late)).catch(() => undefined);
      throw new WorkerLost('the scan was cancelled');
    }
    void scan.ended.then(() => {
      onEnded(() => {
        if (!isDone) worker.terminate('the scan was cancelled');
      });
    });
    const watch = (): void => {
      clearTimeout(limit);
      limit = setTimeout(() => worker.terminate('they took too long'), SILENCE_LIMIT_MS);
    };
    watch();
    try {
      await work(worker, watch);
    } finally {
      isDone = true;
    }
    scan.pool.giveBack(worker);
  } catch (cause) {
    if (!(cause instanceof WorkerLost)) throw cause;
    if (worker !== undefined) scan.pool.discard(worker);
    if (scan.hasFailed()) return;
    const kind = scan.isCancelled() ? CANCELLED : LOST;
    scan.problem({ ...kind, detail: `${what}: ${cause.message}` });
  } finally {
    clearTimeout(limit);
  }
}

const CANCELLED = { code: 'cancelled', severity: 'warning' } as const;
const LOST = { code: 'worker-lost', severity: 'error' } as const;
