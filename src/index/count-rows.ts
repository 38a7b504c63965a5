// Counts over the rows of a view: the most frequent values of a column, and the rows per stretch of time.

import type { EventHistogram, FacetAnswer } from '../model/event-search.ts';
import { filetimeText, wordText, type IndexColumn } from '../model/index-column.ts';
import { BLOCK_BITS, BLOCK_ROWS, type EventColumns } from './event-columns.ts';
import { namesOf, Verdict } from './judge-rows.ts';

/** Milliseconds from 1601 to 1970. */
const EPOCH_MS = 11_644_473_600_000;
/** Different record ids that are counted one by one; beyond, they are among the others. */
const MOST_IDS = 100_000;

export type ValueCounts = Omit<FacetAnswer, 'isComplete'>;

/** The most frequent of counted values; equal counts by value, so that the list does not jump. Empty values do not count. */
export function mostFrequent(counts: Iterable<readonly [value: string, count: number]>, limit: number): ValueCounts {
  const merged = new Map<string, number>();
  for (const [value, count] of counts)
    if (count > 0 && value !== '') merged.set(value, (merged.get(value) ?? 0) + count);
  const list = [...merged].map(([value, count]) => ({ value, count }));
  list.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  return { values: list.slice(0, limit), others: Math.max(0, list.length - limit) };
}

/** Counts of a column's values among the rows that passed; times are counted by day. */
export function countValues(
  columns: EventColumns,
  verdicts: Uint8Array,
  column: IndexColumn,
  limit: number,
): ValueCounts {
  if (column === 'time') return countDays(columns, verdicts, limit);
  if (column === 'recordId') return countIds(columns, verdicts, limit);
  const texts =
    column === 'eventId' || column === 'level'
      ? undefined
      : column === 'file'
        ? columns.files.map(({ path }) => path)
        : namesOf(columns, column);
  const counts = new Uint32Array(texts?.length ?? (column === 'level' ? 256 : 65_536));
  eachBlock(columns, verdicts, (block, from, count) => {
    const numbers = block[column];
    for (let i = 0; i < count; i++) {
      if (verdicts[from + i] !== Verdict.Yes) continue;
      const number = numbers[i]!;
      counts[number] = counts[number]! + 1;
    }
  });
  const pairs: [string, number][] = [];
  counts.forEach((count, number) => {
    if (count > 0) pairs.push([texts === undefined ? String(number) : texts[number]!, count]);
  });
  return mostFrequent(pairs, limit);
}

function countDays(columns: EventColumns, verdicts: Uint8Array, limit: number): ValueCounts {
  const counts = new Map<number, number>();
  eachBlock(columns, verdicts, ({ timeHigh, timeLow }, from, count) => {
    for (let i = 0; i < count; i++) {
      if (verdicts[from + i] !== Verdict.Yes || (timeHigh[i] === 0 && timeLow[i] === 0)) continue;
      const day = Math.floor((timeHigh[i]! * 4_294_967_296 + timeLow[i]!) / 864e9);
      counts.set(day, (counts.get(day) ?? 0) + 1);
    }
  });
  const pairs = [...counts].map(([day, count]): [string, number] => {
    const time = BigInt(day) * 864_000_000_000n + 1n;
    return [filetimeText(Number(time >> 32n), Number(time & 0xffff_ffffn)).slice(0, 10), count];
  });
  return mostFrequent(pairs, limit);
}

function countIds(columns: EventColumns, verdicts: Uint8Array, limit: number): ValueCounts {
  const counts = new Map<string, number>();
  let others = 0;
  eachBlock(columns, verdicts, ({ recordIdHigh, recordIdLow }, from, count) => {
    for (let i = 0; i < count; i++) {
      if (verdicts[from + i] !== Verdict.Yes) continue;
      const id = wordText(recordIdHigh[i]!, recordIdLow[i]!);
      const known = counts.get(id);
      if (known !== undefined || counts.size < MOST_IDS) counts.set(id, (known ?? 0) + 1);
      else others++;
    }
  });
  const frequent = mostFrequent(counts, limit);
  return { ...frequent, others: frequent.others + others };
}

/** Rows that passed per stretch of time, at most `buckets`; rows without a time do not count. */
export function countTimes(
  columns: EventColumns,
  verdicts: Uint8Array,
  buckets: number,
  from?: number,
  to?: number,
): EventHistogram {
  let first = from ?? Infinity;
  let last = to ?? -Infinity;
  if (from === undefined || to === undefined) {
    let least = Infinity;
    let most = -Infinity;
    eachBlock(columns, verdicts, ({ timeHigh, timeLow }, start, count) => {
      for (let i = 0; i < count; i++) {
        if (verdicts[start + i] !== Verdict.Yes || (timeHigh[i] === 0 && timeLow[i] === 0)) continue;
        const time = timeHigh[i]! * 4_294_967_296 + timeLow[i]!;
        if (time < least) least = time;
        if (time > most) most = time;
      }
    });
    if (from === undefined) first = Math.floor(least / 10_000) - EPOCH_MS;
    if (to === undefined) last = Math.floor(most / 10_000) - EPOCH_MS;
  }
  if (!(first <= last) || buckets < 1) return { start: Number.isFinite(first) ? first : 0, width: 1, counts: [] };
  const width = Math.max(1, Math.ceil((last - first + 1) / buckets));
  const counts = new Array<number>(Math.ceil((last - first + 1) / width)).fill(0);
  eachBlock(columns, verdicts, ({ timeHigh, timeLow }, start, count) => {
    for (let i = 0; i < count; i++) {
      if (verdicts[start + i] !== Verdict.Yes || (timeHigh[i] === 0 && timeLow[i] === 0)) continue;
      const time = Math.floor((timeHigh[i]! * 4_294_967_296 + timeLow[i]!) / 10_000) - EPOCH_MS;
      if (time < first || time > last) continue;
      const bucket = Math.floor((time - first) / width);
      counts[bucket] = counts[bucket]! + 1;
    }
  });
  return { start: first, width, counts };
}

function eachBlock(
  { blocks }: EventColumns,
  verdicts: Uint8Array,
  visit: (block: EventColumns['blocks'][number], from: number, count: number) => void,
): void {
  for (let from = 0; from < verdicts.length; from += BLOCK_ROWS)
    visit(blocks[from >>> BLOCK_BITS]!, from, Math.min(BLOCK_ROWS, verdicts.length - from));
}
