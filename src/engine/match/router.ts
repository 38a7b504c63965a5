// From the kind of an event to the group of rules that can match it. Groups are shared: kinds that the same routes
// accept and the same event views read have one group, with one set of caches (reference: engine algorithms 3.1, 3.2).

import { foldText } from '../../base/fold.ts';
import { ROUTE_COLUMNS, RouteColumn, RuleFlag, type Program } from '../program.ts';
import { buildGroup, SharedParts } from './group-builder.ts';
import type { Group } from './group.ts';
import type { ValueSets } from './value-sets.ts';

/** Stands for rows that take every event id; ids themselves are NO_EVENT_ID (-1) or above. */
const ANY_ID = -2;

interface ChannelRoutes {
  readonly rows: number[];
  /** The rows by event id. */
  byId: Map<number, number[]> | undefined;
}

export class Router {
  readonly groups: Group[] = [];
  private readonly byKind = new Map<string, Group | null>();
  private readonly byRoutes = new Map<string, Group>();
  private readonly shared: SharedParts;
  /** Route rows by channel number, -1 those of any channel. */
  private readonly byChannel = new Map<number, ChannelRoutes>();

  private readonly program: Program;
  private readonly sets: ValueSets;

  constructor(program: Program, sets: ValueSets) {
    this.program = program;
    this.sets = sets;
    this.shared = new SharedParts(program.header.fields.length);
    const rows = program.routes.length / ROUTE_COLUMNS;
    for (let row = 0; row < rows; row++) {
      if ((program.ruleFlags[program.routes[row * ROUTE_COLUMNS + RouteColumn.Rule]!]! & RuleFlag.Off) !== 0) continue;
      const channel = Math.max(-1, program.routes[row * ROUTE_COLUMNS + RouteColumn.Channel]!);
      let routes = this.byChannel.get(channel);
      if (routes === undefined) this.byChannel.set(channel, (routes = { rows: [], byId: undefined }));
      routes.rows.push(row);
    }
  }

  /** The group for events of this channel, provider and id, or null when no rule can match them. */
  groupFor(channel: string, provider: string, eventId: number): Group | null {
    const channelNumber = this.program.channelNumber.get(foldText(channel)) ?? -1;
    const providerNumber = this.program.providerNumber.get(foldText(provider)) ?? -1;
    const kind = `${channelNumber}/${providerNumber}/${eventId}`;
    const known = this.byKind.get(kind);
    if (known !== undefined) return known;
    const group = this.makeGroup(channelNumber, providerNumber, eventId);
    // The keys are made of numbers of the program, so a hostile log can add at most 65,536 per name that rules mention.
    if (this.byKind.size >= 65_536) this.byKind.clear();
    this.byKind.set(kind, group);
    return group;
  }

  private makeGroup(channel: number, provider: number, eventId: number): Group | null {
    const routes = channel < 0 ? [] : this.routesOf(channel, provider, eventId);
    routes.push(...this.routesOf(-1, provider, eventId));
    if (routes.length === 0) return null;
    routes.sort((a, b) => a - b);
    const views = this.viewsFor(channel, provider, eventId);
    const key = `${views.join(',')}:${routes.join(',')}`;
    let group = this.byRoutes.get(key);
    if (group === undefined) {
      group = buildGroup(this.program, this.sets, this.shared, routes, views);
      this.byRoutes.set(key, group);
      this.groups.push(group);
    }
    return group;
  }

  /** Rows of a channel that take events of this provider and id. */
  private routesOf(channel: number, provider: number, eventId: number): number[] {
    const routes = this.byChannel.get(channel);
    if (routes === undefined) return [];
    // Made when the channel is first met: Sysmon's alone has 2,000 rows, and each of its kinds would ask all of them.
    routes.byId ??= this.sortById(routes.rows);
    const wanted = (row: number): number => this.program.routes[row * ROUTE_COLUMNS + RouteColumn.Provider]!;
    return [...(routes.byId.get(ANY_ID) ?? []), ...(routes.byId.get(eventId) ?? [])].filter(
      (row) => wanted(row) < 0 || wanted(row) === provider,
    );
  }

  private sortById(rows: readonly number[]): Map<number, number[]> {
    const { routes, routeIds } = this.program;
    const byId = new Map<number, number[]>();
    const add = (id: number, row: number): void => {
      const list = byId.get(id);
      if (list === undefined) byId.set(id, [row]);
      else if (list[list.length - 1] !== row) list.push(row);
    };
    for (const row of rows) {
      const at = row * ROUTE_COLUMNS;
      const count = routes[at + RouteColumn.IdsCount]!;
      if (count < 0) add(ANY_ID, row);
      const ids = routes[at + RouteColumn.IdsAt]!;
      for (let i = ids; i < ids + count; i++) add(routeIds[i]!, row);
    }
    return byId;
  }

  private viewsFor(channel: number, provider: number, eventId: number): number[] {
    const { header, channelNumber, providerNumber } = this.program;
    const views: number[] = [];
    for (const view of header.eventViews) {
      if (view.channel !== undefined && channelNumber.get(view.channel) !== channel) continue;
      if (view.provider !== undefined && providerNumber.get(view.provider) !== provider) continue;
      if (view.eventIds !== undefined && !view.eventIds.includes(eventId)) continue;
      if (!views.includes(view.view)) views.push(view.view);
    }
    return views;
  }
}
