// One record's BinXML: the outer fragment and what is embedded in its values (F33, F35–F38, F41, F43, F59). Descriptors
// are copied to a value table, nothing is decoded, nothing is allocated per record. Knows chunks only as offsets.

import type { InnerRoot } from '../model/record.ts';
import { ValueType } from '../model/shape.ts';
import { BinXmlWalker } from './binxml-walker.ts';
import { ChunkNames } from './chunk-names.ts';
import { CHUNK_SIZE, MAX_EMBED_DEPTH, MAX_INNER_ROOTS, MAX_VALUES } from './limits.ts';
import { LiteralPatterns } from './literal-patterns.ts';
import type { ShapeBank } from './shape-bank.ts';
import type { CompiledShape } from './shape-builder.ts';
import { DEFINITION_HEADER, TemplateResolver } from './template-resolver.ts';
import { ValueRows } from './value-rows.ts';

/** Why a fragment could not be read; '' = it could. */
export type FragmentFault = '' | 'record-unreadable' | 'template-unreadable' | 'limit-reached';

const INSTANCE_HEADER = 10;
const Token = { End: 0x00, Open: 0x01, OpenWithAttributes: 0x41, Instance: 0x0c, FragmentHeader: 0x0f } as const;

/** A slot of the pool of embedded fragments. */
class InnerSlot implements InnerRoot {
  shape: CompiledShape;
  readonly values = new ValueRows();
  hostPath: readonly string[] = [];
  hostNumber = 0;
  parent = -1;
  valueIndex = 0;

  constructor(shape: CompiledShape) {
    this.shape = shape;
  }
}

export class FragmentReader {
  shape: CompiledShape;
  readonly values = new ValueRows();
  readonly inner: InnerSlot[] = [];
  innerCount = 0;
  /** List number of the current record's embedded parts, -1 while they have not been read. */
  #innerList = -1;
  /** First fault of the current record or of one of its embedded values. */
  fault: FragmentFault = '';
  readonly names: ChunkNames;

  readonly #bank: ShapeBank;
  readonly #walker: BinXmlWalker;
  readonly #templates: TemplateResolver;
  readonly #literals = new LiteralPatterns();
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #chunk = 0;
  #empty: CompiledShape;
  #generation: number;
  #instanceShape: CompiledShape;
  /** Frames of resolveInner: root whose embeds are walked (-1 outer), its next embed, the rest of the current value. */
  readonly #frameRoot = new Int32Array(MAX_EMBED_DEPTH + 1);
  readonly #frameEmbed = new Int32Array(MAX_EMBED_DEPTH + 1);
  readonly #frameAt = new Int32Array(MAX_EMBED_DEPTH + 1);
  readonly #frameEnd = new Int32Array(MAX_EMBED_DEPTH + 1);

  constructor(bank: ShapeBank) {
    this.#bank = bank;
    this.names = new ChunkNames(bank.names);
    this.#walker = new BinXmlWalker(this.names, bank.names, bank.texts, bank.seed);
    this.#templates = new TemplateResolver(bank, this.names, this.#walker);
    this.#generation = bank.generation;
    this.#empty = emptyShape(bank);
    this.shape = this.#empty;
    this.#instanceShape = this.#empty;
  }

  /** Turns to the chunk of `size` bytes at byte `chunk`; bytes [scratch, scratchEnd) may be written. */
  enter(bytes: Uint8Array, view: DataView, chunk: number, size: number, scratch: number, scratchEnd: number): void {
    if (this.#generation !== this.#bank.generation) {
      this.#generation = this.#bank.generation;
      this.#empty = emptyShape(this.#bank);
    }
    this.#bytes = bytes;
    this.#view = view;
    this.#chunk = chunk;
    this.names.enter(view, chunk, size);
    this.#walker.enter(bytes, view, chunk, scratch, scratchEnd);
    this.#templates.enter(bytes, view, chunk, size);
    this.#literals.enter(bytes, view, chunk);
  }

