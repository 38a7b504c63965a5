// Finds whether any of many texts occurs in another, case folded, in UTF-16 bytes as they lie in a log or in a string.
// Steps over the haystack by the shortest text's length (a table of ends of two or three units says how far; Wu and
// Manber), so one word costs a look at every few units and ten thousand addresses not much more.

import { FOLD, foldText } from './fold.ts';

/** Units by which texts are told apart: the start of each, as long as the shortest of them. */
const LONGEST_WINDOW = 48;
const MASK = 0xffff;
const BUCKETS = 1 << 16;
/** So many texts are told apart by two units and a table that stays in the first cache. */
const FEW = 16;
const FEW_MASK = 0xfff;

export class TextFinder {
  /** An empty text is in everything. */
  readonly findsAll: boolean;
  readonly texts: readonly string[];
  readonly #needles: readonly Uint16Array[];
  readonly #window: number;
  readonly #end: number;
  /** By the hash of the units at the end of a window: how many units may be stepped over. */
  readonly #steps: Uint8Array;
  readonly #mask: number;
  /** By the hash of a whole window: number of the first text that begins so, + 1; chained by #next. */
  readonly #heads = new Int32Array(BUCKETS);
  readonly #next: Int32Array;
  #scratch = new Uint8Array(1_024);

  /** @param texts in any case; order and repetition mean nothing. */
  constructor(texts: readonly string[]) {
    this.texts = [...new Set(texts.map(foldText))];
    this.findsAll = this.texts.includes('');
    this.#needles = this.texts.map((text) => {
      const units = new Uint16Array(text.length);
      for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
      return units;
    });
    const shortest = this.#needles.reduce((least, { length }) => Math.min(least, length), LONGEST_WINDOW);
    this.#window = Math.max(1, shortest);
    const isFew = this.#needles.length <= FEW;
    this.#end = Math.min(isFew ? 2 : 3, this.#window);
    this.#mask = isFew ? FEW_MASK : MASK;
    this.#steps = new Uint8Array(this.#mask + 1);
    this.#next = new Int32Array(this.#needles.length);
    if (this.findsAll) return;
    const furthest = this.#window - this.#end;
    this.#steps.fill(furthest + 1);
    this.#needles.forEach((needle, number) => {
      let window = 0;
      for (let i = 0; i < this.#window; i++) window = Math.imul(window ^ needle[i]!, 0x01000193) ^ (window >>> 15);
      const bucket = window & (BUCKETS - 1);
      this.#next[number] = this.#heads[bucket]!;
      this.#heads[bucket] = number + 1;
      for (let i = 0; i <= furthest; i++) {
        const last = i + this.#end - 1;
        let hash = needle[last]!;
        if (this.#end > 1) hash ^= Math.imul(needle[last - 1]!, 0x25);
        if (this.#end > 2) hash ^= Math.imul(needle[last - 2]!, 0x5e5);
        this.#steps[hash & this.#mask] = Math.min(this.#steps[hash & this.#mask]!, furthest - i);
      }
    });
  }

  /** Whether a text occurs in the UTF-16LE units of `length` bytes at `offset`. */
  isInBytes(bytes: Uint8Array, offset: number, length: number): boolean {
    if (this.findsAll) return true;
    const end = offset + (length & ~1);
    const steps = this.#steps;
    const back = 2 * (this.#window - 1);
    const units = this.#end;
    const mask = this.#mask;
    for (let at = offset + back; at < end;) {
      let hash = FOLD[bytes[at]! | (bytes[at + 1]! << 8)]!;
      if (units > 1) hash ^= Math.imul(FOLD[bytes[at - 2]! | (bytes[at - 1]! << 8)]!, 0x25);
      if (units > 2) hash ^= Math.imul(FOLD[bytes[at - 4]! | (bytes[at - 3]! << 8)]!, 0x5e5);
      const step = steps[hash & mask]!;
      if (step === 0) {
        if (this.#begins(bytes, at - back, end)) return true;
        at += 2;
      } else at += 2 * step;
    }
    return false;
  }

  /** Whether a text occurs in a string. */
  isInText(text: string): boolean {
    if (this.findsAll) return true;
    if (this.texts.length === 1) return text.length >= this.#window && foldText(text).includes(this.texts[0]!);
    const scratch = this.#scratchFor(text.length);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      scratch[2 * i] = unit & 0xff;
      scratch[2 * i + 1] = unit >> 8;
    }
    return this.isInBytes(scratch, 0, 2 * text.length);
  }

  /** Whether a text occurs in the first `length` characters of ASCII. */
  isInAscii(ascii: Uint8Array, length: number): boolean {
    if (length < this.#window) return this.findsAll;
    const scratch = this.#scratchFor(length);
    for (let i = 0; i < length; i++) {
      scratch[2 * i] = ascii[i]!;
      scratch[2 * i + 1] = 0;
    }
    return this.isInBytes(scratch, 0, 2 * length);
  }

  #scratchFor(length: number): Uint8Array {
    if (this.#scratch.length < 2 * length) this.#scratch = new Uint8Array(4 * length);
    return this.#scratch;
  }

  #begins(bytes: Uint8Array, start: number, end: number): boolean {
    let window = 0;
    for (let i = 0, at = start; i < this.#window; i++, at += 2)
      window = Math.imul(window ^ FOLD[bytes[at]! | (bytes[at + 1]! << 8)]!, 0x01000193) ^ (window >>> 15);
    for (let number = this.#heads[window & (BUCKETS - 1)]!; number > 0; number = this.#next[number - 1]!) {
      const needle = this.#needles[number - 1]!;
      if (start + 2 * needle.length > end) continue;
      let i = 0;
      while (i < needle.length && FOLD[bytes[start + 2 * i]! | (bytes[start + 2 * i + 1]! << 8)] === needle[i]) i++;
      if (i === needle.length) return true;
    }
    return false;
  }
}
