// Which events a rule is judged on, and how many of them the evidence held: the difference between "nothing found" and
// "nothing to look at".

import { foldText } from '../base/fold.ts';
import type { EventKindCount } from '../model/coverage.ts';
import type { Rule, Route } from '../model/rule-set.ts';

export interface RouteCoverage {
  readonly channel: string | undefined;
  readonly provider: string | undefined;
  readonly eventIds: readonly number[] | undefined;
  /** Events of the open case that took this way; undefined when the case's event kinds are not known. */
  readonly events: number | undefined;
}

/** Lists the ways of a rule, each once. `kinds` are the event kinds of the open case. */
export function listRouteCoverage(rule: Rule, kinds: readonly EventKindCount[] | undefined): RouteCoverage[] {
  if (rule.kind !== 'event') return [];
  const seen = new Map<string, RouteCoverage>();
  for (const route of rule.routes) {
    const key = JSON.stringify([route.channel, route.provider, route.eventIds]);
    if (seen.has(key)) continue;
    const { channel, provider, eventIds } = route;
    seen.set(key, { channel, provider, eventIds, events: kinds === undefined ? undefined : countEvents(route, kinds) });
  }
  return [...seen.values()];
}

function countEvents(route: Route, kinds: readonly EventKindCount[]): number {
  let count = 0;
  for (const kind of kinds) {
    if (route.channel !== undefined && foldText(kind.channel) !== route.channel) continue;
    if (route.provider !== undefined && foldText(kind.provider) !== route.provider) continue;
    if (route.eventIds !== undefined && !route.eventIds.includes(kind.eventId)) continue;
    count += kind.count;
  }
  return count;
}
