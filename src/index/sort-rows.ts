// Orders of all rows by one column, over rows that stand in order of file and place already and by stable sorts, so that
// equal values keep that order and no order depends on how rows arrived.

import { foldText } from '../base/fold.ts';
import type { IndexColumn } from '../model/index-column.ts';
import { BLOCK_BITS, BLOCK_ROWS, type Block, type EventColumns } from './event-columns.ts';
import { namesOf } from './judge-rows.ts';
import { sortPairs, sortWide } from '../base/radix-sort.ts';

const BLOCK_MASK = BLOCK_ROWS - 1;

/** Rows of `columns.orderedRows()` by a column, ascending. */
export function sortRows(columns: EventColumns, column: IndexColumn): Uint32Array {
  const rows = columns.orderedRows();
  switch (column) {
    case 'time':
      return byWords(columns, rows, 'timeHigh', 'timeLow');
    case 'recordId':
      return byWords(columns, rows, 'recordIdHigh', 'recordIdLow');
    case 'eventId':
      return sortByKeys(rows, keysOf(columns, rows, 'eventId'));
    case 'level':
      return sortByKeys(rows, keysOf(columns, rows, 'level'));
    case 'file':
      return byRank(columns, rows, 'file', rankTexts(columns.files.map(({ path }) => path)));
    default:
      return byRank(columns, rows, column, rankTexts(namesOf(columns, column)));
  }
}

/** Rows by a number each, ascending; numbers below 2^32. `keys` are by place in `rows`, and sorted with them. */
export function sortByKeys(rows: Uint32Array, keys: Uint32Array): Uint32Array {
  const sorted = rows.slice();
  sortPairs(keys, sorted);
  return sorted;
}

/** Place of each text among all of them, in the order in which people read names; equal texts share one. */
export function rankTexts(texts: readonly string[]): Uint32Array {
  const keys = texts.map((text, number) => ({ key: foldText(text), text, number }));
  keys.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const ranks = new Uint32Array(texts.length);
  let rank = 0;
  keys.forEach(({ text, number }, at) => {
    if (at > 0 && keys[at - 1]!.text !== text) rank++;
    ranks[number] = rank;
  });
  return ranks;
}

function keysOf(columns: EventColumns, rows: Uint32Array, column: WordColumn): Uint32Array {
  const keys = new Uint32Array(rows.length);
  const { blocks } = columns;
  let block: Block['timeHigh'] | Block['eventId'] | Block['level'] = new Uint32Array(0);
  let current = -1;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row >>> BLOCK_BITS !== current) {
      current = row >>> BLOCK_BITS;
      block = blocks[current]![column];
    }
    keys[i] = block[row & BLOCK_MASK]!;
  }
  return keys;
}

type WordColumn = 'eventId' | 'level' | 'file' | 'provider' | 'channel' | 'computer';

function byRank(columns: EventColumns, rows: Uint32Array, column: WordColumn, ranks: Uint32Array): Uint32Array {
  const keys = keysOf(columns, rows, column);
  for (let i = 0; i < keys.length; i++) keys[i] = ranks[keys[i]!]!;
  return sortByKeys(rows, keys);
}

function byWords(
  { blocks }: EventColumns,
  rows: Uint32Array,
  high: 'timeHigh' | 'recordIdHigh',
  low: 'timeLow' | 'recordIdLow',
): Uint32Array {
  const sorted = rows.slice();
  const halves = { high: blocks.map((block) => block[high]), low: blocks.map((block) => block[low]) };
  sortWide(sorted, { blockBits: BLOCK_BITS, ...halves });
  return sorted;
}
