// Values of a record by field name, read from its bytes: what a search tests without building the event's tree. Agrees
// with src/query/event-lookup.ts on the tree, value by value (tested).

import { collectLeaves, type EventLeaves, type LeafCache, type PlanLeaf } from '../engine/match/event-leaves.ts';
import { LeafReader } from '../engine/match/leaf-reader.ts';
import { placeLeaves } from '../engine/match/place-leaves.ts';
import { ANY_FIELD, fieldKeyOf, type FieldKey } from '../model/field-key.ts';
import type { RecordCursor } from '../model/record.ts';
import type { Shape } from '../model/shape.ts';

/** Shapes whose leaves are kept; then everything is worked out anew. */
const MOST_SHAPES = 20_000;
const PID = fieldKeyOf('pid');
const EXECUTION_PID = fieldKeyOf('Execution_ProcessID');
const NO_NAMES: readonly (readonly string[])[] = [];

export class RecordFields {
  readonly #reader = new LeafReader();
  #leafCache: LeafCache = new Map();
  #known = new WeakMap<Shape, Map<number, EventLeaves>>();
  #leaves: EventLeaves | undefined;
  #inner = 0;

  /** Turns to the current record of a cursor. */
  enter(cursor: RecordCursor): void {
    this.#reader.cursor = cursor;
    this.#inner = cursor.resolveInner();
    this.#leaves = undefined;
  }

  /** Every text of a field; ANY_FIELD asks for all values of the event. */
  valuesOf(key: FieldKey): readonly string[] {
    const leaves = (this.#leaves ??= this.#leavesOf());
    const texts: string[] = [];
    for (const fragment of leaves.fragments) {
      if (key === ANY_FIELD) {
        // Text directly in a section is no value of its own.
        for (const leaf of fragment.all)
          if (leaf.drops !== 'empty' || leaf.isAttribute) this.#reader.addTexts(leaf, texts);
        continue;
      }
      const found = fragment.byKey.get(key);
      if (found === undefined) continue;
      for (const leaf of found.own) this.#reader.addTexts(leaf, texts);
      for (const leaf of found.system) this.#reader.addTexts(leaf, texts);
    }
    return texts.length === 0 && key === PID ? this.valuesOf(EXECUTION_PID) : texts;
  }

  #leavesOf(): EventLeaves {
    const { cursor } = this.#reader;
    let lists = this.#known.get(cursor.shape);
    if (lists === undefined) {
      if (this.#leafCache.size > MOST_SHAPES) this.#leafCache = new Map();
      this.#known.set(cursor.shape, (lists = new Map<number, EventLeaves>()));
    }
    let leaves = lists.get(this.#inner);
    if (leaves === undefined) lists.set(this.#inner, (leaves = collectLeaves(cursor, this.#leafCache, NO_NAMES)));
    if (leaves.dynamicNames.length === 0) return leaves;
    return collectLeaves(
      cursor,
      this.#leafCache,
      leaves.dynamicNames.map((leaf) => this.#textsOf(leaf)),
    );
  }

  #textsOf(leaf: PlanLeaf): readonly string[] {
    const texts: string[] = [];
    this.#reader.addTexts(leaf, texts);
    return texts;
  }
}

/** Names of the record's fields as a query can use them; names that only the record's values tell are left out. */
export function fieldNamesOf(cursor: RecordCursor): string[] {
  cursor.resolveInner();
  const names: string[] = [];
  for (let number = -1; number < cursor.innerCount; number++) {
    const root = number < 0 ? undefined : cursor.inner[number]!;
    for (const { leaf, element } of placeLeaves(root?.shape ?? cursor.shape)) {
      const path = root === undefined ? leaf.path : [...root.hostPath, ...leaf.path];
      const { attribute } = leaf;
      if (path.length < 3 || attribute === 'xmlns' || attribute?.startsWith('xmlns:') === true) continue;
      const last = path.at(-1)!;
      if (last === 'Data' && path[1] !== 'System') {
        if (attribute === undefined && element.name === undefined) names.push(leaf.nameAttribute ?? 'Data');
      } else if (element.children.length === 0 || attribute !== undefined) {
        names.push(attribute === undefined ? last : `${last}_${attribute}`);
      }
    }
  }
  return names;
}
