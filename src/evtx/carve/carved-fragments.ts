// BinXML of a record in unallocated space (F63, F64). The outer template must be found and sound: in the chunk, in the
// file or in the case. Everything below that which is not as Windows writes it (an implausible value, an embedded
// fragment that cannot be read, a missing end token) is counted as damage: the ground was overwritten in part.

import type { InnerRoot } from '../../model/record.ts';
import { ValueType } from '../../model/shape.ts';
import { CHUNK_SIZE, MAX_EMBED_DEPTH, MAX_INNER_ROOTS, MAX_VALUES } from '../limits.ts';
import type { ShapeBank } from '../shape-bank.ts';
import type { CompiledShape } from '../shape-builder.ts';
import { DEFINITION_HEADER } from '../template-resolver.ts';
import { ValueRows } from '../value-rows.ts';
import type { DefinitionReader, ReadDefinition } from './definition-reader.ts';
import { isPlausibleValue } from './plausible-value.ts';
import type { TemplateLibrary } from './template-library.ts';

/** Where the templates of a record were found; a record's is the farthest of them. */
export type TemplateSource = 'in-chunk-template' | 'same-file-template' | 'template-library' | 'template-bank';
const SOURCES: readonly TemplateSource[] = [
  'in-chunk-template',
  'same-file-template',
  'template-library',
  'template-bank',
];

const INSTANCE_HEADER = 10;
const Token = { End: 0x00, Open: 0x01, OpenWithAttributes: 0x41, Instance: 0x0c, FragmentHeader: 0x0f } as const;

class CarvedRoot implements InnerRoot {
  readonly shape: CompiledShape;
  readonly values: ValueRows;
  readonly hostPath: readonly string[];
  readonly hostNumber: number;
  readonly parent: number;
  readonly valueIndex: number;

  constructor(root: Root, host: { path: readonly string[]; number: number }, parent: number, valueIndex: number) {
    this.shape = root.shape;
    this.values = root.values;
    this.hostPath = host.path;
    this.hostNumber = host.number;
    this.parent = parent;
    this.valueIndex = valueIndex;
  }
}

interface Root {
  readonly shape: CompiledShape;
  readonly values: ValueRows;
  /** Byte after the root and its values. */
  readonly next: number;
}

export class CarvedFragments {
  shape: CompiledShape | undefined;
  values = new ValueRows(16);
  inner: CarvedRoot[] = [];
  /** Number of the list of embedded shapes, as resolveInner() of a cursor gives it. */
  innerList = 0;
  /** Part of the record is not sound: what it shows may be mixed with other data. */
  damaged = false;
  /** A template that the record needs is not known: with a larger library it could be read. */
  missing = false;

  readonly #bank: ShapeBank;
  readonly #definitions: DefinitionReader;
  /** Where definitions are looked for that the chunk has no more, nearest first. */
  readonly #libraries: readonly TemplateLibrary[];
  /** Definitions of the chunk by offset and id; undefined = not sound. */
  readonly #known = new Map<string, ReadDefinition | undefined>();
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #chunk = 0;
  #source = 0;

  /** @param libraries of the file, of the case, and of what was known before; later ones may be left out. */
  constructor(bank: ShapeBank, definitions: DefinitionReader, libraries: readonly TemplateLibrary[]) {
    this.#bank = bank;
    this.#definitions = definitions;
    this.#libraries = libraries;
  }

  get source(): TemplateSource {
    return SOURCES[this.#source]!;
  }

  /** Whether a template of the record is from outside its file. */
  get isForeign(): boolean {
    return this.#source >= 2;
  }

  /** Turns to the chunk that starts at byte `chunk`. */
  enter(bytes: Uint8Array, view: DataView, chunk: number): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#chunk = chunk;
    this.#known.clear();
  }

