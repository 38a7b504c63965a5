// Orders of all rows by one column: least significant digit first, 16 bits at a time, over rows that stand in order of
// file and place already, so that equal values keep that order and no order depends on how rows arrived.

import { foldText } from '../base/fold.ts';
import type { IndexColumn } from '../model/index-column.ts';
import { BLOCK_BITS, BLOCK_ROWS, type Block, type EventColumns } from './event-columns.ts';
import { namesOf } from './judge-rows.ts';

const DIGITS = 1 << 16;
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

/** Rows by a number each, ascending; numbers below 2^32. `keys` are by place in `rows`. */
export function sortByKeys(rows: Uint32Array, keys: Uint32Array): Uint32Array {
  const order = new Order(rows.length);
  order.sort(keys);
  return order.apply(rows);
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

type WordColumn =
  | 'timeHigh'
  | 'timeLow'
  | 'recordIdHigh'
  | 'recordIdLow'
  | 'eventId'
  | 'level'
  | 'file'
  | 'provider'
  | 'channel'
  | 'computer';

function byRank(columns: EventColumns, rows: Uint32Array, column: WordColumn, ranks: Uint32Array): Uint32Array {
  const keys = keysOf(columns, rows, column);
  for (let i = 0; i < keys.length; i++) keys[i] = ranks[keys[i]!]!;
  return sortByKeys(rows, keys);
}

function byWords(columns: EventColumns, rows: Uint32Array, high: WordColumn, low: WordColumn): Uint32Array {
  const order = new Order(rows.length);
  order.sort(keysOf(columns, rows, low));
  order.sort(keysOf(columns, rows, high));
  return order.apply(rows);
}

/** Places of a list, sorted by one key after the other, the weightiest last. */
class Order {
  #places: Uint32Array<ArrayBuffer>;
  #spare: Uint32Array<ArrayBuffer>;
  readonly #starts = new Uint32Array(DIGITS);

  constructor(length: number) {
    this.#places = new Uint32Array(length);
    this.#spare = new Uint32Array(length);
    for (let i = 0; i < length; i++) this.#places[i] = i;
  }

  /** Sorts by `keys`, which are by place. */
  sort(keys: Uint32Array): void {
    let varying = 0;
    for (let i = 1; i < keys.length; i++) varying |= keys[i]! ^ keys[0]!;
    // Digits in which all keys agree sort nothing: most upper halves of times, ids and ranks are such.
    if ((varying & 0xffff) !== 0) this.#pass(keys, 0);
    if (varying >>> 16 !== 0) this.#pass(keys, 16);
  }

  apply(rows: Uint32Array): Uint32Array {
    const places = this.#places;
    const sorted = this.#spare;
    for (let i = 0; i < places.length; i++) sorted[i] = rows[places[i]!]!;
    return sorted;
  }

  #pass(keys: Uint32Array, shift: number): void {
    const starts = this.#starts.fill(0);
    const places = this.#places;
    const sorted = this.#spare;
    for (let i = 0; i < keys.length; i++) {
      const digit = (keys[i]! >>> shift) & 0xffff;
      starts[digit] = starts[digit]! + 1;
    }
    let sum = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const count = starts[digit]!;
      starts[digit] = sum;
      sum += count;
    }
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      const digit = (keys[place]! >>> shift) & 0xffff;
      const at = starts[digit]!;
      sorted[at] = place;
      starts[digit] = at + 1;
    }
    this.#places = sorted;
    this.#spare = places;
  }
}
