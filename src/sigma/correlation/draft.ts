// A correlation as its document states it, before its rule names are looked up (resolve-references.ts).

import type { TextRange } from '../../model/diagnostic.ts';
import type { Comparison, CorrelationType } from '../../model/rule-set.ts';

/** A text and where it stands. */
export interface PlacedText {
  readonly text: string;
  readonly range: TextRange;
}

export interface AliasField {
  readonly rule: PlacedText;
  readonly field: string;
}

/** Condition over rule names (temporal types); tests hold a position in the list of references. */
export type RuleCondition =
  | { readonly op: 'and' | 'or'; readonly children: readonly RuleCondition[] }
  | { readonly op: 'not'; readonly child: RuleCondition }
  | { readonly op: 'test'; readonly name: PlacedText };

export interface CorrelationDraft {
  readonly type: CorrelationType;
  /** Ids or names of other rules; empty for a translated aggregation, whose only rule is its own search. */
  readonly references: readonly PlacedText[];
  readonly groupBy: readonly PlacedText[];
  /** Fields by rule, under the name that group-by uses. */
  readonly aliases: ReadonlyMap<string, readonly AliasField[]>;
  /** Milliseconds; undefined = the whole data set. */
  readonly timespan: number | undefined;
  readonly conditions: readonly { readonly compare: Comparison | 'neq'; readonly value: number }[];
  readonly expression: RuleCondition | undefined;
  readonly valueFields: readonly string[];
  readonly percentile: number | undefined;
  /** Whether the rules that it names also make findings of their own. */
  readonly generate: boolean;
}
