// Reads a template definition and believes nothing of it (F63): the id must be the first word of its GUID, every element
// must have the size it states, every name the hash it states, and the body must end where its size says. Used on
// ground that may have been overwritten; the reader of allocated records (template-resolver.ts) is more lenient.

import { BinXmlWalker } from '../binxml-walker.ts';
import { ChunkNames, nameHash } from '../chunk-names.ts';
import { CHUNK_SIZE } from '../limits.ts';
import type { ShapeBank } from '../shape-bank.ts';
import type { CompiledShape } from '../shape-builder.ts';
import type { ValueRows } from '../value-rows.ts';
import { DEFINITION_HEADER, formatGuid } from '../template-resolver.ts';

/** Bytes that may be walked per chunk; definitions and literal elements that do not overlap need 65,536. */
const WALK_BUDGET = 8 * CHUNK_SIZE;
const NAME_HEADER = 8;

export interface ReadDefinition {
  readonly shape: CompiledShape;
  readonly sound: boolean;
}

export class DefinitionReader {
  /** Set when the budget of the chunk is used up. */
  limitReached = false;

  readonly #bank: ShapeBank;
  readonly #names: ChunkNames;
  readonly #walker: BinXmlWalker;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #chunk = 0;
  #size = 0;
  #budget = 0;

  constructor(bank: ShapeBank) {
    this.#bank = bank;
    this.#names = new ChunkNames(bank.names);
    this.#walker = new BinXmlWalker(this.#names, bank.names, bank.texts, bank.seed);
  }

  /** Turns to the chunk of `size` bytes at byte `chunk`; literal texts may be joined in [scratch, scratchEnd). */
  enter(bytes: Uint8Array, view: DataView, chunk: number, size: number, scratch: number, scratchEnd: number): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#chunk = chunk;
    this.#size = size;
    this.#budget = WALK_BUDGET;
    this.limitReached = false;
    this.#names.enter(view, chunk, size);
    this.#walker.enter(bytes, view, chunk, scratch, scratchEnd);
  }

  /** Frees the scratch space of literal texts; call once per record. */
  enterRecord(): void {
    this.#walker.enterRecord();
  }

  /**
   * Shape of the definition at a chunk offset, if it is the one of `templateId` and its elements are sound. `sound` is
   * false when a name that it refers to was blanked: the structure stands, but some element has no name.
   */
  definitionAt(offset: number, templateId: number): ReadDefinition | undefined {
    if (offset < 0 || offset + DEFINITION_HEADER > this.#size) return undefined;
    const view = this.#view;
    const at = this.#chunk + offset;
    if (view.getUint32(at + 4, true) !== templateId >>> 0) return undefined;
    const size = view.getUint32(at + 20, true);
    if (size === 0 || size > this.#size - offset - DEFINITION_HEADER || !this.#spend(size)) return undefined;
    const walker = this.#walker;
    const body = at + DEFINITION_HEADER;
    const end = body + size;
    if (!walker.walkTemplate(body, end) || walker.size === 0 || walker.sizeMismatch) return undefined;
    if (walker.next + 1 !== end || this.#bytes[walker.next] !== 0) return undefined;
    const names = this.#nameState(body);
    if (names === 'bad') return undefined;
    const shape = this.#bank.shapeOf(walker.program, walker.size, walker.hash, `${formatGuid(view, at + 4)}:${size}`);
    return shape === undefined ? undefined : { shape, sound: names === 'sound' };
  }

  /**
   * Shape of the literal element in [at, end) with its texts in `values`; `next` is the byte after it. `sound` is false
   * when a size is not what it should be or a name was blanked.
   */
  literalAt(
    at: number,
    end: number,
    values: ValueRows,
  ): { shape: CompiledShape; next: number; sound: boolean } | undefined {
    if (!this.#spend(end - at)) return undefined;
    const walker = this.#walker;
    if (!walker.walkLiteral(at, end, values, false) || walker.size === 0) return undefined;
    const names = this.#nameState(at);
    if (names === 'bad') return undefined;
    const sound = !walker.sizeMismatch && names === 'sound';
    const shape = this.#bank.shapeOf(walker.program, walker.size, walker.hash, 'literal');
    return shape === undefined ? undefined : { shape, next: walker.next, sound };
  }

  /**
   * A copy of the definition at a chunk offset that stands on its own: the same layout, followed by the names that it
   * refers to, with name offsets counted from its own first byte. Undefined when it is not sound or too large.
   */
  extractAt(offset: number, templateId: number): { shape: CompiledShape; definition: Uint8Array } | undefined {
    const read = this.definitionAt(offset, templateId);
    if (read?.sound !== true) return undefined;
    const { shape } = read;
    const view = this.#view;
    const at = this.#chunk + offset;
    const ownSize = DEFINITION_HEADER + view.getUint32(at + 20, true);
    const { nameRefs, nameCount } = this.#walker;
    const placeOfName = new Map<number, number>();
    const parts: Uint8Array[] = [this.#bytes.slice(at, at + ownSize)];
    let length = ownSize;
    for (let i = 0; i < nameCount; i++) {
      if ((nameRefs[i]! & 1) === 1) continue;
      const nameOffset = view.getUint32(at + DEFINITION_HEADER + (nameRefs[i]! >> 1), true);
      if (placeOfName.has(nameOffset)) continue;
      const from = this.#chunk + nameOffset;
      const bytes = this.#bytes.slice(from, from + NAME_HEADER + 2 * view.getUint16(from + 6, true));
      placeOfName.set(nameOffset, length);
      parts.push(bytes);
      length += bytes.length;
    }
    if (length > CHUNK_SIZE) return undefined;
    const definition = new Uint8Array(length);
    let place = 0;
    for (const part of parts) {
      definition.set(part, place);
      place += part.length;
    }
    const own = new DataView(definition.buffer);
    own.setUint32(0, 0, true);
    for (let i = 0; i < nameCount; i++) {
      const ref = DEFINITION_HEADER + (nameRefs[i]! >> 1);
      if ((nameRefs[i]! & 1) === 1) {
        own.setUint32(ref, ref + 4, true);
        own.setUint32(ref + 4, 0, true);
      } else {
        own.setUint32(ref, placeOfName.get(view.getUint32(at + ref, true))!, true);
      }
    }
    return { shape, definition };
  }

  #spend(bytes: number): boolean {
    this.#budget -= bytes;
    if (this.#budget >= 0) return true;
    this.limitReached = true;
    return false;
  }

  /**
   * Whether every name that the last walk met has the hash it states; its places count from `origin`. 'blank' when some
   * were overwritten by zeros and the rest is sound: then the structure can be told from the rest of the event.
   */
  #nameState(origin: number): 'sound' | 'blank' | 'bad' {
    const view = this.#view;
    const { nameRefs, nameCount } = this.#walker;
    let state: 'sound' | 'blank' = 'sound';
    for (let i = 0; i < nameCount; i++) {
      const name = this.#chunk + view.getUint32(origin + (nameRefs[i]! >> 1), true);
      const units = view.getUint16(name + 6, true);
      if (!this.#spend(2 * units)) return 'bad';
      if (units === 0) state = 'blank';
      else if (nameHash(view, name + NAME_HEADER, units) !== view.getUint16(name + 4, true)) return 'bad';
    }
    return state;
  }
}
