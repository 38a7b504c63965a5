// One scan from start to end: hands runs to workers, commits what comes back slice by slice, and settles whatever
// happens. A worker that dies or falls silent loses nothing: its committed slices count, the rest is planned again
// (run-plan.ts). Timers are setTimeout only: a hidden tab has no animation frames. Longer than other files because it is
// one state machine over the runs that are out: every event (slice, loss, silence, cancel, more bytes) changes the same set.

import { addFileAccount, emptyFileAccount } from '../model/coverage.ts';
import { ensureDefined } from '../base/assert.ts';
import type { EvidenceBytes, HeldBytes } from '../model/packed-log.ts';
import type { Problem } from '../model/problem.ts';
import { compareRanked } from '../model/record-place.ts';
import { judgeCorrelations, judgeJoins, type LoadCorrelations, type LoadJoins, type ScanEnd } from './after-scan.ts';
import { ProgressMeter } from './progress-meter.ts';
import type { PackedJoinReport, PackedPart, Run, RunMessage } from './protocol.ts';
import { RecoveryPass } from './recovery-pass.ts';
import { CHUNK_BYTES, HEADER_BYTES, inOrderOfInterest, RunPlan, type PlannedRun } from './run-plan.ts';
import type { ScanFile, ScanHandle, ScanListener, ScanOptions, ScanSummary } from './scanner.ts';
import { CopyMemory, UnpackedParts } from './unpacked-parts.ts';
import type { UnpackPass, UnpackWorker } from './unpack-pass.ts';
import { WorkerLost, type RunHandle, type WorkerHandle } from './worker-handle.ts';
import type { WorkerPool } from './worker-pool.ts';

const PROGRESS_EVERY_MS = 100;
/** After a cancel workers get this long to stop by themselves; the promise is half a second in all. */
const STOP_GRACE_MS = 350;
const WATCH_EVERY_MS = 1_000;
/** Bytes of logs from which the memory of idle workers matters more than starting them anew for the next scan. */
const LARGE_SCAN = 256 * 1_024 * 1_024;
const SILENCE_LIMIT_MS = 20_000;
/** A machine that slept, or a hidden tab whose timers run once a minute, must not look like a silent worker. */
const LONGEST_TICK_MS = 5_000;

/** Starts an unpack worker; asked when a file of the scan is packed. */
export type StartUnpacker = () => UnpackWorker | Promise<UnpackWorker>;

/** A file of the scan; a packed one is read from `parts` while it is unpacked, and by place when it is whole. */
type TaskFile = Omit<ScanFile, 'blob'> & { blob: EvidenceBytes; size: number; parts: UnpackedParts | undefined };

/** The options of a scan with everything decided that has a default. */
export type TaskOptions = ScanOptions & Required<Pick<ScanOptions, 'workers'>>;

/** A run that is out. */
interface ActiveRun {
  run: PlannedRun;
  readonly group: number;
  settled: number;
  unreadable: boolean;
  ended: boolean;
}

/** What a worker is doing: the runs of one request. */
interface ActiveJob {
  readonly runs: readonly ActiveRun[];
  readonly worker: WorkerHandle;
  readonly handle: RunHandle;
  silentMs: number;
}

/** Starts a scan over `workers` workers of the pool. Problems, findings and counters go to the listener as they come. */
export function startScan(
  pool: WorkerPool,
  files: readonly ScanFile[],
  options: TaskOptions,
  listener: ScanListener,
  loadCorrelations: LoadCorrelations,
  loadJoins: LoadJoins = () => Promise.resolve('null'),
  startUnpacker?: StartUnpacker,
): ScanHandle {
  const task = new ScanTask(pool, files, options, listener, loadCorrelations, loadJoins, startUnpacker);
  return { done: task.run(), cancel: () => task.cancel() };
}

class ScanTask {
  readonly #pool: WorkerPool;
  readonly #files: ReadonlyMap<number, TaskFile>;
  readonly #startUnpacker: StartUnpacker | undefined;
  #unpack: UnpackPass | undefined;
  readonly #copies = new CopyMemory();
  readonly #options: TaskOptions;
  readonly #listener: ScanListener;
  #plan: RunPlan;
  readonly #recovery: RecoveryPass | undefined;
  readonly #meter: ProgressMeter;
  readonly #startedAt = performance.now();
  readonly #active = new Set<ActiveJob>();
  readonly #correlation: PackedPart[] = [];
  readonly #joins: PackedPart[] = [];
  readonly #loadCorrelations: LoadCorrelations;
  readonly #loadJoins: LoadJoins;
  /** Files by rank, and the rank of each. */
  readonly #ranked: readonly TaskFile[];
  readonly #rank: ReadonlyMap<number, number>;
  readonly #account = emptyFileAccount();
  #findings = 0;
  readonly #ended = withResolvers();
  #cancelled = false;
  #bug: unknown;
  #lastProgress = Number.NEGATIVE_INFINITY;
  #progressTimer: ReturnType<typeof setTimeout> | undefined;
  #lastTick = performance.now();
  readonly #end: ScanEnd;
  /** Wakes the drivers that found nothing to take. */
  #waiting: (() => void)[] = [];

