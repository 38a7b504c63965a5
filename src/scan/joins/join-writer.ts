// Collects the join rows of one slice in a scan worker: one row per event that a hidden rule matches, whatever their
// number. Knows nothing of processes; fold-joins.ts does.

import { CHUNK_UNIT } from '../../model/record-place.ts';
import { JOIN_COLUMNS, JoinColumn as Column, type JoinRows } from '../../model/join-plan.ts';
import { correlationText } from '../../model/correlation.ts';

/** Place and time of the event. */
export interface JoinPlace {
  readonly timeHigh: number;
  readonly timeLow: number;
  /** Offset of its chunk in the file, and of the record in the chunk. */
  readonly chunkOffset: number;
  readonly offset: number;
  readonly computer: string;
}

export class JoinWriter {
  #texts: string[] = [''];
  #textNumbers = new Map<string, number>();
  #sets: number[][] = [];
  #setNumbers = new Map<string, number>();
  #words = new Uint32Array(JOIN_COLUMNS * 64);
  #used = 0;

  /** Adds an event. `hidden` are the hidden rules that match (ascending), `keys` the values of their fields. */
  add(place: JoinPlace, keys: readonly (string | undefined)[], hidden: readonly number[]): void {
    if (this.#used === this.#words.length) {
      const grown = new Uint32Array(this.#words.length * 2);
      grown.set(this.#words);
      this.#words = grown;
    }
    const words = this.#words;
    const at = this.#used;
    words[at + Column.TimeHigh] = place.timeHigh;
    words[at + Column.TimeLow] = place.timeLow;
    words[at + Column.Chunk] = place.chunkOffset / CHUNK_UNIT;
    words[at + Column.Offset] = place.offset;
    words[at + Column.Computer] = this.#textNumber(place.computer);
    words[at + Column.FirstKey] = this.#textNumber(keys[0]);
    words[at + Column.SecondKey] = this.#textNumber(keys[1]);
    words[at + Column.Set] = this.#setNumber(hidden);
    this.#used += JOIN_COLUMNS;
  }

  /** Gives the rows so far and starts afresh. */
  take(): JoinRows {
    const rows = { texts: this.#texts, sets: this.#sets, rows: this.#words.slice(0, this.#used) };
    this.#texts = [''];
    this.#textNumbers = new Map();
    this.#sets = [];
    this.#setNumbers = new Map();
    this.#used = 0;
    return rows;
  }

  #textNumber(value: string | undefined): number {
    if (value === undefined || value === '') return 0;
    let number = this.#textNumbers.get(value);
    if (number === undefined) {
      number = this.#texts.push(correlationText(value)) - 1;
      this.#textNumbers.set(value, number);
    }
    return number;
  }

  #setNumber(hidden: readonly number[]): number {
    const key = hidden.join();
    let number = this.#setNumbers.get(key);
    if (number === undefined) {
      number = this.#sets.push([...hidden]) - 1;
      this.#setNumbers.set(key, number);
    }
    return number;
  }
}
