// The pipe of old Sigma conditions (`selection | count(field) by group > 10`), removed in version 2 of the language.
// Counts are translated to a correlation over the rule's own search; what has no exact meaning is refused with the
// reason. Reference: Sigma engine 1.5 and 2.9 (quirk 8).

import type { TextRange } from '../../model/diagnostic.ts';
import type { Comparison, CorrelationType } from '../../model/rule-set.ts';
import type { Report } from '../source/report.ts';
import type { CorrelationDraft, PlacedText } from './draft.ts';
import { parseTimespan, TIMESPAN_HINT } from './timespan.ts';

const OPERATORS: ReadonlyMap<string, Comparison | 'neq'> = new Map<string, Comparison | 'neq'>([
  ['>', 'gt'],
  ['>=', 'gte'],
  ['<', 'lt'],
  ['<=', 'lte'],
  ['=', 'eq'],
  ['==', 'eq'],
  ['!=', 'neq'],
]);

const FUNCTIONS: ReadonlyMap<string, CorrelationType> = new Map<string, CorrelationType>([
  ['count', 'value_count'],
  ['sum', 'value_sum'],
  ['avg', 'value_avg'],
]);

/** Longest aggregation that is looked at, in UTF-16 units; real ones have fewer than 100. */
const MAX_LENGTH = 2_000;

/** A condition taken apart at its pipe. */
export interface PipedCondition {
  readonly search: string;
  /** Text behind the pipe, and where it starts in the condition. */
  readonly aggregation: string;
  readonly start: number;
}

/** Takes a condition apart at its first pipe; undefined when it has none. */
export function splitAggregation(condition: string): PipedCondition | undefined {
  const at = condition.indexOf('|');
  return at < 0
    ? undefined
    : { search: condition.slice(0, at).trim(), aggregation: condition.slice(at + 1).trim(), start: at };
}

/**
 * Translates what stands behind the pipe to a draft without references: its only rule is the search before the pipe.
 * `timeframe` is the text of detection.timeframe; without one the whole data set is one window. Undefined when there is
 * no translation; the report says why.
 */
export function parseAggregation(
  aggregation: string,
  range: TextRange,
  timeframe: PlacedText | undefined,
  report: Report,
): CorrelationDraft | undefined {
  const word = /^\w{0,40}/.exec(aggregation)?.[0].toLowerCase() ?? '';
  const parts = partsOf(aggregation, word);
  const type = FUNCTIONS.get(word);
  if (parts === undefined || type === undefined) {
    report.error(
      'aggregation-unsupported',
      range,
      reasonFor(word),
      'Write a correlation rule (a document with `correlation:`) instead.',
    );
    return undefined;
  }
  const { field, groups, compare, limit } = parts;
  if (type !== 'value_count' && field === '') {
    report.error('aggregation-unsupported', range, `\`${word}()\` needs a field.`, `Write \`${word}(Field)\`.`);
    return undefined;
  }
  let timespan: number | undefined;
  if (timeframe !== undefined) {
    timespan = parseTimespan(timeframe.text);
    if (timespan === undefined) {
      report.error(
        'correlation-timespan',
        timeframe.range,
        `The timeframe \`${timeframe.text}\` cannot be read.`,
        TIMESPAN_HINT,
      );
      return undefined;
    }
  }
  // Record numbers are distinct within a log: counting them is counting events.
  const countsEvents = type === 'value_count' && (field === '' || /^\*$|^eventrecordid$/i.test(field));
  const translated = countsEvents ? 'event_count' : type;
  report.warning(
    'aggregation-translated',
    range,
    `The aggregation is read as the correlation \`${translated}\`${timespan === undefined ? ' over the whole data set' : ''}.`,
    'Sigma 2 has correlation rules for this.',
  );
  return {
    type: translated,
    references: [],
    groupBy: groups.map((text) => ({ text, range })),
    aliases: new Map(),
    timespan,
    conditions: [{ compare, value: limit }],
    expression: undefined,
    valueFields: countsEvents ? [] : [field],
    percentile: undefined,
    generate: false,
  };
}

interface AggregationParts {
  readonly field: string;
  readonly groups: readonly string[];
  readonly compare: Comparison | 'neq';
  readonly limit: number;
}

/** `word(field) by a, b > 5`, taken apart by hand: a single pattern for it backtracks without bound on blanks. */
function partsOf(aggregation: string, word: string): AggregationParts | undefined {
  if (aggregation.length > MAX_LENGTH) return undefined;
  const at = aggregation.search(/[<>=!]/);
  if (at < 0) return undefined;
  const [, operator = '', limit = ''] = /^([<>=!]{1,2})([^<>=!]*)$/.exec(aggregation.slice(at)) ?? [];
  const compare = OPERATORS.get(operator);
  if (compare === undefined || !/^\d+(\.\d+)?$/.test(limit.trim())) return undefined;
  let rest = aggregation.slice(word.length, at).trim();
  let field = '';
  if (rest.startsWith('(')) {
    const end = rest.indexOf(')');
    if (end < 0) return undefined;
    field = rest.slice(1, end).trim();
    rest = rest.slice(end + 1).trim();
  }
  if (rest === '') return { field, groups: [], compare, limit: Number(limit) };
  const [by, ...groups] = rest.split(/[,\s]+/).filter((name) => name !== '');
  return by?.toLowerCase() === 'by' && groups.length > 0 ? { field, groups, compare, limit: Number(limit) } : undefined;
}

function reasonFor(word: string): string {
  if (word === 'near') return '`near` says neither how near nor in which order, so it cannot be judged.';
  if (word === 'min' || word === 'max') return `\`${word}\` has no counterpart among the correlation types.`;
  if (FUNCTIONS.has(word)) return 'The aggregation cannot be read; expected `count(field) by group > number`.';
  return word === '' ? 'Nothing stands behind the pipe.' : `The aggregation \`${word}\` is unknown.`;
}

/**
 * Why a condition that the grammar refuses is none of ours: prose with variables, comparison of two selections.
 * Undefined when it is an ordinary mistake.
 */
export function explainUnsupportedCondition(condition: string): string | undefined {
  if (/\bthen\s+if\b|\bwrite\s+\w+\s+from\b|%\w+%/i.test(condition)) {
    return 'The condition is a program in prose (it stores values and compares them later), which no Sigma engine can run.';
  }
  if (/[<>=]/.test(condition)) return 'A condition cannot compare selections or values with <, > or =.';
  return undefined;
}
