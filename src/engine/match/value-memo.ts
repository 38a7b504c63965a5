// Remembers what a value turned out to be: (memo field, BinXML type, raw bytes) → set id. A pure cache: any cap gives
// the same findings. Hits compare bytes, not only hashes, because attackers choose values; the number of places looked
// at is capped, because collisions of any fast hash can be written down without knowing its seed (60,000 such values
// cost 24 s in a prototype, 0.05 s with a cap). Two generations share one byte budget: when the young one is full it
// becomes the old one, and what is met again moves over. Reference: engine algorithms 6.

import type { EngineLimits } from '../limits.ts';

const FIRST_TABLE = 1 << 12;
const FIRST_ARENA = 1 << 18;
/** Numbers per entry: [hash, tag, length, offset, set], and three of padding, so that an entry is half a cache line. */
const ROW = 8;

/** One generation: open addressing over entries, the bytes of the values in one arena. */
class Generation {
  table = new Int32Array(FIRST_TABLE).fill(-1);
  rows = new Int32Array((FIRST_TABLE >>> 1) * ROW);
  arena = new Uint8Array(FIRST_ARENA);
  arenaView = new DataView(this.arena.buffer);
  count = 0;
  used = 0;

  clear(): void {
    this.table.fill(-1);
    this.count = 0;
    this.used = 0;
  }
}

export class ValueMemo {
  /** Set id of the last find() that gave true, or whatever remember() stored. */
  found = 0;
  /** Values looked up and not found so far. */
  misses = 0;
  private young = new Generation();
  private old = new Generation();
  private lastHash = 0;
  private lastSlot = -1;
  /** Entry of the last find() or remember(), for refine(); -1 = the value is not kept. */
  private lastEntry = -1;

  private readonly limits: EngineLimits;

  constructor(limits: EngineLimits) {
    this.limits = limits;
  }

  /** True when the young generation is full; the owner then calls turn() between records. */
  get full(): boolean {
    return this.young.count >= this.limits.memoEntries || this.young.used >= this.limits.memoBytes;
  }

  /** The young generation becomes the old one. Never called while a record is being matched. */
  turn(): void {
    const spare = this.old;
    this.old = this.young;
    spare.clear();
    this.young = spare;
    this.lastEntry = -1;
  }

  /** Forgets everything (set ids have lost their meaning). */
  clear(): void {
    this.young.clear();
    this.old.clear();
    this.lastEntry = -1;
  }

  /** Looks a value up; on true its set id is in `found`. After false, remember() may store it. */
  find(tag: number, bytes: Uint8Array, view: DataView, offset: number, length: number): boolean {
    const hash = this.limits.constantHash ? 1 : hashValue(tag, bytes, view, offset, length);
    const young = this.young;
    const { table, rows } = young;
    const mask = table.length - 1;
    let slot = hash & mask;
    let probes = this.limits.memoProbes;
    this.lastHash = hash;
    this.lastEntry = -1;
    for (;;) {
      const entry = table[slot]!;
      if (entry < 0) break;
      const row = entry * ROW;
      if (
        rows[row] === hash &&
        rows[row + 1] === tag &&
        rows[row + 2] === length &&
        sameBytes(young.arenaView, young.arena, rows[row + 3]!, view, bytes, offset, length)
      ) {
        this.found = rows[row + 4]!;
        this.lastEntry = entry;
        return true;
      }
      if (--probes <= 0) {
        slot = -1;
        break;
      }
      slot = (slot + 1) & mask;
    }
    this.lastSlot = slot;
    if (this.old.count > 0 && this.findOld(hash, tag, bytes, view, offset, length)) {
      this.remember(tag, bytes, offset, length, this.found);
      return true;
    }
    this.misses++;
    return false;
  }