  /** Reads the record body in [at, end) with all that is embedded; false when its root cannot be read. */
  read(at: number, end: number): boolean {
    this.#source = 0;
    this.damaged = false;
    this.missing = false;
    this.inner = [];
    this.innerList = 0;
    this.#definitions.enterRecord();
    const root = this.#root(at, end);
    if (root === undefined) return false;
    if (root.next >= end || this.#bytes[root.next] !== Token.End) this.damaged = true;
    this.shape = root.shape;
    this.values = root.values;
    this.#embedded(root.shape, root.values, -1, 0);
    return true;
  }

  /** Reads what is embedded in the values of root `parent` (-1 = the outer one), each root before its own; at most MAX_EMBED_DEPTH deep. */
  #embedded(shape: CompiledShape, values: ValueRows, parent: number, depth: number): void {
    for (let embed = 0; embed < shape.embedIndex.length; embed++) {
      const index = shape.embedIndex[embed]!;
      if (index >= values.count || values.type[index] !== ValueType.BinXml || values.length[index] === 0) continue;
      if (depth >= MAX_EMBED_DEPTH) {
        this.damaged = true;
        return;
      }
      const end = values.offset[index]! + values.length[index]!;
      let at = values.offset[index]!;
      while (at < end && this.#bytes[at] !== Token.End) {
        const root = this.inner.length < MAX_INNER_ROOTS ? this.#root(at, end) : undefined;
        if (root === undefined) {
          this.damaged = true;
          break;
        }
        const path = shape.embedPath[embed]!;
        const number = parent < 0 ? path : this.#bank.joinPaths(this.inner[parent]!.hostNumber, path);
        const host = { number, path: this.#bank.path(number) };
        this.innerList = this.#bank.innerList(this.innerList, root.shape.id, number);
        const own = this.inner.push(new CarvedRoot(root, host, parent, index)) - 1;
        this.#embedded(root.shape, root.values, own, depth + 1);
        at = root.next;
      }
    }
  }

  #root(at: number, end: number): Root | undefined {
    const bytes = this.#bytes;
    while (at + 4 < end && bytes[at] === Token.FragmentHeader) {
      if (bytes[at + 1] !== 1 || bytes[at + 2] !== 1 || bytes[at + 3] !== 0) return undefined;
      at += 4;
    }
    if (at >= end) return undefined;
    if (bytes[at] === Token.Instance) return this.#instance(at, end);
    if (bytes[at] !== Token.Open && bytes[at] !== Token.OpenWithAttributes) return undefined;
    const values = new ValueRows(16);
    const found = this.#definitions.literalAt(at, end, values);
    if (found === undefined) return undefined;
    if (!found.sound) this.damaged = true;
    return { shape: found.shape, values, next: found.next };
  }

  #instance(at: number, end: number): Root | undefined {
    const view = this.#view;
    let p = at + INSTANCE_HEADER;
    if (p + 4 > end || this.#bytes[at + 1] !== 1) return undefined;
    const id = view.getUint32(at + 2, true);
    const offset = view.getUint32(at + 6, true);
    if (offset === p - this.#chunk) {
      if (p + DEFINITION_HEADER > end) return undefined;
      p += DEFINITION_HEADER + view.getUint32(p + 20, true);
      if (p + 4 > end) return undefined;
    }
    const count = view.getUint32(p, true);
    let data = p + 4 + 4 * count;
    if (count > MAX_VALUES || data > end) return undefined;
    const shape = this.#template(id, offset, count);
    if (shape === undefined || shape.valueCount > count) return undefined;
    const values = new ValueRows(Math.max(count, 1));
    for (let i = 0; i < count; i++) {
      const descriptor = view.getUint32(p + 4 + 4 * i, true);
      const length = descriptor & 0xffff;
      const type = (descriptor >>> 16) & 0xff;
      if (data + length > end) return undefined;
      if (descriptor >>> 24 !== 0 || !isPlausibleValue(this.#bytes, type, data, length)) this.damaged = true;
      values.add(data, length, type);
      data += length;
    }
    return { shape, values, next: data };
  }

  /**
   * The template of an instance: its definition in the chunk, else what the file or the case knows under its id, else
   * the definition in the chunk although some of its names were overwritten.
   */
  #template(id: number, offset: number, values: number): CompiledShape | undefined {
    const key = `${offset} ${id}`;
    let read = this.#known.get(key);
    if (read === undefined && !this.#known.has(key)) {
      read = offset < CHUNK_SIZE ? this.#definitions.definitionAt(offset, id) : undefined;
      this.#known.set(key, read);
    }
    if (read?.sound === true) return read.shape;
    for (let i = 0; i < this.#libraries.length; i++) {
      const library = this.#libraries[i]!;
      const found = library.find(id, values);
      if (found !== undefined) {
        this.#source = Math.max(this.#source, i + 1);
        return found;
      }
      // Farther away there may be just one of the structures, by chance.
      if (library.ambiguous) break;
    }
    if (read === undefined) this.missing = true;
    else this.damaged = true;
    return read?.shape;
  }
}
