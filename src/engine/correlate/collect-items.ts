// From rows to the events that one correlation sees: in total order, grouped by its group-by values, each event once
// with the positions of all rules that it matched. Columns instead of objects: a rule may have two million rows.

import { CorrelationColumn as Column } from '../../model/correlation.ts';
import type { FieldKey } from '../../model/field-key.ts';
import type { CorrelationRule } from '../../model/rule-set.ts';
import { fieldsAt } from './plan-sources.ts';
import type { SourceRows } from './row-store.ts';
import { compareRows } from './row-store.ts';

/** A row of a source. */
export interface RowRef {
  readonly source: SourceRows;
  /** Its first number in `source.words`. */
  readonly at: number;
}

/** Matches of one rule of the list, in total order: rows of a source, or the rows at which an inner correlation was completed. */
export interface HitStream {
  readonly position: number;
  readonly length: number;
  readonly rowAt: (index: number) => RowRef;
}

export interface ValueTexts {
  readonly texts: readonly string[];
  readonly sameAs: Uint32Array;
}

/** The events of a correlation. Items of one group lie together, in total order; so do the hits of one item. */
export interface ItemTable {
  /** Number of items. */
  readonly count: number;
  /** First item of each group, and one more. Groups come in the order of their first event. */
  readonly groupStart: Uint32Array;
  /** Ticks since the first event of the group; exact while the group spans less than 28 years. */
  readonly ticks: Float64Array;
  /** Number of the distinct value tuple; only for value_count. */
  readonly tuple: Uint32Array;
  /** The number that is summed or ranked; only for sum, average and percentile. */
  readonly number: Float64Array;
  /** First hit of each item, and one more. */
  readonly hitStart: Uint32Array;
  /** Per hit: its stream and its index there. */
  readonly hitStream: Uint8Array;
  readonly hitIndex: Uint32Array;
  readonly streams: readonly HitStream[];
}

/** The position in the rule list that a hit stands for. */
export function positionOf(items: ItemTable, hit: number): number {
  return items.streams[items.hitStream[hit]!]!.position;
}

/** The row of a hit. */
export function rowOf(items: ItemTable, hit: number): RowRef {
  return items.streams[items.hitStream[hit]!]!.rowAt(items.hitIndex[hit]!);
}

/** Group-by texts of an item's group, as its first event spells them. */
export function groupTexts(
  rule: CorrelationRule,
  items: ItemTable,
  item: number,
  values: ValueTexts,
): readonly string[] {
  const hit = items.hitStart[item]!;
  const { source, at } = rowOf(items, hit);
  const columns = columnsOf(source, rule, positionOf(items, hit));
  return rule.groupBy.map((_, group) => values.texts[source.words[at + columns[group]!]!] ?? '');
}

/**
 * The items of a correlation. Hits that lack a group-by field, or the value that the rule works on, are left out and
 * counted in `withoutField`.
 */
export function collectItems(
  rule: CorrelationRule,
  streams: readonly HitStream[],
  values: ValueTexts,
): { readonly items: ItemTable; readonly withoutField: number } {
  const total = streams.reduce((sum, stream) => sum + stream.length, 0);
  const hitStream = new Uint8Array(total);
  const hitIndex = new Uint32Array(total);
  const hitGroup = new Uint32Array(total);
  const groupOf = createTupleTable(values.texts.length);
  const numeric = isNumeric(rule);
  let kept = 0;
  mergeStreams(streams, (stream, index) => {
    const { position, rowAt } = streams[stream]!;
    const { source, at } = rowAt(index);
    const columns = columnsOf(source, rule, position);
    for (const column of columns) if (source.words[at + column] === 0) return;
    if (numeric && Number.isNaN(numberAt(rule, source, at, columns, values))) return;
    hitStream[kept] = stream;
    hitIndex[kept] = index;
    hitGroup[kept] = groupOf(0, rule.groupBy.length, (field) => values.sameAs[source.words[at + columns[field]!]!]!);
    kept++;
  });
  const order = bucketByGroup(hitGroup.subarray(0, kept));
  return {
    items: buildItems(rule, streams, values, hitStream, hitIndex, hitGroup, order),
    withoutField: total - kept,
  };
}

