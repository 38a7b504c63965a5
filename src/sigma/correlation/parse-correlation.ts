// A correlation document to a draft, with everything that is wrong reported at once. Names of rules are looked up
// later, over all documents (resolve-references.ts). Specification: Sigma correlation rules 2.1.0; Sigma engine 1.6.

import type { Comparison, CorrelationType } from '../../model/rule-set.ts';
import { nearestName } from '../logsource/nearest-name.ts';
import type { YamlEntry, YamlMap, YamlNode } from '../source/nodes.ts';
import { entryOf, isTrue, kindOf, textOf } from '../source/nodes.ts';
import type { Report } from '../source/report.ts';
import type { AliasField, CorrelationDraft, PlacedText, RuleCondition } from './draft.ts';
import { parseRuleCondition } from './parse-rule-condition.ts';
import { parseTimespan, TIMESPAN_HINT } from './timespan.ts';

/** Most rules of one correlation: what ordered chains cost grows with their square. */
const MAX_RULES = 64;

const TYPES: ReadonlyMap<string, CorrelationType> = new Map<string, CorrelationType>([
  ['event_count', 'event_count'],
  ['value_count', 'value_count'],
  ['temporal', 'temporal'],
  ['temporal_ordered', 'temporal_ordered'],
  ['value_sum', 'value_sum'],
  ['value_avg', 'value_avg'],
  ['value_percentile', 'value_percentile'],
  ['value_median', 'value_percentile'],
]);

const OPERATORS: ReadonlyMap<string, Comparison | 'neq'> = new Map<string, Comparison | 'neq'>([
  ['gt', 'gt'],
  ['gte', 'gte'],
  ['lt', 'lt'],
  ['lte', 'lte'],
  ['eq', 'eq'],
  ['neq', 'neq'],
]);

/** Whether a document is a correlation: prose under that key in a detection rule is not. */
export function isCorrelation(root: YamlMap): boolean {
  const entry = entryOf(root, 'correlation');
  return entry !== undefined && (entry.value.kind === 'map' || entryOf(root, 'detection') === undefined);
}

/** The draft of a correlation document; undefined when it cannot be used (the report then has errors). */
export function parseCorrelation(root: YamlMap, report: Report): CorrelationDraft | undefined {
  const entry = entryOf(root, 'correlation');
  const map = entry?.value;
  if (map?.kind !== 'map') {
    report.error(
      'correlation-shape',
      map?.range ?? root.range,
      'The correlation is not a map.',
      'Write type, rules, timespan and condition below it.',
    );
    return undefined;
  }
  const type = readType(map, report);
  const references = readReferences(map, report);
  const groupBy = readTexts(map, 'group-by', report);
  const aliases = readAliases(map, report);
  const timespan = readTimespan(map, report);
  if (type === undefined || references.length === 0 || timespan === undefined) {
    if (type !== undefined) readCondition(map, type, references, report);
    return undefined;
  }
  const condition = readCondition(map, type, references, report);
  if (condition === undefined) return undefined;
  const isMedian = textOf(entryOf(map, 'type')?.value) === 'value_median';
  if (type === 'value_percentile' && !isMedian && condition.percentile === undefined) {
    report.warning(
      'correlation-percentile',
      map.range,
      'The percentile is not given; the median (50) is used.',
      'Add `percentile: 95` to the condition.',
    );
  }
  return {
    type,
    references,
    groupBy,
    aliases,
    timespan,
    conditions: condition.conditions,
    expression: condition.expression,
    valueFields: condition.fields,
    percentile: type === 'value_percentile' ? (condition.percentile ?? 50) : undefined,
    generate: isTrue(entryOf(map, 'generate')?.value) || isTrue(entryOf(root, 'generate')?.value),
  };
}

