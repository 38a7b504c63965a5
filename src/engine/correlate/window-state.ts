// What a correlation knows of the events in a window: counts, distinct values, sums, ranks, rules seen. Events come in
// and go out in order, each step at most logarithmic in the size of the group.

import { assertUnreachable } from '../../base/assert.ts';
import type { CorrelationRule, Expression } from '../../model/rule-set.ts';
import type { ItemTable } from './collect-items.ts';
import { positionOf } from './collect-items.ts';

/** Items are numbers of the item table. */
export interface WindowState {
  readonly add: (item: number) => void;
  readonly remove: (item: number) => void;
  /** What the conditions compare. */
  readonly value: () => number;
  /** Whether the rule at a position matched in the window; only for temporal types. */
  readonly matched: (position: number) => boolean;
}

/** An empty state for the group of items [first, end). */
export function createWindowState(rule: CorrelationRule, items: ItemTable, first: number, end: number): WindowState {
  switch (rule.type) {
    case 'event_count':
      return countState();
    case 'value_count':
      return distinctState(items);
    case 'value_sum':
      return sumState(items, (sum) => sum);
    case 'value_avg':
      return sumState(items, (sum, count) => (count === 0 ? 0 : sum / count));
    case 'value_percentile':
      return percentileState(items.number.subarray(first, end), first, rule.percentile ?? 50);
    case 'temporal':
    case 'temporal_ordered':
      return rulesState(items, rule.rules.length);
    default:
      return assertUnreachable(rule.type);
  }
}

/** Whether the rule's condition holds for a window. */
export function conditionHolds(rule: CorrelationRule, value: number, matched: (position: number) => boolean): boolean {
  if (rule.expression !== undefined) return evaluate(rule.expression, matched);
  return rule.conditions.every(({ compare, value: limit }) => {
    switch (compare) {
      case 'eq':
        return value === limit;
      case 'neq':
        return value !== limit;
      case 'lt':
        return value < limit;
      case 'lte':
        return value <= limit;
      case 'gt':
        return value > limit;
      case 'gte':
        return value >= limit;
      default:
        return assertUnreachable(compare);
    }
  });
}

function evaluate(expression: Expression, matched: (position: number) => boolean): boolean {
  switch (expression.op) {
    case 'and':
      return expression.children.every((child) => evaluate(child, matched));
    case 'or':
      return expression.children.some((child) => evaluate(child, matched));
    case 'not':
      return !evaluate(expression.child, matched);
    case 'test':
      return matched(expression.predicate);
    default:
      return assertUnreachable(expression);
  }
}

const never = (): boolean => false;

function countState(): WindowState {
  let count = 0;
  return {
    add: () => {
      count++;
    },
    remove: () => {
      count--;
    },
    value: () => count,
    matched: never,
  };
}

function distinctState({ tuple }: ItemTable): WindowState {
  const counts = new Map<number, number>();
  let distinct = 0;
  return {
    add(item) {
      const value = tuple[item]!;
      const count = counts.get(value) ?? 0;
      if (count === 0) distinct++;
      counts.set(value, count + 1);
    },
    remove(item) {
      const value = tuple[item]!;
      const count = counts.get(value) ?? 0;
      if (count > 1) {
        counts.set(value, count - 1);
      } else {
        distinct--;
        counts.delete(value);
      }
    },
    value: () => distinct,
    matched: never,
  };
}

function sumState({ number }: ItemTable, result: (sum: number, count: number) => number): WindowState {
  let sum = 0;
  let count = 0;
  return {
    add(item) {
      sum += number[item]!;
      count++;
    },
    remove(item) {
      count--;
      // An empty window starts from zero again, so that rounding of fractions does not add up.
      sum = count === 0 ? 0 : sum - number[item]!;
    },
    value: () => result(sum, count),
    matched: never,
  };
}

/** Percentile by linear interpolation between the two nearest ranks (so 50 is the usual median). Fenwick tree over ranks. */
function percentileState(numbers: Float64Array, first: number, percentile: number): WindowState {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const rankOf = new Map(sorted.map((value, rank) => [value, rank]));
  const tree = new Int32Array(sorted.length + 1);
  const top = 2 ** Math.floor(Math.log2(Math.max(1, sorted.length)));
  let count = 0;
  const change = (item: number, by: number): void => {
    for (let at = (rankOf.get(numbers[item - first]!) ?? 0) + 1; at < tree.length; at += at & -at) tree[at]! += by;
    count += by;
  };
  /** The value at a place of the window's sorted values, from 0. */
  const valueAt = (place: number): number => {
    let at = 0;
    let left = place + 1;
    for (let step = top; step > 0; step >>= 1) {
      if (at + step < tree.length && tree[at + step]! < left) {
        at += step;
        left -= tree[at]!;
      }
    }
    return sorted[at] ?? 0;
  };
  return {
    add: (item) => change(item, 1),
    remove: (item) => change(item, -1),
    value() {
      if (count === 0) return 0;
      const place = ((count - 1) * Math.min(100, Math.max(0, percentile))) / 100;
      const low = valueAt(Math.floor(place));
      const high = valueAt(Math.ceil(place));
      return low + (high - low) * (place - Math.floor(place));
    },
    matched: never,
  };
}

function rulesState(items: ItemTable, rules: number): WindowState {
  const counts = new Int32Array(rules);
  let seen = 0;
  const change = (item: number, by: number): void => {
    for (let hit = items.hitStart[item]!; hit < items.hitStart[item + 1]!; hit++) {
      const position = positionOf(items, hit);
      const before = counts[position]!;
      counts[position] = before + by;
      if (before === 0) seen++;
      if (before + by === 0) seen--;
    }
  };
  return {
    add: (item) => change(item, 1),
    remove: (item) => change(item, -1),
    value: () => seen,
    matched: (position) => (counts[position] ?? 0) > 0,
  };
}
