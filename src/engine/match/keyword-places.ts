// Which values of a fragment keywords are looked for in: those of a type whose text could hold one, a quarter of them in
// real logs. Records of one template nearly always have the same types, so the list is made anew only when the types
// differ from those of the record before; comparing them four at a time costs less than asking for each of them.

import type { ValueTable } from '../../model/shape.ts';
import type { KeywordFilter } from './keyword-filter.ts';

export class KeywordPlaces {
  /** Numbers within the fragment's leaves; [0, count) are valid after update(). */
  readonly list: Int32Array;
  count = 0;
  private readonly indices: Int32Array;
  private readonly filter: KeywordFilter;
  /** Types that `list` was made for, four to a word. */
  private known = new Int32Array(0);
  private knownCount = -1;
  /** The table's types as words, made once per table. */
  private source: Uint8Array | undefined;
  private words: Int32Array = new Int32Array(0);

  constructor(indices: Int32Array, filter: KeywordFilter) {
    this.list = new Int32Array(indices.length);
    this.indices = indices;
    this.filter = filter;
  }

  /** Turns to the values of a record. */
  update(table: ValueTable): void {
    const { count, type } = table;
    if (type !== this.source) this.view(type);
    if (count !== this.knownCount || !this.areKnown(count)) this.make(count, type);
  }

  private view(type: Uint8Array): void {
    this.source = type;
    const isAligned = ((type.byteOffset | type.length) & 3) === 0;
    this.words = isAligned ? new Int32Array(type.buffer, type.byteOffset, type.length >> 2) : new Int32Array(0);
    this.knownCount = -1;
  }

  private areKnown(count: number): boolean {
    const { words, known } = this;
    const full = count >> 2;
    if ((count + 3) >> 2 > words.length) return false;
    for (let i = 0; i < full; i++) if (words[i] !== known[i]) return false;
    const rest = count & 3;
    // What stands behind the last type is left from other records. Typed arrays are little-endian wherever this runs.
    return rest === 0 || ((words[full]! ^ known[full]!) & ((1 << (8 * rest)) - 1)) === 0;
  }

  private make(count: number, type: Uint8Array): void {
    const { words, indices, list } = this;
    const { possible } = this.filter;
    this.knownCount = count;
    const needed = Math.min((count + 3) >> 2, words.length);
    if (this.known.length < needed) this.known = new Int32Array(needed);
    for (let i = 0; i < needed; i++) this.known[i] = words[i]!;
    let found = 0;
    for (let k = 0; k < indices.length; k++) {
      const index = indices[k]!;
      if (index < count && possible[type[index]!] !== 0) list[found++] = k;
    }
    this.count = found;
  }
}
