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
    if (count === 0) return flags === (SetFlag.Present | SetFlag.NonEmpty) ? 1 : flags === (SetFlag.Present | SetFlag.Empty) ? 2 : this.intern(hits, 0, flags);
    const list = this.room(count);
    for (let i = 0; i < count; i++) list[i] = hits[i]! - this.firstLiteral;
    sortAscending(list, count);
    return this.intern(list, count, flags);
  }

  /** The set of several values together, of which each alone gave a set. */
  union(a: number, b: number): number {
    if (a === b || b === ABSENT) return a;
    if (a === ABSENT) return b;
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
    const known = new Set(this.itemsOf(set));
    for (const { text, holds } of verdicts) known.add(this.literalCount + 2 * text + (holds ? 0 : 1));
    const list = Int32Array.from([...known].sort((x, y) => x - y));
    return this.intern(list, list.length, this.flags[set]!);
  }

  private unite(a: number, b: number): number {
    const left = this.itemsOf(a);
    const right = this.itemsOf(b);
    const hits = new Set<number>();
    for (const item of left) if (item < this.literalCount) hits.add(item);
    for (const item of right) if (item < this.literalCount) hits.add(item);
    const merged = [...hits];
    const marks = new Set<number>();
    for (const item of [...left, ...right]) if (item >= this.literalCount) marks.add((item - this.literalCount) >> 1);
    const leftItems = new Set(left);
    const rightItems = new Set(right);
    for (const text of marks) {
      const isTrue = this.literalCount + 2 * text;
      if (leftItems.has(isTrue) || rightItems.has(isTrue)) merged.push(isTrue);
      else if (this.isFalse(leftItems, text) && this.isFalse(rightItems, text)) merged.push(isTrue + 1);
    }
    const list = Int32Array.from(merged).sort();
    return this.intern(list, list.length, this.flags[a]! | this.flags[b]!);
  }

  /** Known false: by its mark, or because the literal that every match needs was not found. */
  private isFalse(items: ReadonlySet<number>, text: number): boolean {
    const gate = this.gates[text]!;
    return items.has(this.literalCount + 2 * text + 1) || (gate >= 0 && !items.has(gate));
  }

  private itemsOf(set: number): Int32Array {
    return this.items.slice(this.starts[set], this.starts[set + 1]);
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
