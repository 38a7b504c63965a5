// What a report says, folded from the open case and the shown rows. Events are read later, rule by rule, as the report
// is written.

import type { AttackTable } from '../analysis/attack-matrix.ts';
import { countLevels, groupFindings, type FindingGroup } from '../analysis/group-findings.ts';
import { foldHistogram } from '../analysis/histogram.ts';
import { foldIntegrityFacts } from '../analysis/integrity-facts.ts';
import { INTEGRITY_WORDS, nameIntegrityPlaces } from '../analysis/integrity-words.ts';
import { foldLogSpans } from '../analysis/log-spans.ts';
import { groupProblems } from '../analysis/problem-groups.ts';
import { foldTacticTable } from '../analysis/tactic-table.ts';
import type { FindingSource, ReportCoverage, ReportInput, ReportRule } from '../export/report-input.ts';
import { coverCase, rulesOffOf } from './case-coverage.ts';
import type { CaseSession } from './case-session.svelte.ts';
import type { ExportTools } from './export-run.ts';
import type { FindingList } from './finding-list.svelte.ts';
import { gatherHidden } from './hidden-report.ts';
import { EMPTY_QUERY, formatFindingQuery } from './finding-query.ts';
import type { RuleLibrary } from './rule-library.svelte.ts';

const MAX_BARS = 125;
/** Findings that a report lists: per rule, and judged ones. A printed page has about 20. */
const ROWS_PER_RULE = 100;
const ROWS_IN_ALL = 10_000;
const ROWS_JUDGED = 5_000;

/** Gathers the report on the given rows of a case. */
export async function gatherReport(session: CaseSession, rows: Uint32Array, tools: ExportTools): Promise<ReportInput> {
  const { ports, rules } = tools;
  const { findings } = session;
  const { columns } = findings;
  const { bytes, records, findings: total } = session.summary();
  const [coverage, table] = await Promise.all([loadCoverage(session, tools), loadTable(rules)]);
  const tactics = table === undefined ? undefined : foldTacticTable(columns, rows, table);
  const judged = inTime(
    findings,
    rows.filter((row) => session.triage.kept(findings.keyOf(row)) !== undefined),
  );
  return {
    caseName: session.name,
    made: ports.now(),
    tool: tools.tool,
    bytes,
    records,
    total,
    shown: rows.length,
    filters: [...formatFindingQuery({ ...findings.query, sort: EMPTY_QUERY.sort })].map(
      ([name, value]) => `${name}: ${value}`,
    ),
    levels: countLevels(columns, rows),
    timeline: foldHistogram(columns, rows, MAX_BARS),
    tactics: (tactics?.tactics ?? []).map(({ name }, at) => ({ name, ...tactics!.totals[at]! })),
    hosts: groupFindings(columns, rows, 'host').map(({ item, ...group }) => ({
      ...group,
      name: columns.hosts[item] ?? '',
    })),
    rules: reportRules(findings, rows, rules),
    judged: sourceOf(findings, judged, ROWS_JUDGED),
    coverage,
    logs: foldLogSpans(session.kinds.list),
    files: session.files,
    integrity: foldIntegrityFacts(session.kinds.list, session.problems, session.files).map((fact) => {
      const { what, means, grave } = INTEGRITY_WORDS[fact.kind];
      return { what: what(fact.count), places: nameIntegrityPlaces(fact), means, grave };
    }),
    problems: groupProblems(session.problems).map(({ code, severity, file = '', count, examples }) => ({
      code,
      severity,
      file,
      count,
      detail: examples[0]?.detail ?? '',
      hint: examples[0]?.hint ?? '',
    })),
    hidden: gatherHidden(session, tools.tuning, rules),
    evidence: tools.evidence,
  };
}

function reportRules(findings: FindingList, rows: Uint32Array, rules: RuleLibrary): ReportRule[] {
  const { columns } = findings;
  const groups = groupFindings(columns, rows, 'rule');
  const rowsOf = rowsByRule(findings, rows, groups);
  return groups.flatMap((group): ReportRule[] => {
    const rule = columns.rules[group.item];
    if (rule === undefined) return [];
    const info = rules.infoOf(rule.id);
    return [
      {
        ...rule,
        pack: info?.pack ?? '',
        description: info?.description ?? '',
        falsePositives: info?.falsePositives ?? [],
        first: group.first,
        last: group.last,
        ...sourceOf(findings, rowsOf.get(group.item) ?? new Uint32Array(), ROWS_PER_RULE, group.count),
      },
    ];
  });
}

/** The first rows of each rule in order of time; fewer for each where there are very many rules. */
function rowsByRule(
  findings: FindingList,
  rows: Uint32Array,
  groups: readonly FindingGroup[],
): ReadonlyMap<number, Uint32Array> {
  const { columns } = findings;
  const most = Math.max(5, Math.min(ROWS_PER_RULE, Math.floor(ROWS_IN_ALL / Math.max(1, groups.length))));
  const kept = new Map<number, number[]>();
  for (const row of inTime(findings, rows)) {
    const rule = columns.rule[row]!;
    const list = kept.get(rule) ?? [];
    kept.set(rule, list);
    if (list.length < most) list.push(row);
  }
  return new Map([...kept].map(([rule, list]) => [rule, Uint32Array.from(list)]));
}

function inTime({ columns }: FindingList, rows: Uint32Array): Uint32Array {
  return rows.toSorted(
    (a, b) => columns.timeHigh[a]! - columns.timeHigh[b]! || columns.timeLow[a]! - columns.timeLow[b]! || a - b,
  );
}

function sourceOf(findings: FindingList, rows: Uint32Array, most: number, count = rows.length): FindingSource {
  return { count, read: () => findings.read(rows.subarray(0, most)) };
}

/** Undefined where the case does not remember its events, or the rules do not load: a report is worth having without. */
async function loadCoverage(session: CaseSession, { rules, tuning }: ExportTools): Promise<ReportCoverage | undefined> {
  const kinds = session.kinds.list;
  if (kinds.length === 0) return undefined;
  const set = await rules.loadRuleSet().catch(() => undefined);
  if (set === undefined) return undefined;
  const account = coverCase(set, kinds, rules.verdicts, rulesOffOf(session, tuning));
  const counts = Object.values(account.rules);
  return { judged: account.rules.judged, rules: counts.reduce((sum, each) => sum + each, 0), lines: account.lines };
}

async function loadTable(rules: RuleLibrary): Promise<AttackTable | undefined> {
  return rules.loadAttackTable().catch(() => undefined);
}
