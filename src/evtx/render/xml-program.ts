// Compiles a shape into the steps of a writer of XML lines (event-xml.ts): tags, static attributes and texts as ready
// UTF-8 bytes, values by number. What this cannot say (an attribute name given twice, halves of a surrogate pair in
// several pieces) has no program and is rendered as a tree.

import { ValueType, type Shape } from '../../model/shape.ts';
import { MAX_LINE } from './byte-output.ts';
import { escapeXml, xmlName } from './event-xml.ts';
import { SegmentPool, type Segment } from './segment-pool.ts';
import { depthOf, elementsOf, onlyValue, staticText, type Piece, type ShapeElement } from './shape-elements.ts';

/** Numbers of a step: operation, a, b, c, and the segment that is written in front (first word, bytes). */
export const XML_STEP = 6;

/** Operations of a program. A text is a range [start, end) of `pieces`; a tag is a number in `tags`. */
export const XmlOp = {
  /** Nothing but the segment. */
  Bytes: 1,
  /** Writes the element with opening tag b, its end tag c, and value a in it; repeats it for an array (F58). */
  Leaf: 2,
  /** Writes value a as content. */
  Value: 3,
  /** Writes text [a, b) as content. */
  Mixed: 4,
  /** The last c bytes of the segment open an attribute: writes value a and a quote, unless that is empty. */
  AttributeValue: 5,
  /** The same with text [a, b), and unless an optional substitution in it is null. */
  Attribute: 6,
  /** The start tag of an element at depth a ends here; whether it has content is not known yet. */
  Mark: 7,
  /** Ends the element at depth a, with end tag b or as an empty one. */
  Close: 8,
  /** Writes the fragments in value a. */
  Embed: 9,
  /** Goes to step b when value a is null: the element is not part of the event (F61). */
  SkipIfNull: 10,
} as const;

export interface XmlProgram {
  readonly steps: Int32Array;
  readonly words: Float64Array;
  /** Tags as first word and bytes in `words`, two numbers each. */
  readonly tags: Int32Array;
  /** Pieces of texts: a value (number ≥ 0, optional flag beside it) or static text (-1 - number in `texts`). */
  readonly pieces: Int32Array;
  readonly optional: Uint8Array;
  /** Static texts, escaped. */
  readonly texts: readonly Segment[];
  /** Elements inside elements. */
  readonly depth: number;
  /** Bytes of memory. */
  readonly weight: number;
}

/** Gives the program of a shape, or undefined when it has to be rendered as a tree. */
export function compileXmlProgram(shape: Shape): XmlProgram | undefined {
  const root = elementsOf(shape);
  return root === undefined ? undefined : new XmlCompiler().compile(root, depthOf(shape));
}

/** Thrown inside the compiler only, and caught there: this shape has no program. */
class Unsupported extends Error {}

class XmlCompiler {
  readonly #steps: number[] = [];
  readonly #pool = new SegmentPool();
  readonly #tags: number[] = [];
  readonly #texts: Segment[] = [];
  readonly #pieces: number[] = [];
  readonly #optional: number[] = [];
  /** Text not yet turned into a step. */
  #pending = '';