function readType(map: YamlMap, report: Report): CorrelationType | undefined {
  const entry = entryOf(map, 'type');
  const text = textOf(entry?.value);
  const type = TYPES.get(text ?? '');
  if (type !== undefined) return type;
  const nearest = nearestName(text ?? '', TYPES.keys());
  report.error(
    'correlation-type',
    entry?.value.range ?? map.range,
    text === undefined ? 'The correlation has no type.' : `The correlation type \`${text}\` is unknown.`,
    nearest === undefined ? `Use one of ${[...TYPES.keys()].join(', ')}.` : `Did you mean \`${nearest}\`?`,
  );
  return undefined;
}

function readReferences(map: YamlMap, report: Report): readonly PlacedText[] {
  const entry = entryOf(map, 'rules');
  const texts = readTexts(map, 'rules', report);
  const seen = new Set<string>();
  const references = texts.filter(({ text, range }) => {
    if (!seen.has(text)) return seen.add(text);
    report.warning(
      'correlation-repeated-rule',
      range,
      `The rule \`${text}\` is named twice; it counts once.`,
      'Remove the repetition.',
    );
    return false;
  });
  if (references.length === 0) {
    report.error(
      'correlation-rules',
      entry?.value.range ?? map.range,
      'The correlation names no rules.',
      'List ids or names of rules under `rules`.',
    );
  } else if (references.length > MAX_RULES) {
    report.error(
      'correlation-rules',
      entry?.value.range ?? map.range,
      `The correlation names more than ${MAX_RULES} rules.`,
      'Split it into several correlations.',
    );
    return [];
  }
  return references;
}

function readTexts(map: YamlMap, key: string, report: Report): readonly PlacedText[] {
  const node = entryOf(map, key)?.value;
  if (node === undefined) return [];
  const nodes = node.kind === 'list' ? node.items : [node];
  return nodes.flatMap((item) => {
    const text = textOf(item);
    if (text !== undefined && text !== '') return [{ text, range: item.range }];
    report.error('correlation-shape', item.range, `There is ${kindOf(item)} in \`${key}\` where a name belongs.`);
    return [];
  });
}

function readAliases(map: YamlMap, report: Report): ReadonlyMap<string, readonly AliasField[]> {
  const node = entryOf(map, 'aliases')?.value;
  const aliases = new Map<string, readonly AliasField[]>();
  if (node === undefined) return aliases;
  if (node.kind !== 'map') {
    report.error(
      'correlation-alias',
      node.range,
      'The aliases are not a map.',
      'Write alias, then rule name and field below it.',
    );
    return aliases;
  }
  for (const { key, value } of node.entries) {
    const fields = value.kind === 'map' ? value.entries.flatMap((entry) => aliasField(entry, report)) : [];
    if (fields.length === 0) {
      report.error(
        'correlation-alias',
        value.range,
        `The alias \`${key.text}\` names no field.`,
        'Write `rule name: field` below the alias.',
      );
    }
    aliases.set(key.text, fields);
  }
  return aliases;
}

function aliasField({ key, value }: YamlEntry, report: Report): readonly AliasField[] {
  const field = textOf(value);
  if (field !== undefined && field !== '') return [{ rule: { text: key.text, range: key.range }, field }];
  report.error('correlation-alias', value.range, `The field for \`${key.text}\` is missing.`);
  return [];
}

function readTimespan(map: YamlMap, report: Report): number | undefined {
  const node = entryOf(map, 'timespan')?.value;
  const text = textOf(node);
  const timespan = text === undefined ? undefined : parseTimespan(text);
  if (timespan === undefined) {
    report.error(
      'correlation-timespan',
      node?.range ?? map.range,
      text === undefined ? 'The correlation has no timespan.' : `The timespan \`${text}\` cannot be read.`,
      TIMESPAN_HINT,
    );
  }
  return timespan;
}

interface ReadCondition {
  readonly conditions: CorrelationDraft['conditions'];
  readonly fields: readonly string[];
  readonly percentile: number | undefined;
  readonly expression: RuleCondition | undefined;
}

