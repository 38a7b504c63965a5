// Joins of a scan: what rules that read fields of other records need of it. Made from a rule set (src/scan/joins); the
// program carries the numbers, workers emit rows, and when everything has been read the plan says what they mean.
// Plain data. Reference: engine algorithms 9.

import type { FieldKey } from './field-key.ts';
import type { RuleSet } from './rule-set.ts';

/** What a scan worker must know: hidden rules come behind the real ones and are no findings. */
export interface JoinNumbers {
  /** Number of the first hidden rule: that of real rules. */
  readonly first: number;
  /** Hidden rules that mark a match of a real rule as open: it counts only once its joins are known. */
  readonly open: readonly (readonly [hidden: number, rule: number])[];
}

/**
 * Columns of a row, one u32 each: TimeCreated, chunk (its offset in the file / 4,096), offset of the record from the
 * chunk's start, texts of the computer and of up to two process keys (0 = absent), and the set of hidden rules that
 * match.
 */
export const JoinColumn = {
  TimeHigh: 0,
  TimeLow: 1,
  Chunk: 2,
  Offset: 3,
  Computer: 4,
  FirstKey: 5,
  SecondKey: 6,
  Set: 7,
} as const;
export const JOIN_COLUMNS = 8;
/** Rows of one slice. Crosses threads as it is. */
export interface JoinRows {
  /** Entry 0 is '' and stands for an absent value. */
  readonly texts: readonly string[];
  /** Lists of hidden rules, ascending. */
  readonly sets: readonly (readonly number[])[];
  readonly rows: Uint32Array;
}

/** How processes are told apart: by Sysmon's ProcessGuid, or by number, which Windows uses again. */
export type ProcessKind = 'guid' | 'number';

/** A field that a join supplies to a rule. */
export interface JoinedField {
  readonly field: FieldKey;
  /** Which key of the row names the process: 0 or 1. */
  readonly key: number;
  /** Field of the creation record, read through its view. */
  readonly read: FieldKey;
}

/** A rule on the events of one view whose condition reads joined fields. */
export interface JoinedRule {
  /** Number in the scanned rule set, and in the plan's own. */
  readonly rule: number;
  readonly local: number;
  readonly kind: ProcessKind;
  readonly fields: readonly JoinedField[];
  /** Hidden rule: events on which the rule fails, but might hold with what a join supplies. */
  readonly candidate: number | undefined;
  /** Hidden rule: events on which the rule holds, but might fail. */
  readonly open: number | undefined;
  /**
   * Hidden rule that marks process creations whose own fields speak for themselves too little: their children are looked
   * at from the parent's side. Undefined where `candidate` says enough.
   */
  readonly lacking: number | undefined;
  /** Per key: hidden rule that a creation must match for the rule to hold on what it supplies; undefined = any may do. */
  readonly parents: readonly (number | undefined)[];
}

export interface JoinPlan {
  readonly numbers: JoinNumbers;
  /** Hidden rules that mark process creations, by kind, and the view through which a creation is read. */
  readonly creations: readonly { readonly hidden: number; readonly kind: ProcessKind; readonly view: number }[];
  /** Hidden rules that mark the end of a process, and the start of a system. */
  readonly ends: readonly number[];
  readonly boots: readonly number[];
  readonly rules: readonly JoinedRule[];
  /** Fields that correlations read on matches of a rule: its matches by join are rows for them too. */
  readonly sources: readonly (readonly [rule: number, fields: readonly FieldKey[]])[];
  /** The joined rules with their predicates and all views, for the reference interpreter. */
  readonly ruleSet: RuleSet;
}
