// What crosses the worker boundary. Types only: both sides import them, neither imports the other. Everything is
// structured-cloneable; evidence crosses as Blob handles and is read on the other side.

import type { EventKindCount, FileAccount } from '../model/coverage.ts';
import type { CorrelationRows } from '../model/correlation.ts';
import type { FindingRow } from '../model/finding.ts';
import type { IndexPart } from '../model/index-part.ts';
import type { JoinRows } from '../model/join-plan.ts';
import type { EvidenceBytes, HeldBytes } from '../model/packed-log.ts';
import type { Problem } from '../model/problem.ts';
import type { SliceSurvey } from '../model/recovery.ts';
import type { CorrelationRule } from '../model/rule-set.ts';
import type { CorrelationHit, FoundRows } from './scanner.ts';

/** What the header of a file said. Problems carry no file name: the pool adds it. */
export interface FileOpening {
  /** Offset of the first chunk in bytes: 4,096, or 0 where a file begins with a chunk. */
  readonly dataOffset: number;
  /** False when there is nothing to read as chunks; the problems say why. */
  readonly scannable: boolean;
  readonly problems: readonly Problem[];
}

/** A stretch of whole chunks of one file (its last one may be cut) that one worker reads from end to end. */
export interface Run {
  readonly blob: EvidenceBytes | HeldBytes;
  /** Bytes of the whole file, where the blob holds only what is unpacked of it; otherwise those of the blob. */
  readonly size?: number;
  /** First byte; ignored when `open` is set, then the run starts at the file's first chunk. */
  readonly start: number;
  /** Bytes to read; reading also ends at the end of the file. */
  readonly byteLength: number;
  readonly chunksPerSlice: number;
  /** The run is a small file as a whole: it is read in one piece with the others of its group. */
  readonly whole?: boolean;
  /** Collect rows for an event index. */
  readonly index?: boolean;
  /** Collect these rows and nothing else: the file was judged before. */
  readonly rowsOnly?: boolean;
  /** Undefined when deleted records are not asked for. */
  readonly recovery: RunRecovery | undefined;
  /** Judge the file's header first and report it. */
  readonly open: boolean;
}

/** The part of a run in recovering deleted records: learn about them while scanning, or judge them and nothing else. */
export type RunRecovery = { readonly kind: 'survey'; readonly seed: number } | JudgeRecovered;

/** What the surveys of all files learned (model/recovery.ts); as blobs, which cost nothing to hand over and the page no memory. */
export interface JudgeRecovered {
  readonly kind: 'judge';
  readonly seed: number;
  /** Number of the file; with the seed it tells whether the worker has these already. */
  readonly file: number;
  readonly scanTemplates: Blob;
  readonly bankTemplates: Blob;
  readonly templates: Blob;
  readonly identities: Blob;
}

/** Everything found in one slice of a run. A slice counts when it has arrived, and then for good. */
export interface SliceReport {
  readonly start: number;
  readonly byteLength: number;
  readonly rows: readonly FindingRow[];
  readonly account: FileAccount;
  readonly problems: readonly Problem[];
  readonly kinds: readonly EventKindCount[];
  readonly correlation: CorrelationRows | undefined;
  readonly joins?: JoinRows | undefined;
  /** Of a run with `index`; its buffers are transferred. */
  readonly index?: IndexPart | undefined;
  /** Of a run that surveys. */
  readonly survey?: SliceSurvey;
}

/**
 * What a worker does for one request, one run after the other. The small files of a group are read at once and reported
 * in one message, because reads and messages would cost more than their scan; a run of a large file is a group alone.
 */
export type RunGroups = readonly (readonly Run[])[];

/** About a run of a request, in order; `run` is its place in it. */
export type RunMessage = { readonly run: number } & (
  | { readonly kind: 'opened'; readonly opening: FileOpening }
  | { readonly kind: 'slice'; readonly report: PackedSliceReport }
  /** The file could not be read (moved, changed, no permission): nothing more will come of it. */
  | { readonly kind: 'unreadable'; readonly detail: string }
  /** The core threw: a bug. The worker's state is unknown from here on. */
  | { readonly kind: 'crashed'; readonly detail: string }
  /** Every message of the run has been sent. */
  | {
      readonly kind: 'end';
      /** The memory of the bytes that came with the run. */
      readonly spare?: ArrayBuffer;
    }
);

