// What a leaf holds in the current record: nothing, one value in the record's bytes, or texts. The rules for null,
// empty, optional and repeated content are those of the event tree (facts F38, F41, F58, F61).

import type { RecordCursor } from '../../model/record.ts';
import { ValueType, type LeafPiece, type ValueTable } from '../../model/shape.ts';
import { forEachArrayItem } from '../../model/value-array.ts';
import { formatValue } from '../../model/value-text.ts';
import type { PlanLeaf } from './event-leaves.ts';

export const Held = { Nothing: 0, Value: 1, Texts: 2 } as const;

/** Combinations of array items within one mixed text that are looked at. */
const MAX_MIXED_TEXTS = 4_096;
const NO_TEXT: readonly string[] = [''];

export class LeafReader {
  /** The record to read; set before anything else. */
  cursor!: RecordCursor;
  /** After Held.Value: the value. Its text may still turn out empty. */
  type = 0;
  offset = 0;
  length = 0;
  /** After Held.Texts: at least one text. */
  texts: readonly string[] = [];

  /** Finds out what the leaf holds. */
  read(leaf: PlanLeaf): number {
    const { gates } = leaf;
    for (let i = 0; i < gates.length; i += 2) if (isNull(this.tableAt(gates[i]!), gates[i + 1]!)) return Held.Nothing;
    if (leaf.index < 0) return this.hold(leaf, leaf.text !== undefined ? [leaf.text] : this.mixedTexts(leaf));
    const table = this.tableAt(leaf.level);
    const i = leaf.index;
    if (isNull(table, i)) return this.hold(leaf, NO_TEXT);
    const type = table.type[i]!;
    if (type === ValueType.BinXml) {
      // Embedded elements are children, not text.
      return this.holdsFragment(leaf.level, i) ? Held.Nothing : this.hold(leaf, NO_TEXT);
    }
    this.type = type;
    this.offset = table.offset[i]!;
    this.length = table.length[i]!;
    // Which of the texts count is only known item by item.
    if (leaf.children !== undefined || (leaf.drops === 'empty' && (type & ValueType.Array) !== 0)) {
      return this.hold(leaf, this.valueTexts(type, this.offset, this.length));
    }
    return Held.Value;
  }

  /** Appends the texts of a leaf. */
  addTexts(leaf: PlanLeaf, found: string[]): void {
    const held = this.read(leaf);
    if (held === Held.Nothing) return;
    const texts = held === Held.Texts ? this.texts : this.valueTexts(this.type, this.offset, this.length);
    for (const text of texts) if (text !== '' || leaf.drops === 'nothing') found.push(text);
  }

  private hold(leaf: PlanLeaf, texts: readonly string[]): number {
    let kept = leaf.drops === 'empty' ? texts.filter((text) => text !== '') : texts;
    if (leaf.children !== undefined && this.hasChildren(leaf.children, leaf.level))
      kept = kept.filter((text) => text.trim() !== '');
    this.texts = kept;
    return kept.length > 0 ? Held.Texts : Held.Nothing;
  }

  private hasChildren(children: readonly (readonly number[])[], level: number): boolean {
    const table = this.tableAt(level);
    return children.some((gates) => gates.every((index) => !isNull(table, index)));
  }

  private valueTexts(type: number, offset: number, length: number): string[] {
    const { bytes, view } = this.cursor;
    if ((type & ValueType.Array) === 0) return [formatValue(bytes, view, type, offset, length)];
    const texts: string[] = [];
    forEachArrayItem(bytes, type, offset, length, (itemType, at, size) => {
      texts.push(formatValue(bytes, view, itemType, at, size));
    });
    return texts;
  }

  /** Texts of a leaf of several pieces: one, or one per combination of array items, as the element is repeated. */
  private mixedTexts(leaf: PlanLeaf): readonly string[] {
    let texts = [''];
    let hasFragment = false;
    for (const piece of leaf.pieces) {
      const parts = this.pieceTexts(leaf, piece);
      // An optional null drops the attribute; an element it drops through the gates.
      if (parts === undefined) return [];
      if (piece.kind === 'value') hasFragment ||= this.holdsFragment(leaf.level, piece.index);
      texts =
        parts.length === 1
          ? texts.map((text) => text + parts[0]!)
          : texts.flatMap((text) => parts.map((part) => text + part)).slice(0, MAX_MIXED_TEXTS);
    }
    return hasFragment ? texts.filter((text) => text.trim() !== '') : texts;
  }

  private pieceTexts(leaf: PlanLeaf, piece: LeafPiece): readonly string[] | undefined {
    if (piece.kind === 'text') return [piece.text];
    const table = this.tableAt(leaf.level);
    const i = piece.index;
    if (isNull(table, i)) return piece.optional && leaf.isAttribute ? undefined : NO_TEXT;
    return this.valueTexts(table.type[i]!, table.offset[i]!, table.length[i]!);
  }

  /** Whether embedded elements were read from the value: then the element has children. */
  private holdsFragment(level: number, index: number): boolean {
    const { inner, innerCount } = this.cursor;
    for (let i = 0; i < innerCount; i++) {
      if (inner[i]!.parent === level - 1 && inner[i]!.valueIndex === index) return true;
    }
    return false;
  }

  private tableAt(level: number): ValueTable {
    return level === 0 ? this.cursor.values : this.cursor.inner[level - 1]!.values;
  }
}

function isNull(table: ValueTable, index: number): boolean {
  return index >= table.count || table.type[index] === ValueType.Null;
}