  compile(root: ShapeElement, depth: number): XmlProgram | undefined {
    try {
      this.#element(root, 0);
    } catch (error) {
      if (error instanceof Unsupported) return undefined;
      throw error;
    }
    this.#flush();
    return {
      steps: Int32Array.from(this.#steps),
      words: this.#pool.words(),
      tags: Int32Array.from(this.#tags),
      pieces: Int32Array.from(this.#pieces),
      optional: Uint8Array.from(this.#optional),
      texts: this.#texts,
      depth,
      weight: this.#pool.byteLength + this.#steps.length * 4,
    };
  }

  #bytes(text: string): void {
    this.#pending += text;
    // Names by reference can make a small template a long line.
    if (this.#pool.byteLength + 3 * this.#pending.length > MAX_LINE) throw new Unsupported();
  }

  #flush(): void {
    if (this.#pending !== '') this.#step(XmlOp.Bytes);
  }

  /** Adds a step, what is pending in front of it; gives its place. */
  #step(op: number, a = 0, b = 0, c = 0): number {
    const { from, size } = this.#pending === '' ? { from: 0, size: 0 } : this.#pool.add(this.#pending);
    this.#pending = '';
    this.#steps.push(op, a, b, c, from, size);
    return this.#steps.length - XML_STEP;
  }

  /** Number of a tag. */
  #tag(text: string): number {
    if (this.#pool.byteLength + 3 * (text.length + this.#pending.length) > MAX_LINE) throw new Unsupported();
    const { from, size } = this.#pool.add(text);
    this.#tags.push(from, size);
    return this.#tags.length - 2;
  }

  /** Range in `pieces` of a text. */
  #text(pieces: readonly Piece[], inAttribute: boolean): [number, number] {
    const start = this.#pieces.length;
    for (const piece of pieces) {
      if ('value' in piece) {
        this.#pieces.push(piece.value);
        this.#optional.push(piece.optional ? 1 : 0);
      } else {
        // Halves of a surrogate pair may meet only when the text is joined.
        if (/[\ud800-\udfff]/.test(piece.text)) throw new Unsupported();
        this.#texts.push(this.#pool.add(escapeXml(piece.text, inAttribute)));
        this.#pieces.push(-this.#texts.length);
        this.#optional.push(0);
      }
    }
    return [start, this.#pieces.length];
  }

  #element(element: ShapeElement, depth: number): void {
    const { pieces, children } = element;
    const name = xmlName(element.name);
    const names = element.attributes.map((attribute) => xmlName(attribute.name));
    // Of two attributes with one name the first that is not empty counts: only the record tells which.
    if (new Set(names).size < names.length) throw new Unsupported();
    const isFixed = element.attributes.every((attribute) => staticText(attribute.pieces) !== undefined);
    const only = isFixed && children.length === 0 ? onlyValue(pieces) : undefined;
    const skips = depth === 0 ? [] : this.#skips(element, only);
    if (only !== undefined) {
      const open = `<${name}${this.#fixedAttributes(element)}>`;
      this.#step(
        XmlOp.Leaf,
        depth > 0 && only.optional ? only.value : -1 - only.value,
        this.#tag(open),
        this.#tag(`</${name}>`),
      );
      this.#land(skips);
      return;
    }
    this.#bytes(`<${name}`);
    this.#attributes(element);
    const text = staticText(pieces);
    if (text === '' && children.length === 0) {
      this.#bytes('/>');
      this.#land(skips);
      return;
    }
    this.#bytes('>');
    const isFilled = text !== undefined && text !== '';
    if (!isFilled) this.#step(XmlOp.Mark, depth);
    if (text !== undefined) this.#bytes(escapeXml(text, false));
    else if (pieces.length === 1 && 'value' in pieces[0]!) this.#step(XmlOp.Value, pieces[0].value);
    else this.#step(XmlOp.Mixed, ...this.#text(pieces, false));
    for (const child of children) {
      if ('embed' in child) this.#step(XmlOp.Embed, child.embed);
      else this.#element(child, depth + 1);
    }
    if (isFilled) this.#bytes(`</${name}>`);
    else this.#step(XmlOp.Close, depth, this.#tag(`</${name}>`));
    this.#land(skips);
  }

  /** Steps that leave an element out when a value is null; gives their places. A Leaf looks after its own value. */
  #skips(element: ShapeElement, only: { readonly value: number } | undefined): number[] {
    const gates = new Set<number>();
    if (element.dependency >= 0) gates.add(element.dependency);
    for (const piece of element.pieces)
      if ('value' in piece && piece.optional && piece !== only) gates.add(piece.value);
    return [...gates].map((value) => this.#step(XmlOp.SkipIfNull, value));
  }

  /** Makes skips go to here. */
  #land(skips: readonly number[]): void {
    if (skips.length === 0) return;
    this.#flush();
    for (const skip of skips) this.#steps[skip + 2] = this.#steps.length;
  }

  #fixedAttributes(element: ShapeElement): string {
    return element.attributes
      .map((attribute) => ({ name: xmlName(attribute.name), text: staticText(attribute.pieces) ?? '' }))
      .map(({ name, text }) => (text === '' ? '' : ` ${name}='${escapeXml(text, true)}'`))
      .join('');
  }

  #attributes(element: ShapeElement): void {
    for (const { name, pieces } of element.attributes) {
      const text = staticText(pieces);
      if (text === '') continue;
      const open = ` ${xmlName(name)}='`;
      const only = onlyValue(pieces);
      if (text !== undefined) {
        this.#bytes(`${open}${escapeXml(text, true)}'`);
      } else if (only !== undefined) {
        this.#bytes(open);
        this.#step(XmlOp.AttributeValue, only.value, 0, utf8Length(open));
      } else {
        const range = this.#text(pieces, true);
        this.#bytes(open);
        this.#step(XmlOp.Attribute, ...range, utf8Length(open));
      }
    }
  }
}

const encoder = new TextEncoder();

function utf8Length(text: string): number {
  return encoder.encode(text).length;
}

/** Whether a value can stand in a text: neither a fragment nor an array. */
export function isTextType(type: number): boolean {
  return type !== ValueType.BinXml && (type & ValueType.Array) === 0;
}
