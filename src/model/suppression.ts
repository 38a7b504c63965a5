// What the analyst keeps off the lists: findings of a rule whose event has certain values. A suppression hides and never
// deletes: what it hides is counted, can be shown, and comes back when it is removed.

import type { RuleLevel } from './rule-set.ts';

export const MATCH_KINDS = ['equals', 'prefix', 'suffix', 'contains'] as const;

/** How a field's value is compared; case does not matter, as in Sigma. */
export type MatchKind = (typeof MATCH_KINDS)[number];

export interface SuppressionCondition {
  /** As the event calls it, or as a rule would. */
  readonly field: string;
  readonly match: MatchKind;
  readonly value: string;
}

/** `case`: kept with the case. `all`: kept by this browser, for every case. */
export type SuppressionScope = 'case' | 'all';

export interface Suppression {
  readonly id: string;
  readonly ruleId: string;
  /** Of the rule when the suppression was made: it is readable where the rule is not loaded. */
  readonly ruleTitle: string;
  /** All of them must hold; none hides every finding of the rule. */
  readonly conditions: readonly SuppressionCondition[];
  readonly reason: string;
  readonly scope: SuppressionScope;
  /** Who made or last changed it; '' where nobody gave a name. */
  readonly analyst: string;
  /** Unix milliseconds. */
  readonly created: number;
  readonly changed: number;
}

export const SUPPRESSION_LIMITS = {
  /** Per place of keeping: more is not tuning but a rule of its own. */
  count: 2_000,
  conditions: 32,
  /** UTF-16 units of a value, a field name and a reason. */
  value: 4_096,
  field: 256,
  reason: 2_000,
} as const;

/** What the analyst set for a rule, in every case of this browser. */
export interface RuleSetting {
  readonly ruleId: string;
  /** The rule makes no findings of its own; correlations that count it go on counting. */
  readonly off: boolean;
  /** In place of the rule's own level; undefined leaves it. */
  readonly level: RuleLevel | undefined;
  /** Unix milliseconds. */
  readonly changed: number;
}
