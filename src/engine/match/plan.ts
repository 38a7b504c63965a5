// A plan: where the slots of a group find their values in records of one combination of shapes. Made once per (group,
// outer shape, list of embedded shapes); a record is then a list of (slot, table, index) steps. Slots that are not one
// plain value (several leaves, mixed text, derived, keywords, sections) are described here and read by record-values.ts.
// Reference: engine algorithms 3.4.

import { ANY_FIELD } from '../../model/field-key.ts';
import {
  leavesOf,
  NO_LEAVES,
  type EventLeaves,
  type FragmentLeaves,
  type KeyLeaves,
  type PlanLeaf,
} from './event-leaves.ts';
import type { FieldSets } from './field-sets.ts';
import type { Group, Slot, SlotSource } from './group.ts';
import type { KeywordFilter } from './keyword-filter.ts';
import { KeywordPlaces } from './keyword-places.ts';

export interface DerivedPart {
  readonly source: SlotSource;
  readonly inputs: readonly KeyLeaves[];
}

/** What a slot draws on in records of these shapes. */
export interface SlotReader {
  readonly slot: Slot;
  /** None where a view hides the event's own leaves. */
  readonly leaves: KeyLeaves;
  readonly derived: readonly DerivedPart[];
  /** Undefined unless the slot reads every value of the event. */
  readonly everything: EverythingReader | undefined;
}

/** Leaves of one fragment that are one value, and the places of these in its value table. */
export interface SingleLeaves {
  readonly level: number;
  readonly leaves: readonly PlanLeaf[];
  readonly indices: Int32Array;
  /** With a filter: which of them it has to look at. */
  readonly places: KeywordPlaces | undefined;
}

/** Every value of the event, sorted by how it is looked at. */
export interface EverythingReader {
  readonly fragments: readonly FragmentLeaves[];
  /** Leaves that are one value, fragment by fragment. */
  readonly single: readonly SingleLeaves[];
  /** The same without channel, provider and computer: a third of all text, and equal from record to record. */
  readonly unnamed: readonly SingleLeaves[];
  /** Numbers of the names whose texts hold no keyword; -1 before any are known. */
  readonly plainNames: { channel: number; provider: number; computer: number };
  readonly mixed: readonly PlanLeaf[];
  readonly filter: KeywordFilter | undefined;
  /** Set of the static leaves and, with a filter, of values without keyword; made for one generation of the set tables. */
  fixedSet: number;
  fixedGeneration: number;
}

/** Numbers per step of `Plan.ops`. */
export const OP_COLUMNS = 5;
export const OpFlag = {
  /** A null value means that the leaf is absent; else it is present and empty. */
  NullIsAbsent: 1,
  /** An empty text means that the leaf is absent. */
  EmptyIsAbsent: 2,
} as const;

export interface Plan {
  readonly group: Group;
  /** Steps [slot, level, index, field, flags] for slots of one plain value; those whose slot can wake rules come first. */
  readonly ops: Int32Array;
  /** Where the steps begin whose slots cannot. */
  readonly quietOps: number;
  /** Step number of each slot in ops, or -1. */
  readonly opOf: Int32Array;
  /** Slots that are not. */
  readonly slow: readonly SlotReader[];
  /** Every slot as it is read when its texts are needed. */
  readonly readers: readonly SlotReader[];
  /** The group's slots that are only read, for correlation rows. */
  readonly reads: readonly SlotReader[];
  /** Slots whose only value is a static text. */
  readonly fixed: readonly { readonly slot: Slot; readonly text: string }[];
  /** Name attributes that differ from record to record; empty for nearly every template. */
  readonly dynamicNames: readonly PlanLeaf[];
  /** Projected sets of the fixed slots, whether one of them wakes rules, and sets per slot; for one generation of tables. */
  readonly base: Int32Array;
  baseWakes: boolean;
  readonly fieldSets: FieldSets[];
  baseGeneration: number;
  /** Plans by the names found in dynamicNames. */
  readonly byNames: Map<string, Plan>;
}

