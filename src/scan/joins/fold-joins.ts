// From rows to the events that must be looked at again, each with the records its rule may join. Start reading here:
// what the engine said of parent and child apart leaves few pairs, and decide-joins.ts judges those.

import { JoinColumn as Column, type JoinedRule, type JoinPlan, type JoinRows } from '../../model/join-plan.ts';
import type { Problem } from '../../model/problem.ts';
import { JOIN_LIMITS, type JoinLimits } from './limits.ts';
import { JoinTable } from './join-table.ts';
import { indexProcesses, type ProcessIndex, type RowRole } from './process-index.ts';

/** One rule to be judged on one event, with the creation records that its keys name (-1 = none). */
export interface JoinCase {
  readonly joined: JoinedRule;
  /** The rule holds on the event alone; nothing has been said of it so far. */
  readonly open: boolean;
  readonly parents: readonly number[];
}

export interface FoldedJoins {
  readonly table: JoinTable;
  readonly index: ProcessIndex;
  /** Rows with cases, by file and place. */
  readonly rows: readonly number[];
  casesOf(row: number): readonly JoinCase[];
  /** View through which a creation's fields are read, and how its own parent is named. */
  creationOf(row: number): JoinPlan['creations'][number] | undefined;
  readonly problems: readonly Problem[];
}

/** What a set of hidden rules says. */
interface SetMeaning extends RowRole {
  readonly hidden: ReadonlySet<number>;
  readonly candidates: readonly JoinedRule[];
  readonly open: readonly JoinedRule[];
  /** Rules that may hold on children of a creation with this set. */
  readonly ofChildren: readonly JoinedRule[];
  readonly isLacking: boolean;
}

/** Brings the rows of all slices together. */
export function foldJoins(
  plan: JoinPlan,
  parts: Iterable<{ readonly rank: number; readonly rows: JoinRows }>,
  given: Partial<JoinLimits> = {},
): FoldedJoins {
  const limits = { ...JOIN_LIMITS, ...given };
  const table = new JoinTable();
  for (const { rank, rows } of parts) table.add(rows, rank);
  table.finish();
  const meanings = table.sets.map((set) => meaningOf(plan, set));
  const meaning = (row: number): SetMeaning => meanings[table.word(row, Column.Set)]!;
  const index = indexProcesses(table, (set) => meanings[set]!, limits.rowsPerHost);

  const parentsOf = (row: number, { kind, fields }: JoinedRule): number[] => {
    const parents = [-1, -1];
    for (const { key } of fields) {
      if (parents[key] === -1) parents[key] = index.find(row, kind, table.word(row, Column.FirstKey + key));
    }
    return parents;
  };
  /** Whether the rule can hold with these parents; false also when there is none. */
  const mayHold = ({ parents: asked }: JoinedRule, parents: readonly number[]): boolean => {
    if (parents.every((parent) => parent < 0)) return false;
    return parents.every((parent, key) => {
      const hidden = asked[key];
      return parent < 0 || hidden === undefined || meaning(parent).hidden.has(hidden);
    });
  };
  const gains = (row: number): JoinCase[] => {
    const { candidates, isLacking } = meaning(row);
    const cases: JoinCase[] = [];
    for (const joined of candidates) {
      const parents = parentsOf(row, joined);
      if (mayHold(joined, parents)) cases.push({ joined, open: false, parents });
    }
    if (!isLacking) return cases;
    const parent = index.find(row, 'number', table.word(row, Column.FirstKey));
    if (parent < 0) return cases;
    for (const joined of meaning(parent).ofChildren) {
      if (joined.lacking === undefined || !meaning(row).hidden.has(joined.lacking)) continue;
      cases.push({ joined, open: false, parents: [parent, -1] });
    }
    return cases;
  };

  const counts = new Map<number, number>();
  const rows: number[] = [];
  for (let row = 0; row < table.count; row++) {
    const cases = gains(row);
    if (cases.length > 0 || meaning(row).open.length > 0) rows.push(row);
    for (const { joined } of cases) counts.set(joined.rule, (counts.get(joined.rule) ?? 0) + 1);
  }
  const off = rulesOff(counts, limits);
  rows.sort((a, b) => table.comparePlaces(a, b));
  return {
    table,
    index,
    rows,
    casesOf(row) {
      const open = meaning(row).open.map((joined): JoinCase => {
        return { joined, open: true, parents: off.has(joined.rule) ? [-1, -1] : parentsOf(row, joined) };
      });
      return [...open, ...gains(row).filter(({ joined }) => !off.has(joined.rule))];
    },
    creationOf: (row) => plan.creations.find(({ hidden }) => meaning(row).hidden.has(hidden)),
    problems: [
      ...index.crowded.map(({ computer, count }) =>
        limitProblem(count, `${computer}: too many processes to look up parents; rules that need them were not judged`),
      ),
      ...[...off].map(([rule, count]) => limitProblem(count, `${titleOf(plan, rule)}: too many events to join`)),
    ],
  };
}

function meaningOf(plan: JoinPlan, set: readonly number[]): SetMeaning {
  const hidden = new Set(set);
  const has = (number: number | undefined): boolean => number !== undefined && hidden.has(number);
  const weak = plan.rules.filter(({ lacking }) => lacking !== undefined);
  const creation = plan.creations.find((each) => hidden.has(each.hidden))?.kind;
  return {
    hidden,
    creation,
    end: plan.ends.some(has),
    boot: plan.boots.some(has),
    candidates: plan.rules.filter(({ candidate }) => has(candidate)),
    open: plan.rules.filter(({ open }) => has(open)),
    ofChildren:
      creation === 'number' ? weak.filter(({ parents: [asked] }) => asked === undefined || hidden.has(asked)) : [],
    isLacking: weak.some(({ lacking }) => has(lacking)),
  };
}

/** Rules that are switched off, with their counts: too frequent alone, then the most frequent ones of all. */
function rulesOff(counts: ReadonlyMap<number, number>, limits: JoinLimits): ReadonlyMap<number, number> {
  const off = new Map<number, number>();
  let total = 0;
  for (const count of counts.values()) total += count;
  for (const [rule, count] of [...counts].sort(([a, m], [b, n]) => n - m || a - b)) {
    if (count <= limits.candidatesPerRule && total <= limits.candidates) break;
    off.set(rule, count);
    total -= count;
  }
  return off;
}

function limitProblem(count: number, detail: string): Problem {
  return { code: 'limit-reached', severity: 'warning', count, detail };
}

function titleOf(plan: JoinPlan, rule: number): string {
  const local = plan.rules.find((each) => each.rule === rule)?.local ?? -1;
  return plan.ruleSet.rules[local]?.info.title ?? `rule ${rule}`;
}
