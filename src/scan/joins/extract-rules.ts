// A few rules of a rule set as a rule set of their own, small enough to send to whoever judges their joins.

import type { EventRule, Expression, Predicate, RuleSet } from '../../model/rule-set.ts';
import { rewriteTests } from './rewrite-condition.ts';

/** The rules of these numbers with the predicates they use, and all views; `localOf` gives their new numbers. */
export function extractRules(
  ruleSet: RuleSet,
  numbers: readonly number[],
): { readonly ruleSet: RuleSet; readonly localOf: ReadonlyMap<number, number> } {
  const predicates: Predicate[] = [];
  const moved = new Map<number, number>();
  const move = (predicate: number): Expression => {
    let number = moved.get(predicate);
    if (number === undefined) {
      number = predicates.push(ruleSet.predicates[predicate]!) - 1;
      moved.set(predicate, number);
    }
    return { op: 'test', predicate: number };
  };
  const localOf = new Map<number, number>();
  const rules: EventRule[] = [];
  for (const number of numbers) {
    const rule = ruleSet.rules[number];
    if (rule?.kind !== 'event') continue;
    localOf.set(number, rules.length);
    rules.push({
      ...rule,
      info: { ...rule.info, description: '', references: [], falsePositives: [], warnings: [] },
      condition: rewriteTests(rule.condition, move),
      routes: rule.routes.map((route) => ({
        ...route,
        extra: route.extra === undefined ? undefined : rewriteTests(route.extra, move),
      })),
    });
  }
  return { ruleSet: { rules, predicates, views: ruleSet.views, eventViews: ruleSet.eventViews }, localOf };
}
