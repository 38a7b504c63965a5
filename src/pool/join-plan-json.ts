// A join plan as JSON text, as it ships and as it crosses to workers. Its rule set has maps and sets of its own.

import type { JoinPlan } from '../model/join-plan.ts';
import { formatRuleSet, parseRuleSet } from './rule-set-json.ts';

/** Writes a join plan as JSON text; `null` for none. */
export function formatJoinPlan(plan: JoinPlan | undefined): string {
  return plan === undefined ? 'null' : JSON.stringify({ ...plan, ruleSet: formatRuleSet(plan.ruleSet) });
}

/** Reads what formatJoinPlan wrote. The text is the app's own: it is not checked. */
export function parseJoinPlan(text: string): JoinPlan | undefined {
  const parsed = JSON.parse(text, undefinedOfNull) as (Omit<JoinPlan, 'ruleSet'> & { readonly ruleSet: string }) | null;
  return parsed === null ? undefined : { ...parsed, ruleSet: parseRuleSet(parsed.ruleSet) };
}

/** A list has null where the plan had undefined; nothing in a plan is null. */
function undefinedOfNull(key: string, value: unknown): unknown {
  if (key === 'parents') return (value as (number | null)[]).map((each) => each ?? undefined);
  return value;
}
