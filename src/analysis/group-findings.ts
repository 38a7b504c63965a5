// Findings per rule and per host, with levels and time span: the summary beside the table and on the overview.

import { RULE_LEVELS } from '../model/rule-set.ts';
import type { FindingColumns } from './finding-columns.ts';

export interface FindingGroup {
  /** Position in the list that was grouped by. */
  readonly item: number;
  readonly count: number;
  /** Highest level rank in the group. */
  readonly topLevel: number;
  /** Findings per level rank. */
  readonly byLevel: Uint32Array;
  /** Unix milliseconds; NaN when no finding of the group has a time. */
  readonly first: number;
  readonly last: number;
}

/** Groups the rows by one column, most severe first, then most frequent. */
export function groupFindings(
  columns: FindingColumns,
  rows: Uint32Array,
  by: 'rule' | 'host' | 'file',
): FindingGroup[] {
  const items = columns[by];
  const groups = new Map<number, { count: number; byLevel: Uint32Array; first: number; last: number }>();
  for (const row of rows) {
    const item = items[row]!;
    let group = groups.get(item);
    if (group === undefined) {
      group = { count: 0, byLevel: new Uint32Array(RULE_LEVELS.length), first: NaN, last: NaN };
      groups.set(item, group);
    }
    group.count++;
    group.byLevel[columns.level[row]!]!++;
    const time = columns.time[row]!;
    // Negated so that the first real time replaces NaN.
    if (!Number.isNaN(time)) {
      if (!(time >= group.first)) group.first = time;
      if (!(time <= group.last)) group.last = time;
    }
  }
  return [...groups]
    .map(([item, group]) => ({ item, topLevel: topLevelOf(group.byLevel), ...group }))
    .sort((a, b) => b.topLevel - a.topLevel || b.count - a.count || a.item - b.item);
}

function topLevelOf(byLevel: Uint32Array): number {
  for (let rank = byLevel.length - 1; rank >= 0; rank--) if (byLevel[rank]! > 0) return rank;
  return 0;
}

/** Findings per level rank. */
export function countLevels(columns: FindingColumns, rows: Uint32Array): Uint32Array {
  const counts = new Uint32Array(RULE_LEVELS.length);
  for (const row of rows) counts[columns.level[row]!]!++;
  return counts;
}
