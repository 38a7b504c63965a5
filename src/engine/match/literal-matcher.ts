// Finds every literal of a field in one value: one pass over its folded units (reference: engine algorithms 5.2).
// Tables: compile/build-literal-index.ts. A non-ASCII unit can fold to ASCII (Kelvin sign), so the ASCII row is always
// consulted, and the other row whenever a unit before or after folding is above 127.

import { FOLD } from '../../base/fold.ts';
import { GRAM_FACTOR, HASH_FACTOR, HASH_START, KeyKind, tableKey } from '../literal-hash.ts';
import { Anchor, INDEX_COLUMNS, IndexColumn, type Program } from '../program.ts';

const FIRST_UNITS = 65_536;

export class LiteralMatcher {
  /** Folded units of the value to scan; written by the caller through `fold…`. */
  folded = new Uint16Array(FIRST_UNITS);
  /** Literals found, unsorted; [0, hitCount) are valid after scan(). */
  hits = new Int32Array(256);
  hitCount = 0;
  /** Literals verified so far; for benches and tests of hostile values. */
  verifications = 0;
  private readonly seen: Int32Array;
  private epoch = 0;

  private readonly program: Program;

  constructor(program: Program) {
    this.program = program;
    this.seen = new Int32Array(program.literalOffset.length);
  }

  /** Room for `units` folded units. */
  reserve(units: number): Uint16Array {
    if (units > this.folded.length) this.folded = new Uint16Array(1 << Math.ceil(Math.log2(units)));
    return this.folded;
  }