  constructor(
    pool: WorkerPool,
    files: readonly ScanFile[],
    options: TaskOptions,
    listener: ScanListener,
    loadCorrelations: LoadCorrelations,
    loadJoins: LoadJoins,
    startUnpacker: StartUnpacker | undefined,
  ) {
    this.#pool = pool;
    this.#loadCorrelations = loadCorrelations;
    this.#loadJoins = loadJoins;
    const own = files.map((file): TaskFile => {
      return {
        ...file,
        size: file.packed?.size ?? file.blob.size,
        parts: file.packed && new UnpackedParts(this.#copies),
      };
    });
    this.#ranked = own.toSorted(compareRanked);
    this.#rank = new Map(this.#ranked.map((file, rank) => [file.number, rank]));
    this.#files = new Map(own.map((file) => [file.number, file]));
    this.#options = options;
    this.#listener = listener;
    this.#end = {
      pool,
      ended: this.#ended.promise,
      isCancelled: () => this.#cancelled,
      hasFailed: () => this.#bug !== undefined,
      problem: (problem) => listener.problem(problem),
    };
    const sizes = own.map(({ number, path, size, packed, doneBefore = false }) => {
      return { number, path, size, packed: packed !== undefined, doneBefore };
    });
    this.#startUnpacker = startUnpacker;
    this.#plan = new RunPlan(sizes, options.workers);
    this.#meter = new ProgressMeter(sizes, this.#startedAt);
    if (options.recovered) this.#recovery = new RecoveryPass(this.#ranked, this.#rank, options.templates);
  }

