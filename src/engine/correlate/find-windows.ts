// The windows of one group in which a correlation holds. A window is anchored at an event and holds everything up to
// `timespan` behind it, both ends included. Windows of findings do not overlap: the next one begins behind the last.
//
// - A condition that more events can only help (gte, gt) holds at some event: the earliest such event completes the
//   window; its left end is the earliest event within reach, and the events up to the end of the timespan belong to it.
// - Any other condition (lt, eq, ranges, averages, `not`) speaks of the window as a whole. Only windows that no longer
//   window contains are looked at, so that the tail of a burst is not taken for a small burst.

import type { CorrelationRule, Expression } from '../../model/rule-set.ts';
import type { ItemTable } from './collect-items.ts';
import { ChainTable, chainOrder } from './ordered-chain.ts';
import { conditionHolds, createWindowState } from './window-state.ts';

const TICKS_PER_MILLISECOND = 10_000;

/** Numbers of the first and the last item, of the one that completed it, and the value that was compared. */
export interface Window {
  readonly first: number;
  readonly last: number;
  readonly completing: number;
  readonly value: number;
}

/** Steps left for conditions that are not linear. */
export interface WorkBudget {
  orderedSteps: number;
}

/** The windows of the group of items [start, end) in order of time, or undefined when the work budget ran out. */
export function findWindows(
  rule: CorrelationRule,
  items: ItemTable,
  start: number,
  end: number,
  budget: WorkBudget,
): readonly Window[] | undefined {
  const span = rule.timespan === undefined ? Infinity : rule.timespan * TICKS_PER_MILLISECOND;
  const ordered = rule.type === 'temporal_ordered' && rule.expression === undefined;
  if (isMonotone(rule, items.number.subarray(start, end))) {
    return ordered ? orderedWindows(rule, items, start, end, span) : growingWindows(rule, items, start, end, span);
  }
  return maximalWindows(rule, items, start, end, span, ordered ? budget : undefined);
}

function isMonotone(rule: CorrelationRule, numbers: Float64Array): boolean {
  if (rule.expression !== undefined) return !hasNot(rule.expression);
  if (!rule.conditions.every(({ compare }) => compare === 'gt' || compare === 'gte')) return false;
  if (rule.type === 'value_avg' || rule.type === 'value_percentile') return false;
  return rule.type !== 'value_sum' || numbers.every((number) => number >= 0);
}

function hasNot(expression: Expression): boolean {
  if (expression.op === 'not') return true;
  return expression.op !== 'test' && expression.children.some(hasNot);
}

function growingWindows(
  rule: CorrelationRule,
  items: ItemTable,
  start: number,
  end: number,
  span: number,
): readonly Window[] {
  const windows: Window[] = [];
  const { ticks } = items;
  const state = createWindowState(rule, items, start, end);
  let first = start;
  for (let at = start; at < end; at++) {
    state.add(at);
    while (ticks[at]! - ticks[first]! > span) state.remove(first++);
    if (!conditionHolds(rule, state.value(), state.matched)) continue;
    const completing = at;
    while (at + 1 < end && ticks[at + 1]! - ticks[first]! <= span) state.add(++at);
    windows.push({ first, last: at, completing, value: state.value() });
    while (first <= at) state.remove(first++);
  }
  return windows;
}

function orderedWindows(
  rule: CorrelationRule,
  items: ItemTable,
  start: number,
  end: number,
  span: number,
): readonly Window[] {
  const windows: Window[] = [];
  const { ticks } = items;
  const table = new ChainTable(rule.rules.length);
  let floor = start;
  for (const step of chainOrder(items, start, end)) {
    // Steps of events that the last finding took: with equal times they may still come after it.
    if (step.item < floor) continue;
    const now = ticks[step.item]!;
    table.add(step.position, now);
    if (!conditionHolds(rule, table.longest(now - span), () => false)) continue;
    let first = floor;
    while (now - ticks[first]! > span) first++;
    let last = step.item;
    while (last + 1 < end && ticks[last + 1]! - ticks[first]! <= span) last++;
    table.clear();
    windows.push({ first, last, completing: step.item, value: longestChain(rule, items, first, last) });
    floor = last + 1;
  }
  return windows;
}

function longestChain(rule: CorrelationRule, items: ItemTable, first: number, last: number): number {
  const table = new ChainTable(rule.rules.length);
  for (const step of chainOrder(items, first, last + 1)) table.add(step.position, items.ticks[step.item]!);
  return table.longest(-Infinity);
}

function maximalWindows(
  rule: CorrelationRule,
  items: ItemTable,
  start: number,
  stop: number,
  span: number,
  budget: WorkBudget | undefined,
): readonly Window[] | undefined {
  const windows: Window[] = [];
  const { ticks } = items;
  const state = createWindowState(rule, items, start, stop);
  let end = start;
  for (let first = start; first < stop;) {
    const grownFrom = end;
    while (end < stop && ticks[end]! - ticks[first]! <= span) state.add(end++);
    if (end > grownFrom) {
      let value = state.value();
      if (budget !== undefined) {
        budget.orderedSteps -= (end - first) * rule.rules.length;
        if (budget.orderedSteps < 0) return undefined;
        value = longestChain(rule, items, first, end - 1);
      }
      if (conditionHolds(rule, value, state.matched)) {
        windows.push({ first, last: end - 1, completing: end - 1, value });
        while (first < end) state.remove(first++);
        continue;
      }
    }
    state.remove(first++);
  }
  return windows;
}
