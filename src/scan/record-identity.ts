// Who a record is: 64 bits of (computer, channel, record id, time), equal in every worker that was given the same seed.
// By it a recovered record is recognised as a stale copy of an allocated one (F66), whichever worker read that.

import { SystemReader } from '../evtx/system-reader.ts';
import type { ShapeBank } from '../evtx/shape-bank.ts';
import type { RecordCursor } from '../model/record.ts';

export class RecordIdentity {
  /** Of the record that was read last; `low` is never 0. */
  high = 0;
  low = 0;

  readonly #system: SystemReader;
  readonly #seed: number;
  /** Hashes of names by their number. */
  readonly #computers: number[] = [];
  readonly #channels: number[] = [];

  /** @param bank the bank of the cursors that will be read. */
  constructor(bank: ShapeBank, seed: number) {
    this.#system = new SystemReader(bank);
    this.#seed = seed;
  }

  read(cursor: RecordCursor): void {
    const system = this.#system;
    system.read(cursor);
    const { computer, channel, recordIdHigh, recordIdLow, timeHigh, timeLow } = system;
    let a = this.#seed;
    let b = ~this.#seed;
    const mix = (word: number): void => {
      a = Math.imul(a ^ word, 0x85eb_ca6b);
      a ^= a >>> 15;
      b = Math.imul(b + word, 0xc2b2_ae35 | 0) ^ a;
      b ^= b >>> 13;
    };
    mix((this.#computers[computer] ??= this.#hashOf(system.computers.texts[computer]!)));
    mix((this.#channels[channel] ??= this.#hashOf(system.channels.texts[channel]!)));
    mix(recordIdHigh);
    mix(recordIdLow);
    mix(timeHigh);
    mix(timeLow);
    this.high = a >>> 0;
    // Two zeros stand for a free slot of the set.
    this.low = (b | 1) >>> 0;
  }

  #hashOf(text: string): number {
    let hash = this.#seed ^ text.length;
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e37_79b1 | 0);
      hash ^= hash >>> 15;
    }
    return hash;
  }
}

/** A set of identities, as a survey gives them: two words each, in any order, also repeated. */
export class IdentitySet {
  readonly #words: Uint32Array;
  #slots: Uint32Array | undefined;

  constructor(words: Uint32Array) {
    this.#words = words;
  }

  has({ high, low }: RecordIdentity): boolean {
    // Most runs have nothing to ask.
    const slots = (this.#slots ??= this.#fill());
    return slots[placeOf(slots, high, low) + 1] !== 0;
  }

  #fill(): Uint32Array {
    const words = this.#words;
    let size = 16;
    while (size < 2 * words.length) size *= 2;
    const slots = new Uint32Array(size);
    for (let i = 0; i + 1 < words.length; i += 2) {
      const place = placeOf(slots, words[i]!, words[i + 1]!);
      slots[place] = words[i]!;
      slots[place + 1] = words[i + 1]!;
    }
    return slots;
  }
}

/** Place of an identity in an open table that is at most half full, or the free place for it. */
function placeOf(slots: Uint32Array, high: number, low: number): number {
  const mask = (slots.length >> 1) - 1;
  for (let slot = high & mask; ; slot = (slot + 1) & mask) {
    const place = slot << 1;
    if (slots[place + 1] === 0 || (slots[place] === high && slots[place + 1] === low)) return place;
  }
}
