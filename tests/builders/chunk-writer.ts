// Writes one chunk of an EVTX file: records, BinXML elements, template definitions and instances, names inline or by
// back reference, checksums. The low level under evtx-builder.ts; tests of odd layouts use it directly.

import { crc32 } from '../../src/base/crc32.ts';
import { nameHash } from '../../src/evtx/chunk-names.ts';
import { ValueType } from '../../src/model/shape.ts';
import { bytesOfValue, guidBytes, utf16Bytes } from './value-bytes.ts';
import type { TypedValue } from './value-bytes.ts';

/** A substitution in a template. */
export interface Substitution {
  readonly sub: number;
  readonly type: number;
  readonly optional?: boolean;
}

/** A piece of content: text, a substitution, or one of the rarer tokens (F28). */
export type Piece =
  | string
  | Substitution
  | { readonly cdata: string }
  | { readonly charRef: number }
  | { readonly entity: string }
  | { readonly instruction: readonly [target: string, data: string] }
  /** Bytes as they are: for broken tokens. */
  | { readonly raw: readonly number[] };

export interface ElementSpec {
  readonly name: string;
  readonly attributes?: readonly (readonly [name: string, ...pieces: Piece[]])[];
  readonly content?: readonly (Piece | ElementSpec)[];
  /** Substitution index whose null drops the element; only in templates. */
  readonly dependency?: number;
}

export interface TemplateSpec {
  readonly guid: string;
  readonly root: ElementSpec;
}

/** A value of a template instance: typed bytes, or BinXML written in place. */
export type InstanceValue = TypedValue | { readonly embed: (writer: ChunkWriter) => void };

export interface ChunkOptions {
  /** Every name inline, also those that the chunk already has. */
  readonly inlineNames?: boolean;
  /** Chunk flags; 1 as Windows writes them. */
  readonly flags?: number;
}

export const CHUNK_SIZE = 65_536;
const HEADER_SIZE = 512;

export class ChunkWriter {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Next free byte, from the start of the chunk. */
  at: number = HEADER_SIZE;
  /** Offsets and sizes of the records so far. */
  readonly records: { readonly offset: number; readonly size: number; readonly id: bigint }[] = [];
  readonly #names = new Map<string, number>();
  readonly #templates = new Map<string, number>();
  readonly #options: ChunkOptions;

  constructor(options: ChunkOptions = {}) {
    // Twice the size, so that a record that does not fit can be taken back.
    this.bytes = new Uint8Array(4 * CHUNK_SIZE);
    this.view = new DataView(this.bytes.buffer);
    this.#options = options;
  }

