// What the app sees of a scan. The pool implements it with workers; tests implement it inline. Every scan settles.

import type { FileAccount, EventKindCount } from '../model/coverage.ts';
import type { EvidenceBytes, PackedLog } from '../model/packed-log.ts';
import type { FindingRow } from '../model/finding.ts';
import type { IndexPart } from '../model/index-part.ts';
import type { Problem } from '../model/problem.ts';

/** A file to scan; `number` is its rank in the scan and comes back with everything found in it. */
export interface ScanFile {
  readonly number: number;
  readonly path: string;
  readonly blob: Blob;
  /** Set for a log that is still packed: then `blob` is empty, and scanning unpacks it. */
  readonly packed?: PackedLog;
  /** Set for a file that an earlier scan read to its end: it is read behind all others. */
  readonly doneBefore?: boolean;
}

export interface ScanOptions {
  /** Also read records from unallocated space; they are marked, and come when everything else has been scanned. */
  readonly recovered: boolean;
  /** Bank of templates that recovery may use besides those of the files (model/template-bank.ts). */
  readonly templates?: Uint8Array;
  readonly workers?: number;
  /** Only rows for the event index: every file was judged by an earlier scan. Not together with `recovered`. */
  readonly rowsOnly?: boolean;
}

export interface FileProgress {
  readonly file: number;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly state: 'waiting' | 'scanning' | 'done' | 'cancelled' | 'failed';
}

export interface ScanProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** Bytes per second over the last seconds; 0 until known. */
  readonly bytesPerSecond: number;
  /** Seconds left at that rate; undefined until known. */
  readonly secondsLeft: number | undefined;
  readonly files: readonly FileProgress[];
}

/** Findings of one finished slice of one file, in record order. */
export interface FoundRows {
  readonly file: number;
  readonly rows: readonly FindingRow[];
}

/** A fired correlation: the rule, the event that completed it, and the records behind it. */
export interface CorrelationHit {
  readonly rule: number;
  readonly completedBy: { readonly file: number; readonly row: FindingRow };
  readonly firstTime: string;
  readonly lastTime: string;
  readonly count: number;
  readonly groupBy: readonly (readonly [field: string, value: string])[];
  readonly records: readonly { readonly file: number; readonly recordId: string; readonly offset: number }[];
}

export interface ScanListener {
  /** At most every 100 ms, and once at the end. */
  progress(progress: ScanProgress): void;
  found(rows: FoundRows): void;
  correlated(hits: readonly CorrelationHit[]): void;
  problem(problem: Problem): void;
  /** Part of a file's account; parts add up. */
  account(file: number, part: FileAccount, kinds: readonly EventKindCount[]): void;
  /** Rows of a finished slice for an event index; each record comes once. Without it no rows are collected. */
  indexed?(file: number, part: IndexPart): void;
  /** A packed file was unpacked to its end: its bytes from now on. */
  unpacked?(file: number, bytes: EvidenceBytes): void;
}

export interface ScanSummary {
  readonly outcome: 'done' | 'cancelled';
  readonly seconds: number;
  readonly bytes: number;
  readonly records: number;
  readonly findings: number;
  /** With `recovered`: the bank of templates, grown by those of the files. */
  readonly templates?: Uint8Array;
}

export interface ScanHandle {
  /** Stops within half a second; what was found stays. */
  cancel(): void;
  readonly done: Promise<ScanSummary>;
}

export interface Scanner {
  /** Starts workers and loads the rules ahead of need. */
  warm(): Promise<void>;
  scan(files: readonly ScanFile[], options: ScanOptions, listener: ScanListener): ScanHandle;
  /** Ends every worker. */
  dispose(): void;
}
