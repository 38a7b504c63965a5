// A detection section as a whole: selections plus condition, as `detection` of a rule and `filter` of a filter have it.

import type { YamlEntry, YamlMap, YamlScalar } from '../source/nodes.ts';
import { entriesOf, kindOf } from '../source/nodes.ts';
import { rangeInScalar } from '../source/scalar-range.ts';
import type { ConditionNode } from '../condition/parse-condition.ts';
import { namesInCondition, parseCondition } from '../condition/parse-condition.ts';
import type { Selection } from './item-value.ts';
import type { ItemContext } from './parse-item.ts';
import { parseSelections } from './parse-detection.ts';

/** A `| count() …` behind a condition, as written, with the scalar it stands in and its offset there. */
export interface AggregationText {
  readonly text: string;
  readonly node: YamlScalar;
  readonly start: number;
}

export interface DetectionSection {
  readonly selections: ReadonlyMap<string, Selection>;
  /** Undefined when the section cannot be used; the report says why. */
  readonly condition: ConditionNode | undefined;
  /** The condition as written, for explanations. */
  readonly conditionText: string;
  readonly aggregation: AggregationText | undefined;
}

/** Reads a section; `reserved` keys (the condition among them) are no selections. `owner` is the entry that holds it. */
export function parseSection(
  map: YamlMap,
  owner: YamlEntry,
  reserved: ReadonlySet<string>,
  context: ItemContext,
): DetectionSection {
  const { report } = context;
  const selections = parseSelections(map, reserved, context);
  const written = entriesOf(map, 'condition');
  const last = written[written.length - 1];
  if (selections.size === 0 && !report.failed) {
    report.error(
      'missing-selection',
      owner.key.range,
      `There is no selection in \`${owner.key.text}\`.`,
      'Add a map such as `selection`.',
    );
  }
  if (last === undefined) {
    report.error(
      'missing-condition',
      owner.key.range,
      `There is no \`condition\` in \`${owner.key.text}\`.`,
      'Add `condition: selection`.',
    );
    return { selections, condition: undefined, conditionText: '', aggregation: undefined };
  }
  if (written.length > 1) {
    report.warning('duplicate-key', last.key.range, 'There are several conditions; the last one counts.', 'Keep one.');
  }
  const scalars = conditionScalars(last, context);
  const parsed = scalars.map((node) => readCondition(node, selections, context));
  const roots = parsed.map((each) => each.condition);
  const aggregations = parsed.map((each) => each.aggregation).filter((each) => each !== undefined);
  if (aggregations.length > 0 && scalars.length > 1) {
    report.error(
      'aggregation-in-list',
      last.value.range,
      'An aggregation cannot stand in a list of conditions.',
      'Split the rule.',
    );
  }
  if (scalars.length > 1) {
    report.info(
      'condition-list',
      last.value.range,
      'The condition is a list; the rule fires when any of its conditions holds.',
      'Join them with `or`.',
    );
  }
  const usable = roots.filter((root) => root !== undefined);
  const complete = scalars.length > 0 && usable.length === roots.length;
  const condition: ConditionNode | undefined = !complete
    ? undefined
    : usable.length === 1
      ? usable[0]
      : { op: 'or', children: usable };
  if (condition !== undefined) checkUse(condition, selections, context);
  return {
    selections,
    condition,
    conditionText: scalars.map((node) => node.text.trim()).join(' or '),
    aggregation: aggregations[0],
  };
}

function conditionScalars(entry: YamlEntry, context: ItemContext): YamlScalar[] {
  const value = entry.value;
  const nodes = value.kind === 'list' ? value.items : [value];
  const scalars = nodes.filter((node): node is YamlScalar => node.kind === 'scalar' && node.type !== 'null');
  if (nodes.length === 0 || scalars.length < nodes.length) {
    const wrong = nodes.find((node) => node.kind !== 'scalar' || node.type === 'null');
    const kind = wrong === undefined ? 'an empty list' : wrong.kind === 'scalar' ? 'nothing' : `a ${kindOf(wrong)}`;
    context.report.error(
      'missing-condition',
      (wrong ?? value).range,
      `A condition is a text, not ${kind}.`,
      'Write `condition: selection`.',
    );
    return [];
  }
  return scalars;
}

function readCondition(
  node: YamlScalar,
  selections: ReadonlyMap<string, Selection>,
  context: ItemContext,
): { readonly condition: ConditionNode | undefined; readonly aggregation: AggregationText | undefined } {
  const { report } = context;
  const parsed = parseCondition(node.text, [...selections.keys()]);
  for (const problem of parsed.problems) {
    const range = rangeInScalar(node, context.text, context.textStart, problem.start, problem.end);
    if (problem.severity === 'error') report.error(problem.code, range, problem.message, problem.hint);
    else report.warning(problem.code, range, problem.message, problem.hint);
  }
  const aggregation = parsed.aggregation === undefined ? undefined : { ...parsed.aggregation, node };
  return { condition: parsed.root, aggregation };
}

/** Selections without content are errors where the condition needs them; selections that it does not name are remarked. */
function checkUse(condition: ConditionNode, selections: ReadonlyMap<string, Selection>, context: ItemContext): void {
  const used = namesInCondition(condition);
  for (const selection of selections.values()) {
    if (selection.root === undefined && used.has(selection.name)) {
      // A selection whose items were refused has been reported already.
      if (!context.report.failed) {
        context.report.error(
          'empty-selection',
          selection.range,
          `The selection \`${selection.name}\` is empty.`,
          'Fill it, or remove it from the condition.',
        );
      }
    } else if (!used.has(selection.name)) {
      context.report.warning(
        'unused-selection',
        selection.range,
        `The condition does not use \`${selection.name}\`.`,
        'Remove it, or add it to the condition.',
      );
    }
  }
}
