// Values of one field over the rows of a view: a number a row, and each text once. Bounded: texts beyond the budget are
// one value of their own.

import { foldText } from '../base/fold.ts';

/** Units of all texts of one field that are kept. */
const TEXT_BUDGET = 32 * 1_024 * 1_024;
const UNREAD = 0;
const ABSENT = 1;
const OTHER = 2;
const FIRST = 3;
const NUMBER = /^-?\d{1,15}$/;

export class FieldValues {
  readonly #ids: Uint32Array;
  readonly #texts: string[] = [];
  readonly #numbers = new Map<string, number>();
  #budget = TEXT_BUDGET;
  /** Grows with every value. */
  version = 0;
  /** Whether some texts were too many to be told apart. */
  isCut = false;

  /** @param rows rows of the index. */
  constructor(rows: number) {
    this.#ids = new Uint32Array(rows);
  }

  isRead(row: number): boolean {
    return this.#ids[row] !== UNREAD;
  }

  set(row: number, text: string | undefined): void {
    this.version++;
    if (text === undefined) {
      this.#ids[row] = ABSENT;
      return;
    }
    let id = this.#numbers.get(text);
    if (id === undefined) {
      if (text.length > this.#budget) {
        this.isCut = true;
        this.#ids[row] = OTHER;
        return;
      }
      this.#budget -= text.length + 32;
      id = FIRST + this.#texts.push(text) - 1;
      this.#numbers.set(text, id);
    }
    this.#ids[row] = id;
  }

  /** Sort keys of rows: numbers by size, then texts as people read them, then what is not told apart, absent or unread. */
  keysOf(rows: Uint32Array, descending: boolean): Uint32Array {
    const list = this.#texts.map((text, at) => ({ at, text, key: foldText(text), number: NUMBER.test(text) }));
    list.sort((a, b) => {
      if (a.number !== b.number) return a.number ? -1 : 1;
      if (a.number && Number(a.text) !== Number(b.text)) return Number(a.text) - Number(b.text);
      return a.key < b.key ? -1 : a.key > b.key ? 1 : a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
    });
    const ranks = new Uint32Array(FIRST + list.length);
    const last = list.length;
    list.forEach(({ at }, rank) => {
      ranks[FIRST + at] = descending ? last - 1 - rank : rank;
    });
    // Rows without a value come last, whichever way the values are sorted.
    ranks[OTHER] = last;
    ranks[ABSENT] = last + 1;
    ranks[UNREAD] = last + 2;
    return rows.map((row) => ranks[this.#ids[row]!]!);
  }

  /** How often each text stands in these rows. */
  *counts(rows: Uint32Array): Generator<readonly [string, number]> {
    const counts = new Uint32Array(FIRST + this.#texts.length);
    for (const row of rows) {
      const id = this.#ids[row]!;
      counts[id] = counts[id]! + 1;
    }
    for (let id = FIRST; id < counts.length; id++) yield [this.#texts[id - FIRST]!, counts[id]!];
  }
}
