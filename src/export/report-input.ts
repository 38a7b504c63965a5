// What a report is made of, gathered by the app: plain numbers, names and ways to read findings. This room does not fold.

import type { CaseFile } from '../model/case.ts';
import type { EvidenceAccount, ToolAccount } from '../model/evidence-account.ts';
import type { Finding } from '../model/finding.ts';
import type { ProblemCode, ProblemSeverity } from '../model/problem.ts';
import type { RuleLevel } from '../model/rule-set.ts';

export interface ReportInput {
  readonly caseName: string;
  /** Unix milliseconds at which the report is made. */
  readonly made: number;
  readonly tool: ToolAccount;
  readonly bytes: number;
  readonly records: number;
  /** Findings of the case, and those that the report is about. */
  readonly total: number;
  readonly shown: number;
  /** How the shown findings were chosen, as `name: value`; none when they are all. */
  readonly filters: readonly string[];
  /** Shown findings per level rank (RULE_LEVELS). */
  readonly levels: ArrayLike<number>;
  readonly timeline: ReportTimeline;
  readonly tactics: readonly ReportTactic[];
  readonly hosts: readonly ReportHost[];
  /** Worst first. */
  readonly rules: readonly ReportRule[];
  /** Findings that somebody judged or noted, in order of time. */
  readonly judged: FindingSource;
  /** Undefined when the rules could not be loaded or the case does not remember its events. */
  readonly coverage: ReportCoverage | undefined;
  readonly logs: readonly ReportLog[];
  readonly files: readonly CaseFile[];
  /** What speaks against the logs as witnesses, the gravest first. */
  readonly integrity: readonly ReportFact[];
  readonly problems: readonly ReportProblem[];
  readonly hidden: ReportHidden;
  /** Hashes, scans and the log of actions, where the case has them. */
  readonly evidence: EvidenceAccount | undefined;
}

/** What the analyst keeps off the findings, and the levels they set. */
export interface ReportHidden {
  /** Hidden findings of the case. */
  readonly count: number;
  /** The report is about these and not about the others. */
  readonly shown: boolean;
  readonly suppressions: readonly {
    readonly rule: string;
    readonly what: string;
    readonly count: number;
    readonly everywhere: boolean;
    readonly reason: string;
    readonly analyst: string;
    /** Unix milliseconds. */
    readonly changed: number;
  }[];
  readonly off: readonly { readonly id: string; readonly title: string; readonly count: number }[];
  /** `ruleLevel` is '' where the rule is not loaded. */
  readonly levels: readonly {
    readonly id: string;
    readonly title: string;
    readonly level: RuleLevel;
    readonly ruleLevel: RuleLevel | '';
  }[];
}

/** Findings to list, and how many there are in all. */
export interface FindingSource {
  readonly count: number;
  /** The first of them, in order of time. */
  read(): AsyncIterable<readonly Finding[]>;
}

/** Bars of one width, as analysis/histogram.ts folds them. */
export interface ReportTimeline {
  /** Unix milliseconds; NaN when no finding has a time. */
  readonly start: number;
  readonly span: number;
  readonly bars: number;
  /** Entry bar × levels + rank. */
  readonly counts: ArrayLike<number>;
  readonly peak: number;
  readonly first: number;
  readonly last: number;
  readonly timeless: number;
}

export interface ReportTactic {
  readonly name: string;
  readonly count: number;
  /** Highest level rank. */
  readonly topLevel: number;
}

export interface ReportHost {
  readonly name: string;
  readonly count: number;
  readonly byLevel: ArrayLike<number>;
  readonly first: number;
  readonly last: number;
}

export interface ReportRule extends FindingSource {
  readonly id: string;
  readonly hash: string;
  readonly title: string;
  readonly level: RuleLevel;
  /** The rule's own level where the analyst set another one. */
  readonly ruleLevel?: RuleLevel | undefined;
  readonly tags: readonly string[];
  readonly pack: string;
  /** '' and empty where the rule is not in use any more. */
  readonly description: string;
  readonly falsePositives: readonly string[];
  readonly first: number;
  readonly last: number;
}

export interface ReportCoverage {
  readonly judged: number;
  readonly rules: number;
  readonly lines: readonly { readonly text: string; readonly advice: string }[];
}

/** First and last event of a log of a host; FILETIME text, '' when no event had a time. */
export interface ReportLog {
  readonly computer: string;
  readonly channel: string;
  readonly events: number;
  readonly first: string;
  readonly last: string;
}

export interface ReportFact {
  readonly what: string;
  /** Hosts or files. */
  readonly places: string;
  readonly means: string;
  readonly grave: boolean;
}

export interface ReportProblem {
  readonly code: ProblemCode;
  readonly severity: ProblemSeverity;
  readonly file: string;
  readonly count: number;
  readonly detail: string;
  readonly hint: string;
}