  /** Keeps the set id of the value that find() has just not found. */
  remember(tag: number, bytes: Uint8Array, offset: number, length: number, set: number): void {
    this.found = set;
    const young = this.young;
    const slot = this.lastSlot;
    if (
      slot < 0 ||
      length > this.limits.memoValueBytes ||
      young.count >= this.limits.memoEntries ||
      young.used + length > this.limits.memoBytes
    )
      return;
    const entry = young.count++;
    if ((entry + 1) * ROW > young.rows.length) this.growRows();
    if (young.used + length > young.arena.length) {
      const larger = new Uint8Array(Math.max(young.arena.length * 2, young.used + length));
      larger.set(young.arena);
      young.arena = larger;
      young.arenaView = new DataView(larger.buffer);
    }
    const { rows } = young;
    const row = entry * ROW;
    rows[row] = this.lastHash;
    rows[row + 1] = tag;
    rows[row + 2] = length;
    rows[row + 3] = young.used;
    rows[row + 4] = set;
    const arena = young.arena;
    const at = young.used;
    if (length > 64) arena.set(bytes.subarray(offset, offset + length), at);
    else for (let i = 0; i < length; i++) arena[at + i] = bytes[offset + i]!;
    young.used += length;
    young.table[slot] = entry;
    this.lastEntry = entry;
    if (young.count * 2 > young.table.length) this.growTable();
  }

  /** Gives the value of the last find() or remember() another set id: more is known about it now. */
  refine(set: number): void {
    if (this.lastEntry >= 0) this.young.rows[this.lastEntry * ROW + 4] = set;
  }

  private findOld(
    hash: number,
    tag: number,
    bytes: Uint8Array,
    view: DataView,
    offset: number,
    length: number,
  ): boolean {
    const old = this.old;
    const { rows } = old;
    const mask = old.table.length - 1;
    let slot = hash & mask;
    for (let probes = this.limits.memoProbes; probes > 0; probes--) {
      const entry = old.table[slot]!;
      if (entry < 0) return false;
      const row = entry * ROW;
      if (
        rows[row] === hash &&
        rows[row + 1] === tag &&
        rows[row + 2] === length &&
        sameBytes(old.arenaView, old.arena, rows[row + 3]!, view, bytes, offset, length)
      ) {
        this.found = rows[row + 4]!;
        return true;
      }
      slot = (slot + 1) & mask;
    }
    return false;
  }

  private growRows(): void {
    const larger = new Int32Array(this.young.rows.length * 2);
    larger.set(this.young.rows);
    this.young.rows = larger;
  }

  private growTable(): void {
    const young = this.young;
    const table = new Int32Array(young.table.length * 2).fill(-1);
    const mask = table.length - 1;
    for (let entry = 0; entry < young.count; entry++) {
      let slot = young.rows[entry * ROW]! & mask;
      while (table[slot]! >= 0) slot = (slot + 1) & mask;
      table[slot] = entry;
    }
    young.table = table;
  }
}

/** Four bytes at a step; the last ones alone. */
function sameBytes(
  aView: DataView,
  a: Uint8Array,
  aAt: number,
  bView: DataView,
  b: Uint8Array,
  bAt: number,
  length: number,
): boolean {
  const words = length & ~3;
  for (let i = 0; i < words; i += 4) if (aView.getInt32(aAt + i, true) !== bView.getInt32(bAt + i, true)) return false;
  for (let i = words; i < length; i++) if (a[aAt + i] !== b[bAt + i]) return false;
  return true;
}

/** Two lanes of 32 bits, eight bytes a step. */
function hashValue(tag: number, bytes: Uint8Array, view: DataView, offset: number, length: number): number {
  let a = Math.imul(tag, 0x9e37_79b1) ^ length;
  let b = 0x85eb_ca6b;
  const end = offset + length;
  let at = offset;
  for (; at + 8 <= end; at += 8) {
    a = Math.imul(a ^ view.getInt32(at, true), 0x1b87_3593);
    a ^= a >>> 15;
    b = Math.imul(b ^ view.getInt32(at + 4, true), 0x2d51_ca6b);
    b ^= b >>> 13;
  }
  if (at + 4 <= end) {
    b = Math.imul(b ^ view.getInt32(at, true), 0x2d51_ca6b);
    b ^= b >>> 13;
    at += 4;
  }
  for (; at < end; at++) {
    a = Math.imul(a ^ bytes[at]!, 0x1b87_3593);
    a ^= a >>> 15;
  }
  a ^= Math.imul(b, 0xc2b2_ae35);
  a ^= a >>> 16;
  a = Math.imul(a, 0x7feb_352d);
  return a ^ (a >>> 15);
}
