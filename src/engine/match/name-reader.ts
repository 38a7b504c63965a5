// Names that route an event: channel, provider, computer. Read from raw bytes; the last value of each leaf is kept, so
// that the usual case (the same name as in the record before) is one comparison and no text (reference: engine
// algorithms 2).

import type { Leaf, ValueTable } from '../../model/shape.ts';
import { ValueType } from '../../model/shape.ts';
import { formatValue } from '../../model/value-text.ts';

/** Interned names of one sort; number 0 is ''. Never refuses a name: routing depends on every one of them. */
export class NameTable {
  texts: string[] = [''];
  private readonly numbers = new Map<string, number>([['', 0]]);
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** More names than are worth keeping: the owner then starts over between slices. */
  get full(): boolean {
    return this.texts.length > this.limit;
  }

  numberOf(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.numbers.set(text, number);
    }
    return number;
  }

  clear(): void {
    this.texts = [''];
    this.numbers.clear();
    this.numbers.set('', 0);
  }
}

const KEPT_BYTES = 256;
const NO_VIEW = new DataView(new ArrayBuffer(0));

/** Reads one name from the records of one shape. */
export class NameReader {
  private readonly fixed: number;
  private readonly index: number;
  private readonly leaf: Leaf | undefined;
  private last = new Uint8Array(0);
  private lastView = NO_VIEW;
  private lastLength = -1;
  private lastType = -1;
  private lastNumber = 0;

  private readonly names: NameTable;

  constructor(leaves: readonly Leaf[], number: number, names: NameTable) {
    this.names = names;
    this.leaf = leaves[number];
    const only = this.leaf?.pieces.length === 1 ? this.leaf.pieces[0] : undefined;
    this.index = only?.kind === 'value' ? only.index : -1;
    this.fixed =
      this.leaf === undefined
        ? 0
        : this.leaf.pieces.every((piece) => piece.kind === 'text')
          ? names.numberOf(staticText(this.leaf))
          : -1;
  }

  read(bytes: Uint8Array, view: DataView, values: ValueTable): number {
    if (this.fixed >= 0) return this.fixed;
    const i = this.index;
    if (i < 0) return this.names.numberOf(leafText(this.leaf!, bytes, view, values));
    if (i >= values.count) return 0;
    const type = values.type[i]!;
    const offset = values.offset[i]!;
    const length = values.length[i]!;
    if (type === this.lastType && length === this.lastLength) {
      const { last, lastView } = this;
      const words = length & ~3;
      let at = 0;
      while (at < words && view.getInt32(offset + at, true) === lastView.getInt32(at, true)) at += 4;
      if (at === words) {
        while (at < length && bytes[offset + at] === last[at]) at++;
        if (at === length) return this.lastNumber;
      }
    }
    const number = this.names.numberOf(formatValue(bytes, view, type, offset, length));
    if (length <= KEPT_BYTES) {
      if (this.last.length === 0) {
        this.last = new Uint8Array(KEPT_BYTES);
        this.lastView = new DataView(this.last.buffer);
      }
      for (let at = 0; at < length; at++) this.last[at] = bytes[offset + at]!;
      this.lastType = type;
      this.lastLength = length;
      this.lastNumber = number;
    }
    return number;
  }
}

function staticText(leaf: Leaf): string {
  return leaf.pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
}

/** The text of a leaf of any make, all pieces joined. */
export function leafText(leaf: Leaf, bytes: Uint8Array, view: DataView, values: ValueTable): string {
  let text = '';
  for (const piece of leaf.pieces) {
    if (piece.kind === 'text') text += piece.text;
    else if (piece.index < values.count && values.type[piece.index] !== ValueType.Null) {
      text += formatValue(
        bytes,
        view,
        values.type[piece.index]!,
        values.offset[piece.index]!,
        values.length[piece.index]!,
      );
    }
  }
  return text;
}