/** Makes the plan of a group for records with these leaves. */
export function makePlan(event: EventLeaves, group: Group): Plan {
  const { slots, filters, reads } = group.program;
  const ops: number[] = [];
  const quietOps: number[] = [];
  const opOf = new Int32Array(slots.length).fill(-1);
  const slow: SlotReader[] = [];
  const fixed: { slot: Slot; text: string }[] = [];
  const readers = slots.map((slot) => makeReader(slot, event, filters[slot.number]));
  for (const reader of readers) {
    const { slot } = reader;
    const leaf = onlyLeaf(reader);
    if (leaf === null) continue;
    if (leaf?.text !== undefined && leaf.gates.length === 0 && leaf.children === undefined) {
      if (leaf.drops === 'nothing' || leaf.text !== '') fixed.push({ slot, text: leaf.text });
      else slow.push(reader);
      continue;
    }
    const flags = leaf === undefined ? -1 : plainFlags(leaf);
    if (leaf === undefined || flags < 0) {
      slow.push(reader);
      continue;
    }
    (group.canWake[slot.number] === 0 ? quietOps : ops).push(slot.number, leaf.level, leaf.index, slot.field, flags);
  }
  const allOps = Int32Array.from([...ops, ...quietOps]);
  for (let at = 0; at < allOps.length; at += OP_COLUMNS) opOf[allOps[at]!] = at / OP_COLUMNS;
  return {
    group,
    ops: allOps,
    quietOps: ops.length,
    opOf,
    slow,
    readers,
    reads: reads.map((slot) => makeReader(slot, event, undefined)),
    fixed,
    dynamicNames: event.dynamicNames,
    base: new Int32Array(slots.length),
    baseWakes: false,
    fieldSets: [],
    baseGeneration: -1,
    byNames: new Map(),
  };
}

function makeReader(slot: Slot, event: EventLeaves, filter: KeywordFilter | undefined): SlotReader {
  const derived: DerivedPart[] = [];
  for (const source of slot.sources) {
    if (isEverything(source)) continue;
    const inputs = source.inputs.map((key) => leavesOf(event, key));
    if (
      inputs.some(hasLeaves) ||
      (source.transform !== undefined && source.transform(inputs.map(() => [])).length > 0)
    ) {
      derived.push({ source, inputs });
    }
  }
  // A field that also stands for every value of the event is read as the keyword field is.
  const readsAll = slot.key === ANY_FIELD || slot.sources.some(isEverything);
  return {
    slot,
    leaves: readsAll || slot.hidesOwn ? NO_LEAVES : leavesOf(event, slot.key),
    derived,
    everything: readsAll ? readEverything(event.fragments, filter) : undefined,
  };
}

function readEverything(fragments: readonly FragmentLeaves[], filter: KeywordFilter | undefined): EverythingReader {
  const readSingle = (level: number, leaves: readonly PlanLeaf[]): SingleLeaves[] => {
    if (leaves.length === 0) return [];
    const indices = Int32Array.from(leaves, (leaf) => leaf.index);
    return [{ level, leaves, indices, places: filter === undefined ? undefined : new KeywordPlaces(indices, filter) }];
  };
  const single = fragments.flatMap((fragment) => readSingle(fragment.level, fragment.single));
  const unnamed = fragments.flatMap(({ level, single: leaves, nameIndices }) =>
    readSingle(
      level,
      leaves.filter((leaf) => !nameIndices.includes(leaf.index)),
    ),
  );
  // Static text that a null can take away: with a filter it only matters where a keyword fits into it.
  const mixed = fragments
    .flatMap((fragment) => fragment.mixed)
    .filter((leaf) => filter === undefined || leaf.text === undefined || leaf.text.length >= filter.shortest);
  const plainNames = { channel: -1, provider: -1, computer: -1 };
  return { fragments, single, unnamed, plainNames, mixed, filter, fixedSet: 0, fixedGeneration: -1 };
}

function isEverything(source: SlotSource): boolean {
  return source.transform === undefined && source.inputs.includes(ANY_FIELD);
}

function hasLeaves({ own, system, section }: KeyLeaves): boolean {
  return own.length > 0 || system.length > 0 || section !== undefined;
}

/** The leaf whose value alone makes up the slot; null when the slot has none at all, undefined when it is not that simple. */
function onlyLeaf({ leaves, derived, everything }: SlotReader): PlanLeaf | null | undefined {
  if (everything !== undefined || derived.some((part) => part.source.transform !== undefined)) return undefined;
  const parts = [leaves, ...derived.flatMap((part) => part.inputs)].filter(hasLeaves);
  if (parts.length === 0) return null;
  const part = parts[0]!;
  if (parts.length > 1 || part.section !== undefined || part.own.length + part.system.length !== 1) return undefined;
  return part.own[0] ?? part.system[0];
}

/** Flags of a leaf that is one value gated by nothing but itself, or -1. */
function plainFlags(leaf: PlanLeaf): number {
  if (leaf.index < 0 || leaf.children !== undefined) return -1;
  for (let i = 0; i < leaf.gates.length; i += 2) {
    if (leaf.gates[i] !== leaf.level || leaf.gates[i + 1] !== leaf.index) return -1;
  }
  const emptyIsAbsent = leaf.drops === 'empty';
  return (
    (leaf.gates.length > 0 || emptyIsAbsent ? OpFlag.NullIsAbsent : 0) | (emptyIsAbsent ? OpFlag.EmptyIsAbsent : 0)
  );
}