function buildItems(
  rule: CorrelationRule,
  streams: readonly HitStream[],
  values: ValueTexts,
  unorderedStream: Uint8Array,
  unorderedIndex: Uint32Array,
  hitGroup: Uint32Array,
  order: Uint32Array,
): ItemTable {
  const hits = order.length;
  const hitStream = new Uint8Array(hits);
  const hitIndex = new Uint32Array(hits);
  const hitStart = new Uint32Array(hits + 1);
  const ticks = new Float64Array(hits);
  const tuple = new Uint32Array(rule.type === 'value_count' ? hits : 0);
  const number = new Float64Array(isNumeric(rule) ? hits : 0);
  const groupStart: number[] = [];
  const tupleOf = createTupleTable(values.texts.length);
  let count = 0;
  let group = -1;
  let origin: RowRef | undefined;
  let previous: RowRef | undefined;
  for (let hit = 0; hit < hits; hit++) {
    const from = order[hit]!;
    const stream = streams[unorderedStream[from]!]!;
    const row = stream.rowAt(unorderedIndex[from]!);
    hitStream[hit] = unorderedStream[from]!;
    hitIndex[hit] = unorderedIndex[from]!;
    const newGroup = hitGroup[from] !== group;
    if (newGroup) {
      group = hitGroup[from]!;
      groupStart.push(count);
      origin = row;
    }
    if (newGroup || previous === undefined || compareRefs(previous, row) !== 0) {
      const columns = columnsOf(row.source, rule, stream.position);
      hitStart[count] = hit;
      ticks[count] = ticksBetween(origin ?? row, row);
      if (number.length > 0) number[count] = numberAt(rule, row.source, row.at, columns, values);
      if (tuple.length > 0) {
        const textOf = (field: number): number => values.sameAs[row.source.words[row.at + columns[field]!]!]!;
        tuple[count] = tupleOf(rule.groupBy.length, columns.length, textOf);
      }
      count++;
    }
    previous = row;
  }
  hitStart[count] = hits;
  groupStart.push(count);
  return {
    count,
    groupStart: Uint32Array.from(groupStart),
    ticks,
    tuple,
    number,
    hitStart,
    hitStream,
    hitIndex,
    streams,
  };
}

/** Calls back for every hit of all streams in total order, hits of one record in the order of the rule list. */
function mergeStreams(streams: readonly HitStream[], visit: (stream: number, index: number) => void): void {
  const next = new Uint32Array(streams.length);
  const heads = streams.map((stream) => (stream.length === 0 ? undefined : stream.rowAt(0)));
  for (;;) {
    let best = -1;
    let bestRow: RowRef | undefined;
    for (let stream = 0; stream < streams.length; stream++) {
      const head = heads[stream];
      if (head !== undefined && (bestRow === undefined || compareRefs(head, bestRow) < 0)) {
        best = stream;
        bestRow = head;
      }
    }
    if (best < 0) return;
    const index = next[best]!;
    visit(best, index);
    next[best] = index + 1;
    const stream = streams[best]!;
    heads[best] = index + 1 < stream.length ? stream.rowAt(index + 1) : undefined;
  }
}

/** Positions sorted by group number, stable. Group numbers are given in order of first use, so groups stay in that order. */
function bucketByGroup(groups: Uint32Array): Uint32Array {
  let count = 0;
  for (const group of groups) if (group >= count) count = group + 1;
  const start = new Uint32Array(count + 1);
  for (const group of groups) start[group + 1]!++;
  for (let group = 0; group < count; group++) start[group + 1]! += start[group]!;
  const order = new Uint32Array(groups.length);
  for (let at = 0; at < groups.length; at++) order[start[groups[at]!]!++] = at;
  return order;
}

/** Gives tuples of text numbers dense numbers, pair by pair, without building a key text for each. */
function createTupleTable(texts: number): (start: number, end: number, textOf: (field: number) => number) => number {
  const levels: Map<number, number>[] = [];
  return (start, end, textOf) => {
    let id = 0;
    for (let field = start; field < end; field++) {
      const level = (levels[field] ??= new Map<number, number>());
      const key = id * texts + textOf(field);
      let known = level.get(key);
      if (known === undefined) level.set(key, (known = level.size));
      id = known;
    }
    return id;
  };
}

/** Order of two rows' records; 0 for the same record. */
export function compareRefs(a: RowRef, b: RowRef): number {
  return compareRows(a.source.words, a.at, b.source.words, b.at, a.source.stride, b.source.stride);
}

function isNumeric(rule: CorrelationRule): boolean {
  return rule.type === 'value_sum' || rule.type === 'value_avg' || rule.type === 'value_percentile';
}

/** Columns of the fields that a correlation reads in a row of that source at that position. */
function columnsOf(source: SourceRows, rule: CorrelationRule, position: number): readonly number[] {
  let ofRule = source.columns.get(rule);
  if (ofRule === undefined) source.columns.set(rule, (ofRule = new Map<number, readonly number[]>()));
  let columns = ofRule.get(position);
  if (columns === undefined) {
    columns = fieldsAt(rule, position).map((field) => columnOf(source, field));
    ofRule.set(position, columns);
  }
  return columns;
}

function columnOf(source: SourceRows, field: FieldKey): number {
  const at = source.fields.indexOf(field);
  if (at < 0) throw new Error(`correlation source of rule ${source.rule} does not carry the field ${field}`);
  return Column.Fields + at;
}

function numberAt(
  rule: CorrelationRule,
  source: SourceRows,
  at: number,
  columns: readonly number[],
  values: ValueTexts,
): number {
  const column = columns[rule.groupBy.length];
  const text = column === undefined ? '' : (values.texts[source.words[at + column]!] ?? '').trim();
  return /^([+-]?\d+(\.\d+)?|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
}

function ticksBetween(a: RowRef, b: RowRef): number {
  const high = b.source.words[b.at + Column.TimeHigh]! - a.source.words[a.at + Column.TimeHigh]!;
  const low = b.source.words[b.at + Column.TimeLow]! - a.source.words[a.at + Column.TimeLow]!;
  return high * 4_294_967_296 + low;
}