  /** Folds a text into `folded`; gives the OR of its units. */
  foldText(text: string): number {
    const folded = this.reserve(text.length);
    let all = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      all |= unit;
      folded[i] = FOLD[unit]!;
    }
    return all;
  }

  /** Scans units [0, count) of `folded` for the literals of `field`; `all` is the OR of the units before folding. */
  scan(field: number, count: number, all: number): number {
    this.epoch++;
    this.hitCount = 0;
    const row = field * 2 * INDEX_COLUMNS;
    if (this.program.indexRows[row + IndexColumn.Literals]! > 0) this.scanRow(row, count);
    if (all > 127 && this.program.indexRows[row + INDEX_COLUMNS + IndexColumn.Literals]! > 0)
      this.scanRow(row + INDEX_COLUMNS, count);
    return this.hitCount;
  }

  private scanRow(row: number, count: number): void {
    const rows = this.program.indexRows;
    const exactMax = rows[row + IndexColumn.ExactMax]!;
    const prefixMax = rows[row + IndexColumn.PrefixMax]!;
    const suffixMax = rows[row + IndexColumn.SuffixMax]!;
    if (prefixMax >= 0 || exactMax >= count) this.scanStart(row, count);
    if (suffixMax >= 0) this.scanEnd(row, count, Math.min(suffixMax, count));
    const gram4 = rows[row + IndexColumn.Gram4]!;
    const short =
      rows[row + IndexColumn.Gram3]! >= 0 || rows[row + IndexColumn.Gram2]! >= 0 || rows[row + IndexColumn.Gram1]! >= 0;
    if (short) this.scanAllGrams(row, count);
    else if (gram4 >= 0) this.scanGram4(row, count);
  }

  /** Whole values and starts, by the hash rolled from the first unit. */
  private scanStart(row: number, count: number): void {
    const { indexRows, lengths } = this.program;
    const folded = this.folded;
    const exactMax = indexRows[row + IndexColumn.ExactMax]!;
    const prefixAt = indexRows[row + IndexColumn.PrefixLengths]!;
    const prefixMax = Math.min(indexRows[row + IndexColumn.PrefixMax]!, count);
    const exact = exactMax >= count && lengths[indexRows[row + IndexColumn.ExactLengths]! + count] === 1;
    const end = exact ? count : prefixMax;
    let hash = HASH_START;
    for (let i = 0; i < end; i++) {
      hash = Math.imul(hash ^ folded[i]!, HASH_FACTOR);
      hash ^= hash >>> 15;
      if (i < prefixMax && lengths[prefixAt + i + 1] === 1)
        this.lookUp(row, tableKey(KeyKind.Prefix, i + 1, hash), Anchor.Prefix, 0, i + 1);
    }
    if (exact) this.lookUp(row, tableKey(KeyKind.Exact, count, hash), Anchor.Exact, 0, count);
  }

  private scanEnd(row: number, count: number, longest: number): void {
    const { indexRows, lengths } = this.program;
    const folded = this.folded;
    const at = indexRows[row + IndexColumn.SuffixLengths]!;
    let hash = HASH_START;
    for (let size = 1; size <= longest; size++) {
      hash = Math.imul(hash ^ folded[count - size]!, HASH_FACTOR);
      hash ^= hash >>> 15;
      if (lengths[at + size] === 1)
        this.lookUp(row, tableKey(KeyKind.Suffix, size, hash), Anchor.Suffix, count - size, size);
    }
  }

  /** The common case: every `contains` literal of the field has four units or more. */
  private scanGram4(row: number, count: number): void {
    if (count < 4) return;
    const { indexRows, bitmaps } = this.program;
    const folded = this.folded;
    const at = indexRows[row + IndexColumn.Gram4]!;
    const shift = indexRows[row + IndexColumn.Gram4Shift]!;
    let gram = 0;
    for (let i = 0; i < 3; i++) gram = (gram << 8) | ((folded[i]! ^ (folded[i]! >>> 8)) & 255);
    for (let i = 3; i < count; i++) {
      const unit = folded[i]!;
      gram = (gram << 8) | ((unit ^ (unit >>> 8)) & 255);
      const bit = Math.imul(gram, GRAM_FACTOR) >>> shift;
      if ((bitmaps[at + (bit >>> 5)]! & (1 << (bit & 31))) !== 0)
        this.lookUpGram(row, tableKey(KeyKind.Gram4, 0, gram), i - 3, count);
    }
  }

  private scanAllGrams(row: number, count: number): void {
    const { indexRows, bitmaps } = this.program;
    const folded = this.folded;
    const at4 = indexRows[row + IndexColumn.Gram4]!;
    const shift4 = indexRows[row + IndexColumn.Gram4Shift]!;
    const at3 = indexRows[row + IndexColumn.Gram3]!;
    const shift3 = indexRows[row + IndexColumn.Gram3Shift]!;
    const at2 = indexRows[row + IndexColumn.Gram2]!;
    const shift2 = indexRows[row + IndexColumn.Gram2Shift]!;
    const at1 = indexRows[row + IndexColumn.Gram1]!;
    let gram = 0;
    for (let i = 0; i < count; i++) {
      const unit = folded[i]!;
      gram = (gram << 8) | ((unit ^ (unit >>> 8)) & 255);
      if (at4 >= 0 && i >= 3) {
        const bit = Math.imul(gram, GRAM_FACTOR) >>> shift4;
        if ((bitmaps[at4 + (bit >>> 5)]! & (1 << (bit & 31))) !== 0)
          this.lookUpGram(row, tableKey(KeyKind.Gram4, 0, gram), i - 3, count);
      }
      if (at3 >= 0 && i >= 2) {
        const bit = Math.imul(gram & 0xff_ffff, GRAM_FACTOR) >>> shift3;
        if ((bitmaps[at3 + (bit >>> 5)]! & (1 << (bit & 31))) !== 0)
          this.lookUpGram(row, tableKey(KeyKind.Gram3, 0, gram & 0xff_ffff), i - 2, count);
      }
      if (at2 >= 0 && i >= 1) {
        const bit = Math.imul(gram & 0xffff, GRAM_FACTOR) >>> shift2;
        if ((bitmaps[at2 + (bit >>> 5)]! & (1 << (bit & 31))) !== 0)
          this.lookUpGram(row, tableKey(KeyKind.Gram2, 0, gram & 0xffff), i - 1, count);
      }
      if (at1 >= 0 && (bitmaps[at1 + ((gram & 255) >>> 5)]! & (1 << (gram & 31))) !== 0) {
        this.lookUpGram(row, tableKey(KeyKind.Gram1, 0, gram & 255), i, count);
      }
    }
  }

  /** Start of the bucket of a key, or -1. */
  private bucketOf(row: number, key: number): number {
    const { indexRows, tables } = this.program;
    const at = indexRows[row + IndexColumn.Table]!;
    const mask = indexRows[row + IndexColumn.TableMask]!;
    let slot = key & mask;
    for (;;) {
      const found = tables[at + 2 * slot]!;
      if (found === key) return tables[at + 2 * slot + 1]!;
      if (found === 0) return -1;
      slot = (slot + 1) & mask;
    }
  }

  /** Verifies the anchored literals of a bucket against the `size` units from `start`. */
  private lookUp(row: number, key: number, anchor: number, start: number, size: number): void {
    const bucket = this.bucketOf(row, key);
    if (bucket < 0) return;
    const { buckets, literalLength, literalAnchor } = this.program;
    const end = bucket + 1 + 2 * buckets[bucket]!;
    for (let at = bucket + 1; at < end; at += 2) {
      const literal = buckets[at]!;
      // Keys of different kinds can collide and then share a bucket.
      if (literalLength[literal] === size && literalAnchor[literal] === anchor && this.equals(literal, start))
        this.found(literal);
    }
  }

  /** Verifies the literals whose gram stands at `place`. */
  private lookUpGram(row: number, key: number, place: number, count: number): void {
    const bucket = this.bucketOf(row, key);
    if (bucket < 0) return;
    const { buckets, literalLength, literalAnchor } = this.program;
    const end = bucket + 1 + 2 * buckets[bucket]!;
    for (let at = bucket + 1; at < end; at += 2) {
      const literal = buckets[at]!;
      if (this.seen[literal] === this.epoch || literalAnchor[literal] !== Anchor.Contains) continue;
      const start = place - buckets[at + 1]!;
      if (start >= 0 && start + literalLength[literal]! <= count && this.equals(literal, start)) this.found(literal);
    }
  }

  private equals(literal: number, start: number): boolean {
    this.verifications++;
    const { pool, literalOffset, literalLength } = this.program;
    const folded = this.folded;
    const at = literalOffset[literal]! - start;
    const end = start + literalLength[literal]!;
    for (let i = start; i < end; i++) if (folded[i] !== pool[at + i]) return false;
    return true;
  }

  private found(literal: number): void {
    if (this.seen[literal] === this.epoch) return;
    this.seen[literal] = this.epoch;
    if (this.hitCount === this.hits.length) {
      const larger = new Int32Array(this.hits.length * 2);
      larger.set(this.hits);
      this.hits = larger;
    }
    this.hits[this.hitCount++] = literal;
  }
}
