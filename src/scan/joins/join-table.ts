// Join rows of all slices, brought together: texts and sets of every slice get common numbers, rows get a place in one
// total order (time, file rank, chunk, offset). Order of arrival leaves no trace in what can be asked here.

import { foldText } from '../../base/fold.ts';
import { CHUNK_UNIT } from '../../model/record-place.ts';
import { JOIN_COLUMNS, JoinColumn as Column, type JoinRows } from '../../model/join-plan.ts';

const TEXT_COLUMNS = [Column.Computer, Column.FirstKey, Column.SecondKey];
const ZERO_GUID = /^\{?0{8}-0{4}-0{4}-0{4}-0{12}\}?$/;
const HEX = /^0x[0-9a-f]{1,16}$/;
const DECIMAL = /^0*(\d{1,20})$/;

export class JoinTable {
  /** Lists of hidden rules by number. */
  readonly sets: (readonly number[])[] = [];
  /** Texts by number; 0 stands for an absent one. */
  readonly texts: string[] = [''];
  readonly #setNumbers = new Map<string, number>();
  readonly #textNumbers = new Map<string, number>();
  readonly #parts: { readonly rank: number; readonly words: Uint32Array }[] = [];
  #words = new Uint32Array(0);
  #ranks = new Uint32Array(0);
  count = 0;

  /** Takes the rows of one slice of the file with that rank. */
  add({ texts, sets, rows }: JoinRows, rank: number): void {
    const textOf = texts.map((text, at) => (at === 0 ? 0 : numberOf(this.#textNumbers, this.texts, keyTextOf(text))));
    const setOf = sets.map((set) => {
      const key = set.join();
      let number = this.#setNumbers.get(key);
      if (number === undefined) this.#setNumbers.set(key, (number = this.sets.push(set) - 1));
      return number;
    });
    const words = new Uint32Array(rows);
    for (let at = 0; at < words.length; at += JOIN_COLUMNS) {
      for (const column of TEXT_COLUMNS) {
        words[at + column] = textOf[words[at + column]!] ?? 0;
      }
      words[at + Column.Set] = setOf[words[at + Column.Set]!] ?? 0;
    }
    this.#parts.push({ rank, words });
    this.count += words.length / JOIN_COLUMNS;
  }

  /** Call once, after all slices; rows can be asked for then. */
  finish(): void {
    this.#words = new Uint32Array(this.count * JOIN_COLUMNS);
    this.#ranks = new Uint32Array(this.count);
    let at = 0;
    for (const { rank, words } of this.#parts) {
      this.#words.set(words, at);
      this.#ranks.fill(rank, at / JOIN_COLUMNS, (at + words.length) / JOIN_COLUMNS);
      at += words.length;
    }
    this.#parts.length = 0;
  }

  word(row: number, column: number): number {
    return this.#words[row * JOIN_COLUMNS + column]!;
  }

  rank(row: number): number {
    return this.#ranks[row]!;
  }

  /** Whether the event has a time; one without has no place in any order. */
  hasTime(row: number): boolean {
    return this.word(row, Column.TimeHigh) !== 0 || this.word(row, Column.TimeLow) !== 0;
  }

  /** Offset in the file of the row's chunk, and of its record. */
  chunkOffset(row: number): number {
    return this.word(row, Column.Chunk) * CHUNK_UNIT;
  }

  recordOffset(row: number): number {
    return this.chunkOffset(row) + this.word(row, Column.Offset);
  }

  /** Total order of two rows: time, then place. */
  compare(a: number, b: number): number {
    return (
      this.word(a, Column.TimeHigh) - this.word(b, Column.TimeHigh) ||
      this.word(a, Column.TimeLow) - this.word(b, Column.TimeLow) ||
      this.comparePlaces(a, b)
    );
  }

  /** Order of two rows by file, then by place in it. */
  comparePlaces(a: number, b: number): number {
    return (
      this.#ranks[a]! - this.#ranks[b]! ||
      this.word(a, Column.Chunk) - this.word(b, Column.Chunk) ||
      this.word(a, Column.Offset) - this.word(b, Column.Offset)
    );
  }
}

/** Process numbers are hexadecimal in some events and decimal in others; a GUID of zeros names no process. */
function keyTextOf(text: string): string {
  const folded = foldText(text);
  if (HEX.test(folded)) return BigInt(folded).toString();
  const decimal = DECIMAL.exec(folded);
  if (decimal !== null) return decimal[1]!;
  return ZERO_GUID.test(folded) ? '' : folded;
}

function numberOf(numbers: Map<string, number>, texts: string[], text: string): number {
  if (text === '') return 0;
  let number = numbers.get(text);
  if (number === undefined) numbers.set(text, (number = texts.push(text) - 1));
  return number;
}
