// From the kind of an event to the group of rules that can match it. Groups are shared: kinds that the same routes
// accept and the same event views read have one group, with one set of caches (reference: engine algorithms 3.1, 3.2).

import { foldText } from '../../base/fold.ts';
import { ROUTE_COLUMNS, RouteColumn, type Program } from '../program.ts';
import { buildGroup, SharedParts } from './group-builder.ts';
import type { Group } from './group.ts';
import type { ValueSets } from './value-sets.ts';

export class Router {
  readonly groups: Group[] = [];
  private readonly byKind = new Map<string, Group | null>();
  private readonly byRoutes = new Map<string, Group>();
  private readonly shared: SharedParts;
  /** Route rows by channel number, and those of any channel. */
  private readonly byChannel = new Map<number, number[]>();
  private readonly anyChannel: number[] = [];

  private readonly program: Program;
  private readonly sets: ValueSets;

  constructor(program: Program, sets: ValueSets) {
    this.program = program;
    this.sets = sets;
    this.shared = new SharedParts(program.header.fields.length);
    const rows = program.routes.length / ROUTE_COLUMNS;
    for (let row = 0; row < rows; row++) {
      const channel = program.routes[row * ROUTE_COLUMNS + RouteColumn.Channel]!;
      if (channel < 0) {
        this.anyChannel.push(row);
        continue;
      }
      const list = this.byChannel.get(channel);
      if (list === undefined) this.byChannel.set(channel, [row]);
      else list.push(row);
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
    const routes = [...(this.byChannel.get(channel) ?? []), ...this.anyChannel].filter((row) =>
      this.accepts(row, provider, eventId),
    );
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

  private accepts(row: number, provider: number, eventId: number): boolean {
    const { routes, routeIds } = this.program;
    const at = row * ROUTE_COLUMNS;
    const wanted = routes[at + RouteColumn.Provider]!;
    if (wanted >= 0 && wanted !== provider) return false;
    const count = routes[at + RouteColumn.IdsCount]!;
    if (count < 0) return true;
    const ids = routes[at + RouteColumn.IdsAt]!;
    for (let i = ids; i < ids + count; i++) if (routeIds[i] === eventId) return true;
    return false;
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
