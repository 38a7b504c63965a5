// Remembers what the rules of a group say about a tuple of projected sets. The key holds everything a definite result
// depends on; what needs text is never definite through it (reference: engine algorithms 7.2).

import { grown } from './set-table.ts';

export class TupleMemo {
  count = 0;
  private keys: Int32Array;
  private results = new Int32Array(16);
  private hashes = new Int32Array(16);
  private table = new Int32Array(32).fill(-1);
  private lastHash = 0;

  private readonly width: number;

  constructor(width: number) {
    this.width = width;
    this.keys = new Int32Array(16 * Math.max(1, width));
  }

  /** Result of the tuple, or -1. */
  find(tuple: Int32Array): number {
    const width = this.width;
    let hash = 0x811c_9dc5 | 0;
    for (let i = 0; i < width; i++) {
      hash = Math.imul(hash ^ tuple[i]!, 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    this.lastHash = hash;
    const mask = this.table.length - 1;
    let slot = hash & mask;
    for (let entry = this.table[slot]!; entry >= 0; entry = this.table[slot]!) {
      if (this.hashes[entry] === hash && this.equals(entry * width, tuple)) return this.results[entry]!;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /** Keeps the result of the tuple that find() has just not found. */
  remember(tuple: Int32Array, result: number): void {
    if ((this.count + 1) * 2 > this.table.length) this.growTable();
    const entry = this.count++;
    if (entry >= this.results.length) {
      this.results = grown(this.results, entry + 1);
      this.hashes = grown(this.hashes, entry + 1);
    }
    if ((entry + 1) * this.width > this.keys.length) this.keys = grown(this.keys, (entry + 1) * this.width);
    for (let i = 0; i < this.width; i++) this.keys[entry * this.width + i] = tuple[i]!;
    this.results[entry] = result;
    this.hashes[entry] = this.lastHash;
    const mask = this.table.length - 1;
    let slot = this.lastHash & mask;
    while (this.table[slot]! >= 0) slot = (slot + 1) & mask;
    this.table[slot] = entry;
  }

  private equals(at: number, tuple: Int32Array): boolean {
    for (let i = 0; i < this.width; i++) if (this.keys[at + i] !== tuple[i]) return false;
    return true;
  }

  private growTable(): void {
    const table = new Int32Array(this.table.length * 2).fill(-1);
    const mask = table.length - 1;
    for (let entry = 0; entry < this.count; entry++) {
      let slot = this.hashes[entry]! & mask;
      while (table[slot]! >= 0) slot = (slot + 1) & mask;
      table[slot] = entry;
    }
    this.table = table;
  }
}
