// Which process creation a key means at a moment: the nearest one before it on that host, unless the process has ended
// or the system was started again since. A ProcessGuid means one process for good, so time plays no part there.

import { JoinColumn as Column, type ProcessKind } from '../../model/join-plan.ts';
import type { JoinTable } from './join-table.ts';

export interface ProcessIndex {
  /** Row of the creation, or -1. */
  find(child: number, kind: ProcessKind, key: number): number;
  /** Hosts with more rows than the limit: nothing is found there. */
  readonly crowded: readonly { readonly computer: string; readonly count: number }[];
}

/** What a row is, by its set of hidden rules. */
export interface RowRole {
  readonly creation: ProcessKind | undefined;
  readonly end: boolean;
  readonly boot: boolean;
}

/** Indexes the rows of a finished table. */
export function indexProcesses(table: JoinTable, roleOf: (set: number) => RowRole, rowsPerHost: number): ProcessIndex {
  const perHost = new Map<number, number>();
  const groups = new Map<number, number[]>();
  const boots = new Map<number, number[]>();
  const textCount = table.texts.length;
  const groupKey = (computer: number, kind: ProcessKind, key: number): number =>
    (computer * textCount + key) * 2 + (kind === 'guid' ? 1 : 0);
  const push = (lists: Map<number, number[]>, key: number, row: number): void => {
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [row]);
    else list.push(row);
  };
  for (let row = 0; row < table.count; row++) {
    const { creation, end, boot } = roleOf(table.word(row, Column.Set));
    const computer = table.word(row, Column.Computer);
    if (boot && table.hasTime(row)) push(boots, computer, row);
    if (creation === undefined && !end) continue;
    perHost.set(computer, (perHost.get(computer) ?? 0) + 1);
    const kind = creation ?? 'number';
    if (kind === 'number' && !table.hasTime(row)) continue;
    // A creation names its parent first (plan-joins.ts), an end only itself.
    const key = table.word(row, creation === undefined ? Column.FirstKey : Column.SecondKey);
    if (key !== 0) push(groups, groupKey(computer, kind, key), row);
  }
  const inOrder = (a: number, b: number): number => table.compare(a, b);
  for (const list of groups.values()) if (list.length > 1) list.sort(inOrder);
  for (const list of boots.values()) list.sort(inOrder);
  const isCreation = (row: number): boolean => roleOf(table.word(row, Column.Set)).creation !== undefined;

  const crowded = [...perHost].filter(([, count]) => count > rowsPerHost);
  const off = new Set(crowded.map(([computer]) => computer));

  const findByNumber = (child: number, computer: number, rows: readonly number[]): number => {
    if (!table.hasTime(child)) return -1;
    const last = rows[countBefore(table, rows, child) - 1];
    if (last === undefined || !isCreation(last)) return -1;
    const starts = boots.get(computer);
    if (starts === undefined) return last;
    const boot = starts[countBefore(table, starts, child) - 1];
    return boot !== undefined && table.compare(boot, last) > 0 ? -1 : last;
  };

  return {
    find(child, kind, key) {
      const computer = table.word(child, Column.Computer);
      if (key === 0 || off.has(computer)) return -1;
      const rows = groups.get(groupKey(computer, kind, key));
      if (rows === undefined) return -1;
      return kind === 'number' ? findByNumber(child, computer, rows) : (rows.find((row) => row !== child) ?? -1);
    },
    crowded: crowded
      .map(([computer, count]) => ({ computer: table.texts[computer] ?? '', count }))
      .sort((a, b) => (a.computer < b.computer ? -1 : 1)),
  };
}

/** How many of the rows (in total order) come before one. */
function countBefore(table: JoinTable, rows: readonly number[], row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (table.compare(rows[middle]!, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
