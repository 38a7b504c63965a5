// What the rule list and the rule pages show of all rules: the search from its address, the ATT&CK matrix of rules, the
// findings of the open case by rule.

import type { AttackTable } from '../analysis/attack-matrix.ts';
import { foldAttackMatrix } from '../analysis/attack-matrix.ts';
import type { RuleQuery } from '../analysis/rule-search.ts';
import { RULE_FACETS, tagRules } from '../analysis/rule-search.ts';
import type { RuleInfo } from '../model/rule-set.ts';
import type { AddressParams } from './address.ts';
import type { FindingList } from './finding-list.svelte.ts';

export { indexRules, searchRules } from '../analysis/rule-search.ts';
export type { FacetCount, RuleFacet } from '../analysis/rule-search.ts';

/** Reads `q=…&level=high,critical&tactic=execution&state=not-evaluable`. */
export function parseRuleQuery(params: AddressParams): RuleQuery {
  const facets = RULE_FACETS.map((facet) => [facet, readValues(params.get(facet))] as const);
  return {
    text: params.get('q') ?? '',
    facets: Object.fromEntries(facets),
    notEvaluable: params.get('state') === 'not-evaluable',
  };
}

// Packs are named by their folder, which may hold a comma.
function readValues(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return [];
  return text.split(',').map((value) => value.replaceAll('%2C', ','));
}

/** One or several values of a facet as they stand in the address. */
export function formatRuleValues(values: readonly string[]): string {
  return values.map((value) => value.replaceAll(',', '%2C')).join(',');
}

/** Findings by rule id, without those that suppressions hide. */
export function countHits(findings: FindingList): ReadonlyMap<string, number> {
  const { columns } = findings;
  const counts = new Uint32Array(columns.rules.length);
  for (let row = 0; row < columns.count; row++) if (!findings.isHidden(row)) counts[columns.rule[row]!]!++;
  const hits = new Map<string, number>();
  columns.rules.forEach(({ id }, at) => hits.set(id, (hits.get(id) ?? 0) + counts[at]!));
  return hits;
}

/** How many rules watch each technique; rules that no event log can make fire do not count. */
export function foldRuleMatrix(
  infos: readonly RuleInfo[],
  table: AttackTable,
  all: boolean,
): ReturnType<typeof foldAttackMatrix> {
  return foldAttackMatrix(tagRules(infos), table, all);
}

/** Hits of one rule by host, most first, and rows of a few of them. */
export function sampleHits(
  findings: FindingList,
  ruleId: string,
  most: number,
): { readonly hosts: readonly { readonly host: string; readonly count: number }[]; readonly rows: readonly number[] } {
  const { columns } = findings;
  const counts = new Map<number, number>();
  const rows: number[] = [];
  for (let row = 0; row < columns.count; row++) {
    if (columns.rules[columns.rule[row]!]?.id !== ruleId || findings.isHidden(row)) continue;
    const host = columns.host[row]!;
    // One of each host first would need a second pass; the first ones of the case tell as much.
    if (rows.length < most) rows.push(row);
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  const hosts = [...counts]
    .map(([host, count]) => ({ host: columns.hosts[host] ?? '', count }))
    .sort((a, b) => b.count - a.count || (a.host < b.host ? -1 : 1));
  return { hosts, rows };
}
