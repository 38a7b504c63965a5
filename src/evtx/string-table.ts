// Numbers for UTF-16 strings: names of elements and attributes, and texts that are part of a structure. Equal units have
// equal numbers across chunks and files, so structures are compared as numbers. A string is decoded once, when it is new.

import { textAt } from './units.ts';

const FIRST_SLOTS = 4_096;

/** Interner of UTF-16 strings. Grows without bound by itself; the shape bank starts it over when it is full. */
export class StringTable {
  /** The strings, by number. */
  readonly texts: string[] = [];
  /** Units of all strings together: what the table weighs. */
  units = 0;
  /** Slots of an open-addressing table: number + 1, or 0. */
  #slots = new Int32Array(FIRST_SLOTS);
  /** Hash of each string, by number. */
  #hashes = new Int32Array(FIRST_SLOTS / 2);
  // Strings come from files: an unknown start value keeps a crafted file from filling one chain.
  readonly #seed = (Math.random() * 0x7fff_ffff) | 0;

  /** Forgets every string. */
  clear(): void {
    this.texts.length = 0;
    this.units = 0;
    this.#slots = new Int32Array(FIRST_SLOTS);
    this.#hashes = new Int32Array(FIRST_SLOTS / 2);
  }

  /** Number of the string of `units` UTF-16 units at byte `at`. */
  intern(view: DataView, at: number, units: number): number {
    let hash = this.#seed;
    for (let i = 0; i < units; i++)
      hash = Math.imul(hash ^ view.getUint16(at + 2 * i, true), 0x0100_0193) ^ (hash >>> 15);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot]! - 1;
      if (number < 0) return this.#add(slot, hash, textAt(view, at, units));
      if (this.#hashes[number] === hash && equalUnits(this.texts[number]!, view, at, units)) return number;
    }
  }

  /** Number of a string that is not in a buffer. */
  internText(text: string): number {
    const view = new DataView(new ArrayBuffer(2 * text.length));
    for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
    return this.intern(view, 0, text.length);
  }

  #add(slot: number, hash: number, text: string): number {
    const number = this.texts.length;
    this.texts.push(text);
    this.units += text.length;
    this.#hashes[number] = hash;
    this.#slots[slot] = number + 1;
    if (this.texts.length * 2 >= this.#slots.length) this.#grow();
    return number;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const hashes = new Int32Array(slots.length / 2);
    hashes.set(this.#hashes);
    const mask = slots.length - 1;
    for (let number = 0; number < this.texts.length; number++) {
      let slot = hashes[number]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = number + 1;
    }
    this.#slots = slots;
    this.#hashes = hashes;
  }
}

function equalUnits(text: string, view: DataView, at: number, units: number): boolean {
  if (text.length !== units) return false;
  for (let i = 0; i < units; i++) if (text.charCodeAt(i) !== view.getUint16(at + 2 * i, true)) return false;
  return true;
}
