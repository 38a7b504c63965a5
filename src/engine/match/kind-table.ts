// Per outer shape: how to read the names that route an event, and what is known about the kinds met with it. Holds the
// plans, so everything that depends on shapes dies with the shape (reference: engine algorithms 3.3, 3.4).

import { eventIdOfText, NO_EVENT_ID } from '../event-kind.ts';
import type { Shape, ValueTable } from '../../model/shape.ts';
import { ValueType } from '../../model/shape.ts';
import type { EventLeaves } from './event-leaves.ts';
import type { Group } from './group.ts';
import { leafText, NameReader, type NameTable } from './name-reader.ts';
import type { Plan } from './plan.ts';

/** Name tables of a matcher. */
export interface KindNames {
  readonly channels: NameTable;
  readonly providers: NameTable;
  readonly computers: NameTable;
}

/** Presence of the fields of a kind's events. */
export interface FieldTally {
  /** Per slot of the group: SetFlag bits met; once NonEmpty is, the others need not be complete. */
  readonly seen: Uint8Array;
  /** The plan whose static texts were noted last. */
  fixedPlan: Plan | undefined;
}

/** What one slice has seen of a kind of event on one computer. */
export interface KindTally extends FieldTally {
  readonly computer: number;
  readonly kind: ShapeKind;
  count: number;
  /** FILETIME of the first and the last event; both 0 while no event had a time. */
  firstHigh: number;
  firstLow: number;
  lastHigh: number;
  lastLow: number;
}

/** One kind of event within one outer shape. */
export interface ShapeKind {
  /** Number of (channel, provider, event id): several outer shapes can carry the same kind. */
  readonly number: number;
  readonly channel: number;
  readonly provider: number;
  readonly eventId: number;
  readonly group: Group | null;
  lastInner: number;
  lastPlan: Plan | undefined;
  /** The tally in use, of slice number `tallySlice`. */
  tally: KindTally | undefined;
  tallySlice: number;
}

/** What the matcher keeps about one outer shape. */
export class OuterShape {
  readonly shape: Shape;
  readonly channel: NameReader;
  readonly provider: NameReader;
  readonly computer: NameReader;
  /** Leaves by the list of embedded shapes, and plans by that list for each group. */
  readonly leaves = new Map<number, EventLeaves>();
  readonly plans = new Map<Group, Map<number, Plan>>();
  last: ShapeKind | undefined;
  /** Kinds by pair of names and event id; pairs are numbered as they come, so that the key stays a small integer. */
  private readonly kinds = new Map<number, ShapeKind>();
  private readonly pairs = new Map<number, number>();
  private readonly eventIdLeaf: number;
  private readonly eventIdIndex: number;

  constructor(shape: Shape, names: KindNames) {
    const { leaves, system } = shape;
    this.shape = shape;
    this.channel = new NameReader(leaves, system.channel, names.channels);
    this.provider = new NameReader(leaves, system.providerName, names.providers);
    this.computer = new NameReader(leaves, system.computer, names.computers);
    this.eventIdLeaf = system.eventId;
    const pieces = leaves[system.eventId]?.pieces;
    const only = pieces?.length === 1 ? pieces[0] : undefined;
    this.eventIdIndex = only?.kind === 'value' ? only.index : -1;
  }

  kindOf(channel: number, provider: number, eventId: number): ShapeKind | undefined {
    const pair = this.pairs.get(channel * 2 ** 26 + provider);
    return pair === undefined ? undefined : this.kinds.get(pair * 2 ** 17 + (eventId & 0x1_ffff));
  }

  addKind(kind: ShapeKind): void {
    const names = kind.channel * 2 ** 26 + kind.provider;
    let pair = this.pairs.get(names);
    if (pair === undefined) this.pairs.set(names, (pair = this.pairs.size));
    this.kinds.set(pair * 2 ** 17 + (kind.eventId & 0x1_ffff), kind);
  }

  /** System/EventID of a record: low 16 bits, NO_EVENT_ID when it has none. */
  eventId(bytes: Uint8Array, view: DataView, values: ValueTable): number {
    const i = this.eventIdIndex;
    if (i >= 0 && i < values.count) {
      const type = values.type[i]!;
      if ((type === ValueType.UInt16 || type === ValueType.UInt32) && values.length[i]! >= 2) {
        return view.getUint16(values.offset[i]!, true);
      }
    }
    const leaf = this.shape.leaves[this.eventIdLeaf];
    return leaf === undefined ? NO_EVENT_ID : eventIdOfText(leafText(leaf, bytes, view, values));
  }
}
