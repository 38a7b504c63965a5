// Rules after compilation, as plain data: what src/sigma produces, src/engine packs into its program, the catalogue
// shows and the case keeps. Nothing here knows YAML.

import type { Diagnostic } from './diagnostic.ts';
import type { FieldKey } from './field-key.ts';
import type { FieldView } from './field-view.ts';

export type RuleLevel = 'informational' | 'low' | 'medium' | 'high' | 'critical';

/** Levels from least to most severe. */
export const RULE_LEVELS: readonly RuleLevel[] = ['informational', 'low', 'medium', 'high', 'critical'];

export type TextAnchor = 'exact' | 'prefix' | 'suffix' | 'contains';
export type Comparison = 'eq' | 'lt' | 'lte' | 'gt' | 'gte';
export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

/** Part of a wildcard value: text, `*` (any units, also none) or `?` (one code point). */
export type GlobPart =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'any' } | { readonly kind: 'one' };

/**
 * One test of one field. Text payloads are folded unless `cased`. A predicate over a field with several values is true
 * when some value satisfies it; over an absent field it is false, except `null`.
 */
export type Predicate =
  /** The field is there, also empty. */
  | { readonly kind: 'exists'; readonly field: FieldKey }
  /** Some value is empty text ('' in a rule): the field is there. */
  | { readonly kind: 'empty'; readonly field: FieldKey }
  /** Absent, or only empty values. */
  | { readonly kind: 'null'; readonly field: FieldKey }
  | {
      readonly kind: 'literal';
      readonly field: FieldKey;
      readonly anchor: TextAnchor;
      readonly text: string;
      readonly cased: boolean;
    }
  | { readonly kind: 'glob'; readonly field: FieldKey; readonly parts: readonly GlobPart[]; readonly cased: boolean }
  /** Value parses as `-?\d+` or `0x[0-9a-f]+` and compares so; `value` is canonical decimal text (may have a fraction). */
  | { readonly kind: 'number'; readonly field: FieldKey; readonly compare: Comparison; readonly value: string }
  | {
      readonly kind: 'time';
      readonly field: FieldKey;
      readonly part: TimePart;
      readonly compare: Comparison;
      readonly value: number;
    }
  /** Address in network; 4 or 16 bytes, `bits` leading ones. ::ffff:a.b.c.d in events counts as IPv4. */
  | { readonly kind: 'cidr'; readonly field: FieldKey; readonly bytes: readonly number[]; readonly bits: number }
  /** Unanchored search. `source` is the translated pattern (base/linear-regex.ts), flags of i, m, s. */
  | { readonly kind: 'regex'; readonly field: FieldKey; readonly source: string; readonly flags: string }
  /** Compares two fields of the event by text. */
  | {
      readonly kind: 'fieldref';
      readonly field: FieldKey;
      readonly other: FieldKey;
      readonly anchor: TextAnchor;
      readonly cased: boolean;
    };

/** Condition of a rule over predicate numbers of its rule set. `and` of nothing is true, `or` of nothing is false. */
export type Expression =
  | { readonly op: 'and' | 'or'; readonly children: readonly Expression[] }
  | { readonly op: 'not'; readonly child: Expression }
  | { readonly op: 'test'; readonly predicate: number };

/** A kind of event that a rule may match. Undefined parts accept anything; texts are folded. */
export interface Route {
  readonly channel: string | undefined;
  readonly provider: string | undefined;
  readonly eventIds: readonly number[] | undefined;
  /** View id through which the rule's fields are read on these events. */
  readonly view: number;
  /** Further condition of the logsource itself (registry_add: EventType is CreateKey). */
  readonly extra: Expression | undefined;
}

/** Why a rule cannot produce findings on any event log, whatever the data. */
export type NotEvaluableReason =
  'etw-only' | 'fields-never-logged' | 'needs-rendered-message' | 'other-product' | 'contradiction';

/** Facts about a rule that the catalogue, findings and exports show. */
export interface RuleInfo {
  /** The rule's id, or a stable one derived from path and title where it has none. */
  readonly id: string;
  readonly name: string | undefined;
  readonly title: string;
  readonly level: RuleLevel;
  readonly status: string;
  readonly description: string;
  readonly author: string;
  readonly date: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  readonly logsource: {
    readonly product: readonly string[];
    readonly category: readonly string[];
    readonly service: readonly string[];
  };
  /** Pack the rule came with (`core`, a folder or a zip name), file within it, document number from 0. */
  readonly pack: string;
  readonly file: string;
  readonly document: number;
  /** SHA-256 (hex) of the document's text. */
  readonly hash: string;
  readonly notEvaluable: NotEvaluableReason | undefined;
  readonly warnings: readonly Diagnostic[];
}

/** A rule that is judged event by event. */
export interface EventRule {
  readonly kind: 'event';
  readonly info: RuleInfo;
  /** One of them must accept the event. Empty for rules that are not evaluable. */
  readonly routes: readonly Route[];
  readonly condition: Expression;
  /** False when only correlations use it (`generate`): no findings of its own. */
  readonly generates: boolean;
}

export type CorrelationType =
  'event_count' | 'value_count' | 'temporal' | 'temporal_ordered' | 'value_sum' | 'value_avg' | 'value_percentile';

/** A rule over matches of other rules, folded in time order (specification: correlation rules). */
export interface CorrelationRule {
  readonly kind: 'correlation';
  readonly info: RuleInfo;
  readonly type: CorrelationType;
  /** Rule numbers within the rule set, in the order of the document; may name other correlations. */
  readonly rules: readonly number[];
  /** Group-by keys; per key the field to read for each rule of `rules` (aliases resolved). */
  readonly groupBy: readonly { readonly label: string; readonly fieldOf: readonly FieldKey[] }[];
  /** Window in milliseconds; undefined = the whole data set (legacy aggregation without timeframe). */
  readonly timespan: number | undefined;
  /** All of them must hold for the aggregate. */
  readonly conditions: readonly { readonly compare: Comparison | 'neq'; readonly value: number }[];
  /** Fields whose values are counted, summed … (value_*); tuples when several. */
  readonly valueFields: readonly FieldKey[];
  readonly percentile: number | undefined;
  /**
   * Temporal types with a condition over rule names: test.predicate is a position in `rules`, true when that rule
   * matched within the window. `conditions` is then empty.
   */
  readonly expression?: Expression;
  readonly generates: boolean;
}

export type Rule = EventRule | CorrelationRule;

/** A view that holds for every rule on the events it names (undefined parts accept anything; texts are folded). */
export interface EventView {
  readonly channel: string | undefined;
  readonly provider: string | undefined;
  readonly eventIds: readonly number[] | undefined;
  readonly view: number;
}

/**
 * Compiled rules that belong together. Rule, predicate and view numbers are positions in these lists. The values of a
 * field on an event: its own leaves (unless a view hides them), plus the sources of every event view that names the
 * event, plus those of the route's view.
 */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly predicates: readonly Predicate[];
  readonly views: readonly FieldView[];
  readonly eventViews: readonly EventView[];
}

/** What became of one document of a rule file. */
export interface RuleVerdict {
  readonly file: string;
  readonly document: number;
  readonly id: string;
  readonly title: string;
  readonly verdict: 'compiled' | 'not-evaluable' | 'other-product' | 'rejected';
  /** One sentence, '' when compiled without remark. */
  readonly reason: string;
  readonly diagnostics: readonly Diagnostic[];
}
