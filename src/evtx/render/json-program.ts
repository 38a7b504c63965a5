// Compiles a shape into the steps of a writer of dialect A (evtx-dump-json.ts): keys, brackets and static values as
// ready UTF-8 bytes, values by number. Every member ends in a comma; a closing bracket takes the last one back. What
// this cannot say (dynamic field names, several fragments in one element) has no program and is rendered as a tree.

import { ShapeOp, ValueType, type Shape } from '../../model/shape.ts';
import { formatJsonString } from './dialect-value.ts';
import { isDataContainer, numberedName } from './evtx-dump-json.ts';

/** Operations of a program, four numbers each. A text is a range [start, end) of `pieces`. */
export const JsonOp = {
  /** Writes segment a of the program. */
  Bytes: 1,
  /** Writes segment c (-1 for none), then value a as a scalar and a comma; b = what an empty one is. */
  Value: 2,
  /** Writes text [a, b) as a scalar and a comma; c = what an empty one is. */
  Mixed: 3,
  /** Writes `{"#attributes":{`. */
  LeafAttributes: 4,
  /** Writes `"#attributes":{`. */
  ObjectAttributes: 5,
  /** Writes key a (of `keys`) and text [b, c) as an attribute, unless it is empty or an optional substitution in it is null. */
  Attribute: 6,
  /** Ends LeafAttributes with text [a, b): an object if any attribute was written, else the bare scalar or null. */
  EndLeaf: 7,
  /** Ends ObjectAttributes; takes it back if no attribute was written. */
  EndAttributes: 8,
  /** Writes text [a, b) as "#text" unless empty. */
  Text: 9,
  /** Ends an object. */
  Close: 10,
  /** Writes the fragment in value a as a member; b = number in `siblings` of the names it must not have. */
  Embed: 11,
  /** Goes to step b when value a holds no fragment. */
  SkipWithoutRoot: 12,
  /** Goes to step a. */
  Jump: 13,
  /** Writes key a and value b as an attribute, unless it is empty; Attribute for the usual case. */
  AttributeValue: 15,
  /** Writes the unnamed Data elements of a container; [a, b) of `lists` are their texts (pairs start, end). */
  DataList: 14,
} as const;

/** What stands for an empty value. */
export const EmptyForm = { Null: 0, EmptyString: 1 } as const;

/** Piece of a text: a value (number ≥ 0, optional flag beside it) or static text (-1 - number in `texts`). */
export interface JsonProgram {
  readonly steps: Int32Array;
  /** Ready bytes: keys, brackets, static values. */
  readonly segments: readonly Segment[];
  readonly keys: readonly Segment[];
  /** Static texts as JSON string content, UTF-8, without quotes. */
  readonly texts: readonly Segment[];
  readonly pieces: Int32Array;
  readonly optional: Uint8Array;
  readonly lists: Int32Array;
  readonly siblings: readonly ReadonlySet<string>[];
  readonly rootName: string;
  /** Elements inside elements. */
  readonly depth: number;
}

/** Bytes to be copied to the output, also as little-endian 32-bit words; the last one is filled up. */
export interface Segment {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly length: number;
}

/** UTF-8 of a text as a segment. */
export function segmentOf(text: string): Segment {
  const bytes = encoder.encode(text);
  const view = new DataView(new ArrayBuffer((bytes.length + 3) & ~3));
  bytes.forEach((byte, i) => view.setUint8(i, byte));
  const words = Int32Array.from({ length: view.byteLength >> 2 }, (_, i) => view.getInt32(4 * i, true));
  return { bytes, words, length: bytes.length };
}

type Piece = { readonly text: string } | { readonly value: number; readonly optional: boolean };

interface Element {
  readonly name: string;
  readonly attributes: { readonly name: string; readonly pieces: Piece[] }[];
  readonly pieces: Piece[];
  readonly children: (Element | { readonly embed: number })[];
}

const encoder = new TextEncoder();

/** Gives the program of a shape, or undefined when it has to be rendered as a tree. */
export function compileJsonProgram(shape: Shape): JsonProgram | undefined {
  const root = elementsOf(shape);
  if (root === undefined) return undefined;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < shape.steps.length; at += 4) {
    if (shape.steps[at] === ShapeOp.Open) deepest = Math.max(deepest, ++depth);
    else if (shape.steps[at] === ShapeOp.Close) depth--;
  }
  return new JsonCompiler().compile(root, deepest);
}

