// Which records were met: the identity (computer, channel, record id, time) of F66, eight bytes a record. Tells whether
// a recovered record is only a stale copy of an allocated one.

import type { SystemReader } from '../system-reader.ts';

/** Records kept before the set is full: 64 MB. What is not kept is not recognised as a copy, and `full` says so. */
const MAX_KEYS = 4_000_000;
const FIRST_SLOTS = 1 << 12;

export class RecordKeys {
  /** Set when a record found no room. */
  full = false;
  size = 0;
  #slots = new Uint32Array(2 * FIRST_SLOTS);
  // Seeded, because an attacker who knows the function could make two records meet.
  readonly #seed = (Math.random() * 0x7fff_ffff) | 0;
  #high = 0;
  #low = 0;

  /** Adds the record that `system` read last; false when it was there already. */
  add(system: SystemReader): boolean {
    this.#hash(system);
    if (this.size >= MAX_KEYS) {
      this.full = true;
      return this.#find() < 0;
    }
    const place = this.#find();
    if (place >= 0) return false;
    this.#slots[~place] = this.#high;
    this.#slots[~place + 1] = this.#low;
    this.size++;
    if (this.size * 3 > this.#slots.length) this.#grow();
    return true;
  }

  /** Whether the record that `system` read last was added. */
  has(system: SystemReader): boolean {
    this.#hash(system);
    return this.#find() >= 0;
  }

  clear(): void {
    this.#slots = new Uint32Array(2 * FIRST_SLOTS);
    this.size = 0;
    this.full = false;
  }

  #hash(system: SystemReader): void {
    let a = this.#seed;
    let b = ~this.#seed;
    const { computer, channel, recordIdHigh, recordIdLow, timeHigh, timeLow } = system;
    const mix = (word: number): void => {
      a = Math.imul(a ^ word, 0x85eb_ca6b);
      a ^= a >>> 15;
      b = Math.imul(b + word, 0xc2b2_ae35 | 0) ^ a;
      b ^= b >>> 13;
    };
    mix(computer);
    mix(channel);
    mix(recordIdHigh);
    mix(recordIdLow);
    mix(timeHigh);
    mix(timeLow);
    this.#high = a >>> 0;
    // Two zeros stand for a free slot.
    this.#low = (b | 1) >>> 0;
  }

  /** Place of the hashed key, or the complement of the free place for it. */
  #find(): number {
    const slots = this.#slots;
    const mask = (slots.length >> 1) - 1;
    for (let slot = this.#high & mask; ; slot = (slot + 1) & mask) {
      const place = slot << 1;
      if (slots[place] === this.#high && slots[place + 1] === this.#low) return place;
      if (slots[place + 1] === 0) return ~place;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (let place = 0; place < old.length; place += 2) {
      if (old[place + 1] === 0) continue;
      this.#high = old[place]!;
      this.#low = old[place + 1]!;
      const free = ~this.#find();
      this.#slots[free] = this.#high;
      this.#slots[free + 1] = this.#low;
    }
  }
}
