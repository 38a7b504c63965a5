// A plan: where the slots of a group find their values in records of one combination of shapes. Made once per (group,
// outer shape, list of embedded shapes); a record is then a list of (slot, table, index) steps. Slots that are not one
// plain value (several leaves, mixed text, derived, keywords, sections) are described here and read by record-values.ts.
// Reference: engine algorithms 1.1, 1.6, 3.4.

import { ANY_FIELD, EVENT_DATA_FIELD, fieldKeysOf, USER_DATA_FIELD, type FieldKey } from '../../model/field-key.ts';
import type { RecordCursor } from '../../model/record.ts';
import type { Leaf, LeafPiece, Shape } from '../../model/shape.ts';
import type { Group, Slot, SlotSource } from './group.ts';

/** A leaf as a plan reads it. */
export interface PlanLeaf {
  /** Value table: 0 = outer fragment, k = embedded fragment k - 1. */
  readonly level: number;
  readonly pieces: readonly LeafPiece[];
  /** Index of the value when it is the only piece, or -1. */
  readonly index: number;
  /** Whole text when no piece is a value, else undefined. */
  readonly text: string | undefined;
  readonly isAttribute: boolean;
  /** (level, index) pairs of values that must not be null. */
  readonly gates: readonly number[];
}

/** Leaves of one key: those outside System go first, System's only count where none of the others is there. */
export interface KeyLeaves {
  readonly own: readonly PlanLeaf[];
  readonly system: readonly PlanLeaf[];
}

export interface DerivedPart {
  readonly source: SlotSource;
  readonly inputs: readonly KeyLeaves[];
}

/** A slot that is not one plain value. */
export interface SlowSlot {
  readonly slot: Slot;
  /** None where a view hides the event's own leaves. */
  readonly leaves: KeyLeaves;
  readonly derived: readonly DerivedPart[];
  /** Keyword slot: every value of the event; those that differ from record to record; the set of the static ones. */
  readonly everything: readonly PlanLeaf[] | undefined;
  readonly varying: readonly PlanLeaf[];
  staticSet: number;
  staticGeneration: number;
  /** Virtual slot: the serialised content of this section. */
  readonly section: 'EventData' | 'UserData' | undefined;
}

/** Numbers per step of `Plan.ops`. */
export const OP_COLUMNS = 5;
export const OpFlag = {
  /** A null value means that the leaf is absent; else it is present and empty. */
  NullIsAbsent: 1,
  /** An attribute: an empty text means that it is absent. */
  Attribute: 2,
} as const;

export interface Plan {
  readonly group: Group;
  /** Steps [slot, level, index, memo tag, flags] for slots of one plain value. */
  readonly ops: Int32Array;
  /** Step number of each slot in ops, or -1. */
  readonly opOf: Int32Array;
  readonly slow: readonly SlowSlot[];
  /** Per slot: what describes it beyond ops, for reading its texts; undefined where the record has no such leaf. */
  readonly described: readonly (SlowSlot | undefined)[];
  /** The group's slots that are only read, for correlation rows. */
  readonly reads: readonly SlowSlot[];
  /** Slots whose only value is a static text. */
  readonly fixed: readonly { readonly slot: Slot; readonly text: string }[];
  /** Values that name Data elements record by record: (level, index) pairs. Empty for nearly every template. */
  readonly dynamicNames: readonly number[];
  /** Projected sets of the fixed slots, made for one generation of the set tables. */
  base: Int32Array;
  baseGeneration: number;
  /** Plans by the names found in dynamicNames. */
  readonly byNames: Map<string, Plan>;
}

const NO_LEAVES: KeyLeaves = { own: [], system: [] };

/**
 * Makes the plan for the cursor's current record, whose embedded fragments are resolved. `names` are the texts of the
 * values that name Data elements, in the order of `dynamicNames`; without them such leaves have no name.
 */
export function makePlan(cursor: RecordCursor, group: Group, names: readonly string[]): Plan {
  const event = collectLeaves(cursor, names);
  const ops: number[] = [];
  const opOf = new Int32Array(group.program.slots.length).fill(-1);
  const slow: SlowSlot[] = [];
  const fixed: { slot: Slot; text: string }[] = [];
  const described: (SlowSlot | undefined)[] = [];
  for (const slot of group.program.slots) {
    const whole = describeSlot(slot, event);
    described.push(whole);
    const { leaves, derived, everything, section } = whole;
    const direct = directLeaves(whole);
    const isPlain =
      everything === undefined &&
      section === undefined &&
      derived.every((part) => part.source.transform === undefined) &&
      !(leaves.own.length > 0 && leaves.system.length > 0);
    if (isPlain && direct.length === 0 && derived.length === 0) continue;
    const leaf = direct[0];
    if (isPlain && direct.length === 1 && derived.length <= 1 && leaf !== undefined) {
      if (leaf.text !== undefined && leaf.gates.length === 0) {
        if (leaf.text !== '' || !leaf.isAttribute) fixed.push({ slot, text: leaf.text });
        continue;
      }
      const flags = plainFlags(leaf);
      if (flags >= 0) {
        opOf[slot.number] = ops.length / OP_COLUMNS;
        ops.push(slot.number, leaf.level, leaf.index, slot.field, flags);
        continue;
      }
    }
    slow.push(whole);
  }
  return {
    group,
    ops: Int32Array.from(ops),
    opOf,
    slow,
    described,
    reads: group.program.reads.map((slot) => describeSlot(slot, event)),
    fixed,
    dynamicNames: event.dynamicNames,
    base: new Int32Array(group.program.slots.length),
    baseGeneration: -1,
    byNames: new Map(),
  };
}

