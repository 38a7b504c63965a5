// Routes of a rule: those of its logsource, narrowed by what its condition demands. A route that no event can satisfy
// is dropped; a rule without routes says why it cannot fire.

import { ensureDefined } from '../../base/assert.ts';
import type { LogsourceRoute } from '../../model/logsource.ts';
import type { Expression, Route } from '../../model/rule-set.ts';
import { combine } from './expressions.ts';
import type { Demand, EventDemand } from './narrow.ts';
import type { PredicateTable } from './predicate-table.ts';

/** Providers beyond this many are not worth a route each; the condition tests them anyway. */
const MAX_SPLIT = 16;

/** System 104 ("log cleared") has a field `Channel` of its own, which a rule's Channel then means. */
const INNER_CHANNEL = { channel: 'system', eventId: 104 } as const;

/** The routes that are left of one logsource route. */
export function narrowRoute(route: LogsourceRoute, demand: EventDemand): LogsourceRoute[] {
  const eventIds = narrowIds(route.eventIds, demand.eventIds);
  if (eventIds?.length === 0) return [];
  const narrowed = narrowChannel({ ...route, eventIds }, demand.channels);
  return narrowed.flatMap((each) => narrowProvider(each, demand.providers));
}

function narrowIds(ids: readonly number[] | undefined, demand: Demand): readonly number[] | undefined {
  if (demand === undefined) return ids;
  const wanted = [...demand].map(Number).filter((id) => id <= 0xffff);
  const kept = ids === undefined ? wanted : ids.filter((id) => wanted.includes(id));
  return kept.sort((a, b) => a - b);
}

function narrowChannel(route: LogsourceRoute, demand: Demand): LogsourceRoute[] {
  if (demand === undefined) return [route];
  const inner = route.eventIds === undefined || route.eventIds.includes(INNER_CHANNEL.eventId);
  if (route.channel !== undefined) {
    if (demand.has(route.channel)) return [route];
    // The demand may be on the field of the event, not on the log it lies in.
    return inner && route.channel === INNER_CHANNEL.channel ? [{ ...route, eventIds: [INNER_CHANNEL.eventId] }] : [];
  }
  const routes: LogsourceRoute[] = [...demand].map((channel) => ({ ...route, channel }));
  if (route.eventIds !== undefined && inner && !demand.has(INNER_CHANNEL.channel)) {
    routes.push({ ...route, channel: INNER_CHANNEL.channel, eventIds: [INNER_CHANNEL.eventId] });
  }
  return routes;
}

function narrowProvider(route: LogsourceRoute, demand: Demand): LogsourceRoute[] {
  if (demand === undefined) return [route];
  if (route.provider !== undefined) return demand.has(route.provider) ? [route] : [];
  if (demand.size > MAX_SPLIT) return [route];
  return [...demand].map((provider) => ({ ...route, provider }));
}

/** A route of the rule set: what the logsource requires of fields becomes an expression. */
export function lowerRoute(route: LogsourceRoute, table: PredicateTable): Route {
  const tests = route.requires.map((require): Expression =>
    combine(
      'or',
      require.anyOf.map((text) => ({
        op: 'test',
        predicate: table.numberOf({ kind: 'literal', field: require.field, anchor: 'exact', text, cased: false }),
      })),
    ),
  );
  return {
    channel: route.channel,
    provider: route.provider,
    eventIds: route.eventIds,
    view: route.view,
    extra:
      tests.length === 0 ? undefined : tests.length === 1 ? ensureDefined(tests[0], 'test') : combine('and', tests),
  };
}
