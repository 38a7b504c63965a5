// The kinds of event that a rule program looks at, for whoever knows kinds and not records (src/index).

import type { EventRoute } from '../model/event-search.ts';
import { loadProgram, ROUTE_COLUMNS, RouteColumn, RuleFlag } from './program.ts';

/** Kinds of event on which some rule of the program is judged, each once. */
export function listRoutes(program: ArrayBuffer): readonly EventRoute[] {
  const { header, routes, routeIds, ruleFlags } = loadProgram(program);
  const listed = new Map<string, EventRoute>();
  for (let at = 0; at < routes.length; at += ROUTE_COLUMNS) {
    if ((ruleFlags[routes[at + RouteColumn.Rule]!]! & RuleFlag.Off) !== 0) continue;
    const first = routes[at + RouteColumn.IdsAt]!;
    const count = routes[at + RouteColumn.IdsCount]!;
    const route = {
      channel: header.channels[routes[at + RouteColumn.Channel]!],
      provider: header.providers[routes[at + RouteColumn.Provider]!],
      eventIds: count < 0 ? undefined : [...routeIds.subarray(first, first + count)],
    };
    listed.set(JSON.stringify([route.channel, route.provider, route.eventIds]), route);
  }
  return [...listed.values()];
}
