// The windows of one group in which a correlation holds. A window is anchored at an event and holds everything up to
// `timespan` behind it, both ends included. Windows of findings do not overlap: the next one begins behind the last.
//
// - A condition that more events can only help (gte, gt) holds at some event: the earliest such event completes the
//   window; its left end is the earliest event within reach, and the events up to the end of the timespan belong to it.
// - Any other condition (lt, eq, ranges, averages, `not`) speaks of the window as a whole. Only windows that no longer
//   window contains are looked at, so that the tail of a burst is not taken for a small burst.

import type { CorrelationRule, Expression } from '../../model/rule-set.ts';
import type { Group, Item } from './collect-items.ts';
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

/** The windows of a group in order of time, or undefined when the work budget ran out. */
export function findWindows(rule: CorrelationRule, group: Group, budget: WorkBudget): readonly Window[] | undefined {
  const span = rule.timespan === undefined ? Infinity : rule.timespan * TICKS_PER_MILLISECOND;
  const ordered = rule.type === 'temporal_ordered' && rule.expression === undefined;
  if (isMonotone(rule, group.items)) {
    return ordered ? orderedWindows(rule, group.items, span) : growingWindows(rule, group.items, span);
  }
  return maximalWindows(rule, group.items, span, ordered ? budget : undefined);
}

function isMonotone(rule: CorrelationRule, items: readonly Item[]): boolean {
  if (rule.expression !== undefined) return !hasNot(rule.expression);
  if (!rule.conditions.every(({ compare }) => compare === 'gt' || compare === 'gte')) return false;
  if (rule.type === 'value_avg' || rule.type === 'value_percentile') return false;
  return rule.type !== 'value_sum' || items.every((item) => item.number >= 0);
}

function hasNot(expression: Expression): boolean {
  if (expression.op === 'not') return true;
  return expression.op !== 'test' && expression.children.some(hasNot);
}

function growingWindows(rule: CorrelationRule, items: readonly Item[], span: number): readonly Window[] {
  const windows: Window[] = [];
  const state = createWindowState(rule, items);
  const holds = (): boolean => conditionHolds(rule, state.value(), state.matched);
  let first = 0;
  for (let at = 0; at < items.length; at++) {
    const item = items[at]!;
    state.add(item);
    while (item.ticks - items[first]!.ticks > span) state.remove(items[first++]!);
    if (!holds()) continue;
    const completing = at;
    while (at + 1 < items.length && items[at + 1]!.ticks - items[first]!.ticks <= span) state.add(items[++at]!);
    windows.push({ first, last: at, completing, value: state.value() });
    while (first <= at) state.remove(items[first++]!);
  }
  return windows;
}

function orderedWindows(rule: CorrelationRule, items: readonly Item[], span: number): readonly Window[] {
  const windows: Window[] = [];
  const steps = chainOrder(items);
  const table = new ChainTable(rule.rules.length);
  let floor = 0;
  for (const step of steps) {
    // Steps of events that the last finding took: with equal times they may still come after it.
    if (step.item < floor) continue;
    const { ticks } = items[step.item]!;
    table.add(step.position, ticks);
    if (!conditionHolds(rule, table.longest(ticks - span), () => false)) continue;
    let first = floor;
    while (ticks - items[first]!.ticks > span) first++;
    let last = step.item;
    while (last + 1 < items.length && items[last + 1]!.ticks - items[first]!.ticks <= span) last++;
    table.clear();
    windows.push({ first, last, completing: step.item, value: longestChain(rule, items, first, last) });
    floor = last + 1;
  }
  return windows;
}

function longestChain(rule: CorrelationRule, items: readonly Item[], first: number, last: number): number {
  const table = new ChainTable(rule.rules.length);
  const window = items.slice(first, last + 1);
  for (const step of chainOrder(window)) table.add(step.position, window[step.item]!.ticks);
  return table.longest(-Infinity);
}

function maximalWindows(
  rule: CorrelationRule,
  items: readonly Item[],
  span: number,
  budget: WorkBudget | undefined,
): readonly Window[] | undefined {
  const windows: Window[] = [];
  const state = createWindowState(rule, items);
  let end = 0;
  for (let first = 0; first < items.length; ) {
    const grownFrom = end;
    while (end < items.length && items[end]!.ticks - items[first]!.ticks <= span) state.add(items[end++]!);
    if (end > grownFrom) {
      let value = state.value();
      if (budget !== undefined) {
        budget.orderedSteps -= (end - first) * rule.rules.length;
        if (budget.orderedSteps < 0) return undefined;
        value = longestChain(rule, items, first, end - 1);
      }
      if (conditionHolds(rule, value, state.matched)) {
        windows.push({ first, last: end - 1, completing: end - 1, value });
        while (first < end) state.remove(items[first++]!);
        continue;
      }
    }
    state.remove(items[first++]!);
  }
  return windows;
}
