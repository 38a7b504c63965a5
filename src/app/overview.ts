// What the overview shows of a case, folded in one go from the findings.

import type { AttackTable } from '../analysis/attack-matrix.ts';
import { foldAttackMatrix } from '../analysis/attack-matrix.ts';
import { countLevels, groupFindings } from '../analysis/group-findings.ts';
import { foldHistogram } from '../analysis/histogram.ts';
import type { FindingList } from './finding-list.svelte.ts';

export { fileHealth } from '../analysis/file-health.ts';
export type { FileHealth } from '../analysis/file-health.ts';
export { groupProblems } from '../analysis/problem-groups.ts';
export type { ProblemGroup } from '../analysis/problem-groups.ts';
export type { AttackColumn, AttackTable } from '../analysis/attack-matrix.ts';
export type { Histogram } from '../analysis/histogram.ts';

const MAX_BARS = 160;

/** Counts, hosts, rules and histogram of the rows (all findings or the shown ones). */
export function foldOverview(findings: FindingList, rows: Uint32Array) {
  const { columns } = findings;
  return {
    levels: countLevels(columns, rows),
    rules: groupFindings(columns, rows, 'rule'),
    hosts: groupFindings(columns, rows, 'host'),
    histogram: foldHistogram(columns, rows, MAX_BARS),
    columns,
  };
}

export type Overview = ReturnType<typeof foldOverview>;

/** The overview's findings on the ATT&CK matrix. */
export function foldMatrix(overview: Overview, table: AttackTable, all: boolean): ReturnType<typeof foldAttackMatrix> {
  const items = overview.rules.map((group) => ({
    tags: overview.columns.rules[group.item]?.tags ?? [],
    count: group.count,
    level: group.topLevel,
  }));
  return foldAttackMatrix(items, table, all);
}

/** Row numbers of all findings, in the order in which they came. */
export function allRows(findings: FindingList): Uint32Array {
  return Uint32Array.from({ length: findings.count }, (_, row) => row);
}
