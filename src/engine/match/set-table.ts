// Interns sets: a sorted list of numbers plus flags gets a dense id, equal sets the same one. Used per field (literals
// found in a value, verdicts of text predicates) and per group slot (the part of it that the group's rules can see).
// Reference: engine algorithms 7.1.

/** State of the value or values a set describes. */
export const SetFlag = { Present: 1, NonEmpty: 2, Empty: 4 } as const;

/** Ids every table starts with: no value; one non-empty value without a literal; one empty value. */
export const ABSENT = 0;
export const PLAIN = 1;
export const EMPTY = 2;

export class SetTable {
  /** Number of sets; ids are below it. */
  count = 0;
  /** Start of each set in `items`; the set ends where the next one starts. */
  starts = new Int32Array(64);
  items = new Int32Array(256);
  flags = new Uint8Array(64);
  private hashes = new Int32Array(64);
  private table = new Int32Array(128).fill(-1);

  constructor() {
    const none = new Int32Array(0);
    this.intern(none, 0, 0);
    this.intern(none, 0, SetFlag.Present | SetFlag.NonEmpty);
    this.intern(none, 0, SetFlag.Present | SetFlag.Empty);
  }

  /** Numbers stored over all sets. */
  get itemCount(): number {
    return this.starts[this.count]!;
  }

  /** Id of the set with the first `count` numbers of `list`, which are ascending and distinct. */
  intern(list: Int32Array, count: number, flags: number): number {
    let hash = flags;
    for (let i = 0; i < count; i++) {
      hash = Math.imul(hash ^ list[i]!, 0x9e37_79b1);
      hash ^= hash >>> 15;
    }
    let mask = this.table.length - 1;
    let slot = hash & mask;
    for (let id = this.table[slot]!; id >= 0; id = this.table[slot]!) {
      if (this.hashes[id] === hash && this.equals(id, list, count, flags)) return id;
      slot = (slot + 1) & mask;
    }
    if ((this.count + 1) * 2 > this.table.length) {
      this.growTable();
      mask = this.table.length - 1;
      slot = hash & mask;
      while (this.table[slot]! >= 0) slot = (slot + 1) & mask;
    }
    return this.store(slot, hash, list, count, flags);
  }

  private equals(id: number, list: Int32Array, count: number, flags: number): boolean {
    const start = this.starts[id]!;
    if (this.starts[id + 1]! - start !== count || this.flags[id] !== flags) return false;
    for (let i = 0; i < count; i++) if (this.items[start + i] !== list[i]) return false;
    return true;
  }

  private store(slot: number, hash: number, list: Int32Array, count: number, flags: number): number {
    const id = this.count++;
    if (id + 2 > this.starts.length) {
      this.starts = grown(this.starts, id + 2);
      this.hashes = grown(this.hashes, id + 2);
      const larger = new Uint8Array(this.starts.length);
      larger.set(this.flags);
      this.flags = larger;
    }
    const start = this.starts[id]!;
    if (start + count > this.items.length) this.items = grown(this.items, start + count);
    for (let i = 0; i < count; i++) this.items[start + i] = list[i]!;
    this.starts[id + 1] = start + count;
    this.flags[id] = flags;
    this.hashes[id] = hash;
    this.table[slot] = id;
    return id;
  }

  private growTable(): void {
    const table = new Int32Array(this.table.length * 2).fill(-1);
    const mask = table.length - 1;
    for (let id = 0; id < this.count; id++) {
      let slot = this.hashes[id]! & mask;
      while (table[slot]! >= 0) slot = (slot + 1) & mask;
      table[slot] = id;
    }
    this.table = table;
  }
}

/** A copy with room for at least `needed` numbers, doubled. */
export function grown(array: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(array.length * 2, needed));
  larger.set(array);
  return larger;
}
