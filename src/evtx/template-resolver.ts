// From a definition's offset in the current chunk to its shape (F31, F33, F34). Once per chunk and offset: a definition
// met in an earlier chunk is recognised by GUID, size, a compare of its bytes without the name offsets, and the numbers
// of the names it refers to; a new one is walked and compiled. Templates never cross chunks (F19).

import type { BinXmlWalker } from './binxml-walker.ts';
import type { ChunkNames } from './chunk-names.ts';
import { CHUNK_SIZE, COMPARE_BUDGET, TEMPLATE_BUDGET } from './limits.ts';
import type { ShapeBank, TemplateVariant } from './shape-bank.ts';
import type { CompiledShape } from './shape-builder.ts';

/** u32 next, GUID, u32 size. */
export const DEFINITION_HEADER = 24;
const EPOCHS = 0x7fff;

export class TemplateResolver {
  readonly #bank: ShapeBank;
  readonly #names: ChunkNames;
  readonly #walker: BinXmlWalker;
  /** Per chunk offset: epoch << 16 | place in #chunkShapes + 1 (0 = unreadable). The epoch saves clearing per chunk. */
  readonly #slotAt = new Int32Array(CHUNK_SIZE);
  readonly #chunkShapes: CompiledShape[] = [];
  #epoch = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #size = 0;
  #walkBudget = 0;
  #compareBudget = 0;
  /** Set when the chunk's templates are more than it can hold: the remaining ones stay unreadable. */
  limitReached = false;

  constructor(bank: ShapeBank, names: ChunkNames, walker: BinXmlWalker) {
    this.#bank = bank;
    this.#names = names;
    this.#walker = walker;
  }

  /** Turns to the chunk of `size` bytes at byte `start`. */
  enter(bytes: Uint8Array, view: DataView, start: number, size: number): void {
    this.#epoch++;
    if (this.#epoch > EPOCHS) {
      this.#slotAt.fill(0);
      this.#epoch = 1;
    }
    this.#chunkShapes.length = 0;
    this.#bytes = bytes;
    this.#view = view;
    this.#start = start;
    this.#size = size;
    this.#walkBudget = TEMPLATE_BUDGET;
    this.#compareBudget = COMPARE_BUDGET;
    this.limitReached = false;
  }

  /** Shape of the definition at a chunk offset in [0, 65,536), or undefined when it cannot be read. */
  shapeAt(offset: number): CompiledShape | undefined {
    const slot = this.#slotAt[offset]!;
    if (slot >>> 16 === this.#epoch) return this.#chunkShapes[(slot & 0xffff) - 1];
    const shape = this.#resolve(offset);
    let place = 0;
    if (shape !== undefined && this.#chunkShapes.length < 0xffff) place = this.#chunkShapes.push(shape);
    this.#slotAt[offset] = (this.#epoch << 16) | place;
    return shape;
  }

  #resolve(offset: number): CompiledShape | undefined {
    if (offset + DEFINITION_HEADER > this.#size) return undefined;
    const view = this.#view;
    const at = this.#start + offset;
    const size = view.getUint32(at + 20, true);
    const body = at + DEFINITION_HEADER;
    if (size > this.#size - offset - DEFINITION_HEADER) return undefined;
    const g0 = view.getInt32(at + 4, true);
    const g1 = view.getInt32(at + 8, true);
    const g2 = view.getInt32(at + 12, true);
    const g3 = view.getInt32(at + 16, true);
    const key =
      (Math.imul(g0 ^ Math.imul(g1, 31), 0x85eb_ca6b) ^ Math.imul(g2 ^ Math.imul(g3, 31), 0xc2b2_ae35 | 0)) + size;
    const known = this.#bank.variants(key);
    if (known !== undefined) {
      for (const variant of known) {
        const { guid } = variant;
        if (guid[0] !== g0 || guid[1] !== g1 || guid[2] !== g2 || guid[3] !== g3) continue;
        if (variant.body.length === size && this.#isSame(variant, body)) return variant.shape;
      }
    }
    this.#walkBudget -= size;
    if (this.#walkBudget < 0) {
      this.limitReached = true;
      return undefined;
    }
    const walker = this.#walker;
    if (!walker.walkTemplate(body, body + size)) {
      if (walker.fault === 'limit') this.limitReached = true;
      return undefined;
    }
    const label = `${formatGuid(view, at + 4)}:${size}`;
    const shape = this.#bank.shapeOf(walker.program, walker.size, walker.hash, label);
    if (shape === undefined) {
      this.limitReached = true;
      return undefined;
    }
    const kept = this.#bytes.slice(body, body + size);
    this.#bank.keepVariant(key, {
      guid: Int32Array.of(g0, g1, g2, g3),
      body: kept,
      bodyView: new DataView(kept.buffer),
      nameRefs: walker.nameRefs.slice(0, walker.nameCount),
      nameNumbers: walker.nameNumbers.slice(0, walker.nameCount),
      shape,
    });
    return shape;
  }

  /** Whether the body at `at` is the variant: equal bytes outside the name offsets, and the same names in order. */
  #isSame(variant: TemplateVariant, at: number): boolean {
    const { body, bodyView, nameRefs, nameNumbers } = variant;
    const bytes = this.#bytes;
    const view = this.#view;
    let from = 0;
    for (let i = 0; i <= nameRefs.length; i++) {
      const ref = i < nameRefs.length ? nameRefs[i]! : body.length * 2;
      const to = ref >> 1;
      this.#compareBudget -= to - from;
      if (this.#compareBudget < 0) return false;
      let k = from;
      for (; k + 4 <= to; k += 4) if (view.getUint32(at + k, true) !== bodyView.getUint32(k, true)) return false;
      for (; k < to; k++) if (bytes[at + k] !== body[k]) return false;
      if (i === nameRefs.length) break;
      const offset = view.getUint32(at + to, true);
      const isInline = offset === at + to + 4 - this.#start;
      if (isInline !== ((ref & 1) === 1)) return false;
      // The `next` word of an inline name belongs to the chunk's chains, not to the template.
      from = isInline ? to + 8 : to + 4;
    }
    return this.#sameNames(at, nameRefs, nameNumbers);
  }

  #sameNames(at: number, nameRefs: Int32Array, nameNumbers: Int32Array): boolean {
    for (let i = 0; i < nameRefs.length; i++) {
      const offset = this.#view.getUint32(at + (nameRefs[i]! >> 1), true);
      if (this.#names.numberAt(offset) !== nameNumbers[i]) return false;
    }
    return true;
  }
}

/** GUID at byte `at` as `{lowercase}` text. */
export function formatGuid(view: DataView, at: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  let tail = '';
  for (let i = 8; i < 16; i++) tail += (i === 10 ? '-' : '') + hex(view.getUint8(at + i), 2);
  return `{${hex(view.getUint32(at, true), 8)}-${hex(view.getUint16(at + 4, true), 4)}-${hex(view.getUint16(at + 6, true), 4)}-${tail}}`;
}