  /** Reads the outer fragment in [at, end) into `shape` and `values`; false with `fault` set. `partial` for torn records. */
  readOuter(at: number, end: number, partial: boolean): boolean {
    this.innerCount = 0;
    this.#innerList = -1;
    this.fault = '';
    const bytes = this.#bytes;
    while (at < end && bytes[at] === Token.FragmentHeader) at += 4;
    if (at < end && bytes[at] === Token.Instance) {
      if (this.#readInstance(at, end, this.values) < 0) return false;
      this.shape = this.#instanceShape;
      return true;
    }
    this.values.count = 0;
    this.values.embedded = 0;
    if (at >= end || bytes[at] === Token.End) {
      // A record of nothing but an end token is an event without content (F35).
      this.shape = this.#empty;
      return true;
    }
    this.#walker.enterRecord();
    if (this.#readLiteral(at, end, this.values, partial) < 0) return false;
    this.shape = this.#instanceShape;
    return true;
  }

  /** Reads what is embedded in the current record into `inner`, in document order; gives the number of the list. */
  resolveInner(): number {
    const { embedded } = this.values;
    if (embedded === 0) return 0;
    if (this.#innerList < 0) {
      this.#innerList = embedded === 1 ? this.#readOnlyInner() : -1;
      if (this.#innerList < 0) this.#innerList = this.#readInner();
    }
    return this.#innerList;
  }

  /**
   * The case of nearly every record: one embedded value with one root that embeds nothing itself. -1 when it is another.
   * Measured against #readInner, which asks every place of the outer shape: 0.2 µs less a record.
   */
  #readOnlyInner(): number {
    this.innerCount = 0;
    const { values, shape } = this;
    const index = values.firstEmbedded;
    const embed = index < shape.valueCount ? shape.embedAt[index]! : -1;
    if (embed < 0) return 0;
    const slot = (this.inner[this.innerCount] ??= new InnerSlot(this.#empty));
    const at = values.offset[index]!;
    const end = at + values.length[index]!;
    const next = this.#readRoot(at, end, slot.values);
    if (next < 0) return 0;
    if (slot.values.embedded > 0 || (next < end && this.#bytes[next] !== Token.End)) return -1;
    const path = shape.embedPath[embed]!;
    slot.shape = this.#instanceShape;
    slot.parent = -1;
    slot.valueIndex = index;
    slot.hostNumber = path;
    slot.hostPath = this.#bank.path(path);
    this.innerCount = 1;
    return this.#bank.innerList(0, slot.shape.id, path);
  }

  #readInner(): number {
    this.innerCount = 0;
    const bank = this.#bank;
    let list = 0;
    let frame = 0;
    this.#frameRoot[0] = -1;
    this.#frameEmbed[0] = 0;
    this.#frameAt[0] = 0;
    this.#frameEnd[0] = 0;
    while (frame >= 0) {
      const root = this.#frameRoot[frame]!;
      if (this.#frameAt[frame]! >= this.#frameEnd[frame]!) {
        if (!this.#nextEmbed(frame)) frame--;
        continue;
      }
      if (this.innerCount >= MAX_INNER_ROOTS) {
        this.#noteFault('limit-reached');
        break;
      }
      const slot = (this.inner[this.innerCount] ??= new InnerSlot(this.#empty));
      const next = this.#readRoot(this.#frameAt[frame]!, this.#frameEnd[frame]!, slot.values);
      if (next < 0) {
        // The rest of this value is lost or empty; the others stand.
        this.#frameAt[frame] = this.#frameEnd[frame]!;
        continue;
      }
      this.#frameAt[frame] = next;
      const embed = this.#frameEmbed[frame]! - 1;
      const owner = root < 0 ? this.shape : this.inner[root]!.shape;
      const path = owner.embedPath[embed]!;
      slot.shape = this.#instanceShape;
      slot.parent = root;
      slot.valueIndex = owner.embedIndex[embed]!;
      slot.hostNumber = root < 0 ? path : bank.joinPaths(this.inner[root]!.hostNumber, path);
      slot.hostPath = bank.path(slot.hostNumber);
      list = bank.innerList(list, slot.shape.id, slot.hostNumber);
      const number = this.innerCount++;
      if (slot.values.embedded === 0) continue;
      if (frame >= MAX_EMBED_DEPTH) {
        this.#noteFault('limit-reached');
        continue;
      }
      frame++;
      this.#frameRoot[frame] = number;
      this.#frameEmbed[frame] = 0;
      this.#frameAt[frame] = 0;
      this.#frameEnd[frame] = 0;
    }
    return list;
  }

  /** Steps a frame to its next embedded value; false when there is none. */
  #nextEmbed(frame: number): boolean {
    const root = this.#frameRoot[frame]!;
    const shape = root < 0 ? this.shape : this.inner[root]!.shape;
    const values = root < 0 ? this.values : this.inner[root]!.values;
    const { embedIndex } = shape;
    for (let embed = this.#frameEmbed[frame]!; embed < embedIndex.length; embed++) {
      const index = embedIndex[embed]!;
      if (index >= values.count || values.type[index] !== ValueType.BinXml || values.length[index] === 0) continue;
      this.#frameEmbed[frame] = embed + 1;
      this.#frameAt[frame] = values.offset[index]!;
      this.#frameEnd[frame] = values.offset[index]! + values.length[index]!;
      return true;
    }
    return false;
  }

  /** Reads one root of an embedded value (0F, 0C, 01 or 41 may come first, F36); position after it, or -1 at its end. */
  #readRoot(at: number, end: number, values: ValueRows): number {
    const bytes = this.#bytes;
    while (at < end && bytes[at] === Token.FragmentHeader) at += 4;
    if (at >= end) return -1;
    switch (bytes[at]) {
      case Token.Instance:
        return this.#readInstance(at, end, values);
      case Token.Open:
      case Token.OpenWithAttributes:
        return this.#readLiteral(at, end, values, false);
      case Token.End:
        return -1;
      default:
        this.#noteFault('record-unreadable');
        return -1;
    }
  }

  /** Copies the descriptors of the template instance at `at` to `values`; position after its values, or -1. */
  #readInstance(at: number, end: number, values: ValueRows): number {
    const view = this.#view;
    let p = at + INSTANCE_HEADER;
    if (p + 4 > end) return this.#failed('record-unreadable');
    const definition = view.getUint32(at + 6, true);
    if (definition === p - this.#chunk) {
      // The definition stands inline exactly when its offset is the position behind the header (F33).
      if (p + DEFINITION_HEADER > end) return this.#failed('record-unreadable');
      p += DEFINITION_HEADER + view.getUint32(p + 20, true);
      if (p + 4 > end) return this.#failed('record-unreadable');
    }
    if (definition >= CHUNK_SIZE) return this.#failed('template-unreadable');
    const shape = this.#templates.shapeAt(definition);
    if (shape === undefined) {
      return this.#failed(this.#templates.limitReached ? 'limit-reached' : 'template-unreadable');
    }
    const count = view.getUint32(p, true);
    p += 4;
    if (count > values.offset.length && (count > MAX_VALUES || !values.reserve(count))) {
      return this.#failed(4 * count > end - p ? 'record-unreadable' : 'limit-reached');
    }
    let data = p + 4 * count;
    if (data > end) return this.#failed('record-unreadable');
    const { offset, length, type } = values;
    let embedded = 0;
    for (let i = 0; i < count; i++, p += 4) {
      const descriptor = view.getUint32(p, true);
      const size = descriptor & 0xffff;
      const kind = (descriptor >>> 16) & 0xff;
      offset[i] = data;
      length[i] = size;
      type[i] = kind;
      if (kind === ValueType.BinXml && size > 0 && ++embedded === 1) values.firstEmbedded = i;
      // A Null may have a size: it is skipped like any other (F43).
      data += size;
    }
    if (data > end) return this.#failed('record-unreadable');
    values.count = count;
    values.embedded = embedded;
    this.#instanceShape = shape;
    return data;
  }

  /** Reads a literal element into a shape of its own and `values`; position after it, or -1. */
  #readLiteral(at: number, end: number, values: ValueRows, partial: boolean): number {
    const walker = this.#walker;
    const known = this.#literals.read(at, end, values);
    if (known > 0) {
      this.#instanceShape = this.#literals.shape!;
      return known;
    }
    if (!walker.walkLiteral(at, end, values, partial)) {
      return this.#failed(walker.fault === 'limit' ? 'limit-reached' : 'record-unreadable');
    }
    const shape = this.#bank.shapeOf(walker.program, walker.size, walker.hash, 'literal');
    if (shape === undefined) return this.#failed('limit-reached');
    this.#literals.keep(walker, at, values.count, shape);
    this.#instanceShape = shape;
    return walker.next;
  }

  #failed(fault: FragmentFault): number {
    this.#noteFault(fault);
    return -1;
  }

  #noteFault(fault: FragmentFault): void {
    if (this.fault === '') this.fault = fault;
  }
}

/** The shape of an event without content. */
function emptyShape(bank: ShapeBank): CompiledShape {
  const shape = bank.shapeOf(new Int32Array(0), 0, bank.seed, 'empty');
  if (shape === undefined) throw new Error('impossible state: the empty shape met a limit');
  return shape;
}
