// Compiles a shape into the steps of a writer of dialect A (evtx-dump-json.ts): keys, brackets and static values as
// ready UTF-8 bytes, values by number. Every member ends in a comma; a closing bracket takes the last one back. What
// this cannot say (dynamic field names, several fragments in one element) has no program and is rendered as a tree.

import type { Shape } from '../../model/shape.ts';
import { MAX_LINE } from './byte-output.ts';
import { formatJsonString } from './dialect-value.ts';
import { isDataContainer, numberedName } from './evtx-dump-json.ts';
import { SegmentPool, type Segment } from './segment-pool.ts';
import { depthOf, elementsOf, onlyValue, staticText, type Piece, type ShapeElement } from './shape-elements.ts';

/** Numbers of a step: operation, a, b, c, and the segment that is written in front (first word, bytes). */
export const STEP = 6;

/** Operations of a program. A text is a range [start, end) of `pieces`. */
export const JsonOp = {
  /** Nothing but the segment. */
  Bytes: 1,
  /** Writes value a as a scalar and a comma; b = what an empty one is. */
  Value: 2,
  /** Writes text [a, b) as a scalar and a comma; c = what an empty one is. */
  Mixed: 3,
  /** The segment ends in `"#attributes":{`; attributes follow. */
  Attributes: 4,
  /** The segment is a key: writes it and text [a, b) as an attribute, unless it is empty or an optional substitution in it is null. */
  Attribute: 5,
  /** The same for the usual case of nothing but value a. The key is the last c bytes of the segment; b = bits of AttributeOrder. */
  AttributeValue: 6,
  /** Ends the attributes of an element without children, text [a, b): an object if any was written, else the bare scalar or null. */
  EndLeaf: 7,
  /** Ends the attributes of an element with children; takes them back if none was written. */
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
  /** Writes the unnamed Data elements of a container; [a, b) of `lists` are their texts (pairs start, end). */
  DataList: 14,
} as const;

/**
 * An AttributeValue can be `Attributes` or `EndLeaf` (of an element without content) at the same time: System has nothing
 * but these, and they were a third of all steps.
 */
export const AttributeOrder = { First: 1, LastOfLeaf: 2 } as const;

/** What stands for an empty value. */
export const EmptyForm = { Null: 0, EmptyString: 1 } as const;

/** Starts of the attributes of an element without children, and of one with children. */
export const LEAF_ATTRIBUTES = '{"#attributes":{';
export const OBJECT_ATTRIBUTES = '"#attributes":{';

export interface JsonProgram {
  readonly steps: Int32Array;
  /** Ready bytes: keys, brackets, static values. */
  readonly words: Float64Array;
  /** Pieces of texts: a value (number ≥ 0, optional flag beside it) or static text (-1 - number in `texts`). */
  readonly pieces: Int32Array;
  readonly optional: Uint8Array;
  /** Static texts as JSON string content, without quotes. */
  readonly texts: readonly Segment[];
  readonly lists: Int32Array;
  readonly siblings: readonly ReadonlySet<string>[];
  readonly rootName: string;
  /** Elements inside elements. */
  readonly depth: number;
  /** Bytes of memory. */
  readonly weight: number;
}

/** Gives the program of a shape, or undefined when it has to be rendered as a tree. */
export function compileJsonProgram(shape: Shape): JsonProgram | undefined {
  const root = elementsOf(shape);
  return root === undefined ? undefined : new JsonCompiler().compile(root, depthOf(shape));
}

const encoder = new TextEncoder();

/** Thrown inside the compiler only, and caught there: this shape has no program. */
class Unsupported extends Error {}

class JsonCompiler {
  readonly #steps: number[] = [];
  readonly #pool = new SegmentPool();
  readonly #texts: Segment[] = [];
  readonly #pieces: number[] = [];
  readonly #optional: number[] = [];
  readonly #lists: number[] = [];
  readonly #siblings: ReadonlySet<string>[] = [];
  /** Text not yet turned into a step. */
  #pending = '';

