// A pack of rules that the analyst brought: one dropped folder, zip or handful of files, kept in this browser and used
// by scans while it is switched on. The shipped rules are not such a pack.

import type { RuleVerdict } from './rule-set.ts';

export type RulePackId = string & { readonly __unit: 'RulePackId' };

export type VerdictCounts = Readonly<Record<RuleVerdict['verdict'], number>>;

/** What the list of packs shows. */
export interface RulePack {
  readonly id: RulePackId;
  /** Name of what was dropped; a later drop of the same name takes its place. */
  readonly name: string;
  /** Unix milliseconds of the drop: the pack's version for people. */
  readonly added: number;
  readonly files: number;
  readonly bytes: number;
  /** SHA-256 (hex) over paths and contents: the pack's version for machines. */
  readonly hash: string;
  /** Scans use it. */
  readonly enabled: boolean;
  /** Set on the version that this pack of the same name replaced last: kept off, to be compared with. */
  readonly replacedBy?: RulePackId;
  /** Documents by what became of them when the pack was last compiled. */
  readonly counts: VerdictCounts;
}

export interface RulePackFile {
  /** Path within what was dropped. */
  readonly file: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Everything else of a pack. */
export interface RulePackContent {
  readonly files: readonly RulePackFile[];
  /** One per document, in the order of files and documents. */
  readonly verdicts: readonly RuleVerdict[];
}
