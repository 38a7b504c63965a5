// temporal_ordered: the longest choice of events whose rules follow each other in the order of the rule list. Events of
// equal time may stand in any order (the specification asks for non-decreasing times).

import type { ItemTable } from './collect-items.ts';
import { positionOf } from './collect-items.ts';

export interface ChainStep {
  readonly item: number;
  readonly position: number;
}

/** Matches of items [first, end), runs of equal time sorted by position: the order in which chains may grow. */
export function chainOrder(items: ItemTable, first: number, end: number): readonly ChainStep[] {
  const steps: ChainStep[] = [];
  let runStart = 0;
  for (let item = first; item < end; item++) {
    if (item > first && items.ticks[item - 1] !== items.ticks[item]) {
      sortRun(steps, runStart);
      runStart = steps.length;
    }
    for (let hit = items.hitStart[item]!; hit < items.hitStart[item + 1]!; hit++) {
      steps.push({ item, position: positionOf(items, hit) });
    }
  }
  sortRun(steps, runStart);
  return steps;
}

function sortRun(steps: ChainStep[], start: number): void {
  if (steps.length - start < 2) return;
  const run = steps.splice(start).sort((a, b) => a.position - b.position || a.item - b.item);
  for (const step of run) steps.push(step);
}

/** Latest start of a chain of each length that ends at each position or before it. */
export class ChainTable {
  readonly rules: number;
  /** [length - 1] × [position]: ticks at which the best such chain starts; -Infinity = none. */
  private readonly starts: Float64Array;

  constructor(rules: number) {
    this.rules = rules;
    this.starts = new Float64Array(rules * rules).fill(-Infinity);
  }

  clear(): void {
    this.starts.fill(-Infinity);
  }

  /** Takes one match in chain order. Cost: rules. */
  add(position: number, ticks: number): void {
    const { rules, starts } = this;
    for (let length = position; length >= 0; length--) {
      let start = length === 0 ? ticks : -Infinity;
      if (length > 0) {
        for (let before = 0; before < position; before++) {
          start = Math.max(start, starts[(length - 1) * rules + before]!);
        }
      }
      const at = length * rules + position;
      if (start > starts[at]!) starts[at] = start;
    }
  }

  /** Length of the longest chain that starts at `earliest` or later. */
  longest(earliest: number): number {
    const { rules, starts } = this;
    for (let length = rules; length > 0; length--) {
      for (let position = 0; position < rules; position++) {
        if (starts[(length - 1) * rules + position]! >= earliest) return length;
      }
    }
    return 0;
  }
}
