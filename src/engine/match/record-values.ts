// Reads the values of a record that a plan only describes: gated and mixed leaves, several leaves of one key, derived
// fields, keywords, serialised sections. Gives their set ids for tuples and their texts for text predicates.

import type { EventElement } from '../../model/event.ts';
import type { RecordCursor } from '../../model/record.ts';
import { ValueType, type LeafPiece, type ValueTable } from '../../model/shape.ts';
import { forEachArrayItem } from '../../model/value-array.ts';
import { formatValue } from '../../model/value-text.ts';
import type { KeywordFilter } from './keyword-filter.ts';
import type { DerivedPart, KeyLeaves, PlanLeaf, SlowSlot } from './plan.ts';
import { serialiseSection } from './section-text.ts';
import { ABSENT, EMPTY, PLAIN } from './set-table.ts';
import type { ValueSets } from './value-sets.ts';

/** What a leaf holds in the current record. */
const Held = { Nothing: 0, Value: 1, Texts: 2 } as const;

/** Combinations of array items within one mixed text that are looked at. */
const MAX_MIXED_TEXTS = 4_096;
const MIXED_SPACE = 1 << 16;

export class RecordValues {
  private cursor: RecordCursor | undefined;
  private eventOf: () => EventElement = noEvent;
  /** Result of readLeaf. */
  private table: ValueTable | undefined;
  private index = 0;
  private texts: readonly string[] = [];
  /** Input bytes of a derived source with their kinds and lengths: the key of its memo. */
  private key = new Uint8Array(1_024);
  private keyLength = 0;

  private readonly sets: ValueSets;
  private readonly keywords: KeywordFilter | undefined;

  constructor(sets: ValueSets, keywords: KeywordFilter | undefined) {
    this.sets = sets;
    this.keywords = keywords;
  }

  /** Turns to the cursor's current record. `eventOf` renders it, if a serialised section is asked for. */
  enter(cursor: RecordCursor, eventOf: () => EventElement): void {
    this.cursor = cursor;
    this.eventOf = eventOf;
  }

  /** Set id of all values of a slot together. */
  setOf(slow: SlowSlot): number {
    if (slow.everything !== undefined) return this.setOfEverything(slow, slow.everything);
    const field = slow.slot.field;
    const sets = this.sets.sets(field);
    let set = this.setOfLeaves(field, this.presentLeaves(slow.leaves));
    for (const part of slow.derived) set = sets.union(set, this.setOfDerived(field, part));
    if (slow.section !== undefined) {
      const text = serialiseSection(this.eventOf(), slow.section);
      if (text !== undefined) set = sets.union(set, this.sets.ofText(field, text));
    }
    return set;
  }

  /** Texts of all values of a slot, in the order in which the record has them. */
  textsOf(slow: SlowSlot): string[] {
    const found: string[] = [];
    for (const leaf of slow.everything ?? this.presentLeaves(slow.leaves)) this.addTexts(leaf, found);
    for (const part of slow.derived) for (const text of this.derivedTexts(part)) found.push(text);
    if (slow.section !== undefined) {
      const text = serialiseSection(this.eventOf(), slow.section);
      if (text !== undefined) found.push(text);
    }
    return found;
  }

  /** Text of a leaf that is plain enough to name something; '' when it is absent. */
  nameAt(level: number, index: number): string {
    const { bytes, view } = this.current();
    const table = this.tableAt(level);
    if (index >= table.count) return '';
    return formatValue(bytes, view, table.type[index]!, table.offset[index]!, table.length[index]!);
  }

  private setOfEverything(slow: SlowSlot, leaves: readonly PlanLeaf[]): number {
    const field = slow.slot.field;
    const sets = this.sets.sets(field);
    const { keywords } = this;
    const { view } = this.current();
    if (slow.staticGeneration !== this.sets.generation) {
      slow.staticSet = this.setOfLeaves(field, leaves.filter((leaf) => !slow.varying.includes(leaf)));
      slow.staticGeneration = this.sets.generation;
    }
    const { varying } = slow;
    let set = slow.staticSet;
    if (keywords !== undefined && varying.length > 0) set = sets.union(set, PLAIN);
    for (let i = 0; i < varying.length; i++) {
      const leaf = varying[i]!;
      if (keywords !== undefined && leaf.index >= 0) {
        // No keyword predicate asks for presence here, so a leaf that is absent or without a keyword adds nothing.
        const table = this.tableAt(leaf.level);
        const index = leaf.index;
        if (index >= table.count || !keywords.mayContain(view, table.type[index]!, table.offset[index]!, table.length[index]!)) continue;
      }
      set = sets.union(set, this.setOfLeaf(field, leaf));
    }
    return set;
  }

