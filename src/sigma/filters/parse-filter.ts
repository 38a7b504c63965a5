// A filter document: a further condition for rules that it names. Its selections are read like those of a rule; here
// is only which rules it applies to. Specification: Sigma filters 2.1.0; decisions: Sigma engine 1.7.

import type { TextRange } from '../../model/diagnostic.ts';
import type { Logsource } from '../../model/logsource.ts';
import type { Expression } from '../../model/rule-set.ts';
import type { YamlMap } from '../source/nodes.ts';
import { entryOf, kindOf, textOf } from '../source/nodes.ts';
import type { Report } from '../source/report.ts';

/** A filter as its document states it. */
export interface FilterDraft {
  /** Ids or names of the rules; undefined = every rule of the logsource. */
  readonly rules: readonly { readonly text: string; readonly range: TextRange }[] | undefined;
  /** Selections and condition, in the form of a rule's detection. */
  readonly detection: YamlMap;
}

/** Whether a document is a filter. */
export function isFilter(root: YamlMap): boolean {
  return entryOf(root, 'filter') !== undefined && entryOf(root, 'detection') === undefined;
}

/** The draft of a filter document; undefined when it cannot be used (the report then has errors). */
export function parseFilter(root: YamlMap, report: Report): FilterDraft | undefined {
  const map = entryOf(root, 'filter')?.value;
  const logsource = entryOf(root, 'logsource');
  if (logsource === undefined) {
    report.error(
      'filter-logsource',
      root.range,
      'The filter has no logsource.',
      'Add the logsource of the rules that it applies to.',
    );
  }
  if (map?.kind !== 'map') {
    report.error(
      'filter-shape',
      map?.range ?? root.range,
      'The filter is not a map.',
      'Write rules, selections and condition below it.',
    );
    return undefined;
  }
  const rules = readRules(map, report);
  const detection: YamlMap = { ...map, entries: map.entries.filter(({ key }) => key.text !== 'rules') };
  const condition = entryOf(detection, 'condition');
  if (condition === undefined) {
    report.error(
      'filter-condition',
      map.range,
      'The filter has no condition.',
      'Add a condition such as `not selection`.',
    );
  }
  if (detection.entries.every(({ key }) => key.text === 'condition')) {
    report.error('filter-selection', map.range, 'The filter has no selection.', 'Add a selection.');
  }
  const text = textOf(condition?.value);
  if (text !== undefined && !/\bnot\b/i.test(text)) {
    report.warning(
      'filter-without-not',
      condition?.value.range,
      'The condition is added to the rule with `and`; without `not` the rule then matches only what the filter names.',
      'Write `not selection` to exclude what the selection names.',
    );
  }
  return rules === undefined || report.failed ? undefined : { rules: rules === 'any' ? undefined : rules, detection };
}

function readRules(map: YamlMap, report: Report): FilterDraft['rules'] | 'any' {
  const node = entryOf(map, 'rules')?.value;
  if (node === undefined) {
    report.error(
      'filter-rules',
      map.range,
      'The filter names no rules.',
      'List ids or names of rules, or write `rules: any`.',
    );
    return undefined;
  }
  const nodes = node.kind === 'list' ? node.items : [node];
  const rules: { text: string; range: TextRange }[] = [];
  for (const item of nodes) {
    const text = textOf(item);
    if (text === undefined) {
      report.error('filter-rules', item.range, `There is ${kindOf(item)} where the id or name of a rule belongs.`);
      return undefined;
    }
    if (text.toLowerCase() === 'any') return 'any';
    rules.push({ text, range: item.range });
  }
  return rules.length === 0 ? 'any' : rules;
}

/** A rule as far as filters look at it. */
export interface FilterTarget {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly logsource: Logsource;
}

/** Whether a filter with that logsource applies to a rule: named by it, and the rule's logsource lies within the filter's. */
export function filterApplies(filter: FilterDraft, logsource: Logsource, rule: FilterTarget): boolean {
  const named =
    filter.rules === undefined ||
    filter.rules.some(({ text }) => {
      const wanted = text.toLowerCase();
      return wanted === rule.id?.toLowerCase() || wanted === rule.name?.toLowerCase();
    });
  return (
    named &&
    (['product', 'category', 'service'] as const).every((part) => contains(logsource[part], rule.logsource[part]))
  );
}

function contains(outer: readonly string[], inner: readonly string[]): boolean {
  return outer.length === 0 || (inner.length > 0 && inner.every((text) => outer.includes(text)));
}

/** Warns of every rule that a filter names and no target has. */
export function reportUnknownTargets(filter: FilterDraft, targets: readonly FilterTarget[], report: Report): void {
  const known = new Set(targets.flatMap(({ id, name }) => [id?.toLowerCase(), name?.toLowerCase()]));
  for (const { text, range } of filter.rules ?? []) {
    if (!known.has(text.toLowerCase())) {
      report.warning(
        'filter-unknown-rule',
        range,
        `No rule has the id or name \`${text}\`.`,
        'Load the rule together with the filter.',
      );
    }
  }
}

/** The condition of a rule with the conditions of its filters added. */
export function withFilters(condition: Expression, filters: readonly Expression[]): Expression {
  return filters.length === 0 ? condition : { op: 'and', children: [condition, ...filters] };
}
