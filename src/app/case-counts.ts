// What of a case's findings is shown and what is hidden: told for the list of kept cases, where no finding is loaded.

import type { CaseRuleCount, CaseSummary } from '../model/case.ts';
import { RULE_LEVELS, type RuleLevel } from '../model/rule-set.ts';
import type { RuleSetting } from '../model/suppression.ts';
import type { FindingList } from './finding-list.svelte.ts';

/** The findings of a case by rule, whatever is switched off at the moment. */
export function countByRule(findings: FindingList): CaseRuleCount[] {
  const { columns } = findings;
  const counts = columns.rules.map(({ id, level, ruleLevel = level }) => {
    return { id, level: ruleLevel, findings: 0, suppressed: 0 };
  });
  for (let row = 0; row < columns.count; row++) {
    const count = counts[columns.rule[row]!]!;
    count.findings++;
    if (findings.isSuppressed(row)) count.suppressed++;
  }
  return counts;
}

export interface ShownCounts {
  readonly byLevel: Readonly<Record<RuleLevel, number>>;
  readonly hidden: number;
}

/** Shown findings by the level that counts, and the number of hidden ones, with the analyst's settings of rules. */
export function countShown(
  { findings, byLevel: stored, rules = [] }: CaseSummary,
  settingOf: (ruleId: string) => RuleSetting | undefined,
): ShownCounts {
  // A tab that closed during a scan left findings that nobody has counted by rule: then all are shown.
  if (rules.reduce((sum, rule) => sum + rule.findings, 0) !== findings) return { byLevel: stored, hidden: 0 };
  const byLevel = Object.fromEntries(RULE_LEVELS.map((level) => [level, 0])) as Record<RuleLevel, number>;
  let hidden = 0;
  for (const { id, level: own, findings: all, suppressed } of rules) {
    const { off = false, level = own } = settingOf(id) ?? {};
    const shown = off ? 0 : all - suppressed;
    byLevel[level] += shown;
    hidden += all - shown;
  }
  return { byLevel, hidden };
}
