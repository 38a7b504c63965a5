// Which kind of event a record is, and the plan by which it is read. Everything that depends on shapes hangs on the outer
// shape object, so it is dropped with it; forget() drops all of it at once when there is too much.
// Reference: engine algorithms 3.3 and 3.4.

import type { RecordCursor } from '../../model/record.ts';
import { collectLeaves, type LeafCache } from './event-leaves.ts';
import type { Group } from './group.ts';
import { OuterShape, type KindNames, type ShapeKind } from './kind-table.ts';
import { makePlan, type Plan } from './plan.ts';
import type { RecordValues } from './record-values.ts';
import type { Router } from './router.ts';

/** Plans by data-dependent element names that one plan keeps. */
const MAX_NAMED_PLANS = 256;
/** Kinds of events beyond which the tables start over between slices. */
const MAX_KINDS = 65_536;

export class Planner {
  /** Number of the computer of the record that was routed last. */
  computer = 0;
  /** Kinds, plans and shapes kept: what the cap on plans is about. */
  planCount = 0;
  private readonly router: Router;
  private readonly names: KindNames;
  private readonly leafCache: LeafCache = new Map();
  private outers: (OuterShape | undefined)[] = [];
  /** Numbers of kinds; they live as long as the numbers of names. */
  private readonly kindNumbers = new Map<string, number>();

  constructor(router: Router, names: KindNames) {
    this.router = router;
    this.names = names;
  }

  get groups(): readonly Group[] {
    return this.router.groups;
  }

  /** Drops everything that hangs on shapes. Between records only. */
  forget(): void {
    this.outers = [];
    this.leafCache.clear();
    this.planCount = 0;
  }

  /** Between slices, when nothing holds numbers of names: starts the name tables over once they are too large. */
  startSlice(): void {
    const { channels, providers, computers } = this.names;
    const tables = [channels, providers, computers];
    if (!tables.some((table) => table.full) && this.kindNumbers.size <= MAX_KINDS) return;
    for (const table of tables) table.clear();
    this.kindNumbers.clear();
    this.forget();
  }

  /** Kind of the cursor's current record. */
  route(cursor: RecordCursor): ShapeKind {
    const { shape, values, bytes, view } = cursor;
    let outer = this.outers[shape.id];
    if (outer?.shape !== shape) {
      outer = new OuterShape(shape, this.names);
      this.outers[shape.id] = outer;
      this.planCount++;
    }
    const channel = outer.channel.read(bytes, view, values);
    const provider = outer.provider.read(bytes, view, values);
    const eventId = outer.eventId(bytes, view, values);
    this.computer = outer.computer.read(bytes, view, values);
    const { last } = outer;
    if (last?.eventId === eventId && last.channel === channel && last.provider === provider) return last;
    const kind = outer.kindOf(channel, provider, eventId) ?? this.addKind(outer, channel, provider, eventId);
    outer.last = kind;
    return kind;
  }

  /** The plan of a group for the cursor's record, whose list of embedded fragments is `inner`. */
  planFor(cursor: RecordCursor, kind: ShapeKind, group: Group, inner: number): Plan {
    const outer = this.outers[cursor.shape.id]!;
    let plans = outer.plans.get(group);
    if (plans === undefined) {
      plans = new Map();
      outer.plans.set(group, plans);
    }
    let plan = plans.get(inner);
    if (plan === undefined) {
      let leaves = outer.leaves.get(inner);
      if (leaves === undefined) {
        leaves = collectLeaves(cursor, this.leafCache, []);
        outer.leaves.set(inner, leaves);
      }
      plan = makePlan(leaves, group);
      plans.set(inner, plan);
      this.planCount++;
    }
    kind.lastInner = inner;
    kind.lastPlan = plan;
    return plan;
  }

  /** The plan for the names that this record gives its Data elements; `values` has entered the record. */
  namedPlan(cursor: RecordCursor, group: Group, plan: Plan, values: RecordValues): Plan {
    const names = plan.dynamicNames.map((leaf) => values.namesOf(leaf));
    const key = JSON.stringify(names);
    let named = plan.byNames.get(key);
    if (named === undefined) {
      named = makePlan(collectLeaves(cursor, this.leafCache, names), group);
      if (plan.byNames.size >= MAX_NAMED_PLANS) plan.byNames.clear();
      plan.byNames.set(key, named);
      this.planCount++;
    }
    return named;
  }

  private addKind(outer: OuterShape, channel: number, provider: number, eventId: number): ShapeKind {
    const { channels, providers } = this.names;
    const group = this.router.groupFor(channels.texts[channel]!, providers.texts[provider]!, eventId);
    const names = `${channel}/${provider}/${eventId}`;
    let number = this.kindNumbers.get(names);
    if (number === undefined) this.kindNumbers.set(names, (number = this.kindNumbers.size));
    const kind: ShapeKind = {
      number,
      channel,
      provider,
      eventId,
      group,
      lastInner: -1,
      lastPlan: undefined,
      tally: undefined,
      tallySlice: 0,
    };
    outer.addKind(kind);
    this.planCount++;
    return kind;
  }
}
