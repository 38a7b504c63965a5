// From rows to the events that one correlation sees: grouped by its group-by values, in total order, each event once
// with the positions of all rules that it matched.

import { CorrelationColumn as Column } from '../../model/correlation.ts';
import type { FieldKey } from '../../model/field-key.ts';
import type { CorrelationRule } from '../../model/rule-set.ts';
import { fieldsAt } from './plan-sources.ts';
import type { SourceRows } from './row-store.ts';
import { compareRows } from './row-store.ts';

/** A row as a match of the rule at a position of the list. */
export interface Hit {
  readonly source: SourceRows;
  readonly at: number;
  readonly position: number;
  /** In a chain: the base rows of the finding that this row stands for. */
  readonly base: readonly Hit[] | undefined;
}

export interface ValueTexts {
  readonly texts: readonly string[];
  readonly sameAs: Uint32Array;
}

/** One event within a group. */
export interface Item {
  readonly hits: readonly Hit[];
  /** Ticks since the first event of the group; exact while the group spans less than 28 years. */
  readonly ticks: number;
  /** Number of the distinct value tuple (value_count), else 0. */
  readonly tuple: number;
  /** The number that is summed or ranked, else 0. */
  readonly number: number;
}

export interface Group {
  readonly key: readonly string[];
  readonly items: readonly Item[];
}

/**
 * The groups of a correlation in order of their first event. Hits that lack a group-by field, or the value that the
 * rule works on, are left out and counted in `withoutField`.
 */
export function collectGroups(
  rule: CorrelationRule,
  hits: readonly Hit[],
  values: ValueTexts,
): { readonly groups: readonly Group[]; readonly withoutField: number } {
  const columns = new Map<SourceRows, Map<number, readonly number[]>>();
  const byGroup = new Map<string, Hit[]>();
  let withoutField = 0;
  for (const hit of hits) {
    const places = columnsOf(columns, rule, hit);
    let key = '';
    let complete = true;
    for (let at = 0; at < places.length && complete; at++) {
      const text = hit.source.words[hit.at + places[at]!]!;
      complete = text !== 0;
      if (at < rule.groupBy.length) key += `${values.sameAs[text]!},`;
    }
    if (complete && isNumeric(rule)) complete = Number.isFinite(numberAt(rule, hit, places, values));
    if (!complete) {
      withoutField++;
      continue;
    }
    const group = byGroup.get(key);
    if (group === undefined) byGroup.set(key, [hit]);
    else group.push(hit);
  }
  const tuples = new Map<string, number>();
  const groups = [...byGroup.values()].map((members): Group => {
    members.sort((a, b) => compareHits(a, b) || a.position - b.position);
    const first = members[0]!;
    const names = columnsOf(columns, rule, first).slice(0, rule.groupBy.length);
    return {
      key: names.map((column) => values.texts[first.source.words[first.at + column]!] ?? ''),
      items: itemsOf(rule, members, values, tuples, columns),
    };
  });
  groups.sort((a, b) => compareHits(a.items[0]!.hits[0]!, b.items[0]!.hits[0]!) || compareTexts(a.key, b.key));
  return { groups, withoutField };
}

function itemsOf(
  rule: CorrelationRule,
  members: readonly Hit[],
  values: ValueTexts,
  tuples: Map<string, number>,
  columns: Map<SourceRows, Map<number, readonly number[]>>,
): readonly Item[] {
  const items: Item[] = [];
  const origin = members[0]!;
  for (let start = 0; start < members.length; ) {
    const hit = members[start]!;
    let end = start + 1;
    while (end < members.length && compareHits(hit, members[end]!) === 0) end++;
    const places = columnsOf(columns, rule, hit);
    items.push({
      hits: members.slice(start, end),
      ticks: ticksBetween(origin, hit),
      tuple: rule.type === 'value_count' ? tupleOf(rule, hit, places, values, tuples) : 0,
      number: isNumeric(rule) ? numberAt(rule, hit, places, values) : 0,
    });
    start = end;
  }
  return items;
}

/** Order of two hits' records; 0 for the same record. */
export function compareHits(a: Hit, b: Hit): number {
  return compareRows(a.source.words, a.at, b.source.words, b.at, a.source.stride, b.source.stride);
}

function isNumeric(rule: CorrelationRule): boolean {
  return rule.type === 'value_sum' || rule.type === 'value_avg' || rule.type === 'value_percentile';
}

/** Columns of the fields that a correlation reads in a row of that source at that position. */
function columnsOf(
  known: Map<SourceRows, Map<number, readonly number[]>>,
  rule: CorrelationRule,
  hit: Hit,
): readonly number[] {
  let ofSource = known.get(hit.source);
  if (ofSource === undefined) known.set(hit.source, (ofSource = new Map()));
  let places = ofSource.get(hit.position);
  if (places === undefined) {
    places = fieldsAt(rule, hit.position).map((field) => columnOf(hit.source, field));
    ofSource.set(hit.position, places);
  }
  return places;
}

function columnOf(source: SourceRows, field: FieldKey): number {
  const at = source.fields.indexOf(field);
  if (at < 0) throw new Error(`correlation source of rule ${source.rule} does not carry the field ${field}`);
  return Column.Fields + at;
}

function tupleOf(
  rule: CorrelationRule,
  hit: Hit,
  places: readonly number[],
  values: ValueTexts,
  tuples: Map<string, number>,
): number {
  let key = '';
  for (let at = rule.groupBy.length; at < places.length; at++) {
    key += `${values.sameAs[hit.source.words[hit.at + places[at]!]!]!},`;
  }
  let number = tuples.get(key);
  if (number === undefined) tuples.set(key, (number = tuples.size));
  return number;
}

function numberAt(rule: CorrelationRule, hit: Hit, places: readonly number[], values: ValueTexts): number {
  const column = places[rule.groupBy.length];
  const text = column === undefined ? '' : (values.texts[hit.source.words[hit.at + column]!] ?? '').trim();
  return /^([+-]?\d+(\.\d+)?|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
}

function ticksBetween(a: Hit, b: Hit): number {
  const high = b.source.words[b.at + Column.TimeHigh]! - a.source.words[a.at + Column.TimeHigh]!;
  const low = b.source.words[b.at + Column.TimeLow]! - a.source.words[a.at + Column.TimeLow]!;
  return high * 4_294_967_296 + low;
}

function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < a.length; at++) {
    const left = a[at] ?? '';
    const right = b[at] ?? '';
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
