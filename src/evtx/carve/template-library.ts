// Template definitions that outlive their chunk, by id (F34, F64): with them, records whose own definition is gone are
// read again. Kept as bytes that stand on their own, so that a library can be stored and given to other workers. There
// is one for the file at hand and one that grows with the case; who looks where is carved-fragments.ts' business.

import { MAX_BANK_DEFINITIONS, packTemplates, templateKey, unpackTemplates } from '../../model/template-bank.ts';
import type { ShapeBank } from '../shape-bank.ts';
import type { CompiledShape } from '../shape-builder.ts';
import { DEFINITION_HEADER } from '../template-resolver.ts';
import { DefinitionReader } from './definition-reader.ts';

/** Different structures kept under one id; real ids have one (F34). */
const MAX_PER_ID = 4;
const MAX_BYTES = 64 * 1024 * 1024;

interface Entry {
  readonly definition: Uint8Array;
  /** Shape in the bank's generation `generation`. */
  shape: CompiledShape;
  generation: number;
}

export class TemplateLibrary {
  /** Definitions that found no room. */
  dropped = 0;
  /** Set by find(): several structures under the id would have fitted. */
  ambiguous = false;
  /** All definitions in the order in which they were taken up. */
  readonly definitions: Uint8Array[] = [];

  readonly #bank: ShapeBank;
  readonly #reader: DefinitionReader;
  readonly #byId = new Map<number, Entry[]>();
  /** Keys of definitions that were offered already: GUID and size. */
  readonly #met = new Set<string>();
  #bytes = 0;

  /** @param bank the bank of the cursor with which the library is used. */
  constructor(bank: ShapeBank) {
    this.#bank = bank;
    this.#reader = new DefinitionReader(bank);
  }

  /** Number of definitions. */
  get size(): number {
    return this.definitions.length;
  }

  /** Takes up every definition of a chunk that some record in it refers to; `reader` must have entered that chunk. */
  collect(reader: DefinitionReader, bytes: Uint8Array, view: DataView, chunk: number, size: number): void {
    const end = chunk + size - 10;
    const offered = new Set<number>();
    // A template instance is 0C 01, the id, the definition's offset; the definition repeats the id behind its first word.
    for (let at = bytes.indexOf(0x0c, chunk + 128); at >= 0 && at < end; at = bytes.indexOf(0x0c, at + 1)) {
      if (bytes[at + 1] !== 0x01) continue;
      const id = view.getUint32(at + 2, true);
      const offset = view.getUint32(at + 6, true);
      if (offset > size - DEFINITION_HEADER || offered.has(offset)) continue;
      if (view.getUint32(chunk + offset + 4, true) !== id) continue;
      offered.add(offset);
      const key = templateKey(bytes, chunk + offset);
      if (this.#met.has(key)) continue;
      const found = reader.extractAt(offset, id);
      if (found === undefined) continue;
      this.#met.add(key);
      this.#add(id, found.definition, found.shape);
    }
  }

  /** Takes up everything of another library on the same bank. */
  addAll(other: TemplateLibrary): void {
    for (const [id, entries] of other.#byId) {
      for (const entry of entries) {
        const key = templateKey(entry.definition);
        if (this.#met.has(key)) continue;
        const shape = other.#shapeOf(entry);
        if (shape === undefined) continue;
        this.#met.add(key);
        this.#add(id, entry.definition, shape);
      }
    }
  }

  /**
   * The shape of a template by its id, for a record that brings `values` values. Undefined when there is none, or when
   * several structures would fit: a wrong one would put values under wrong names.
   */
  find(templateId: number, values: number): CompiledShape | undefined {
    let fitting: CompiledShape | undefined;
    this.ambiguous = false;
    for (const entry of this.#byId.get(templateId) ?? []) {
      const shape = this.#shapeOf(entry);
      if (shape === undefined || shape.valueCount > values) continue;
      if (fitting !== undefined) {
        this.ambiguous = true;
        return undefined;
      }
      fitting = shape;
    }
    return fitting;
  }

  /** All definitions as bytes, for storage or another worker. */
  exportBytes(): Uint8Array {
    return packTemplates(this.definitions);
  }

  /**
   * Takes up exported definitions; each is checked like one from a log. Gives how many were sound, or undefined when
   * the bytes are no export of this version.
   */
  importBytes(bytes: Uint8Array): number | undefined {
    const definitions = unpackTemplates(bytes);
    let sound = 0;
    for (const definition of definitions ?? []) {
      const id = new DataView(definition.buffer, definition.byteOffset).getUint32(4, true);
      const shape = this.#compile(definition, id);
      if (shape === undefined) continue;
      sound++;
      const key = templateKey(definition);
      if (this.#met.has(key)) continue;
      this.#met.add(key);
      this.#add(id, definition, shape);
    }
    return definitions === undefined ? undefined : sound;
  }

  #add(id: number, definition: Uint8Array, shape: CompiledShape): void {
    if (this.size >= MAX_BANK_DEFINITIONS || this.#bytes + definition.length > MAX_BYTES) {
      this.dropped++;
      return;
    }
    this.definitions.push(definition);
    this.#bytes += definition.length;
    const entries = this.#byId.get(id) ?? [];
    // Another size of the same structure: exported, so that nobody can tell which was met first, but found once.
    if (entries.some((entry) => this.#shapeOf(entry) === shape)) return;
    if (entries.length >= MAX_PER_ID) {
      this.dropped++;
      return;
    }
    entries.push({ definition, shape, generation: this.#bank.generation });
    this.#byId.set(id, entries);
  }

  /** Shape of an entry in the bank as it is now: a bank that started over has to compile it again. */
  #shapeOf(entry: Entry): CompiledShape | undefined {
    if (entry.generation === this.#bank.generation) return entry.shape;
    const { definition } = entry;
    const shape = this.#compile(definition, new DataView(definition.buffer, definition.byteOffset).getUint32(4, true));
    if (shape === undefined) return undefined;
    entry.shape = shape;
    entry.generation = this.#bank.generation;
    return shape;
  }

  #compile(definition: Uint8Array, id: number): CompiledShape | undefined {
    const view = new DataView(definition.buffer, definition.byteOffset, definition.byteLength);
    this.#reader.enter(definition, view, 0, definition.length, 0, 0);
    const read = this.#reader.definitionAt(0, id);
    return read?.sound === true ? read.shape : undefined;
  }
}