  compile(root: ShapeElement, depth: number): JsonProgram | undefined {
    try {
      this.#member(root, root.name);
    } catch (error) {
      if (error instanceof Unsupported) return undefined;
      throw error;
    }
    this.#flush();
    return {
      steps: Int32Array.from(this.#steps),
      words: this.#pool.words(),
      pieces: Int32Array.from(this.#pieces),
      optional: Uint8Array.from(this.#optional),
      texts: this.#texts,
      lists: Int32Array.from(this.#lists),
      siblings: this.#siblings,
      rootName: root.name,
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
    if (this.#pending !== '') this.#step(JsonOp.Bytes);
  }

  /** Adds a step, what is pending in front of it; gives its place. */
  #step(op: number, a = 0, b = 0, c = 0): number {
    const { from, size } = this.#pending === '' ? { from: 0, size: 0 } : this.#pool.add(this.#pending);
    this.#pending = '';
    this.#steps.push(op, a, b, c, from, size);
    return this.#steps.length - STEP;
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
        this.#texts.push(this.#pool.add(formatJsonString(piece.text).slice(1, -1)));
        this.#pieces.push(-this.#texts.length);
        this.#optional.push(0);
      }
    }
    return [start, this.#pieces.length];
  }

  /** `"key":value,` for an element. */
  #member(element: ShapeElement, key: string): void {
    this.#bytes(`${formatJsonString(key)}:`);
    this.#value(element, isDataContainer(element.name));
  }

  /** `value,` for an element that keeps its attributes. */
  #value(element: ShapeElement, isContainer: boolean): void {
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
    this.#steps[skip + 2] = this.#steps.length;
    this.#leaf(element);
    this.#flush();
    this.#steps[jump + 1] = this.#steps.length;
  }

  #leaf(element: ShapeElement): void {
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
      this.#bytes(members.length === 0 ? 'null,' : `${LEAF_ATTRIBUTES}${members.join(',')}}},`);
      return;
    }
    this.#bytes(LEAF_ATTRIBUTES);
    const last = this.#attributes(element);
    if (element.pieces.length === 0 && this.#steps[last] === JsonOp.AttributeValue) {
      this.#steps[last + 2]! |= AttributeOrder.LastOfLeaf;
    } else {
      this.#step(JsonOp.EndLeaf, ...this.#text(element.pieces));
    }
  }

  /** Steps of the attributes of an element that has some, behind what opens them; gives the place of the last. */
  #attributes(element: ShapeElement): number {
    let order: number = AttributeOrder.First;
    let last = -1;
    for (const attribute of element.attributes) {
      const key = `${formatJsonString(attribute.name)}:`;
      const only = onlyValue(attribute.pieces);
      if (only !== undefined) {
        this.#bytes(key);
        last = this.#step(JsonOp.AttributeValue, only.value, order, encoder.encode(key).length);
      } else {
        if (order !== 0) this.#step(JsonOp.Attributes);
        const text = this.#text(attribute.pieces);
        this.#bytes(key);
        last = this.#step(JsonOp.Attribute, ...text);
      }
      order = 0;
    }
    return last;
  }

  #object(element: ShapeElement, isContainer: boolean): void {
    this.#bytes('{');
    const fixed = element.attributes.every((attribute) => staticText(attribute.pieces));
    if (fixed && element.attributes.length > 0) {
      const members = element.attributes.map(
        (attribute) => `${formatJsonString(attribute.name)}:${formatJsonString(staticText(attribute.pieces) ?? '')}`,
      );
      this.#bytes(`${OBJECT_ATTRIBUTES}${members.join(',')}},`);
    } else if (element.attributes.length > 0) {
      this.#bytes(OBJECT_ATTRIBUTES);
      this.#attributes(element);
      this.#step(JsonOp.EndAttributes);
    }
    if (element.pieces.length > 0) this.#step(JsonOp.Text, ...this.#text(element.pieces));
    this.#children(element, isContainer);
    this.#step(JsonOp.Close);
  }

  #children(element: ShapeElement, isContainer: boolean): void {
    const elements = element.children.filter((child) => 'name' in child);
    const data = isContainer ? elements.filter((child) => child.name === 'Data') : [];
    // An array or a fragment in an attribute changes the element, though the attribute itself is not written.
    if (data.some((child) => child.attributes.some(({ pieces }) => staticText(pieces) === undefined))) {
      throw new Unsupported();
    }
    const names = data.map((child) => {
      const name = child.attributes.find(
        (attribute) => attribute.name === 'Name' && staticText(attribute.pieces) !== '',
      );
      return name === undefined ? undefined : staticText(name.pieces);
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

  #dataList(data: readonly ShapeElement[]): void {
    if (data.some((child) => child.children.length > 0)) throw new Unsupported();
    const start = this.#lists.length;
    for (const child of data) this.#lists.push(...this.#text(child.pieces));
    this.#step(JsonOp.DataList, start, this.#lists.length);
  }

  #scalar(pieces: readonly Piece[], empty: number): void {
    const fixed = staticText(pieces);
    const only = onlyValue(pieces);
    if (fixed !== undefined) {
      this.#bytes(fixed !== '' ? `${formatJsonString(fixed)},` : empty === EmptyForm.Null ? 'null,' : '"",');
    } else if (only !== undefined) {
      this.#step(JsonOp.Value, only.value, empty);
    } else {
      this.#step(JsonOp.Mixed, ...this.#text(pieces), empty);
    }
  }
}
