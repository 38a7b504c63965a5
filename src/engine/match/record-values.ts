// Reads the values of a record that a plan only describes: gated and mixed leaves, several leaves of one key, derived
// fields, keywords, serialised sections. Gives their set ids for tuples and their texts for text predicates.

import type { EventElement } from '../../model/event.ts';
import { formatContent } from '../../model/event-content.ts';
import { Mark } from '../../model/event.ts';
import type { RecordCursor } from '../../model/record.ts';
import type { FragmentLeaves, KeyLeaves, PlanLeaf, Section } from './event-leaves.ts';
import type { ShapeKind } from './kind-table.ts';
import { Held, LeafReader } from './leaf-reader.ts';
import { KeyWriter } from './key-writer.ts';
import type { DerivedPart, EverythingReader, SlotReader } from './plan.ts';
import { ABSENT, EMPTY, PLAIN } from './set-table.ts';
import type { ValueSets } from './value-sets.ts';

export class RecordValues {
  private readonly sets: ValueSets;
  private readonly leaf = new LeafReader();
  private readonly key = new KeyWriter();
  private eventOf: () => EventElement = noEvent;
  private kind: ShapeKind | undefined;
  private computer = 0;

  constructor(sets: ValueSets) {
    this.sets = sets;
  }

  /**
   * Turns to the cursor's current record, of this kind and computer. `eventOf` renders it, if a serialised section is
   * asked for.
   */
  enter(cursor: RecordCursor, kind: ShapeKind, computer: number, eventOf: () => EventElement): void {
    this.leaf.cursor = cursor;
    this.kind = kind;
    this.computer = computer;
    this.eventOf = eventOf;
  }

  /** Set id of all values of a slot together. */
  setOf({ slot, leaves, derived, everything }: SlotReader): number {
    const { field } = slot;
    let set = everything === undefined ? this.setOfKey(field, leaves) : this.setOfEverything(field, everything);
    for (let i = 0; i < derived.length; i++)
      set = this.sets.sets(field).union(set, this.setOfDerived(field, derived[i]!));
    return set;
  }

  /** Texts of all values of a slot, in the order in which the reference interpreter has them. */
  textsOf({ leaves, derived, everything }: SlotReader): string[] {
    const found: string[] = [];
    if (everything === undefined) this.addTextsOfKey(leaves, found);
    else for (const { all } of everything.fragments) for (const leaf of all) this.leaf.addTexts(leaf, found);
    for (const part of derived) found.push(...this.derivedTexts(part));
    return found;
  }

  /** Texts of a leaf that names something; none when it is absent. */
  namesOf(leaf: PlanLeaf): string[] {
    const found: string[] = [];
    this.leaf.addTexts(leaf, found);
    return found;
  }

  private setOfKey(field: number, leaves: KeyLeaves): number {
    let set = this.setOfLeaves(field, this.presentLeaves(leaves));
    if (leaves.section !== undefined)
      set = this.sets.sets(field).union(set, this.setOfTexts(field, this.sectionTexts(leaves.section)));
    return set;
  }

  private setOfEverything(field: number, all: EverythingReader): number {
    if (all.fixedGeneration !== this.sets.generation) this.fillFixed(field, all);
    const { filter, mixed } = all;
    const { cursor } = this.leaf;
    const arePlain = filter !== undefined && this.areNamesPlain(all);
    const single = arePlain ? all.unnamed : all.single;
    let hasHit = false;
    let set = all.fixedSet;
    for (let i = 0; i < single.length; i++) {
      const { level, leaves, indices, places } = single[i]!;
      if (filter === undefined || places === undefined) {
        for (let k = 0; k < leaves.length; k++) set = this.withLeaf(field, set, leaves[k]!);
        continue;
      }
      const table = level === 0 ? cursor.values : cursor.inner[level - 1]!.values;
      places.update(table);
      const { list, count } = places;
      const { bytes, view } = cursor;
      let k = filter.next(bytes, view, table, indices, list, 0, count);
      while (k < count) {
        hasHit = true;
        set = this.withLeaf(field, set, leaves[list[k]!]!);
        k = filter.next(bytes, view, table, indices, list, k + 1, count);
      }
    }
    for (let i = 0; i < mixed.length; i++) set = this.withLeaf(field, set, mixed[i]!);
    if (filter !== undefined && !arePlain && !hasHit) this.notePlainNames(all);
    return set;
  }

  /** Whether the names of the record are those that were last found to hold no keyword. */
  private areNamesPlain({ plainNames }: EverythingReader): boolean {
    const { kind, computer } = this;
    return (
      plainNames.computer === computer && plainNames.channel === kind?.channel && plainNames.provider === kind.provider
    );
  }

  private notePlainNames({ plainNames }: EverythingReader): void {
    const { kind } = this;
    if (kind === undefined) return;
    plainNames.computer = this.computer;
    plainNames.channel = kind.channel;
    plainNames.provider = kind.provider;
  }