  /** Leaves outside System if one of them is there, else System's. */
  private presentLeaves(leaves: KeyLeaves): readonly PlanLeaf[] {
    if (leaves.system.length === 0 || leaves.own.length === 0) return leaves.own.length > 0 ? leaves.own : leaves.system;
    for (const leaf of leaves.own) if (this.readLeaf(leaf) !== Held.Nothing) return leaves.own;
    return leaves.system;
  }

  private setOfLeaves(field: number, leaves: readonly PlanLeaf[]): number {
    let set = ABSENT;
    for (const leaf of leaves) set = this.sets.sets(field).union(set, this.setOfLeaf(field, leaf));
    return set;
  }

  private setOfLeaf(field: number, leaf: PlanLeaf): number {
    const held = this.readLeaf(leaf);
    if (held === Held.Nothing) return ABSENT;
    const sets = this.sets.sets(field);
    if (held === Held.Value) {
      const { bytes, view } = this.current();
      const table = this.table!;
      const i = this.index;
      const type = table.type[i]!;
      if (leaf.isAttribute && (type & ValueType.Array) !== 0) return this.setOfTexts(field, this.heldTexts(leaf));
      const set = this.sets.ofValue(field, field, bytes, view, type, table.offset[i]!, table.length[i]!);
      return set === EMPTY && leaf.isAttribute ? ABSENT : set;
    }
    let set = ABSENT;
    for (const text of this.texts) set = sets.union(set, this.sets.ofText(field, text));
    return set;
  }

  private setOfTexts(field: number, texts: readonly string[]): number {
    let set = ABSENT;
    for (const text of texts) set = this.sets.sets(field).union(set, this.sets.ofText(field, text));
    return set;
  }

  private addTexts(leaf: PlanLeaf, found: string[]): void {
    const held = this.readLeaf(leaf);
    if (held === Held.Nothing) return;
    for (const text of held === Held.Texts ? this.texts : this.heldTexts(leaf)) found.push(text);
  }

  /** Texts of the value that readLeaf has just found. */
  private heldTexts(leaf: PlanLeaf): string[] {
    const { bytes, view } = this.current();
    const table = this.table!;
    const i = this.index;
    const type = table.type[i]!;
    const texts: string[] = [];
    if ((type & ValueType.Array) === 0) texts.push(formatValue(bytes, view, type, table.offset[i]!, table.length[i]!));
    else {
      forEachArrayItem(bytes, type, table.offset[i]!, table.length[i]!, (itemType, at, size) => {
        texts.push(formatValue(bytes, view, itemType, at, size));
      });
    }
    return leaf.isAttribute ? texts.filter((text) => text !== '') : texts;
  }

  /** Finds out what a leaf holds; the result is in `table` and `index`, or in `texts`. */
  private readLeaf(leaf: PlanLeaf): number {
    const { gates } = leaf;
    for (let i = 0; i < gates.length; i += 2) if (this.isNull(this.tableAt(gates[i]!), gates[i + 1]!)) return Held.Nothing;
    if (leaf.index >= 0) {
      const table = this.tableAt(leaf.level);
      if (this.isNull(table, leaf.index)) {
        if (leaf.isAttribute) return Held.Nothing;
        this.texts = NO_TEXT;
        return Held.Texts;
      }
      if (table.type[leaf.index] === ValueType.BinXml) return this.holdsFragment(leaf.level, leaf.index) ? Held.Nothing : this.holdsEmpty(leaf);
      this.table = table;
      this.index = leaf.index;
      return Held.Value;
    }
    if (leaf.text !== undefined) {
      if (leaf.text === '') return this.holdsEmpty(leaf);
      this.texts = [leaf.text];
      return Held.Texts;
    }
    const texts = this.mixedTexts(leaf);
    this.texts = leaf.isAttribute ? texts.filter((text) => text !== '') : texts;
    return this.texts.length > 0 ? Held.Texts : Held.Nothing;
  }

  private holdsEmpty(leaf: PlanLeaf): number {
    if (leaf.isAttribute) return Held.Nothing;
    this.texts = NO_TEXT;
    return Held.Texts;
  }

  /** Texts of a leaf of several pieces: one, or one per combination of array items (the element is repeated, F58). */
  private mixedTexts(leaf: PlanLeaf): string[] {
    let texts = [''];
    let hasFragment = false;
    for (const piece of leaf.pieces) {
      const parts = this.pieceTexts(leaf, piece);
      // An optional null in an attribute drops the attribute; in an element it is among the gates.
      if (parts === undefined) return [];
      if (piece.kind === 'value' && this.tableAt(leaf.level).type[piece.index] === ValueType.BinXml) {
        hasFragment ||= piece.index < this.tableAt(leaf.level).count && this.holdsFragment(leaf.level, piece.index);
      }
      if (parts.length === 1) texts = texts.map((text) => text + parts[0]!);
      else texts = texts.flatMap((text) => parts.map((part) => text + part)).slice(0, MAX_MIXED_TEXTS);
    }
    return hasFragment ? texts.filter((text) => text !== '') : texts;
  }