function readCondition(
  map: YamlMap,
  type: CorrelationType,
  references: readonly PlacedText[],
  report: Report,
): ReadCondition | undefined {
  const node = entryOf(map, 'condition')?.value;
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  if (node === undefined || (node.kind === 'scalar' && node.type === 'null')) {
    // Without a condition a temporal correlation asks for all of its rules.
    if (temporal)
      return {
        conditions: [{ compare: 'gte', value: references.length }],
        fields: [],
        percentile: undefined,
        expression: undefined,
      };
    report.error(
      'correlation-condition',
      map.range,
      'The correlation has no condition.',
      'Add `condition:` with a map such as `gte: 10`.',
    );
    return undefined;
  }
  if (node.kind === 'scalar') {
    if (type !== 'temporal') {
      report.error(
        'correlation-condition',
        node.range,
        `A condition over rule names does not fit the type \`${type}\`.`,
        'Write a map such as `gte: 10`, or use `temporal`.',
      );
      return undefined;
    }
    const expression = parseRuleCondition(node.text, node.range, report);
    return expression === undefined ? undefined : { conditions: [], fields: [], percentile: undefined, expression };
  }
  if (node.kind === 'list') {
    report.error('correlation-condition', node.range, 'The condition is a list.', 'Write a map such as `gte: 10`.');
    return undefined;
  }
  return readConditionMap(node, type, temporal, references, report);
}

function readConditionMap(
  node: YamlMap,
  type: CorrelationType,
  temporal: boolean,
  references: readonly PlacedText[],
  report: Report,
): ReadCondition | undefined {
  const conditions: { compare: Comparison | 'neq'; value: number }[] = [];
  const fields: string[] = [];
  let percentile: number | undefined;
  let failed = false;
  for (const { key, value } of node.entries) {
    const compare = OPERATORS.get(key.text);
    if (compare !== undefined) {
      const limit = numberOf(value);
      if (limit === undefined) {
        report.error('correlation-condition', value.range, `\`${key.text}\` needs a number.`);
        failed = true;
      } else {
        conditions.push({ compare, value: limit });
      }
    } else if (key.text === 'field') {
      for (const { text } of readTexts(node, 'field', report)) fields.push(text);
    } else if (key.text === 'percentile') {
      percentile = numberOf(value);
      if (percentile === undefined || percentile < 0 || percentile > 100) {
        report.error('correlation-percentile', value.range, 'The percentile is not a number from 0 to 100.');
        failed = true;
      }
    } else {
      const nearest = nearestName(key.text, OPERATORS.keys());
      report.error(
        'correlation-condition',
        key.range,
        `\`${key.text}\` does not belong in a correlation condition.`,
        nearest === undefined ? `Use ${[...OPERATORS.keys()].join(', ')} and field.` : `Did you mean \`${nearest}\`?`,
      );
      failed = true;
    }
  }
  if (failed) return undefined;
  if (conditions.length === 0) {
    if (!temporal) {
      report.error(
        'correlation-condition',
        node.range,
        'The condition compares with nothing.',
        'Add an operator and a number, such as `gte: 10`.',
      );
      return undefined;
    }
    conditions.push({ compare: 'gte', value: references.length });
  }
  const wantsField = type.startsWith('value_');
  if (wantsField && fields.length === 0) {
    report.error(
      'correlation-field',
      node.range,
      `The type \`${type}\` needs a field.`,
      'Add `field:` to the condition.',
    );
    return undefined;
  }
  if (wantsField && type !== 'value_count' && fields.length > 1) {
    report.error('correlation-field', node.range, `The type \`${type}\` works on one field.`, 'Name a single field.');
    return undefined;
  }
  if (!wantsField && fields.length > 0) {
    report.warning(
      'correlation-field',
      node.range,
      `The type \`${type}\` does not look at a field; it is ignored.`,
      'Use value_count to count values.',
    );
  }
  return { conditions, fields: wantsField ? fields : [], percentile, expression: undefined };
}

function numberOf(node: YamlNode): number | undefined {
  const text = textOf(node)?.trim();
  return text !== undefined && /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