  private withLeaf(field: number, set: number, leaf: PlanLeaf): number {
    return this.sets.sets(field).union(set, this.setOfLeaf(field, leaf));
  }

  private fillFixed(field: number, all: EverythingReader): void {
    const sets = this.sets.sets(field);
    let set = ABSENT;
    for (const fragment of all.fragments) set = sets.union(set, this.setOfFixed(field, fragment));
    // With a filter no predicate of the slot asks for presence, so a leaf without a keyword adds nothing more.
    if (all.filter !== undefined && all.single.length > 0) set = sets.union(set, PLAIN);
    all.fixedSet = set;
    all.fixedGeneration = this.sets.generation;
  }

  /** Set of a fragment's static leaves, which many combinations of fragments share. */
  private setOfFixed(field: number, { fixed, fixedSets }: FragmentLeaves): number {
    const { generation } = this.sets;
    const known = fixedSets.get(field);
    if (known?.generation === generation) return known.set;
    const set = this.setOfLeaves(field, fixed);
    fixedSets.set(field, { generation, set });
    return set;
  }

  /** Leaves outside System if one of them is there, else System's. */
  private presentLeaves({ own, system }: KeyLeaves): readonly PlanLeaf[] {
    if (system.length === 0) return own;
    for (const leaf of own) if (this.leaf.read(leaf) !== Held.Nothing) return own;
    return system;
  }

  private setOfLeaves(field: number, leaves: readonly PlanLeaf[]): number {
    let set = ABSENT;
    for (let i = 0; i < leaves.length; i++) set = this.sets.sets(field).union(set, this.setOfLeaf(field, leaves[i]!));
    return set;
  }

  private setOfLeaf(field: number, leaf: PlanLeaf): number {
    const reader = this.leaf;
    const held = reader.read(leaf);
    if (held === Held.Nothing) return ABSENT;
    if (held === Held.Value) {
      const { bytes, view } = reader.cursor;
      const set = this.sets.ofValue(field, field, bytes, view, reader.type, reader.offset, reader.length);
      return set === EMPTY && leaf.drops === 'empty' ? ABSENT : set;
    }
    return this.setOfTexts(field, reader.texts);
  }

  private setOfTexts(field: number, texts: readonly string[]): number {
    let set = ABSENT;
    for (const text of texts) set = this.sets.sets(field).union(set, this.sets.ofText(field, text));
    return set;
  }

  private addTextsOfKey(leaves: KeyLeaves, found: string[]): void {
    for (const leaf of this.presentLeaves(leaves)) this.leaf.addTexts(leaf, found);
    if (leaves.section !== undefined) found.push(...this.sectionTexts(leaves.section));
  }

  private sectionTexts(section: Section): readonly string[] {
    const isShown = (child: EventElement): boolean => child[0] === section && ((child[4] ?? 0) & Mark.Omitted) === 0;
    return this.eventOf()[3].filter(isShown).map(formatContent);
  }

  private setOfDerived(field: number, part: DerivedPart): number {
    const { source } = part;
    if (source.transform === undefined) {
      let set = ABSENT;
      for (const input of part.inputs) set = this.sets.sets(field).union(set, this.setOfKey(field, input));
      return set;
    }
    // The transform runs only for inputs that are met for the first time. Tags of sources are never those of fields.
    const { memo } = this.sets;
    const tag = source.tag << 8;
    const { key } = this;
    if (!this.writeKey(part)) return this.setOfTexts(field, this.derivedTexts(part));
    if (memo.find(tag, key.bytes, key.view, 0, key.length)) return memo.found;
    const set = this.setOfTexts(field, this.derivedTexts(part));
    memo.remember(tag, key.bytes, 0, key.length, set);
    return set;
  }

  private derivedTexts({ source, inputs }: DerivedPart): readonly string[] {
    const texts = inputs.map((input) => {
      const found: string[] = [];
      this.addTextsOfKey(input, found);
      return found;
    });
    return source.transform === undefined ? texts.flat() : source.transform(texts);
  }

  /** Writes every input value as type, length and bytes; false when an input has none (a serialised section). */
  private writeKey(part: DerivedPart): boolean {
    const { key, leaf: reader } = this;
    key.start();
    for (const input of part.inputs) {
      if (input.section !== undefined) return false;
      key.addMark();
      for (const leaf of this.presentLeaves(input)) {
        const held = reader.read(leaf);
        if (held === Held.Value) {
          const dropsEmpty = leaf.drops === 'empty' ? 0x100 : 0;
          key.addBytes(reader.type | dropsEmpty, reader.cursor.bytes, reader.offset, reader.length);
        } else if (held === Held.Texts) {
          for (const text of reader.texts) key.addText(text);
        }
      }
    }
    return true;
  }
}

function noEvent(): EventElement {
  throw new Error('impossible state: a serialised section without a renderer');
}
