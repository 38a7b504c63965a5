// The quick look at a record before its values are decoded: can any of these texts be in one of them? Strings are
// searched where they lie; what is rendered (numbers, GUIDs, SIDs, times, binary data) is written only where the text
// consists of nothing but the characters that such values have. Says yes too often at times, never no wrongly.

import type { TextFinder } from '../base/text-finder.ts';
import { leafText } from '../engine/match/name-reader.ts';
import type { RecordCursor } from '../model/record.ts';
import { ValueType, type Leaf, type Shape, type ValueTable } from '../model/shape.ts';
import { canHold } from '../model/value-alphabet.ts';
import { asciiText, formatValue, writeAsciiText } from '../model/value-text.ts';

const Look = { No: 0, Bytes: 1, Ascii: 2, Text: 3 } as const;

interface ShapeTexts {
  /** A static text of the shape holds one of the texts. */
  readonly isFixed: boolean;
  /** Leaves of several pieces: a text may lie across them. */
  readonly mixed: readonly Leaf[];
}

export class RecordSieve {
  readonly #finder: TextFinder;
  /** What to do with a value, by its type. */
  readonly #looks = new Uint8Array(256);
  readonly #shapes = new WeakMap<Shape, ShapeTexts>();

  constructor(finder: TextFinder) {
    this.#finder = finder;
    // A type with the array bit is looked at as its items are.
    for (let type = 0; type < ValueType.Array; type++) {
      const look = lookOf(type, finder.texts);
      this.#looks[type] = look;
      this.#looks[type | ValueType.Array] = look === Look.Ascii ? Look.Text : look;
    }
  }

  /** Whether the cursor's current record may hold one of the texts. */
  mayHold(cursor: RecordCursor): boolean {
    cursor.resolveInner();
    if (this.#isIn(cursor, cursor.shape, cursor.values)) return true;
    const { inner, innerCount } = cursor;
    for (let i = 0; i < innerCount; i++) if (this.#isIn(cursor, inner[i]!.shape, inner[i]!.values)) return true;
    return false;
  }

  #isIn({ bytes, view }: RecordCursor, shape: Shape, values: ValueTable): boolean {
    let texts = this.#shapes.get(shape);
    if (texts === undefined) this.#shapes.set(shape, (texts = this.#textsOf(shape)));
    if (texts.isFixed) return true;
    const { count, type, offset, length } = values;
    for (let i = 0; i < count; i++) {
      const look = this.#looks[type[i]!]!;
      if (look === Look.No || length[i] === 0) continue;
      if (look === Look.Bytes) {
        if (this.#finder.isInBytes(bytes, offset[i]!, length[i]!)) return true;
      } else if (look === Look.Ascii) {
        if (this.#finder.isInAscii(asciiText, writeAsciiText(bytes, view, type[i]!, offset[i]!, length[i]!)))
          return true;
      } else if (this.#finder.isInText(formatValue(bytes, view, type[i]!, offset[i]!, length[i]!))) return true;
    }
    for (const leaf of texts.mixed) {
      // An array stands for one element per item: seldom enough to be decoded properly.
      if (hasArray(leaf, values) || this.#finder.isInText(leafText(leaf, bytes, view, values))) return true;
    }
    return false;
  }

  #textsOf(shape: Shape): ShapeTexts {
    let isFixed = false;
    const mixed: Leaf[] = [];
    for (const leaf of shape.leaves) {
      const { pieces } = leaf;
      if (pieces.every((piece) => piece.kind === 'text')) {
        if (this.#finder.isInText(pieces.map((piece) => piece.text).join(''))) isFixed = true;
      } else if (pieces.length > 1) mixed.push(leaf);
    }
    return { isFixed, mixed };
  }
}

function hasArray({ pieces }: Leaf, { count, type }: ValueTable): boolean {
  return pieces.some((piece) => piece.kind === 'value' && piece.index < count && type[piece.index]! >= ValueType.Array);
}

function lookOf(type: number, texts: readonly string[]): number {
  if (type === ValueType.String) return Look.Bytes;
  if (type === ValueType.Null || type === ValueType.BinXml) return Look.No;
  if (!texts.some((text) => canHold(type, text))) return Look.No;
  return type === ValueType.AnsiString ? Look.Text : Look.Ascii;
}
