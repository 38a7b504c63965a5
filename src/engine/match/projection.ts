// What a group can see of a field's set: the literals and verdicts that its own predicates on one slot use, as local
// predicate numbers. Restricting sets this way is what makes tuples repeat (reference: engine algorithms 3.2, 7.2).

import type { FieldSets } from './field-sets.ts';
import { grown, SetTable } from './set-table.ts';

/** Items of a projected set: local predicate × 2, plus 1 when it is known to be false. */
export class Projection extends SetTable {
  /** Per set id: 1 when something in it wakes rules. */
  wakes = new Uint8Array(64);
  private cache = new Int32Array(64).fill(-1);
  private list = new Int32Array(64);

  /** Per item of the field's sets: local predicate, or -1 where the group does not use it. */
  private readonly itemToLocal: Int32Array;
  private readonly literalCount: number;
  /** Whether some predicate of the slot asks for presence or emptiness; else all values without hits look alike. */
  private readonly keepFlags: boolean;
  /** The group's witnesses (GroupProgram). */
  private readonly witnessStart: Int32Array;

  constructor(itemToLocal: Int32Array, literalCount: number, keepFlags: boolean, witnessStart: Int32Array) {
    super();
    this.witnessStart = witnessStart;
    this.itemToLocal = itemToLocal;
    this.literalCount = literalCount;
    this.keepFlags = keepFlags;
  }

  /** Id of the projected set. */
  of(set: number, sets: FieldSets): number {
    if (set < this.cache.length) {
      const known = this.cache[set]!;
      if (known >= 0) return known;
    } else {
      const before = this.cache.length;
      this.cache = grown(this.cache, set + 1);
      this.cache.fill(-1, before);
    }
    const id = this.project(set, sets);
    this.cache[set] = id;
    return id;
  }

  private project(set: number, sets: FieldSets): number {
    const start = sets.starts[set]!;
    const end = sets.starts[set + 1]!;
    if (end - start > this.list.length) this.list = new Int32Array((end - start) * 2);
    let count = 0;
    let wakes = 0;
    for (let i = start; i < end; i++) {
      const item = sets.items[i]!;
      const local = this.itemToLocal[item]!;
      if (local < 0) continue;
      const isFalse = item >= this.literalCount && ((item - this.literalCount) & 1) === 1;
      this.list[count++] = local * 2 + (isFalse ? 1 : 0);
      if (!isFalse && this.witnessStart[local + 1]! > this.witnessStart[local]!) wakes = 1;
    }
    const id = this.intern(this.list, count, this.keepFlags ? sets.flags[set]! : 0);
    if (id >= this.wakes.length) {
      const larger = new Uint8Array(this.starts.length);
      larger.set(this.wakes);
      this.wakes = larger;
    }
    this.wakes[id] = wakes;
    return id;
  }
}
