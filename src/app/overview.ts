// What the overview shows of a case, folded in one go from the findings.

import type { AttackTable } from '../analysis/attack-matrix.ts';
import { foldAttackMatrix } from '../analysis/attack-matrix.ts';
import { countLevels, groupFindings } from '../analysis/group-findings.ts';
import { foldHistogram } from '../analysis/histogram.ts';
import type { Histogram } from '../analysis/histogram.ts';
import { foldTacticTable } from '../analysis/tactic-table.ts';
import type { TacticTable } from '../analysis/tactic-table.ts';
import type { FindingList } from './finding-list.svelte.ts';

export type { FileHealth } from '../analysis/file-health.ts';
export type { ProblemGroup } from '../analysis/problem-groups.ts';
export type { AttackColumn, AttackTable } from '../analysis/attack-matrix.ts';
export type { Histogram } from '../analysis/histogram.ts';
export { foldIntegrityFacts } from '../analysis/integrity-facts.ts';
export { INTEGRITY_WORDS, nameIntegrityPlaces } from '../analysis/integrity-words.ts';
export { foldLogSpans } from '../analysis/log-spans.ts';
export type { LogSpan } from '../analysis/log-spans.ts';
export type { TacticTable } from '../analysis/tactic-table.ts';

const MAX_BARS = 160;

/** Milliseconds that the shown clock is ahead of UTC at a moment. */
type OffsetAt = (milliseconds: number) => number;

/** Counts, hosts, rules and histogram of the rows (all findings or the shown ones). */
export function foldOverview(findings: FindingList, rows: Uint32Array, offsetAt: OffsetAt = () => 0) {
  const { columns } = findings;
  return {
    levels: countLevels(columns, rows),
    rules: groupFindings(columns, rows, 'rule'),
    hosts: groupFindings(columns, rows, 'host'),
    histogram: foldHistogram(columns, rows, MAX_BARS, offsetAt),
    offsetAt,
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

/** The overview's hosts against the tactics. */
export function foldTactics(overview: Overview, rows: Uint32Array, table: AttackTable): TacticTable {
  return foldTacticTable(overview.columns, rows, table);
}

/** The histogram of the findings from `from` to `to` (Unix milliseconds, end excluded) alone. */
export function zoomHistogram(overview: Overview, rows: Uint32Array, from: number, to: number): Histogram {
  const { columns } = overview;
  const within = rows.filter((row) => columns.time[row]! >= from && columns.time[row]! < to);
  return foldHistogram(columns, within, MAX_BARS, overview.offsetAt);
}

/** Row numbers of all findings but the hidden ones, in the order in which they came. */
export function allRows(findings: FindingList): Uint32Array {
  const rows = Uint32Array.from({ length: findings.count }, (_, row) => row);
  return findings.visible === findings.count ? rows : rows.filter((row) => !findings.isHidden(row));
}
