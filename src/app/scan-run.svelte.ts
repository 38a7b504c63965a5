// One scan from start to end: what the scanner reports, gathered and handed on in small steps. Findings go to `keep`
// (which writes them to the store, then shows them), the first ones at once, later ones at most 100 ms after they came, at
// most 250 at a time, so that no step holds the page for more than a frame or two.

import type { FileAccount, EventKindCount } from '../model/coverage.ts';
import type { Finding } from '../model/finding.ts';
import type { EvidenceBytes } from '../model/packed-log.ts';
import type { IndexPart } from '../model/index-part.ts';
import type { Problem } from '../model/problem.ts';
import type { RuleInfo } from '../model/rule-set.ts';
import type {
  FileProgress,
  ScanFile,
  ScanHandle,
  ScanListener,
  ScanOptions,
  ScanProgress,
  Scanner,
  ScanSummary,
} from '../pool/scanner.ts';
import { nameCorrelation, nameFinding } from './name-finding.ts';

export type ScanPhase = 'preparing' | 'scanning' | 'saving' | 'done' | 'cancelled' | 'failed';

export interface ScanSink {
  /** Writes findings to the store, then shows them; settles when both are done. */
  keep(findings: readonly Finding[]): Promise<void>;
  account(file: number, part: FileAccount, kinds: readonly EventKindCount[]): void;
  /** Rows of a slice for the event index. */
  indexed(file: number, part: IndexPart): void;
  problem(problem: Problem): void;
  /** A packed file is unpacked: its bytes, and with them its size, are known. */
  unpacked(file: number, bytes: EvidenceBytes): void;
  /** File states as they change, and once at the end. */
  files(progress: readonly FileProgress[]): void;
}

const FLUSH_AFTER_MS = 100;
const FLUSH_SIZE = 250;