/** Everything a slot can draw on in records of these shapes. */
function describeSlot(slot: Slot, event: EventLeaves): SlowSlot {
  const derived: DerivedPart[] = [];
  for (const source of slot.sources) {
    const inputs = source.inputs.map((key) => event.byKey.get(key) ?? NO_LEAVES);
    if (inputs.some((input) => input.own.length + input.system.length > 0)) derived.push({ source, inputs });
  }
  return {
    slot,
    leaves: slot.hidesOwn ? NO_LEAVES : (event.byKey.get(slot.key) ?? NO_LEAVES),
    derived,
    everything: slot.key === ANY_FIELD ? event.all : undefined,
    varying: slot.key === ANY_FIELD ? event.all.filter((leaf) => leaf.text === undefined || leaf.gates.length > 0) : [],
    staticSet: 0,
    staticGeneration: -1,
    section: slot.key === EVENT_DATA_FIELD ? 'EventData' : slot.key === USER_DATA_FIELD ? 'UserData' : undefined,
  };
}

/** Leaves whose values are the slot's as they stand; only meaningful where nothing depends on which of them are there. */
function directLeaves({ leaves, derived }: SlowSlot): PlanLeaf[] {
  const direct = [...leaves.own, ...leaves.system];
  for (const { source, inputs } of derived) {
    if (source.transform === undefined) for (const input of inputs) direct.push(...input.own, ...input.system);
  }
  return direct;
}

/** Flags of a leaf that is one value gated by nothing but itself, or -1. */
function plainFlags(leaf: PlanLeaf): number {
  if (leaf.index < 0) return -1;
  for (let i = 0; i < leaf.gates.length; i += 2) {
    if (leaf.gates[i] !== leaf.level || leaf.gates[i + 1] !== leaf.index) return -1;
  }
  return (leaf.gates.length > 0 || leaf.isAttribute ? OpFlag.NullIsAbsent : 0) | (leaf.isAttribute ? OpFlag.Attribute : 0);
}

interface EventLeaves {
  readonly byKey: ReadonlyMap<FieldKey, KeyLeaves>;
  readonly all: readonly PlanLeaf[];
  readonly dynamicNames: readonly number[];
}

function collectLeaves(cursor: RecordCursor, names: readonly string[]): EventLeaves {
  const byKey = new Map<FieldKey, { own: PlanLeaf[]; system: PlanLeaf[] }>();
  const all: PlanLeaf[] = [];
  const dynamicNames: number[] = [];
  const hostGates: number[][] = [[]];
  for (let level = 0; level <= cursor.innerCount; level++) {
    const root = level === 0 ? undefined : cursor.inner[level - 1]!;
    const shape: Shape = root?.shape ?? cursor.shape;
    if (root !== undefined) hostGates[level] = gatesOfHost(cursor, level, hostGates);
    for (const leaf of shape.leaves) {
      const path = root === undefined ? leaf.path : [...root.hostPath, ...leaf.path];
      let dataName = leaf.nameAttribute;
      if (leaf.nameValueIndex >= 0 && leaf.attribute === undefined && path[path.length - 1] === 'Data') {
        dataName = names[dynamicNames.length / 2];
        dynamicNames.push(level, leaf.nameValueIndex);
      }
      const place = { path, attribute: leaf.attribute, dataName };
      const planned = planLeaf(leaf, level, hostGates[level]!);
      const keys = fieldKeysOf(place);
      if (isSearched(place.path, leaf)) all.push(planned);
      for (const key of keys) {
        let entry = byKey.get(key);
        if (entry === undefined) byKey.set(key, (entry = { own: [], system: [] }));
        (path[1] === 'System' ? entry.system : entry.own).push(planned);
      }
    }
  }
  return { byKey, all, dynamicNames };
}

/** Whether keywords look at the leaf: every value of the event, but not the names of Data elements and namespaces. */
function isSearched(path: readonly string[], leaf: Leaf): boolean {
  if (leaf.attribute === 'xmlns' || leaf.attribute?.startsWith('xmlns:') === true) return false;
  return !(leaf.attribute === 'Name' && path[path.length - 1] === 'Data' && path[1] !== 'System');
}

function planLeaf(leaf: Leaf, level: number, hostGates: readonly number[]): PlanLeaf {
  const { pieces } = leaf;
  const only = pieces.length === 1 ? pieces[0] : undefined;
  const gates = [...hostGates];
  for (const index of leaf.gates) gates.push(level, index);
  const isStatic = pieces.every((piece) => piece.kind === 'text');
  return {
    level,
    pieces,
    index: only?.kind === 'value' ? only.index : -1,
    text: isStatic ? pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('') : undefined,
    isAttribute: leaf.attribute !== undefined,
    gates,
  };
}

/** Gates of the element that holds an embedded fragment, and of its own hosts. */
function gatesOfHost(cursor: RecordCursor, level: number, hostGates: readonly (readonly number[])[]): number[] {
  const root = cursor.inner[level - 1]!;
  const owner = root.parent + 1;
  const shape = owner === 0 ? cursor.shape : cursor.inner[root.parent]!.shape;
  const host = shape.leaves.find(
    (leaf) => leaf.attribute === undefined && leaf.pieces.some((piece) => piece.kind === 'value' && piece.index === root.valueIndex),
  );
  const gates = [...(hostGates[owner] ?? [])];
  for (const index of host?.gates ?? []) if (index !== root.valueIndex) gates.push(owner, index);
  return gates;
}
