// What a correlation knows of the events in a window: counts, distinct values, sums, ranks, rules seen. Events come in
// and go out in order, each step at most logarithmic in the size of the group.

import { assertUnreachable } from '../../base/assert.ts';
import type { CorrelationRule, Expression } from '../../model/rule-set.ts';
import type { Item } from './collect-items.ts';

export interface WindowState {
  add(item: Item): void;
  remove(item: Item): void;
  /** What the conditions compare. */
  value(): number;
  /** Whether the rule at a position matched in the window; only for temporal types. */
  matched(position: number): boolean;
}

/** A state for one group of a correlation; `items` are all events that may come in. */
export function createWindowState(rule: CorrelationRule, items: readonly Item[]): WindowState {
  switch (rule.type) {
    case 'event_count':
      return countState();
    case 'value_count':
      return distinctState(items);
    case 'value_sum':
      return sumState((sum) => sum);
    case 'value_avg':
      return sumState((sum, count) => (count === 0 ? 0 : sum / count));
    case 'value_percentile':
      return percentileState(items, rule.percentile ?? 50);
    case 'temporal':
    case 'temporal_ordered':
      return rulesState(rule.rules.length);
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
    add: () => void count++,
    remove: () => void count--,
    value: () => count,
    matched: never,
  };
}

function distinctState(items: readonly Item[]): WindowState {
  const counts = new Map<number, number>(items.map((item) => [item.tuple, 0]));
  let distinct = 0;
  return {
    add(item) {
      const count = counts.get(item.tuple) ?? 0;
      if (count === 0) distinct++;
      counts.set(item.tuple, count + 1);
    },
    remove(item) {
      const count = counts.get(item.tuple) ?? 0;
      if (count === 1) distinct--;
      counts.set(item.tuple, count - 1);
    },
    value: () => distinct,
    matched: never,
  };
}

function sumState(result: (sum: number, count: number) => number): WindowState {
  let sum = 0;
  let count = 0;
  return {
    add(item) {
      sum += item.number;
      count++;
    },
    remove(item) {
      count--;
      // An empty window starts from zero again, so that rounding of fractions does not add up.
      sum = count === 0 ? 0 : sum - item.number;
    },
    value: () => result(sum, count),
    matched: never,
  };
}

/** Percentile by linear interpolation between the two nearest ranks (so 50 is the usual median). Fenwick tree over ranks. */
function percentileState(items: readonly Item[], percentile: number): WindowState {
  const sorted = [...new Set(items.map((item) => item.number))].sort((a, b) => a - b);
  const rankOf = new Map(sorted.map((value, rank) => [value, rank]));
  const tree = new Int32Array(sorted.length + 1);
  const top = 2 ** Math.floor(Math.log2(Math.max(1, sorted.length)));
  let count = 0;
  const change = (item: Item, by: number): void => {
    for (let at = (rankOf.get(item.number) ?? 0) + 1; at < tree.length; at += at & -at) tree[at]! += by;
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

function rulesState(rules: number): WindowState {
  const counts = new Int32Array(rules);
  let seen = 0;
  const change = (item: Item, by: number): void => {
    for (const hit of item.hits) {
      const before = counts[hit.position]!;
      counts[hit.position] = before + by;
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
