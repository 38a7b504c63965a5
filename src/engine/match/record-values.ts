// Reads the values of a record that a plan only describes: gated and mixed leaves, several leaves of one key, derived
// fields, keywords, serialised sections. Gives their set ids for tuples and their texts for text predicates.

import type { EventElement } from '../../model/event.ts';
import { formatContent } from '../../model/event-content.ts';
import { Mark } from '../../model/event.ts';
import type { RecordCursor } from '../../model/record.ts';
import type { FragmentLeaves, KeyLeaves, PlanLeaf, Section } from './event-leaves.ts';
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

  constructor(sets: ValueSets) {
    this.sets = sets;
  }

  /** Turns to the cursor's current record. `eventOf` renders it, if a serialised section is asked for. */
  enter(cursor: RecordCursor, eventOf: () => EventElement): void {
    this.leaf.cursor = cursor;
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
    const sets = this.sets.sets(field);
    if (all.fixedGeneration !== this.sets.generation) {
      all.fixedSet = ABSENT;
      for (const fragment of all.fragments) all.fixedSet = sets.union(all.fixedSet, this.setOfFixed(field, fragment));
      all.fixedGeneration = this.sets.generation;
    }
    let set = all.fixedSet;
    const { filter, single } = all;
    for (let i = 0; i < single.length; i++) {
      const { level, leaves, indices } = single[i]!;
      if (filter === undefined) {
        for (let k = 0; k < leaves.length; k++) set = sets.union(set, this.setOfLeaf(field, leaves[k]!));
        continue;
      }
      // With a filter no predicate of the slot asks for presence, so a leaf without a keyword adds nothing.
      if (indices.length > 0) set = sets.union(set, PLAIN);
      const { cursor } = this.leaf;
      const { bytes, view } = cursor;
      const { count, type, offset, length } = level === 0 ? cursor.values : cursor.inner[level - 1]!.values;
      const { possible } = filter;
      for (let k = 0; k < indices.length; k++) {
        const index = indices[k]!;
        if (index >= count || possible[type[index]!] === 0) continue;
        if (!filter.mayContain(bytes, view, type[index]!, offset[index]!, length[index]!)) continue;
        set = sets.union(set, this.setOfLeaf(field, leaves[k]!));
      }
    }
    for (let i = 0; i < all.mixed.length; i++) set = sets.union(set, this.setOfLeaf(field, all.mixed[i]!));
    return set;
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