  /** Writes a record; false (and nothing written) when it does not fit into the chunk. */
  record(id: bigint, written: bigint, body: (writer: ChunkWriter) => void): boolean {
    const start = this.at;
    const names = new Map(this.#names);
    const templates = new Map(this.#templates);
    this.view.setUint32(start, 0x2a2a, true);
    this.view.setBigUint64(start + 8, id, true);
    this.view.setBigUint64(start + 16, written, true);
    this.at = start + 24;
    body(this);
    const size = Math.ceil((this.at + 4 - start) / 8) * 8;
    if (start + size > CHUNK_SIZE) {
      this.bytes.fill(0, start);
      this.at = start;
      this.#names.clear();
      this.#templates.clear();
      for (const [name, at] of names) this.#names.set(name, at);
      for (const [key, at] of templates) this.#templates.set(key, at);
      return false;
    }
    this.view.setUint32(start + 4, size, true);
    this.view.setUint32(start + size - 4, size, true);
    this.at = start + size;
    this.records.push({ offset: start, size, id });
    return true;
  }

  u8(...values: number[]): void {
    for (const value of values) this.bytes[this.at++] = value;
  }
  u16(value: number): void {
    this.view.setUint16(this.at, value, true);
    this.at += 2;
  }
  u32(value: number): void {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }
  append(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  fragmentHeader(): void {
    this.u8(0x0f, 1, 1, 0);
  }

  end(): void {
    this.u8(0x00);
  }

  /** Name offset, and the name itself where the chunk does not have it yet. */
  name(name: string): void {
    const known = this.#options.inlineNames === true ? undefined : this.#names.get(name);
    if (known !== undefined) {
      this.u32(known);
      return;
    }
    const offset = this.at + 4;
    this.u32(offset);
    this.#names.set(name, offset);
    this.u32(0);
    const text = utf16Bytes(name);
    this.u16(nameHash(new DataView(text.buffer), 0, name.length));
    this.u16(name.length);
    this.append(text);
    this.u16(0);
  }

  /** An element and everything in it; `inTemplate` writes the dependency id (F29). */
  element(element: ElementSpec, inTemplate: boolean): void {
    const attributes = element.attributes ?? [];
    const content = element.content ?? [];
    this.u8(attributes.length > 0 ? 0x41 : 0x01);
    if (inTemplate) this.u16(element.dependency ?? 0xffff);
    const sizeAt = this.at;
    this.u32(0);
    this.name(element.name);
    if (attributes.length > 0) {
      const listAt = this.at;
      this.u32(0);
      attributes.forEach(([name, ...pieces], number) => {
        this.u8(number + 1 < attributes.length ? 0x46 : 0x06);
        this.name(name);
        this.#pieces(pieces);
      });
      this.view.setUint32(listAt, this.at - listAt - 4, true);
    }
    if (content.length === 0) {
      this.u8(0x03);
    } else {
      this.u8(0x02);
      for (const part of content) {
        if (typeof part === 'object' && 'name' in part) this.element(part, inTemplate);
        else this.#pieces([part]);
      }
      this.u8(0x04);
    }
    this.view.setUint32(sizeAt, this.at - sizeAt - 4, true);
  }

  #pieces(pieces: readonly Piece[]): void {
    pieces.forEach((piece, number) => {
      const more = number + 1 < pieces.length ? 0x40 : 0;
      if (typeof piece === 'string') {
        this.u8(0x05 | more, ValueType.String);
        this.u16(piece.length);
        this.append(utf16Bytes(piece));
      } else if ('sub' in piece) {
        this.u8(piece.optional === true ? 0x0e : 0x0d);
        this.u16(piece.sub);
        this.u8(piece.type);
      } else if ('cdata' in piece) {
        this.u8(0x07 | more);
        this.u16(piece.cdata.length);
        this.append(utf16Bytes(piece.cdata));
      } else if ('charRef' in piece) {
        this.u8(0x08 | more);
        this.u16(piece.charRef);
      } else if ('entity' in piece) {
        this.u8(0x09 | more);
        this.name(piece.entity);
      } else if ('instruction' in piece) {
        this.u8(0x0a);
        this.name(piece.instruction[0]);
        this.u8(0x0b);
        this.u16(piece.instruction[1].length);
        this.append(utf16Bytes(piece.instruction[1]));
      } else {
        this.u8(...piece.raw);
      }
    });
  }

  /** A template instance; the definition is written inline at its first use in the chunk (F33). */
  instance(template: TemplateSpec, values: readonly InstanceValue[]): void {
    const guid = guidBytes(template.guid);
    const key = template.guid + JSON.stringify(template.root);
    this.u8(0x0c, 0x01);
    this.append(guid.subarray(0, 4));
    const known = this.#templates.get(key);
    if (known !== undefined) {
      this.u32(known);
    } else {
      const offset = this.at + 4;
      this.u32(offset);
      this.#templates.set(key, offset);
      this.u32(0);
      this.append(guid);
      const sizeAt = this.at;
      this.u32(0);
      this.fragmentHeader();
      this.element(template.root, true);
      this.end();
      this.view.setUint32(sizeAt, this.at - sizeAt - 4, true);
    }
    this.u32(values.length);
    const descriptors = this.at;
    this.at += 4 * values.length;
    values.forEach((value, number) => {
      const start = this.at;
      if ('embed' in value) value.embed(this);
      else this.append(bytesOfValue(value));
      this.view.setUint16(descriptors + 4 * number, this.at - start, true);
      this.view.setUint16(descriptors + 4 * number + 2, 'embed' in value ? ValueType.BinXml : value.type, true);
    });
  }

  /** The chunk's 65,536 bytes with header and checksums. */
  finish(): Uint8Array {
    const { view } = this;
    const first = this.records[0];
    const last = this.records[this.records.length - 1];
    this.bytes.set(new TextEncoder().encode('ElfChnk\0'), 0);
    for (const at of [8, 24]) view.setBigUint64(at, first?.id ?? 0n, true);
    for (const at of [16, 32]) view.setBigUint64(at, last?.id ?? 0n, true);
    view.setUint32(40, 128, true);
    view.setUint32(44, last?.offset ?? 0, true);
    view.setUint32(48, this.at, true);
    view.setUint32(120, this.#options.flags ?? 1, true);
    sealChunk(this.bytes, 0);
    return this.bytes.slice(0, CHUNK_SIZE);
  }
}

/** Sets both checksums of the chunk at `start` (F10). */
export function sealChunk(bytes: Uint8Array, start: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const free = Math.min(Math.max(view.getUint32(start + 48, true), HEADER_SIZE), CHUNK_SIZE);
  view.setUint32(start + 52, crc32(bytes, start + HEADER_SIZE, start + free), true);
  const crc = crc32(bytes, start + 128, start + HEADER_SIZE, crc32(bytes, start, start + 120));
  view.setUint32(start + 124, crc, true);
}