/** The element tree of a shape's steps; undefined when there is not exactly one root. */
function elementsOf(shape: Shape): Element | undefined {
  const open: Element[] = [];
  let root: Element | undefined;
  let target: Piece[] | undefined;
  for (let at = 0; at < shape.steps.length; at += 4) {
    const a = shape.steps[at + 1]!;
    const top = open[open.length - 1];
    switch (shape.steps[at]!) {
      case ShapeOp.Open: {
        const element: Element = { name: shape.names[a]!, attributes: [], pieces: [], children: [] };
        if (top === undefined) {
          if (root !== undefined) return undefined;
          root = element;
        } else {
          top.children.push(element);
        }
        open.push(element);
        target = element.pieces;
        break;
      }
      case ShapeOp.Attribute:
        if (top === undefined) return undefined;
        target = [];
        top.attributes.push({ name: shape.names[a]!, pieces: target });
        break;
      case ShapeOp.EndAttributes:
        target = top?.pieces;
        break;
      case ShapeOp.Close:
        open.pop();
        target = open[open.length - 1]?.pieces;
        break;
      case ShapeOp.Text:
        // Empty texts count as pieces in the tree's marks; keep them so that a number beside one stays a string.
        target?.push({ text: shape.texts[a]! });
        break;
      case ShapeOp.Value:
        if (shape.steps[at + 2] === ValueType.BinXml && target === top?.pieces && top !== undefined)
          top.children.push({ embed: a });
        else target?.push({ value: a, optional: shape.steps[at + 3]! === 1 });
        break;
      default:
        break;
    }
  }
  return root;
}

/** Thrown inside the compiler only, and caught there: this shape has no program. */
class Unsupported extends Error {}

class JsonCompiler {
  readonly #steps: number[] = [];
  readonly #segments: Segment[] = [];
  readonly #keys: Segment[] = [];
  readonly #texts: Segment[] = [];
  readonly #pieces: number[] = [];
  readonly #optional: number[] = [];
  readonly #lists: number[] = [];
  readonly #siblings: ReadonlySet<string>[] = [];
  /** Text not yet turned into a step. */
  #pending = '';

  compile(root: Element, depth: number): JsonProgram | undefined {
    try {
      this.#member(root, root.name);
    } catch (error) {
      if (error instanceof Unsupported) return undefined;
      throw error;
    }
    this.#flush();
    return {
      steps: Int32Array.from(this.#steps),
      segments: this.#segments,
      keys: this.#keys,
      texts: this.#texts,
      pieces: Int32Array.from(this.#pieces),
      optional: Uint8Array.from(this.#optional),
      lists: Int32Array.from(this.#lists),
      siblings: this.#siblings,
      rootName: root.name,
      depth,
    };
  }

  #bytes(text: string): void {
    this.#pending += text;
  }

  #flush(): void {
    const segment = this.#segment();
    if (segment >= 0) this.#steps.push(JsonOp.Bytes, segment, 0, 0);
  }

  /** Number of the segment of what is pending, -1 when that is nothing. */
  #segment(): number {
    if (this.#pending === '') return -1;
    this.#segments.push(segmentOf(this.#pending));
    this.#pending = '';
    return this.#segments.length - 1;
  }

  #step(op: number, a = 0, b = 0, c = 0): number {
    this.#flush();
    this.#steps.push(op, a, b, c);
    return this.#steps.length - 4;
  }

  /** Range in `pieces` of a text. */
  #text(pieces: readonly Piece[]): [number, number] {
    const start = this.#pieces.length;
    for (const piece of pieces) {
      if ('value' in piece) {
        this.#pieces.push(piece.value);
        this.#optional.push(piece.optional ? 1 : 0);
      } else {
        // Halves of a surrogate pair may meet only when the text is joined.
        if (/[\ud800-\udfff]/.test(piece.text)) throw new Unsupported();
        this.#texts.push(segmentOf(formatJsonString(piece.text).slice(1, -1)));
        this.#pieces.push(-this.#texts.length);
        this.#optional.push(0);
      }
    }
    return [start, this.#pieces.length];
  }

  /** `"key":value,` for an element. */
  #member(element: Element, key: string): void {
    this.#bytes(`${formatJsonString(key)}:`);
    this.#value(element, isDataContainer(element.name));
  }

