// Sets of code points for the pattern parser: flat lists [from, to, from, to, …], sorted, disjoint, both ends included.

import { FOLD } from './fold.ts';

export type CodeSet = readonly number[];

export const LAST_POINT = 0x10ffff;
const LAST_UNIT = 0xffff;

/** Sorts and joins ranges. */
export function normaliseSet(ranges: readonly (readonly [number, number])[]): CodeSet {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const set: number[] = [];
  for (const [from, to] of sorted) {
    const last = set.length - 1;
    if (last > 0 && from <= set[last]! + 1) set[last] = Math.max(set[last]!, to);
    else set.push(from, to);
  }
  return set;
}

export function pairsOf(set: CodeSet): [number, number][] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < set.length; i += 2) pairs.push([set[i]!, set[i + 1]!]);
  return pairs;
}

/** Every code point that is not in the set. */
export function complementSet(set: CodeSet): CodeSet {
  const out: number[] = [];
  let next = 0;
  for (const [from, to] of pairsOf(set)) {
    if (from > next) out.push(next, from - 1);
    next = to + 1;
  }
  if (next <= LAST_POINT) out.push(next, LAST_POINT);
  return out;
}

/** The set with every unit that folds alike: case-insensitive by the product's own table (fold.ts). */
export function foldSet(set: CodeSet): CodeSet {
  const added: [number, number][] = pairsOf(set);
  for (const [from, to] of pairsOf(set)) {
    // A set of everything needs no mates; anything smaller is at most 65,536 steps.
    for (let unit = from; unit <= Math.min(to, LAST_UNIT); unit++) {
      const folded = FOLD[unit]!;
      for (const mate of matesOf(folded)) if (mate !== unit) added.push([mate, mate]);
    }
  }
  return normaliseSet(added);
}

/** The unit to which every member of the set folds, or undefined. */
export function foldedUnitOf(set: CodeSet): number | undefined {
  if (set.length === 0 || set.length > 8) return undefined;
  const unit = FOLD[set[0]!];
  if (unit === undefined) return undefined;
  for (const [from, to] of pairsOf(set)) {
    if (to - from > 4 || to > LAST_UNIT) return undefined;
    for (let point = from; point <= to; point++) if (FOLD[point] !== unit) return undefined;
  }
  return unit;
}

let mates: Map<number, number[]> | undefined;

/** Units that fold to `folded`, itself included, where there is more than one. */
function matesOf(folded: number): readonly number[] {
  if (mates === undefined) {
    mates = new Map();
    for (let unit = 0; unit <= LAST_UNIT; unit++) {
      const target = FOLD[unit]!;
      if (target === unit) continue;
      const list = mates.get(target);
      if (list === undefined) mates.set(target, [target, unit]);
      else list.push(unit);
    }
  }
  return mates.get(folded) ?? [];
}
