// The leaves of one combination of shapes (outer fragment and embedded ones), by the keys under which rules can ask for
// them. Agrees leaf by leaf with how the reference interpreter reads the finished event tree. Made once per combination.
// Reference: engine algorithms 1.1 and 1.6.

import { ANY_FIELD, EVENT_DATA_FIELD, fieldKeysOf, USER_DATA_FIELD, type FieldKey } from '../../model/field-key.ts';
import type { RecordCursor } from '../../model/record.ts';
import { ShapeOp, type Leaf, type LeafPiece, type Shape } from '../../model/shape.ts';

/** A leaf as a plan reads it. */
export interface PlanLeaf {
  /** Value table: 0 = outer fragment, k = embedded fragment k - 1. */
  readonly level: number;
  readonly pieces: readonly LeafPiece[];
  /** Index of the value when it is the only piece, or -1. */
  readonly index: number;
  /** Whole text when no piece is a value, else undefined. */
  readonly text: string | undefined;
  /** Which texts do not count: empty ones (attributes, text directly in a section), blank ones (beside child elements). */
  readonly drops: 'nothing' | 'empty' | 'blank';
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
    found = found === NO_LEAVES ? part : { own: [...found.own, ...part.own], system: [...found.system, ...part.system], section };
  }
  return section === undefined ? found : { ...found, section };
}

/**
 * The leaves of the cursor's current record, whose embedded fragments are resolved. `names` are the texts of
 * `dynamicNames`; without them such elements have no name.
 */
export function collectLeaves(cursor: RecordCursor, cache: LeafCache, names: readonly string[]): EventLeaves {
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

function fragmentLeaves(
  shape: Shape,
  hostPath: readonly string[] | undefined,
  level: number,
  gates: readonly number[],
  names: readonly string[],
): FragmentLeaves {
  const byKey = new Map<FieldKey, { own: PlanLeaf[]; system: PlanLeaf[]; section: undefined }>();
  const all: PlanLeaf[] = [];
  const dynamicNames: PlanLeaf[] = [];
  const elements = elementsOfLeaves(shape);
  for (let i = 0; i < shape.leaves.length; i++) {
    const leaf = shape.leaves[i]!;
    const path = hostPath === undefined ? leaf.path : [...hostPath, ...leaf.path];
    let dataName = leaf.nameAttribute;
    if (dataName === undefined && leaf.attribute === undefined && path[path.length - 1] === 'Data') {
      const nameLeaf = nameLeafOf(shape, elements, i);
      if (nameLeaf !== undefined) {
        dataName = names[dynamicNames.length];
        dynamicNames.push(planLeaf(nameLeaf, level, gates, 'empty'));
      }
    }
    const keys = new Set(fieldKeysOf({ path, attribute: leaf.attribute, dataName }));
    // Text directly in a section has no name, but keywords find it.
    const isSectionText = path.length === 2 && leaf.attribute === undefined;
    if (keys.size === 0 && !isSectionText) continue;
    const dropsEmpty = leaf.attribute !== undefined || (isSectionText && keys.size === 0);
    const planned = planLeaf(leaf, level, gates, dropsEmpty ? 'empty' : elements[i]!.hasChildren ? 'blank' : 'nothing');
    all.push(planned);
    for (const key of keys) {
      let entry = byKey.get(key);
      if (entry === undefined) byKey.set(key, (entry = { own: [], system: [], section: undefined }));
      (path[1] === 'System' ? entry.system : entry.own).push(planned);
    }
  }
  const isFixed = (leaf: PlanLeaf): boolean => leaf.text !== undefined && leaf.gates.length === 0;
  return {
    level,
    hostPath,
    byKey,
    all,
    fixed: all.filter(isFixed),
    single: all.filter((leaf) => leaf.index >= 0),
    mixed: all.filter((leaf) => leaf.index < 0 && !isFixed(leaf)),
    dynamicNames,
    fixedSets: new Map(),
  };
}

/** What stands around a leaf: number of its element within the shape, and whether that has child elements. */
interface LeafElement {
  readonly element: number;
  hasChildren: boolean;
}

/** The element of each leaf: leaves come in document order, an element's attributes, then its text if it is a leaf. */
function elementsOfLeaves({ steps }: Shape): LeafElement[] {
  const found: LeafElement[] = [];
  const open: { element: LeafElement; hasText: boolean; textAt: number }[] = [];
  const order: { element: LeafElement; isText: boolean; hasText: boolean }[] = [];
  let elements = 0;
  let inAttribute = false;
  let text: { element: LeafElement; isText: boolean; hasText: boolean } | undefined;
  for (let at = 0; at < steps.length; at += 4) {
    const top = open[open.length - 1];
    switch (steps[at]) {
      case ShapeOp.Open:
        if (top !== undefined) top.element.hasChildren = true;
        open.push({ element: { element: elements++, hasChildren: false }, hasText: false, textAt: -1 });
        break;
      case ShapeOp.Attribute:
        inAttribute = true;
        if (top !== undefined) order.push({ element: top.element, isText: false, hasText: false });
        break;
      case ShapeOp.EndAttributes:
        inAttribute = false;
        if (top !== undefined) {
          top.textAt = order.length;
          order.push({ element: top.element, isText: true, hasText: false });
        }
        break;
      case ShapeOp.Text:
      case ShapeOp.Value:
        text = top === undefined || inAttribute ? undefined : order[top.textAt];
        if (text !== undefined) text.hasText = true;
        break;
      case ShapeOp.Close:
        open.pop();
        break;
    }
  }
  for (const item of order) if (!item.isText || item.hasText || !item.element.hasChildren) found.push(item.element);
  return found;
}

/** The Name attribute of the element whose text is leaf `number`. */
function nameLeafOf(shape: Shape, elements: readonly LeafElement[], number: number): Leaf | undefined {
  for (let i = number - 1; i >= 0 && elements[i]!.element === elements[number]!.element; i--) {
    if (shape.leaves[i]!.attribute === 'Name') return shape.leaves[i];
  }
  return undefined;
}

function planLeaf(leaf: Leaf, level: number, hostGates: readonly number[], drops: PlanLeaf['drops']): PlanLeaf {
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
    drops,
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