/** Worker to page, on the request's own port: everything about a group of small files, else one message. */
export type RunMessages = readonly RunMessage[];

/** Page to worker, on the request's own port. */
export type RunRequest =
  /** Messages with slices were taken; the worker keeps at most two that were not. */
  { readonly kind: 'taken' } | { readonly kind: 'stop' };

/** Rows for joins or correlations as packed-rows.ts writes them. */
export type PackedRows = Uint32Array<ArrayBuffer>;

/** Packed rows of one slice, with the rank of the file they came from. */
export interface PackedPart {
  readonly rank: number;
  readonly rows: PackedRows;
}

/** A slice's report as it crosses to the page; the buffers of its rows are transferred. */
export type PackedSliceReport = Omit<SliceReport, 'correlation' | 'joins'> & {
  readonly correlation: PackedRows | undefined;
  readonly joins: PackedRows | undefined;
};

/** A job as it crosses to a worker: its parts are packed, and their buffers are transferred. */
export type PackedJob<Job> = Omit<Job, 'parts'> & { readonly parts: PackedPart[] };

/** What a join found as it crosses to the page. */
export type PackedJoinReport = Omit<JoinReport, 'correlation'> & { readonly correlation: readonly PackedPart[] };

/** Correlation rows of one slice, with the rank of the file they came from. */
export interface CorrelationPart {
  readonly rank: number;
  readonly rows: CorrelationRows;
}

/** Everything that correlations are judged on, once every slice is in. */
export interface CorrelationJob {
  /** By rule number; undefined for event rules. */
  readonly rules: readonly (CorrelationRule | undefined)[];
  /** By rank: the order of (path, size), so that the order of dropping does not matter. */
  readonly files: readonly { readonly number: number; readonly path: string; readonly blob: EvidenceBytes }[];
  /** Gone through once. */
  readonly parts: Iterable<CorrelationPart>;
}

export interface CorrelationReport {
  readonly hits: readonly CorrelationHit[];
  /** What kept correlations from being complete. */
  readonly problems: readonly Problem[];
}

/** Join rows of one slice, with the rank of the file they came from. */
export interface JoinPart {
  readonly rank: number;
  readonly rows: JoinRows;
}

/** Everything that joins are judged on, once every slice is in. */
export interface JoinJob {
  /** As join-plan-json.ts writes it. */
  readonly plan: string;
  /** By rank. */
  readonly files: CorrelationJob['files'];
  /** Gone through once. */
  readonly parts: Iterable<JoinPart>;
}

/** Some of what a join found, by file and place. */
export interface JoinReport {
  readonly found: readonly FoundRows[];
  /** Rows of these findings for correlations. */
  readonly correlation: readonly CorrelationPart[];
  readonly problems: readonly Problem[];
}

/** The calls that a scan worker answers (through comlink). */
export interface ScanWorkerApi {
  /** Takes the rule program; before anything else, once. */
  load(program: ArrayBuffer): void;
  /** Starts runs; everything about them, their ends included, goes over `port`. */
  startRuns(groups: RunGroups, port: MessagePort): void;
  correlate(job: PackedJob<CorrelationJob>): Promise<CorrelationReport>;
  /** Settles when every report has been taken. */
  join(job: PackedJob<JoinJob>, take: (report: PackedJoinReport) => unknown): Promise<void>;
}

/** The work itself, without threads or messages; workers/scan-core.ts makes one from src/scan, tests make others. */
export interface ScanCore {
  /** `size` is that of the whole file, where the blob holds only its beginning; `held`: the bytes of the blob, where read. */
  openFile(blob: Run['blob'], size?: number, held?: Uint8Array): Promise<FileOpening>;
  /**
   * Yields the slices of a run in order; `held`: the bytes of its blob, where they have been read. Ends early when
   * aborted; throws a DOMException when the file cannot be read.
   */
  scanRun(run: Omit<Run, 'open'>, signal: AbortSignal, held?: Uint8Array): AsyncIterable<SliceReport>;
  correlate(job: CorrelationJob): Promise<CorrelationReport>;
  /** Events that only other records decide; missing in cores whose rules need none. */
  join?(job: JoinJob): AsyncIterable<JoinReport>;
}

/** Makes the core of one worker from the rule program. */
export type CreateScanCore = (program: ArrayBuffer) => ScanCore | Promise<ScanCore>;
