// Hosts against tactics: how far an attack came on each machine, read from left to right. A finding counts under every
// tactic that its rule names.

import type { AttackTable, AttackTactic } from './attack-matrix.ts';
import { tacticsOfTags } from './attack-matrix.ts';
import type { FindingColumns } from './finding-columns.ts';

export interface TacticCell {
  readonly count: number;
  /** Highest level rank, -1 when there are none. */
  readonly topLevel: number;
}

export interface TacticTable {
  /** Tactics with findings, in the order of the matrix. */
  readonly tactics: readonly AttackTactic[];
  /** Most severe and most frequent host first; `cells` in the order of the tactics. */
  readonly hosts: readonly { readonly host: number; readonly cells: readonly TacticCell[]; readonly count: number }[];
  /** All hosts together, in the order of the tactics. */
  readonly totals: readonly TacticCell[];
}

/** Folds the rows. Hosts without a finding that names a tactic are left out. */
export function foldTacticTable(columns: FindingColumns, rows: Uint32Array, table: AttackTable): TacticTable {
  const { tactics } = table;
  const width = tactics.length;
  const positions = new Map(tactics.map((tactic, at) => [tactic.shortname, at]));
  /** Per rule, the tactics it names: tags are read once, not per finding. */
  const ofRule = columns.rules.map(({ tags }) => tacticsOfTags(tags, table).map((name) => positions.get(name)!));
  const counts = new Uint32Array(columns.hosts.length * width);
  const tops = new Int8Array(columns.hosts.length * width).fill(-1);
  const totals = new Uint32Array(width);
  const totalTops = new Int8Array(width).fill(-1);
  for (const row of rows) {
    const level = columns.level[row]!;
    for (const tactic of ofRule[columns.rule[row]!]!) {
      const cell = columns.host[row]! * width + tactic;
      counts[cell]!++;
      totals[tactic]!++;
      if (level > tops[cell]!) tops[cell] = level;
      if (level > totalTops[tactic]!) totalTops[tactic] = level;
    }
  }
  const met = tactics.map((_, at) => at).filter((at) => totals[at]! > 0);
  const hosts = columns.hosts
    .map((_, host) => {
      const cells = met.map((at) => ({ count: counts[host * width + at]!, topLevel: tops[host * width + at]! }));
      return { host, cells, count: cells.reduce((sum, cell) => sum + cell.count, 0) };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => topOf(b.cells) - topOf(a.cells) || b.count - a.count || a.host - b.host);
  return {
    tactics: met.map((at) => tactics[at]!),
    hosts,
    totals: met.map((at) => ({ count: totals[at]!, topLevel: totalTops[at]! })),
  };
}

function topOf(cells: readonly TacticCell[]): number {
  return cells.reduce((top, { topLevel }) => Math.max(top, topLevel), -1);
}
