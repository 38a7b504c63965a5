// The sets of one field: which of its literals were found in a value, and what is known about its text predicates.
// Items are literal numbers of the field, then two marks per text predicate: known true, known false.
// Reference: engine algorithms 7.1 and 7.3 (refined set ids).

import { ABSENT, SetFlag, SetTable } from './set-table.ts';

/** Verdicts that were computed for one value, by text predicate of the field. */
export interface Verdict {
  readonly text: number;
  readonly holds: boolean;
}

export class FieldSets extends SetTable {
  private readonly unions = new Map<number, number>();
  private scratch = new Int32Array(64);

  /** First literal of the field in the program, and their number. */
  readonly firstLiteral: number;
  readonly literalCount: number;
  /** Per text predicate of the field: literal (within the field) that gates it, or -1. */
  private readonly gates: Int32Array;

  constructor(firstLiteral: number, literalCount: number, gates: Int32Array) {
    super();
    this.firstLiteral = firstLiteral;
    this.literalCount = literalCount;
    this.gates = gates;
  }

  get itemRange(): number {
    return this.literalCount + 2 * this.gates.length;
  }

  /** Set of a value in which the first `count` literals of `hits` (program numbers, unsorted) were found. */
  ofHits(hits: Int32Array, count: number, flags: number): number {
    if (count === 0)
      return flags === (SetFlag.Present | SetFlag.NonEmpty)
        ? 1
        : flags === (SetFlag.Present | SetFlag.Empty)
          ? 2
          : this.intern(hits, 0, flags);
    const list = this.room(count);
    for (let i = 0; i < count; i++) list[i] = hits[i]! - this.firstLiteral;
    sortAscending(list, count);
    return this.intern(list, count, flags);
  }

  /** The set of several values together, of which each alone gave a set. */
  union(a: number, b: number): number {
    if (a === b || b === ABSENT) return a;
    if (a === ABSENT) return b;
    if (this.addsNothing(a, b)) return a;
    if (this.addsNothing(b, a)) return b;
    const key = Math.min(a, b) * 0x40_0000 + Math.max(a, b);
    const known = this.unions.get(key);
    if (known !== undefined) return known;
    const result = this.unite(a, b);
    if (this.unions.size >= 65_536) this.unions.clear();
    this.unions.set(key, result);
    return result;
  }

  /** The set with further verdicts; those that are known already are kept. */
  refine(set: number, verdicts: readonly Verdict[]): number {
    const known = new Set(this.items.subarray(this.starts[set], this.starts[set + 1]));
    for (const { text, holds } of verdicts) known.add(this.literalCount + 2 * text + (holds ? 0 : 1));
    const list = Int32Array.from(known).sort();
    return this.intern(list, list.length, this.flags[set]!);
  }

  /** The usual case: a value without any literal beside one whose set has no verdicts that could be lost. */
  private addsNothing(a: number, b: number): boolean {
    if (this.starts[b] !== this.starts[b + 1] || (this.flags[a]! | this.flags[b]!) !== this.flags[a]) return false;
    const end = this.starts[a + 1]!;
    return end === this.starts[a] || this.items[end - 1]! < this.literalCount;
  }

  /** Merges two ascending lists. Verdicts: true if one is true, false if both are known to be false, else unknown. */
  private unite(a: number, b: number): number {
    const { items, starts, literalCount } = this;
    let left = starts[a]!;
    let right = starts[b]!;
    const leftEnd = starts[a + 1]!;
    const rightEnd = starts[b + 1]!;
    const list = this.room(leftEnd - left + rightEnd - right);
    let count = 0;
    while (left < leftEnd || right < rightEnd) {
      const x = left < leftEnd ? items[left]! : Infinity;
      const y = right < rightEnd ? items[right]! : Infinity;
      const item = Math.min(x, y);
      if (x === item) left++;
      if (y === item) right++;
      if (item < literalCount || this.survives(item, a, b)) list[count++] = item;
    }
    return this.intern(list, count, this.flags[a]! | this.flags[b]!);
  }

  /** Whether a mark of one of two sets holds for both together. */
  private survives(mark: number, a: number, b: number): boolean {
    const text = (mark - this.literalCount) >> 1;
    const isTrue = this.literalCount + 2 * text;
    if (mark === isTrue) return true;
    // A true mark comes right before the false one of the other set and stands for both.
    return this.isFalse(a, text) && this.isFalse(b, text);
  }

  /** Known false: by its mark, or because the literal that every match needs was not found. */
  private isFalse(set: number, text: number): boolean {
    const gate = this.gates[text]!;
    return this.has(set, this.literalCount + 2 * text + 1) || (gate >= 0 && !this.has(set, gate));
  }

  private has(set: number, item: number): boolean {
    const end = this.starts[set + 1]!;
    for (let i = this.starts[set]!; i < end; i++) if (this.items[i] === item) return true;
    return false;
  }

  private room(count: number): Int32Array {
    if (count > this.scratch.length) this.scratch = new Int32Array(count * 2);
    return this.scratch;
  }
}

/** Insertion sort: lists are short, and Array.prototype.sort on a view costs more than it saves below some 32 items. */
function sortAscending(list: Int32Array, count: number): void {
  if (count > 48) {
    list.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const item = list[i]!;
    let at = i - 1;
    while (at >= 0 && list[at]! > item) {
      list[at + 1] = list[at]!;
      at--;
    }
    list[at + 1] = item;
  }
}
