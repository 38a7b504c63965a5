// A rule after parsing and before lowering: what filters are applied to, what legacy aggregations are taken from, and
// what correlations refer to.

import type { Logsource } from '../../model/logsource.ts';
import type { TextRange } from '../../model/diagnostic.ts';
import type { ConditionNode } from '../condition/parse-condition.ts';
import type { Selection } from '../detection/item-value.ts';
import type { AggregationText } from '../detection/parse-section.ts';
import type { YamlEntry } from '../source/nodes.ts';
import type { Report } from '../source/report.ts';
import type { Metadata } from './parse-metadata.ts';

/** A condition with the selections that it names. Several parts of one rule must all hold (a rule and its filters). */
export interface DetectionPart {
  /** '' for the rule's own part, else the title of the filter. */
  readonly origin: string;
  readonly selections: ReadonlyMap<string, Selection>;
  readonly condition: ConditionNode;
  readonly conditionText: string;
}

export interface RuleDraft {
  readonly metadata: Metadata;
  readonly logsource: Logsource;
  readonly logsourceRange: TextRange;
  readonly detection: DetectionPart;
  readonly aggregation: AggregationText | undefined;
  /** `detection.timeframe`, needed by legacy aggregations. */
  readonly timeframe: YamlEntry | undefined;
  readonly report: Report;
}
