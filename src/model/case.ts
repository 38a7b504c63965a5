// A case: what the analyst opened, what was found, what was judged, what could not be. Shared by store, app and export.

import type { EventKindCount, FileAccount } from './coverage.ts';
import type { FileHashes, ScanAccount } from './evidence-account.ts';
import type { FileIdentity } from './finding.ts';
import type { Problem } from './problem.ts';
import type { RuleLevel } from './rule-set.ts';

export type CaseId = string & { readonly __unit: 'CaseId' };

/** One file of evidence, as the case remembers it after the bytes are gone. */
export interface CaseFile extends FileIdentity {
  readonly account: FileAccount;
  readonly findings: number;
  /** Undefined until the first scan is over. */
  readonly hashes?: FileHashes;
  readonly state: 'waiting' | 'scanning' | 'done' | 'cancelled' | 'failed';
}

/** What the list of kept cases shows. */
export interface CaseSummary {
  readonly id: CaseId;
  readonly name: string;
  /** Unix milliseconds. */
  readonly created: number;
  readonly changed: number;
  readonly files: number;
  readonly bytes: number;
  readonly records: number;
  readonly findings: number;
  readonly byLevel: Readonly<Record<RuleLevel, number>>;
  /** The findings by rule, as they were when the case was saved last; cases of older versions lack it. */
  readonly rules?: readonly CaseRuleCount[];
}

/** Findings of a rule in a case. */
export interface CaseRuleCount {
  readonly id: string;
  /** The rule's own level. */
  readonly level: RuleLevel;
  readonly findings: number;
  /** Those of them on which a suppression holds. */
  readonly suppressed: number;
}

/** Everything of a case except its findings and triage, which are streamed. */
export interface CaseRecord {
  readonly summary: CaseSummary;
  readonly files: readonly CaseFile[];
  readonly problems: readonly Problem[];
  /** What the evidence held, one entry per (computer, channel, provider, event id); cases of older versions lack it. */
  readonly kinds?: readonly EventKindCount[];
  /** Every scan of the case, oldest first; cases of older versions lack it. */
  readonly scans?: readonly ScanAccount[];
}