  async run(): Promise<ScanSummary> {
    const watchdog = setInterval(() => this.#watch(), WATCH_EVERY_MS);
    try {
      await Promise.all([this.#driveAll(), this.#unpackAll().catch((cause: unknown) => this.#fail(cause))]);
      this.#makeRoom();
      // Also after a cancel: what was found stays, and findings that wait for a parent process were found.
      if (this.#bug === undefined) await this.#join();
      if (!this.#over()) await this.#correlate();
      if (!this.#over()) await this.#recover();
    } finally {
      clearInterval(watchdog);
      this.#unpack?.cancel();
      clearTimeout(this.#progressTimer);
    }
    if (this.#bug !== undefined) throw new Error('the scan failed', { cause: this.#bug });
    if (this.#cancelled) this.#meter.cancelRest();
    const now = performance.now();
    this.#listener.progress(this.#meter.report(now));
    return {
      outcome: this.#cancelled ? 'cancelled' : 'done',
      seconds: (now - this.#startedAt) / 1_000,
      bytes: this.#meter.bytesDone,
      records: this.#account.recordsRead,
      findings: this.#findings,
      ...(this.#recovery === undefined ? {} : { templates: this.#recovery.grownBank() }),
    };
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#ended.resolve();
    this.#unpack?.cancel();
    this.#wake();
    for (const active of this.#active) active.handle.stop();
    setTimeout(() => {
      for (const active of this.#active) active.worker.terminate('the scan was cancelled');
    }, STOP_GRACE_MS);
  }

  /** Unpacks the packed files, if there are any, while they are scanned. */
  async #unpackAll(): Promise<void> {
    const start = this.#startUnpacker;
    const packed = inOrderOfInterest([...this.#files.values()]).flatMap(({ number, packed: log }) =>
      log === undefined ? [] : [{ number, packed: log }],
    );
    if (packed.length === 0) return;
    if (start === undefined) throw new Error('this scanner cannot unpack');
    // Most scans have nothing packed: loaded when one has.
    const { UnpackPass } = await import('./unpack-pass.ts');
    if (this.#over()) return;
    this.#unpack = new UnpackPass(packed, {
      start,
      parallel: Math.ceil(this.#options.workers / 2),
      part: (file, bytes) => this.#takePart(file, bytes),
      whole: (file, bytes) => this.#takeWhole(file, bytes),
      problem: (file, problem) => {
        if (!this.#over()) this.#report(file, problem);
      },
    });
    await this.#unpack.run();
  }

  /** More of a packed file can be read. */
  #takePart(number: number, bytes: Uint8Array<ArrayBuffer>): void {
    const { parts } = this.#file(number);
    if (this.#over() || parts === undefined) return;
    parts.add(bytes);
    this.#supply(number, parts.end, false);
  }

  /** A packed file is there to its end. */
  #takeWhole(number: number, bytes: EvidenceBytes): void {
    if (this.#over()) return;
    const file = this.#file(number);
    file.blob = bytes;
    this.#meter.resize(number, bytes.size);
    this.#listener.unpacked?.(number, bytes);
    this.#supply(number, bytes.size, true);
  }

  #supply(number: number, size: number, isWhole: boolean): void {
    const file = this.#file(number);
    file.size = isWhole ? size : Math.max(file.size, size);
    this.#plan.supply(number, size, isWhole);
    this.#settleFile(number);
    this.#wake();
  }

  /** Bytes of a packed file have been scanned, or given up. */
  #finishBytes(number: number, start: number, end: number): void {
    const spares = this.#file(number).parts?.finish(start, end);
    if (spares !== undefined) this.#unpack?.recycle(spares);
    this.#unpack?.scanned(number, end - start);
  }

  /** What a worker reads a run from: of a packed file a copy, so that another one can take over. */
  #bytesFor(
    { blob, parts }: TaskFile,
    run: Pick<PlannedRun, 'start' | 'byteLength' | 'open'>,
  ): EvidenceBytes | HeldBytes {
    const { start, byteLength, open } = run;
    if (parts === undefined) return blob;
    // The header stands before the chunks.
    const data = parts.copy(start, start + byteLength + (open ? HEADER_BYTES : 0));
    return { data, offset: start, size: start + data.length };
  }

  /** Nothing more of the file is read. */
  #giveUp(file: number): void {
    this.#meter.setState(file, 'failed');
    this.#unpack?.drop(file);
    this.#finishBytes(file, 0, Number.POSITIVE_INFINITY);
  }

  /** Does everything that is planned. */
  async #driveAll(): Promise<void> {
    const drivers = Math.min(this.#options.workers, Math.max(1, this.#files.size * 4));
    await Promise.all(Array.from({ length: drivers }, () => this.#drive()));
  }

  /** Keeps one worker busy until there is nothing left to take. Never rejects: a bug ends the whole scan. */
  async #drive(): Promise<void> {
    let worker: WorkerHandle | undefined;
    let previous: number | undefined;
    try {
      while (!this.#over()) {
        const groups = this.#plan.takeGroups(previous);
        if (groups === undefined) {
          if (this.#plan.finished) break;
          await new Promise<void>((resolve) => this.#waiting.push(resolve));
          continue;
        }
        for (const { file } of groups.flat()) this.#meter.setState(file, 'scanning');
        this.#progress();
        worker ??= await this.#lend();
        if (worker === undefined || this.#over()) break;
        previous = groups.at(-1)?.at(-1)?.file;
        if (!(await this.#perform(worker, groups))) {
          this.#pool.discard(worker);
          worker = undefined;
        }
        this.#wake();
      }
    } catch (cause) {
      this.#fail(cause);
    } finally {
      if (worker !== undefined && this.#bug === undefined) this.#pool.giveBack(worker);
      else if (worker !== undefined) this.#pool.discard(worker);
      this.#wake();
    }
  }

  /** A worker, or undefined when the scan is over before there is one (a start can take longer than a cancel may). */
  async #lend(): Promise<WorkerHandle | undefined> {
    const worker = this.#pool.lend();
    const first = await Promise.race([worker, this.#ended.promise]);
    if (first === undefined) worker.then((late) => this.#pool.giveBack(late)).catch(() => undefined);
    return first;
  }

  /** Does what was taken; false when the worker was lost on the way. */
  async #perform(worker: WorkerHandle, groups: readonly (readonly PlannedRun[])[]): Promise<boolean> {
    const runs = groups.flatMap((group, at) =>
      group.map((run): ActiveRun => ({ run, group: at, settled: 0, unreadable: false, ended: false })),
    );
    const requests = groups.map((group) => group.map((run) => this.#requestOf(run)));
    const handle = worker.startRuns(requests, (message) => {
      job.silentMs = 0;
      // After a cancel nothing more is shown, not even what was under way.
      if (!this.#over()) this.#take(ensureDefined(runs[message.run], 'run of a message'), message);
    });
    const job: ActiveJob = { runs, worker, handle, silentMs: 0 };
    this.#active.add(job);
    try {
      await handle.done;
      return true;
    } catch (cause) {
      if (!(cause instanceof WorkerLost)) throw cause;
      if (!this.#over()) this.#replanJob(job, cause.message);
      return false;
    } finally {
      this.#active.delete(job);
    }
  }

  #requestOf({ file, start, byteLength, chunksPerSlice, open, whole }: PlannedRun): Run {
    const known = this.#file(file);
    const { packed, size } = known;
    const blob = this.#bytesFor(known, { start, byteLength, open });
    const recovery = this.#recovery?.requestFor(file);
    const index = this.#listener.indexed !== undefined;
    const { rowsOnly = false } = this.#options;
    const place = { start, byteLength, chunksPerSlice };
    return { blob, ...(packed && { size }), ...place, index, rowsOnly, recovery, open, whole };
  }

  /** A run has come to its end: everything in it is settled. */
  #finishRun(active: ActiveRun): void {
    const { run, settled, unreadable } = active;
    active.ended = true;
    this.#plan.finish(run);
    if (!unreadable && settled < run.byteLength) {
      this.#problem(run.file, {
        code: 'file-changed',
        severity: 'error',
        offset: run.start + settled,
        detail: 'the file became shorter while it was read',
      });
    }
    this.#settleFile(run.file);
  }

  #take(active: ActiveRun, message: RunMessage): void {
    const { file } = active.run;
    switch (message.kind) {
      case 'opened': {
        const { dataOffset, scannable, problems } = message.opening;
        active.run = this.#plan.opened(active.run, dataOffset, scannable);
        this.#recovery?.opened(file, dataOffset);
        for (const problem of problems) this.#problem(file, problem);
        if (!scannable) this.#giveUp(file);
        this.#meter.add(file, Math.min(dataOffset, this.#file(file).size));
        this.#finishBytes(file, 0, dataOffset);
        this.#wake();
        break;
      }
      case 'slice': {
        const { report } = message;
        if (report.start !== active.run.start + active.settled) throw new Error('slices out of order');
        active.settled += report.byteLength;
        this.#meter.add(file, report.byteLength);
        this.#finishBytes(file, report.start, report.start + report.byteLength);
        addFileAccount(this.#account, report.account);
        this.#findings += report.rows.length;
        this.#listener.account(file, report.account, report.kinds);
        for (const problem of report.problems) this.#problem(file, problem);
        if (report.index !== undefined && report.index.count > 0) this.#listener.indexed?.(file, report.index);
        if (report.survey !== undefined) this.#recovery?.add(file, report.survey);
        if (report.rows.length > 0) this.#listener.found({ file, rows: report.rows });
        const rank = ensureDefined(this.#rank.get(file), 'rank of a file');
        if (report.joins !== undefined) this.#joins.push({ rank, rows: report.joins });
        if (report.correlation !== undefined) this.#correlation.push({ rank, rows: report.correlation });
        break;
      }
      case 'unreadable':
        active.unreadable = true;
        this.#plan.abandon(file);
        this.#recovery?.abandon(file);
        this.#giveUp(file);
        this.#problem(file, {
          code: active.settled > 0 ? 'file-changed' : 'file-unreadable',
          severity: 'error',
          offset: active.run.start + active.settled,
          detail: message.detail,
          hint: 'The file was moved, changed or locked since it was opened: copy it and open the copy.',
        });
        break;
      case 'end':
        if (message.spare !== undefined) this.#copies.recycle(message.spare);
        this.#finishRun(active);
        break;
      case 'crashed':
        break;
    }
    this.#progress();
  }

  /** A worker died: what it was doing is planned again, and what it had not begun is taken like any other. */
  #replanJob({ runs }: ActiveJob, detail: string): void {
    const begun = runs.find(({ ended }) => !ended)?.group;
    for (const active of runs) {
      if (active.ended) continue;
      if (active.group === begun) this.#replan(active, detail);
      else this.#plan.giveBackUntouched(active.run);
    }
  }

  /** A worker died: what it had not committed is planned again, and what has now killed twice is reported. */
  #replan({ run, settled }: ActiveRun, detail: string): void {
    for (const { start, end } of this.#plan.giveBack(run, settled)) {
      if (run.open) this.#giveUp(run.file);
      this.#finishBytes(run.file, start, end);
      this.#meter.add(run.file, end - start);
      this.#problem(run.file, {
        code: 'worker-lost',
        severity: 'error',
        offset: start,
        ...(run.open ? {} : { chunk: Math.floor(start / CHUNK_BYTES) }),
        detail,
        hint: 'This part was skipped after two attempts; everything around it was read.',
      });
    }
    this.#settleFile(run.file);
  }

  /** Judges the deleted records, once every file has been seen. */
  async #recover(): Promise<void> {
    const recovery = this.#recovery;
    const plan = recovery?.startJudging(this.#options.workers);
    if (recovery === undefined || plan === undefined) return;
    this.#plan = plan;
    for (const file of this.#files.values()) file.parts = undefined;
    await this.#driveAll();
    for (const { file, problem } of recovery.remarks()) this.#report(file, problem);
  }

  get #filesByRank(): readonly { readonly number: number; readonly path: string; readonly blob: EvidenceBytes }[] {
    return this.#ranked.map(({ number, path, blob }) => ({ number, path, blob }));
  }

  /** What follows reads little of the logs, in one worker, and needs memory of its own. */
  #makeRoom(): void {
    this.#copies.clear();
    this.#unpack?.release();
    if (this.#recovery === undefined && this.#meter.bytesDone > LARGE_SCAN) this.#pool.trim();
  }

  /** Findings that only other records decide; they come when every record has been seen, and correlations after them. */
  async #join(): Promise<void> {
    if (this.#joins.length === 0) return;
    const job = { files: this.#filesByRank, parts: this.#joins };
    await judgeJoins(this.#end, this.#loadJoins, job, (report) => this.#takeJoined(report));
  }

  /** Never throws: what the listener throws ends the scan. */
  #takeJoined({ found, correlation, problems }: PackedJoinReport): void {
    if (this.#bug !== undefined) return;
    try {
      for (const problem of problems) this.#listener.problem(problem);
      for (const part of correlation) this.#correlation.push(part);
      for (const rows of found) {
        this.#findings += rows.rows.length;
        this.#listener.found(rows);
      }
    } catch (cause) {
      this.#fail(cause);
    }
  }

  async #correlate(): Promise<void> {
    if (this.#correlation.length === 0) return;
    const parts = this.#correlation;
    const report = await judgeCorrelations(this.#end, this.#loadCorrelations, this.#filesByRank, parts);
    if (report === undefined) return;
    for (const problem of report.problems) this.#listener.problem(problem);
    this.#findings += report.hits.length;
    if (report.hits.length > 0) this.#listener.correlated(report.hits);
  }

  /** Ends workers that have said nothing for too long: a rule's pattern or a chunk holds them up. */
  #watch(): void {
    const now = performance.now();
    const tick = Math.min(now - this.#lastTick, LONGEST_TICK_MS);
    this.#lastTick = now;
    for (const active of this.#active) {
      active.silentMs += tick;
      if (active.silentMs >= SILENCE_LIMIT_MS) active.worker.terminate(`no progress for ${SILENCE_LIMIT_MS / 1_000} s`);
    }
    this.#progress();
  }

  #settleFile(file: number): void {
    if (this.#plan.isFileFinished(file) && !this.#over()) this.#meter.setState(file, 'done');
    this.#progress();
  }

  #problem(file: number, problem: Problem): void {
    if (this.#recovery?.takeRemark(file, problem) !== true) this.#report(file, problem);
  }

  #report(file: number, problem: Problem): void {
    this.#listener.problem({ ...problem, file: this.#file(file).path });
  }

  /** Reports now, or as soon as the last report is old enough. */
  #progress(): void {
    if (this.#progressTimer !== undefined) return;
    const now = performance.now();
    const wait = this.#lastProgress + PROGRESS_EVERY_MS - now;
    if (wait > 0) {
      this.#progressTimer = setTimeout(() => {
        this.#progressTimer = undefined;
        if (!this.#over()) this.#progress();
      }, wait);
      return;
    }
    this.#lastProgress = now;
    try {
      this.#listener.progress(this.#meter.report(now));
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #over(): boolean {
    return this.#cancelled || this.#bug !== undefined;
  }

  /** Our own bug, or the listener's: ends every worker of the scan, and `done` rejects with the cause. */
  #fail(cause: unknown): void {
    this.#bug ??= cause;
    this.#ended.resolve();
    this.#unpack?.cancel();
    for (const active of [...this.#active]) active.worker.terminate('the scan failed');
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #file(number: number): TaskFile {
    const file = this.#files.get(number);
    if (file === undefined) throw new Error(`no file ${number} in the scan`);
    return file;
  }
}

/** A promise that is resolved from outside (Promise.withResolvers is younger than the browsers we serve). */
function withResolvers(): { readonly promise: Promise<undefined>; resolve(): void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<undefined>((settle) => {
    resolve = () => settle(undefined);
  });
  return { promise, resolve: () => resolve() };
}
