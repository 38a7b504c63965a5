// What crosses between the main thread of `winnow scan` and its worker threads. Types only.

import type { CorrelationRows } from '../model/correlation.ts';
import type { FileAccount } from '../model/coverage.ts';
import type { JoinRows } from '../model/join-plan.ts';
import type { Problem } from '../model/problem.ts';
import type { FileRecovery, ScanRecovery, SliceSurvey } from '../model/recovery.ts';
import type { RuleLevel } from '../model/rule-set.ts';
import type { TimeRange } from '../scan/slice-scanner.ts';
import type { PhaseTimes } from './cpu-clock.ts';
import type { LogFile } from './log-file.ts';
import type { TextOptions } from './finding-text.ts';

/** What a thread gets when it starts (worker data). */
export type ThreadSetup = ScanSetup | SurveySetup;

/** A thread of the first pass of a recovery: it surveys what it is given. */
export interface SurveySetup {
  readonly kind: 'survey';
  /** Start of the identities' hash, the same for all threads. */
  readonly seed: number;
}

export interface ScanSetup {
  readonly kind: 'scan';
  readonly program: ArrayBuffer;
  /** The same rules and their sources as JSON (pool/rule-set-json.ts): for naming and explaining what was found. */
  readonly ruleSet: string;
  readonly sources: string;
  /** What the first pass learned; undefined when deleted records are not asked for. */
  readonly recovery: ScanRecovery | undefined;
  readonly timeRange: TimeRange | undefined;
  readonly minLevel: RuleLevel;
  readonly text: TextOptions;
}

/** A stretch of chunks to scan, in slices of `chunksPerSlice`. */
export interface ThreadRun {
  readonly file: LogFile;
  /** Printed with each finding of the file when `--hash` is given. */
  readonly fileHash: string | undefined;
  readonly start: number;
  readonly byteLength: number;
  readonly chunksPerSlice: number;
  /** What the first pass learned of the file; undefined where there is nothing to recover. */
  readonly recovery?: FileRecovery;
}

/** A finding ready to be printed, but for what only the whole scan knows. */
export interface RenderedFinding {
  readonly offset: number;
  readonly recordId: string;
  readonly isRecovered: boolean;
  readonly ruleId: string;
  /** Digest of everything that makes two records the same event. */
  readonly identity: string;
  /** The line, open for closeText. */
  readonly text: string;
}

export interface RenderedSlice {
  readonly start: number;
  readonly byteLength: number;
  readonly findings: readonly RenderedFinding[];
  readonly account: FileAccount;
  readonly problems: readonly Problem[];
  readonly correlation: CorrelationRows | undefined;
  readonly joins?: JoinRows | undefined;
  /** From a thread that surveys. */
  readonly survey?: SliceSurvey;
}

export type ThreadRequest = { readonly kind: 'run'; readonly run: ThreadRun } | { readonly kind: 'finish' };

export type ThreadMessage =
  /** The thread has its rules; sent once, before anything else. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'slice'; readonly slice: RenderedSlice }
  | { readonly kind: 'unreadable'; readonly detail: string }
  /** The run is over. */
  | { readonly kind: 'end' }
  /** Answer to finish: CPU milliseconds of the thread, setting up included. */
  | { readonly kind: 'finished'; readonly phases: PhaseTimes; readonly setup: number };
