// The leaves of one combination of shapes (outer fragment and embedded ones), by the keys under which rules can ask for
// them. Agrees leaf by leaf with how the reference interpreter reads the finished event tree. Made once per combination.
// Reference: engine algorithms 1.1 and 1.6.

import { ANY_FIELD, EVENT_DATA_FIELD, fieldKeysOf, USER_DATA_FIELD, type FieldKey } from '../../model/field-key.ts';
import type { RecordCursor } from '../../model/record.ts';
import type { Leaf, LeafPiece, Shape } from '../../model/shape.ts';
import { placeLeaves, staticTextOf } from './place-leaves.ts';

/** A leaf as a plan reads it. */
export interface PlanLeaf {
  /** Value table: 0 = outer fragment, k = embedded fragment k - 1. */
  readonly level: number;
  readonly pieces: readonly LeafPiece[];
  /** Index of the value when it is the only piece, or -1. */
  readonly index: number;
  /** Whole text when no piece is a value, else undefined. */
  readonly text: string | undefined;
  /** Whether empty texts do not count: in attributes, and directly in a section. */
  readonly drops: 'nothing' | 'empty';
  /**
   * Gates (indices of the same table) of each child element beside which the text stands; undefined without any. Beside
   * children that are there, blank text does not count.
   */
  readonly children: readonly (readonly number[])[] | undefined;
  readonly isAttribute: boolean;
  /** (level, index) pairs of values that must not be null. */
  readonly gates: readonly number[];
}

export type Section = 'EventData' | 'UserData';

/** Leaves of one key: those outside System go first, System's only count where none of the others is there. */
export interface KeyLeaves {
  readonly own: readonly PlanLeaf[];
  readonly system: readonly PlanLeaf[];
  /** Beside them, the serialised content of this section. */
  readonly section: Section | undefined;
}

export const NO_LEAVES: KeyLeaves = { own: [], system: [], section: undefined };

/** The leaves of one fragment as part of an event. */
export interface FragmentLeaves {
  readonly level: number;
  readonly hostPath: readonly string[] | undefined;
  readonly byKey: ReadonlyMap<FieldKey, KeyLeaves>;
  /** Every leaf that keywords look at: static ones; those that are one value, and their indices; the others. */
  readonly all: readonly PlanLeaf[];
  readonly fixed: readonly PlanLeaf[];
  readonly single: readonly PlanLeaf[];
  readonly mixed: readonly PlanLeaf[];
  /** Name attributes of Data elements that are no static text: their fields are named record by record. */
  readonly dynamicNames: readonly PlanLeaf[];
  /** Indices of the values that are the event's channel, provider or computer; empty but in outer fragments. */
  readonly nameIndices: readonly number[];
  /** Sets of `fixed` by field, made for one generation of the set tables. */
  readonly fixedSets: Map<number, { readonly generation: number; readonly set: number }>;
}

export interface EventLeaves {
  readonly fragments: readonly FragmentLeaves[];
  readonly dynamicNames: readonly PlanLeaf[];
}

/** Leaves of fragments by shape, for every place in which the shape has been met. Templates are shared by many events. */
export type LeafCache = Map<Shape, FragmentLeaves[]>;

/** The leaves of an event that have a key. */
export function leavesOf(event: EventLeaves, key: FieldKey): KeyLeaves {
  const section = key === EVENT_DATA_FIELD ? 'EventData' : key === USER_DATA_FIELD ? 'UserData' : undefined;
  let found = NO_LEAVES;
  for (const fragment of event.fragments) {
    const part = key === ANY_FIELD ? { own: fragment.all, system: [], section: undefined } : fragment.byKey.get(key);
    if (part === undefined) continue;
    found =
      found === NO_LEAVES
        ? part
        : { own: [...found.own, ...part.own], system: [...found.system, ...part.system], section };
  }
  return section === undefined ? found : { ...found, section };
}

/**
 * The leaves of the cursor's current record, whose embedded fragments are resolved. `names` are the texts of
 * each of `dynamicNames`; without them such elements have no name.
 */
export function collectLeaves(
  cursor: RecordCursor,
  cache: LeafCache,
  names: readonly (readonly string[])[],
): EventLeaves {
  const fragments: FragmentLeaves[] = [];
  const dynamicNames: PlanLeaf[] = [];
  const hostGates: (readonly number[])[] = [NO_GATES];
  for (let level = 0; level <= cursor.innerCount; level++) {
    const root = level === 0 ? undefined : cursor.inner[level - 1]!;
    const shape: Shape = root?.shape ?? cursor.shape;
    if (root !== undefined) hostGates[level] = gatesOfHost(cursor, level, hostGates);
    const gates = hostGates[level]!;
    const known = cache.get(shape)?.find((leaves) => leaves.level === level && leaves.hostPath === root?.hostPath);
    let fragment = gates.length === 0 ? known : undefined;
    if (fragment === undefined || (fragment.dynamicNames.length > 0 && names.length > 0)) {
      const own = names.slice(dynamicNames.length);
      fragment = fragmentLeaves(shape, root?.hostPath, level, gates, own);
      if (gates.length === 0 && known === undefined && names.length === 0) {
        const list = cache.get(shape);
        if (list === undefined) cache.set(shape, [fragment]);
        else list.push(fragment);
      }
    }
    fragments.push(fragment);
    dynamicNames.push(...fragment.dynamicNames);
  }
  return { fragments, dynamicNames };
}

const NO_GATES: readonly number[] = [];

