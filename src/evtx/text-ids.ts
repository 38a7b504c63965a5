// Numbers for provider, channel and computer names. Compares raw UTF-16 bytes, so that a name is decoded once per
// worker and not once per record. Number 0 is the empty or absent name, 1 stands for every name beyond the cap.

import { stringByteLength } from '../model/value-string.ts';
import { textAt } from './units.ts';

export const NO_NAME = 0;
export const OTHER_NAME = 1;
const OTHER_TEXT = '(other)';
const FIRST_SLOTS = 1_024;

export class TextIds {
  /** Texts by number. */
  readonly texts: string[] = ['', OTHER_TEXT];
  /** Records whose name did not get a number of its own. */
  overflow = 0;
  readonly #most: number;
  readonly #seed = (Math.random() * 0x7fff_ffff) | 0;
  #slots = new Int32Array(FIRST_SLOTS);
  #hashes = new Int32Array(FIRST_SLOTS);
  /** Raw bytes of all names, and where each lies. */
  #pool = new DataView(new ArrayBuffer(1 << 14));
  #used = 0;
  #starts = new Int32Array(FIRST_SLOTS);
  #lengths = new Int32Array(FIRST_SLOTS);
  #last = NO_NAME;

  /** @param most numbers to give out, the two fixed ones included. */
  constructor(most = 65_535) {
    this.#most = most;
  }

  /** Number of the UTF-16 text in `length` bytes at `offset`, cut at its first NUL (F44). */
  idOfBytes(bytes: Uint8Array, view: DataView, offset: number, length: number): number {
    // Neighbouring records mostly name the same computer and channel.
    if (length === this.#lengths[this.#last] && this.#isSame(this.#last, view, offset, length)) return this.#last;
    const size = stringByteLength(bytes, offset, length) & ~1;
    if (size === 0) return NO_NAME;
    let hash = this.#seed;
    for (let i = 0; i < size; i += 2)
      hash = Math.imul(hash ^ view.getUint16(offset + i, true), 0x85eb_ca6b) ^ (hash >>> 15);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot]!;
      if (id === 0) return this.#add(slot, hash, view, offset, size);
      if (this.#hashes[id] === hash && this.#lengths[id] === size && this.#isSame(id, view, offset, size)) {
        this.#last = id;
        return id;
      }
    }
  }

  /** Number of a text. */
  idOfText(text: string): number {
    const bytes = new Uint8Array(text.length * 2);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
    return this.idOfBytes(bytes, view, 0, bytes.length);
  }

  #isSame(id: number, view: DataView, offset: number, length: number): boolean {
    const pool = this.#pool;
    const start = this.#starts[id]!;
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      if (pool.getUint32(start + i, true) !== view.getUint32(offset + i, true)) return false;
    }
    return i + 2 > length || pool.getUint16(start + i, true) === view.getUint16(offset + i, true);
  }

  #add(slot: number, hash: number, view: DataView, offset: number, size: number): number {
    const id = this.texts.length;
    if (id >= this.#most) {
      this.overflow++;
      return OTHER_NAME;
    }
    this.texts.push(textAt(view, offset, size >> 1));
    while (this.#used + size > this.#pool.byteLength) {
      const pool = new Uint8Array(this.#pool.byteLength * 2);
      pool.set(new Uint8Array(this.#pool.buffer));
      this.#pool = new DataView(pool.buffer);
    }
    for (let i = 0; i < size; i += 2) this.#pool.setUint16(this.#used + i, view.getUint16(offset + i, true), true);
    this.#starts[id] = this.#used;
    this.#lengths[id] = size;
    this.#hashes[id] = hash;
    this.#used += size;
    this.#slots[slot] = id;
    if ((id + 1) * 2 >= this.#slots.length) this.#grow();
    this.#last = id;
    return id;
  }

  #grow(): void {
    const capacity = this.#slots.length * 2;
    const grown = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(capacity);
      array.set(old);
      return array;
    };
    this.#hashes = grown(this.#hashes);
    this.#starts = grown(this.#starts);
    this.#lengths = grown(this.#lengths);
    this.#slots = new Int32Array(capacity);
    const mask = capacity - 1;
    for (let id = 2; id < this.texts.length; id++) {
      let slot = this.#hashes[id]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = id;
    }
  }
}