  /** `value,` for an element that keeps its attributes. */
  #value(element: Element, isContainer: boolean): void {
    const embeds = element.children.filter((child) => 'embed' in child);
    if (embeds.length > 1) throw new Unsupported();
    const only = element.children.length === 1 ? embeds[0] : undefined;
    if (only === undefined) {
      if (element.children.length === 0) this.#leaf(element);
      else this.#object(element, isContainer);
      return;
    }
    // Whether it has children is known only from the record.
    const skip = this.#step(JsonOp.SkipWithoutRoot, only.embed);
    this.#object(element, isContainer);
    const jump = this.#step(JsonOp.Jump);
    this.#steps[skip + 2] = jump + 4;
    this.#leaf(element);
    this.#flush();
    this.#steps[jump + 1] = this.#steps.length;
  }

  #leaf(element: Element): void {
    if (element.attributes.length === 0) {
      this.#scalar(element.pieces, EmptyForm.Null);
      return;
    }
    const fixed = element.attributes.every((attribute) => staticText(attribute.pieces) !== undefined);
    if (fixed && staticText(element.pieces) === '') {
      const members = element.attributes.flatMap((attribute) => {
        const text = staticText(attribute.pieces);
        return text === undefined || text === ''
          ? []
          : [`${formatJsonString(attribute.name)}:${formatJsonString(text)}`];
      });
      this.#bytes(members.length === 0 ? 'null,' : `{"#attributes":{${members.join(',')}}},`);
      return;
    }
    this.#step(JsonOp.LeafAttributes);
    this.#attributes(element);
    this.#step(JsonOp.EndLeaf, ...this.#text(element.pieces));
  }

  #attributes(element: Element): void {
    for (const attribute of element.attributes) {
      this.#keys.push(segmentOf(`${formatJsonString(attribute.name)}:`));
      const key = this.#keys.length - 1;
      const only = attribute.pieces.length === 1 ? attribute.pieces[0] : undefined;
      if (only !== undefined && 'value' in only) this.#step(JsonOp.AttributeValue, key, only.value);
      else this.#step(JsonOp.Attribute, key, ...this.#text(attribute.pieces));
    }
  }

  #object(element: Element, isContainer: boolean): void {
    this.#bytes('{');
    const fixed = element.attributes.every((attribute) => staticText(attribute.pieces));
    if (fixed && element.attributes.length > 0) {
      const members = element.attributes.map(
        (attribute) => `${formatJsonString(attribute.name)}:${formatJsonString(staticText(attribute.pieces) ?? '')}`,
      );
      this.#bytes(`"#attributes":{${members.join(',')}},`);
    } else if (element.attributes.length > 0) {
      this.#step(JsonOp.ObjectAttributes);
      this.#attributes(element);
      this.#step(JsonOp.EndAttributes);
    }
    if (element.pieces.length > 0) this.#step(JsonOp.Text, ...this.#text(element.pieces));
    this.#children(element, isContainer);
    this.#step(JsonOp.Close);
  }

  #children(element: Element, isContainer: boolean): void {
    const elements = element.children.filter((child) => 'name' in child);
    const data = isContainer ? elements.filter((child) => child.name === 'Data') : [];
    const names = data.map((child) => {
      const name = child.attributes.find(
        (attribute) => attribute.name === 'Name' && staticText(attribute.pieces) !== '',
      );
      if (name === undefined) return undefined;
      const text = staticText(name.pieces);
      if (text === undefined) throw new Unsupported();
      return text;
    });
    const named = names.some((name) => name !== undefined);
    const seen = new Map<string, number>();
    let listed = false;
    for (const child of element.children) {
      if ('embed' in child) {
        this.#siblings.push(new Set([...elements.map((one) => one.name), ...(isContainer ? ['Data'] : [])]));
        this.#step(JsonOp.Embed, child.embed, this.#siblings.length - 1);
      } else if (!isContainer || child.name !== 'Data') {
        this.#member(child, numberedName(seen, child.name));
      } else if (named) {
        const name = names[data.indexOf(child)];
        if (name === undefined) continue;
        this.#bytes(`${formatJsonString(name)}:`);
        if (child.children.length > 0) throw new Unsupported();
        this.#scalar(child.pieces, EmptyForm.EmptyString);
      } else if (!listed) {
        listed = true;
        this.#dataList(data);
      }
    }
  }

  #dataList(data: readonly Element[]): void {
    if (data.some((child) => child.children.length > 0)) throw new Unsupported();
    const start = this.#lists.length;
    for (const child of data) this.#lists.push(...this.#text(child.pieces));
    this.#step(JsonOp.DataList, start, this.#lists.length);
  }

  #scalar(pieces: readonly Piece[], empty: number): void {
    const fixed = staticText(pieces);
    const only = pieces.length === 1 ? pieces[0] : undefined;
    if (fixed !== undefined) {
      this.#bytes(fixed !== '' ? `${formatJsonString(fixed)},` : empty === EmptyForm.Null ? 'null,' : '"",');
    } else if (only !== undefined && 'value' in only) {
      this.#steps.push(JsonOp.Value, only.value, empty, this.#segment());
    } else {
      this.#step(JsonOp.Mixed, ...this.#text(pieces), empty);
    }
  }
}

/** Joined text of pieces without values; undefined when there is a value among them. */
function staticText(pieces: readonly Piece[]): string | undefined {
  let text = '';
  for (const piece of pieces) {
    if ('value' in piece) return undefined;
    text += piece.text;
  }
  return text;
}