  private pieceTexts(leaf: PlanLeaf, piece: LeafPiece): readonly string[] | undefined {
    if (piece.kind === 'text') return [piece.text];
    const table = this.tableAt(leaf.level);
    const i = piece.index;
    if (this.isNull(table, i)) return piece.optional && leaf.isAttribute ? undefined : NO_TEXT;
    const { bytes, view } = this.current();
    const type = table.type[i]!;
    if ((type & ValueType.Array) === 0) return [formatValue(bytes, view, type, table.offset[i]!, table.length[i]!)];
    const texts: string[] = [];
    forEachArrayItem(bytes, type, table.offset[i]!, table.length[i]!, (itemType, at, size) => {
      texts.push(formatValue(bytes, view, itemType, at, size));
    });
    return texts;
  }

  /** Whether the value stands for embedded elements that could be read: then the element has children, not text. */
  private holdsFragment(level: number, index: number): boolean {
    const cursor = this.current();
    for (let i = 0; i < cursor.innerCount; i++) {
      const root = cursor.inner[i]!;
      if (root.parent === level - 1 && root.valueIndex === index) return true;
    }
    return false;
  }

  private setOfDerived(field: number, part: DerivedPart): number {
    const { source } = part;
    if (source.transform === undefined) {
      let set = ABSENT;
      for (const input of part.inputs) set = this.sets.sets(field).union(set, this.setOfLeaves(field, this.presentLeaves(input)));
      return set;
    }
    // The transform runs only for inputs that are met for the first time.
    const kept = this.writeKey(part);
    const tag = source.tag << 8;
    const { memo } = this.sets;
    if (kept && memo.find(tag, this.key, 0, this.keyLength)) return memo.found;
    const set = this.setOfTexts(field, this.derivedTexts(part));
    if (kept) memo.remember(tag, this.key, 0, this.keyLength, set);
    return set;
  }

  private derivedTexts({ source, inputs }: DerivedPart): readonly string[] {
    const texts = inputs.map((input) => {
      const found: string[] = [];
      for (const leaf of this.presentLeaves(input)) this.addTexts(leaf, found);
      return found;
    });
    return source.transform === undefined ? texts.flat() : source.transform(texts);
  }

  /** Writes type, length and bytes of every input value; false when an input has no bytes of its own. */
  private writeKey(part: DerivedPart): boolean {
    this.keyLength = 0;
    for (const input of part.inputs) {
      this.writeWord(0x7fff_ffff);
      for (const leaf of this.presentLeaves(input)) {
        const held = this.readLeaf(leaf);
        if (held === Held.Nothing) continue;
        if (held === Held.Texts) {
          if (this.texts.length !== 1 || this.texts[0]!.length > MIXED_SPACE) return false;
          this.writeText(this.texts[0]!);
          continue;
        }
        const table = this.table!;
        const length = table.length[this.index]!;
        const offset = table.offset[this.index]!;
        // Attributes drop empty texts, elements do not.
        this.writeWord(table.type[this.index]! | (leaf.isAttribute ? 0x100 : 0));
        this.writeWord(length);
        this.reserveKey(length);
        const { bytes } = this.current();
        for (let i = 0; i < length; i++) this.key[this.keyLength + i] = bytes[offset + i]!;
        this.keyLength += length;
      }
    }
    return true;
  }

  private writeText(text: string): void {
    this.writeWord(0x200);
    this.writeWord(text.length);
    this.reserveKey(text.length * 2);
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      this.key[this.keyLength++] = unit & 255;
      this.key[this.keyLength++] = unit >>> 8;
    }
  }

  private writeWord(value: number): void {
    this.reserveKey(4);
    for (let shift = 0; shift < 32; shift += 8) this.key[this.keyLength++] = (value >>> shift) & 255;
  }

  private reserveKey(count: number): void {
    if (this.keyLength + count <= this.key.length) return;
    const larger = new Uint8Array(Math.max(this.key.length * 2, this.keyLength + count));
    larger.set(this.key);
    this.key = larger;
  }

  private isNull(table: ValueTable, index: number): boolean {
    return index >= table.count || table.type[index] === ValueType.Null;
  }

  private tableAt(level: number): ValueTable {
    const cursor = this.current();
    return level === 0 ? cursor.values : cursor.inner[level - 1]!.values;
  }

  private current(): RecordCursor {
    if (this.cursor === undefined) throw new Error('impossible state: no record entered');
    return this.cursor;
  }
}

const NO_TEXT: readonly string[] = [''];

function noEvent(): EventElement {
  throw new Error('impossible state: a serialised section without a renderer');
}
