// The reader's implementation of the ValueTable contract: fixed arrays that are reused for every record.

import type { ValueTable } from '../model/shape.ts';
import { MAX_VALUES } from './limits.ts';

const FIRST_CAPACITY = 256;

export class ValueRows implements ValueTable {
  count = 0;
  offset: Int32Array;
  length: Int32Array;
  type: Uint8Array;
  /** Entries of type 0x21 with bytes among the values, and the first of them. */
  embedded = 0;
  firstEmbedded = 0;

  constructor(capacity: number = FIRST_CAPACITY) {
    this.offset = new Int32Array(capacity);
    this.length = new Int32Array(capacity);
    this.type = new Uint8Array(capacity);
  }

  /** Makes room for `count` entries; false beyond the limit. Entries are kept. */
  reserve(count: number): boolean {
    if (count <= this.offset.length) return true;
    if (count > MAX_VALUES) return false;
    let capacity = this.offset.length;
    while (capacity < count) capacity *= 2;
    const { offset, length, type } = this;
    this.offset = new Int32Array(capacity);
    this.length = new Int32Array(capacity);
    this.type = new Uint8Array(capacity);
    this.offset.set(offset);
    this.length.set(length);
    this.type.set(type);
    return true;
  }

  /** Adds one entry; false beyond the limit. */
  add(offset: number, length: number, type: number): boolean {
    const at = this.count;
    if (!this.reserve(at + 1)) return false;
    this.offset[at] = offset;
    this.length[at] = length;
    this.type[at] = type;
    this.count = at + 1;
    return true;
  }
}
