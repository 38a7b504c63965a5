// Builds the tables by which one pass over a value finds every literal of a field (reference: engine algorithms 5.1):
// whole values, starts and ends by rolled hashes at the lengths that occur; `contains` literals by one gram of 4, 3, 2
// or 1 units in a bitmap, then a bucket of (literal, place of the gram) to verify. Literals with a unit above 127 go to
// a second row, which the matcher only consults for values that have such a unit.

import { GRAM_FACTOR, HASH_START, hashStep, KeyKind, mixUnit, tableKey } from '../literal-hash.ts';
import { Anchor, INDEX_COLUMNS, IndexColumn } from '../program.ts';
import { NumberList } from './number-list.ts';

const MAX_GRAM_BITS = 18;
const MIN_GRAM_BITS = 7;
/** Counters for choosing the rarest gram; a collision only makes a gram look more frequent than it is. */
const COUNTER_BITS = 16;

/** Literals as they lie in the pool. */
export interface LiteralColumns {
  readonly pool: Uint16Array;
  readonly offset: Int32Array;
  readonly length: Int32Array;
  readonly anchor: Uint8Array;
}

export interface LiteralIndex {
  readonly rows: Int32Array;
  readonly tables: Int32Array;
  readonly buckets: Int32Array;
  readonly bitmaps: Int32Array;
  readonly lengths: Uint8Array;
}

/** Builds the rows of all fields; `fieldLiterals` holds the first literal of each field, and one more number. */
export function buildLiteralIndex(literals: LiteralColumns, fieldLiterals: Int32Array): LiteralIndex {
  const builder = new IndexBuilder(literals);
  const fields = fieldLiterals.length - 1;
  for (let field = 0; field < fields; field++) {
    const plain: number[] = [];
    const other: number[] = [];
    for (let literal = fieldLiterals[field]!; literal < fieldLiterals[field + 1]!; literal++) {
      (isAscii(literals, literal) ? plain : other).push(literal);
    }
    builder.addRow(plain);
    builder.addRow(other);
  }
  return builder.finish();
}

function isAscii({ pool, offset, length }: LiteralColumns, literal: number): boolean {
  const start = offset[literal]!;
  for (let i = start; i < start + length[literal]!; i++) if (pool[i]! > 127) return false;
  return true;
}

class IndexBuilder {
  private readonly rows = new NumberList();
  private readonly tables = new NumberList();
  private readonly buckets = new NumberList();
  private readonly bitmaps = new NumberList();
  private readonly lengths = new NumberList();
  private readonly counters = new Uint16Array(1 << COUNTER_BITS);

  private readonly literals: LiteralColumns;

  constructor(literals: LiteralColumns) {
    this.literals = literals;
  }

  addRow(numbers: readonly number[]): void {
    const row = new Int32Array(INDEX_COLUMNS).fill(-1);
    row[IndexColumn.Literals] = numbers.length;
    row[IndexColumn.Gram4Shift] = row[IndexColumn.Gram3Shift] = row[IndexColumn.Gram2Shift] = 0;
    const { length, anchor } = this.literals;
    // Key → (literal, place) pairs, in the order of literals.
    const entries = new Map<number, number[]>();
    const grams: number[][] = [[], [], [], [], []];
    this.addLengths(row, numbers);
    const contains: number[] = [];
    for (const literal of numbers) {
      if (anchor[literal] === Anchor.Contains) contains.push(literal);
      else addEntry(entries, this.anchoredKey(literal), literal, 0);
    }
    this.countGrams(contains);
    for (const literal of contains) {
      const width = Math.min(4, length[literal]!);
      const place = width === 4 ? this.rarestGram(literal) : 0;
      const gram = this.gramAt(literal, place, width);
      grams[width]!.push(gram);
      addEntry(entries, tableKey(GRAM_KIND[width]!, 0, gram), literal, place);
    }
    this.addBitmap(row, IndexColumn.Gram4, grams[4]!);
    this.addBitmap(row, IndexColumn.Gram3, grams[3]!);
    this.addBitmap(row, IndexColumn.Gram2, grams[2]!);
    if (grams[1]!.length > 0) {
      const at = this.bitmaps.fill(0, 8);
      row[IndexColumn.Gram1] = at;
      for (const gram of grams[1]!) this.setBit(at, gram);
    }
    this.addTable(row, entries);
    for (const value of row) this.rows.push(value);
  }

  finish(): LiteralIndex {
    return {
      rows: this.rows.toArray(),
      tables: this.tables.toArray(),
      buckets: this.buckets.toArray(),
      bitmaps: this.bitmaps.toArray(),
      lengths: Uint8Array.from(this.lengths.toArray()),
    };
  }

