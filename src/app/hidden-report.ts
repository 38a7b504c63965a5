// What the report says of hidden findings and changed levels, gathered from the open case.

import { describeConditions } from '../analysis/suppression-match.ts';
import type { ReportHidden } from '../export/report-input.ts';
import type { CaseSession } from './case-session.svelte.ts';
import type { RuleLibrary } from './rule-library.svelte.ts';
import type { RuleTuning } from './rule-tuning.svelte.ts';

/** Counts what suppressions and switched-off rules hide in the case. */
export function gatherHidden(session: CaseSession, tuning: RuleTuning, rules: RuleLibrary): ReportHidden {
  const { findings, hidden } = session;
  const titleOf = (ruleId: string): string =>
    rules.infoOf(ruleId)?.title ?? findings.columns.rules.find(({ id }) => id === ruleId)?.title ?? ruleId;
  return {
    count: findings.count - findings.visible,
    shown: findings.query.hidden,
    suppressions: hidden.all.map((each) => ({
      rule: each.ruleTitle,
      what: describeConditions(each.conditions),
      count: hidden.counts.get(each.id) ?? 0,
      everywhere: each.scope === 'all',
      reason: each.reason,
      analyst: each.analyst,
      changed: each.changed,
    })),
    off: [...tuning.off].map((id) => ({ id, title: titleOf(id), count: findings.rowsOf(id).length })),
    levels: tuning.settings.flatMap(({ ruleId: id, level }) =>
      level === undefined ? [] : [{ id, title: titleOf(id), level, ruleLevel: rules.infoOf(id)?.level ?? '' }],
    ),
  };
}