export class ScanRun {
  #files: readonly ScanFile[];
  readonly started: number;
  readonly #sink: ScanSink;
  readonly #pending: Finding[] = [];
  #phase = $state<ScanPhase>('preparing');
  #progress = $state.raw<ScanProgress>({
    bytesDone: 0,
    bytesTotal: 0,
    bytesPerSecond: 0,
    secondsLeft: undefined,
    files: [],
  });
  #found = $state(0);
  #summary = $state.raw<ScanSummary | undefined>(undefined);
  #failure = $state.raw<string | undefined>(undefined);
  #handle: ScanHandle | undefined;
  #cancelled = false;
  #rowsOnly = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #flushing: Promise<void> | undefined;
  #lastFlush = Number.NEGATIVE_INFINITY;
  /** Settles (never rejects) when everything found has been handed on. */
  readonly done: Promise<void>;

  constructor(
    scanner: Scanner,
    rules: Promise<readonly RuleInfo[]>,
    files: readonly ScanFile[],
    options: ScanOptions | Promise<ScanOptions>,
    sink: ScanSink,
    now: number,
  ) {
    this.#files = files;
    this.started = now;
    this.#sink = sink;
    const bytesTotal = files.reduce((sum, file) => sum + sizeOf(file), 0);
    this.#progress = {
      ...this.#progress,
      bytesTotal,
      files: files.map((file) => ({ file: file.number, bytesDone: 0, bytesTotal: sizeOf(file), state: 'waiting' })),
    };
    this.done = this.#run(scanner, rules, options);
  }

  /** The files of the scan; packed ones with their bytes as soon as these are there. */
  get files(): readonly ScanFile[] {
    return this.#files;
  }
  /** True when files that were judged before are read for their events alone; decided when the scan begins. */
  get rowsOnly(): boolean {
    return this.#rowsOnly;
  }
  get phase(): ScanPhase {
    return this.#phase;
  }
  get running(): boolean {
    return this.#phase === 'preparing' || this.#phase === 'scanning' || this.#phase === 'saving';
  }
  get progress(): ScanProgress {
    return this.#progress;
  }
  /** Findings met so far, shown or about to be. */
  get found(): number {
    return this.#found;
  }
  get summary(): ScanSummary | undefined {
    return this.#summary;
  }
  /** What went wrong when the scan as a whole failed. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Stops soon; what was found stays. */
  cancel(): void {
    this.#cancelled = true;
    this.#handle?.cancel();
  }

  async #run(
    scanner: Scanner,
    rules: Promise<readonly RuleInfo[]>,
    decided: ScanOptions | Promise<ScanOptions>,
  ): Promise<void> {
    try {
      const infos = await rules;
      const options = await decided;
      this.#rowsOnly = options.rowsOnly === true;
      if (this.#cancelled) {
        this.#phase = 'cancelled';
        return;
      }
      this.#phase = 'scanning';
      this.#handle = scanner.scan(this.files, options, this.#listener(infos));
      const summary = await this.#handle.done;
      this.#phase = 'saving';
      await this.#drain();
      this.#summary = summary;
      this.#phase = summary.outcome;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      await this.#drain().catch(() => undefined);
      this.#phase = 'failed';
    }
  }

  #listener(infos: readonly RuleInfo[]): ScanListener {
    const paths = new Map(this.files.map((file) => [file.number, file.path]));
    const pathOf = (file: number): string => paths.get(file) ?? '';
    return {
      progress: (progress) => {
        this.#progress = progress;
        this.#sink.files(progress.files);
      },
      found: ({ file, rows }) => {
        const path = pathOf(file);
        for (const row of rows) this.#take(infos[row.rule], row.rule, (info) => nameFinding(row, info, path));
        this.#flushSoon();
      },
      correlated: (hits) => {
        for (const hit of hits) this.#take(infos[hit.rule], hit.rule, (info) => nameCorrelation(hit, info, pathOf));
        this.#flushSoon();
      },
      problem: (problem) => this.#sink.problem(problem),
      account: (file, part, kinds) => this.#sink.account(file, part, kinds),
      indexed: (file, part) => this.#sink.indexed(file, part),
      unpacked: (number, bytes) => {
        this.#files = this.#files.map((file) => (file.number === number ? withBytes(file, bytes) : file));
        this.#sink.unpacked(number, bytes);
      },
    };
  }

  #take(info: RuleInfo | undefined, rule: number, name: (info: RuleInfo) => Finding): void {
    if (info === undefined) throw new Error(`the scanner reports rule ${rule}, which the catalogue does not have`);
    this.#pending.push(name(info));
    this.#found++;
  }

  #flushSoon(): void {
    if (this.#timer !== undefined || this.#flushing !== undefined || this.#pending.length === 0) return;
    const flush = (): void => {
      this.#timer = undefined;
      // A failure here is a bug in the sink; it comes to light at the end of the scan, where #drain waits for it.
      void this.#flush().catch(() => undefined);
    };
    this.#timer = setTimeout(flush, Math.max(0, this.#lastFlush + FLUSH_AFTER_MS - performance.now()));
  }

  /** Hands on everything pending, in steps; one flush at a time. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = undefined;
      this.#lastFlush = performance.now();
      this.#flushSoon();
    });
    return this.#flushing;
  }

  async #flushAll(): Promise<void> {
    while (this.#pending.length > 0) await this.#sink.keep(this.#pending.splice(0, FLUSH_SIZE));
  }

  async #drain(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Twice where a flush is under way: it may have looked at the list before the last findings came.
    await this.#flushing;
    await this.#flush();
  }
}

/** A file that was unpacked: its bytes, or how to get at them again. */
function withBytes({ number, path, blob, doneBefore = false }: ScanFile, bytes: EvidenceBytes): ScanFile {
  const file = { number, path, doneBefore };
  return bytes instanceof Blob ? { ...file, blob: bytes } : { ...file, blob, packed: bytes };
}

/** Bytes of a file; of a packed one what its archive claims. */
function sizeOf({ blob, packed }: ScanFile): number {
  return packed?.size ?? blob.size;
}