  /** Flags, per anchor, at each length that a literal has. */
  private addLengths(row: Int32Array, numbers: readonly number[]): void {
    const columns = [
      [Anchor.Exact, IndexColumn.ExactLengths, IndexColumn.ExactMax],
      [Anchor.Prefix, IndexColumn.PrefixLengths, IndexColumn.PrefixMax],
      [Anchor.Suffix, IndexColumn.SuffixLengths, IndexColumn.SuffixMax],
    ] as const;
    const { length, anchor } = this.literals;
    for (const [wanted, atColumn, maxColumn] of columns) {
      const present = numbers.filter((literal) => anchor[literal] === wanted);
      if (present.length === 0) continue;
      const max = present.reduce((sum, literal) => Math.max(sum, length[literal]!), 0);
      const at = this.lengths.fill(0, max + 1);
      for (const literal of present) this.lengths.set(at + length[literal]!, 1);
      row[atColumn] = at;
      row[maxColumn] = max;
    }
  }

  private anchoredKey(literal: number): number {
    const { pool, offset, length, anchor } = this.literals;
    const start = offset[literal]!;
    const size = length[literal]!;
    let hash = HASH_START;
    if (anchor[literal] === Anchor.Suffix) {
      for (let i = start + size - 1; i >= start; i--) hash = hashStep(hash, pool[i]!);
      return tableKey(KeyKind.Suffix, size, hash);
    }
    for (let i = start; i < start + size; i++) hash = hashStep(hash, pool[i]!);
    return tableKey(anchor[literal] === Anchor.Exact ? KeyKind.Exact : KeyKind.Prefix, size, hash);
  }

  private gramAt(literal: number, place: number, width: number): number {
    const { pool, offset } = this.literals;
    let gram = 0;
    for (let i = 0; i < width; i++) gram = (gram << 8) | mixUnit(pool[offset[literal]! + place + i]!);
    return gram;
  }

  private countGrams(contains: readonly number[]): void {
    this.counters.fill(0);
    for (const literal of contains) {
      const last = this.literals.length[literal]! - 4;
      for (let place = 0; place <= last; place++) {
        const slot = Math.imul(this.gramAt(literal, place, 4), GRAM_FACTOR) >>> (32 - COUNTER_BITS);
        if (this.counters[slot]! < 0xffff) this.counters[slot]!++;
      }
    }
  }

  /** Place of the gram that fewest literals of the field have, the first of equals. */
  private rarestGram(literal: number): number {
    const last = this.literals.length[literal]! - 4;
    let best = 0;
    let bestCount = Infinity;
    for (let place = 0; place <= last; place++) {
      const count = this.counters[Math.imul(this.gramAt(literal, place, 4), GRAM_FACTOR) >>> (32 - COUNTER_BITS)]!;
      if (count < bestCount) {
        best = place;
        bestCount = count;
      }
    }
    return best;
  }

  /** A bitmap with at least 32 bits a gram, so that a random gram passes at most one time in 32. */
  private addBitmap(row: Int32Array, column: number, grams: readonly number[]): void {
    if (grams.length === 0) return;
    const distinct = new Set(grams);
    const bits = Math.max(MIN_GRAM_BITS, Math.min(MAX_GRAM_BITS, Math.ceil(Math.log2(distinct.size * 32))));
    const at = this.bitmaps.fill(0, (1 << bits) >>> 5);
    row[column] = at;
    row[column + 1] = 32 - bits;
    for (const gram of distinct) this.setBit(at, Math.imul(gram, GRAM_FACTOR) >>> (32 - bits));
  }

  private setBit(at: number, bit: number): void {
    this.bitmaps.set(at + (bit >>> 5), this.bitmaps.get(at + (bit >>> 5)) | (1 << (bit & 31)));
  }

  private addTable(row: Int32Array, entries: ReadonlyMap<number, readonly number[]>): void {
    if (entries.size === 0) return;
    let size = 4;
    while (size < entries.size * 2) size *= 2;
    const at = this.tables.fill(0, size * 2);
    row[IndexColumn.Table] = at;
    row[IndexColumn.TableMask] = size - 1;
    for (const [key, pairs] of entries) {
      let slot = key & (size - 1);
      while (this.tables.get(at + 2 * slot) !== 0) slot = (slot + 1) & (size - 1);
      this.tables.set(at + 2 * slot, key);
      this.tables.set(at + 2 * slot + 1, this.buckets.length);
      this.buckets.push(pairs.length / 2);
      for (const value of pairs) this.buckets.push(value);
    }
  }
}

const GRAM_KIND: readonly number[] = [0, KeyKind.Gram1, KeyKind.Gram2, KeyKind.Gram3, KeyKind.Gram4];

function addEntry(entries: Map<number, number[]>, key: number, literal: number, place: number): void {
  const list = entries.get(key);
  if (list === undefined) entries.set(key, [literal, place]);
  else list.push(literal, place);
}