/** Paths of leaves within their hosts, so that equal ones are the same array. */
const joinedPaths = new WeakMap<readonly string[], WeakMap<readonly string[], readonly string[]>>();

function joinedPath(hostPath: readonly string[], path: readonly string[]): readonly string[] {
  let joined = joinedPaths.get(hostPath);
  if (joined === undefined) joinedPaths.set(hostPath, (joined = new WeakMap()));
  let whole = joined.get(path);
  if (whole === undefined) joined.set(path, (whole = [...hostPath, ...path]));
  return whole;
}

function fragmentLeaves(
  shape: Shape,
  hostPath: readonly string[] | undefined,
  level: number,
  gates: readonly number[],
  names: readonly (readonly string[])[],
): FragmentLeaves {
  const byKey = new Map<FieldKey, { own: PlanLeaf[]; system: PlanLeaf[]; section: undefined }>();
  const all: PlanLeaf[] = [];
  const dynamicNames: PlanLeaf[] = [];
  for (const { leaf, element } of placeLeaves(shape)) {
    const path = hostPath === undefined ? leaf.path : joinedPath(hostPath, leaf.path);
    let dataName = leaf.nameAttribute;
    // An array as name repeats the element under each of them.
    let moreNames: readonly string[] = [];
    if (dataName === undefined && leaf.attribute === undefined && path[path.length - 1] === 'Data') {
      if (element.name !== undefined) {
        moreNames = names[dynamicNames.length] ?? [];
        dataName = moreNames[0];
        dynamicNames.push(planLeaf(element.name, level, gates, 'nothing', undefined));
      }
    }
    let keys = keysOf(path, leaf.attribute, dataName);
    if (moreNames.length > 1) keys = [...new Set(moreNames.flatMap((name) => keysOf(path, undefined, name)))];
    // Text directly in a section has no name, but keywords find it.
    const isSectionText = path.length === 2 && leaf.attribute === undefined;
    if (keys.length === 0 && !isSectionText) continue;
    const dropsEmpty = leaf.attribute !== undefined || (isSectionText && keys.length === 0);
    const children = leaf.attribute === undefined && element.children.length > 0 ? element.children : undefined;
    const planned = planLeaf(leaf, level, gates, dropsEmpty ? 'empty' : 'nothing', children);
    all.push(planned);
    for (const key of keys) {
      let entry = byKey.get(key);
      if (entry === undefined) byKey.set(key, (entry = { own: [], system: [], section: undefined }));
      (path[1] === 'System' ? entry.system : entry.own).push(planned);
    }
  }
  const isFixed = (leaf: PlanLeaf): boolean =>
    leaf.text !== undefined && leaf.gates.length === 0 && leaf.children === undefined;
  return {
    level,
    hostPath,
    byKey,
    all,
    fixed: all.filter(isFixed),
    single: all.filter((leaf) => leaf.index >= 0),
    mixed: all.filter((leaf) => leaf.index < 0 && !isFixed(leaf)),
    dynamicNames,
    nameIndices: level === 0 ? nameIndicesOf(shape) : [],
    fixedSets: new Map(),
  };
}

function nameIndicesOf({ leaves, system }: Shape): number[] {
  return [system.channel, system.providerName, system.computer].flatMap((number) => {
    const pieces = leaves[number]?.pieces ?? [];
    return pieces.length === 1 && pieces[0]!.kind === 'value' ? [pieces[0]!.index] : [];
  });
}

/** Keys of places that have been asked for before: templates share nearly all of theirs. Bounded, because logs choose names. */
const MAX_KNOWN_PLACES = 8_192;
/** By path (shapes share their arrays), then by attribute and name of the Data element. */
let knownPlaces = new WeakMap<readonly string[], Map<string, readonly FieldKey[]>>();
let knownCount = 0;

function keysOf(
  path: readonly string[],
  attribute: string | undefined,
  dataName: string | undefined,
): readonly FieldKey[] {
  let places = knownPlaces.get(path);
  if (places === undefined) {
    places = new Map();
    knownPlaces.set(path, places);
  }
  // Attributes matter by their name alone; the first character keeps the three sorts of keys apart.
  const place = attribute === undefined ? (dataName === undefined ? '/' : `=${dataName}`) : `@${attribute}`;
  let keys = places.get(place);
  if (keys === undefined) {
    keys = [...new Set(fieldKeysOf({ path, attribute, dataName }))];
    if (++knownCount > MAX_KNOWN_PLACES) {
      knownPlaces = new WeakMap([[path, places]]);
      places.clear();
      knownCount = 1;
    }
    places.set(place, keys);
  }
  return keys;
}

function planLeaf(
  leaf: Leaf,
  level: number,
  hostGates: readonly number[],
  drops: PlanLeaf['drops'],
  children: readonly (readonly number[])[] | undefined,
): PlanLeaf {
  const { pieces } = leaf;
  const only = pieces.length === 1 ? pieces[0] : undefined;
  const gates = [...hostGates];
  for (const index of leaf.gates) gates.push(level, index);
  return {
    level,
    pieces,
    index: only?.kind === 'value' ? only.index : -1,
    text: staticTextOf(leaf),
    drops,
    children,
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
    (leaf) =>
      leaf.attribute === undefined &&
      leaf.pieces.some((piece) => piece.kind === 'value' && piece.index === root.valueIndex),
  );
  const gates = [...(hostGates[owner] ?? [])];
  for (const index of host?.gates ?? []) if (index !== root.valueIndex) gates.push(owner, index);
  return gates;
}
