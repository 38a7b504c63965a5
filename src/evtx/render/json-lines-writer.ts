// Writes records as JSON Lines of dialect A, as UTF-8 bytes straight from shapes and values (json-program.ts). What has
// no program, or meets a value that its program does not foresee (arrays, text in place of a fragment), is rendered as
// a tree and formatted by evtx-dump-json.ts: both ways give the same bytes. Long for one thing: the operation switch.

import type { InnerRoot } from '../../model/record.ts';
import { ValueType, type Shape, type ValueTable } from '../../model/shape.ts';
import { forEachArrayItem } from '../../model/value-array.ts';
import { writeDecimal, writeDecimal64, writeHex64 } from '../../model/value-number.ts';
import { asciiText, formatValue, textOfAscii, writeAsciiText } from '../../model/value-text.ts';
import { writeFiletime } from '../../model/value-time.ts';
import { markOfType } from './element-builder.ts';
import { dialectText, formatJsonString } from './dialect-value.ts';
import { formatEvtxDumpJson } from './evtx-dump-json.ts';
import { MAX_GROWTH, writeAnsiAsJson, writeUtf16AsJson } from './json-bytes.ts';
import { compileJsonProgram, EmptyForm, JsonOp, segmentOf, type JsonProgram, type Segment } from './json-program.ts';
import { MAX_EVENT_COST, MAX_EVENT_DEPTH, renderEventWithin, type RecordView } from './render-event.ts';

const COMMA = 44;
const QUOTE = 34;
const OPEN = 123;
const CLOSE = 125;
const LETTER_Z = 90;
/** A line longer than this is rendered as a tree, which has a cap. */
const MAX_LINE = 1_000_000;
const FIRST_CAPACITY = 1 << 20;

const LEAF_ATTRIBUTES = segmentOf('{"#attributes":{');
const OBJECT_ATTRIBUTES = segmentOf('"#attributes":{');
const TEXT_MEMBER = segmentOf('"#text":');
const DATA_MEMBER = segmentOf('"Data":{"#text":');
const NULL_MEMBER = segmentOf('null,');
const EMPTY_MEMBER = segmentOf('"",');

const encoder = new TextEncoder();

export class JsonLinesWriter {
  /** Records that went the slow way, for reports. */
  slowRecords = 0;

  #out = new Uint8Array(FIRST_CAPACITY);
  #outView = new DataView(this.#out.buffer);
  #at = 0;
  readonly #programs = new WeakMap<Shape, JsonProgram | 'none'>();
  #record: RecordView | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #limit = 0;

  /** Bytes written and not yet taken. */
  get length(): number {
    return this.#at;
  }

  /** The bytes written so far. The view is valid until the next write; `clear` frees the space. */
  peek(): Uint8Array {
    return this.#out.subarray(0, this.#at);
  }

  clear(): void {
    this.#at = 0;
  }

  /**
   * Writes a record, whose embedded fragments are resolved, and a line end. False when the event was cut at
   * MAX_EVENT_COST.
   */
  write(record: RecordView): boolean {
    const start = this.#at;
    this.#record = record;
    this.#bytes = record.bytes;
    this.#view = record.view;
    this.#limit = start + MAX_LINE;
    this.#reserve(2);
    this.#out[this.#at++] = OPEN;
    const program = this.#program(record.shape);
    if (program !== undefined && this.#member(program, record.values, -1, program.depth)) {
      this.#reserve(2);
      this.#out[this.#at - 1] = CLOSE;
      this.#out[this.#at++] = 10;
      return true;
    }
    this.#at = start;
    this.slowRecords++;
    const { event, complete } = renderEventWithin(record, MAX_EVENT_COST);
    const line = encoder.encode(`${formatEvtxDumpJson(event)}\n`);
    this.#reserve(line.length);
    this.#out.set(line, this.#at);
    this.#at += line.length;
    return complete;
  }

  #reserve(size: number): void {
    if (this.#at + size <= this.#out.length) return;
    const grown = new Uint8Array(Math.max(this.#out.length * 2, this.#at + size));
    grown.set(this.#out.subarray(0, this.#at));
    this.#out = grown;
    this.#outView = new DataView(grown.buffer);
  }

  #program(shape: Shape): JsonProgram | undefined {
    let program = this.#programs.get(shape);
    if (program === undefined) {
      program = compileJsonProgram(shape) ?? 'none';
      this.#programs.set(shape, program);
    }
    return program === 'none' ? undefined : program;
  }

  /**
   * Writes `"name":value,` of a fragment; false when it has to be rendered as a tree. `depth` counts the elements down
   * to the deepest of this fragment and bounds the nesting.
   */
  #member(program: JsonProgram, values: ValueTable, root: number, depth: number): boolean {
    if (depth > MAX_EVENT_DEPTH) return false;
    const { steps, segments } = program;
    let attributesStart = 0;
    for (let step = 0; step < steps.length; step += 4) {
      const a = steps[step + 1]!;
      const b = steps[step + 2]!;
      const c = steps[step + 3]!;
      if (this.#at > this.#limit) return false;
      switch (steps[step]!) {
        case JsonOp.Bytes:
          this.#ready(segments[a]!);
          break;
        case JsonOp.Value:
          if (c >= 0) this.#ready(segments[c]!);
          if (!this.#value(values, a, b)) return false;
          break;
        case JsonOp.Mixed:
          if (!this.#scalar(program, values, a, b, c)) return false;
          break;
        case JsonOp.LeafAttributes:
          this.#ready(LEAF_ATTRIBUTES);
          attributesStart = this.#at;
          break;
        case JsonOp.ObjectAttributes:
          this.#ready(OBJECT_ATTRIBUTES);
          attributesStart = this.#at;
          break;
        case JsonOp.AttributeValue: {
          if (isEmpty(values, b)) break;
          const before = this.#at;
          this.#ready(program.keys[a]!);
          const valueStart = this.#at;
          if (!this.#value(values, b, EmptyForm.EmptyString)) return false;
          if (this.#isEmptyString(valueStart)) this.#at = before;
          break;
        }
        case JsonOp.Attribute:
          if (!this.#attribute(program, values, a, b, c)) return false;
          break;
        case JsonOp.EndLeaf:
          if (this.#at === attributesStart) {
            this.#at -= LEAF_ATTRIBUTES.length;
            if (!this.#scalar(program, values, a, b, EmptyForm.Null)) return false;
          } else {
            this.#reserve(4);
            this.#out[this.#at - 1] = CLOSE;
            this.#out[this.#at++] = COMMA;
            if (!this.#textMember(program, values, a, b)) return false;
            this.#reserve(2);
            this.#out[this.#at - 1] = CLOSE;
            this.#out[this.#at++] = COMMA;
          }
          break;
        case JsonOp.EndAttributes:
          if (this.#at === attributesStart) {
            this.#at -= OBJECT_ATTRIBUTES.length;
          } else {
            this.#reserve(2);
            this.#out[this.#at - 1] = CLOSE;
            this.#out[this.#at++] = COMMA;
          }
          break;
        case JsonOp.Text:
          if (!this.#textMember(program, values, a, b)) return false;
          break;
        case JsonOp.Close:
          this.#reserve(2);
          if (this.#out[this.#at - 1] === COMMA) this.#at--;
          this.#out[this.#at++] = CLOSE;
          this.#out[this.#at++] = COMMA;
          break;
        case JsonOp.Embed:
          if (!this.#embed(values, root, a, program.siblings[b]!, depth)) return false;
          break;
        case JsonOp.SkipWithoutRoot: {
          const found = this.#rootIn(values, root, a);
          if (found === undefined) return false;
          if (found === null) step = b - 4;
          break;
        }
        case JsonOp.Jump:
          step = a - 4;
          break;
        case JsonOp.DataList:
          if (!this.#dataList(program, values, a, b)) return false;
          break;
      }
    }
    return true;
  }

  /** Copies a segment word by word: half the time of byte by byte, and no call as with `set` (measured). */
  #ready(segment: Segment): void {
    const { words, length } = segment;
    const size = words.length;
    const at = this.#at;
    if (at + length + 4 > this.#out.length) this.#reserve(length + 4);
    const view = this.#outView;
    for (let i = 0; i < size; i++) view.setInt32(at + 4 * i, words[i]!, true);
    this.#at = at + length;
  }

  /** The fragment in a value; null when it holds none, undefined when it holds something else or several. */
  #rootIn(values: ValueTable, parent: number, index: number): { root: InnerRoot; number: number } | null | undefined {
    if (isEmpty(values, index)) return null;
    if (values.type[index] !== ValueType.BinXml) return undefined;
    const { inner, innerCount } = this.#record!;
    let found: { root: InnerRoot; number: number } | null = null;
    for (let number = parent + 1; number < innerCount; number++) {
      const root = inner[number]!;
      if (root.parent !== parent || root.valueIndex !== index) continue;
      if (found !== null) return undefined;
      found = { root, number };
    }
    return found;
  }

  #embed(values: ValueTable, parent: number, index: number, siblings: ReadonlySet<string>, depth: number): boolean {
    const found = this.#rootIn(values, parent, index);
    if (found === undefined) return false;
    if (found === null) return true;
    const program = this.#program(found.root.shape);
    if (program === undefined || siblings.has(program.rootName)) return false;
    return this.#member(program, found.root.values, found.number, depth + program.depth);
  }

  #attribute(program: JsonProgram, values: ValueTable, key: number, start: number, end: number): boolean {
    for (let i = start; i < end; i++) {
      if (program.optional[i] === 1 && isNull(values, program.pieces[i]!)) return true;
    }
    const before = this.#at;
    this.#ready(program.keys[key]!);
    const valueStart = this.#at;
    if (!this.#scalar(program, values, start, end, EmptyForm.EmptyString)) return false;
    // An attribute that is empty is left out.
    if (this.#isEmptyString(valueStart)) this.#at = before;
    return true;
  }

  #textMember(program: JsonProgram, values: ValueTable, start: number, end: number): boolean {
    const before = this.#at;
    this.#ready(TEXT_MEMBER);
    const valueStart = this.#at;
    if (!this.#scalar(program, values, start, end, EmptyForm.EmptyString)) return false;
    if (this.#isEmptyString(valueStart)) this.#at = before;
    return true;
  }

  /** Whether all that was written from `start` on is `"",`. */
  #isEmptyString(start: number): boolean {
    return this.#at - start === 3 && this.#out[start] === QUOTE && this.#out[start + 1] === QUOTE;
  }

  #empty(form: number): true {
    this.#ready(form === EmptyForm.Null ? NULL_MEMBER : EMPTY_MEMBER);
    return true;
  }

  /** Writes pieces [start, end) as one scalar and a comma. */
  #scalar(program: JsonProgram, values: ValueTable, start: number, end: number, empty: number): boolean {
    let present = 0;
    let last = -1;
    for (let i = start; i < end; i++) {
      const piece = program.pieces[i]!;
      if (piece >= 0 && isNull(values, piece)) continue;
      present++;
      last = piece;
    }
    if (present === 0) return this.#empty(empty);
    if (present === 1 && last >= 0) return this.#value(values, last, empty);
    this.#reserve(1);
    this.#out[this.#at++] = QUOTE;
    const textStart = this.#at;
    for (let i = start; i < end; i++) {
      const piece = program.pieces[i]!;
      if (piece < 0) this.#ready(program.texts[-piece - 1]!);
      else if (!this.#mixedPiece(values, piece)) return false;
    }
    if (this.#at === textStart) {
      this.#at--;
      return this.#empty(empty);
    }
    this.#reserve(2);
    this.#out[this.#at++] = QUOTE;
    this.#out[this.#at++] = COMMA;
    return true;
  }

  /** Content of a value among others in one text: canonical, because the tree keeps no mark for a part of a text. */
  #mixedPiece(values: ValueTable, index: number): boolean {
    if (isEmpty(values, index)) return true;
    const type = values.type[index]!;
    if (type === ValueType.BinXml || (type & ValueType.Array) !== 0) return false;
    // Half a surrogate pair at the end of one piece can meet its other half in the next: leave strings to the tree.
    const text = formatValue(this.#bytes, this.#view, type, values.offset[index]!, values.length[index]!);
    if (/[\ud800-\udfff]/.test(text)) return false;
    this.#ready(segmentOf(formatJsonString(text).slice(1, -1)));
    return true;
  }

  /** Writes a value as a scalar and a comma; false for arrays and fragments. */
  #value(values: ValueTable, index: number, empty: number): boolean {
    if (isEmpty(values, index)) return this.#empty(empty);
    return this.#typed(values.type[index]!, values.offset[index]!, values.length[index]!, empty, true);
  }

  #typed(type: number, offset: number, length: number, empty: number, bare: boolean): boolean {
    if (type === ValueType.String) {
      this.#reserve((length >> 1) * MAX_GROWTH + 8);
      const start = this.#at;
      this.#out[start] = QUOTE;
      const end = writeUtf16AsJson(this.#view, offset, offset + (length & ~1), this.#out, this.#outView, start + 1);
      if (end === start + 1) return this.#empty(empty);
      this.#out[end] = QUOTE;
      this.#out[end + 1] = COMMA;
      this.#at = end + 2;
      return true;
    }
    if (type === ValueType.BinXml || (type & ValueType.Array) !== 0) return false;
    if (type === ValueType.AnsiString) {
      this.#reserve(length * MAX_GROWTH + 4);
      const start = this.#at;
      this.#out[start] = QUOTE;
      const end = writeAnsiAsJson(this.#bytes, offset, length, this.#out, start + 1);
      if (end === start + 1) return this.#empty(empty);
      this.#out[end] = QUOTE;
      this.#out[end + 1] = COMMA;
      this.#at = end + 2;
      return true;
    }
    this.#reserve(2 * length + 64);
    const end = bare ? this.#number(type, offset, length) : this.#at;
    if (end > this.#at) {
      this.#out[end] = COMMA;
      this.#at = end + 1;
      return true;
    }
    const out = this.#out;
    const start = this.#at;
    out[start] = QUOTE;
    let at = -1;
    if (type === ValueType.FileTime && length >= 8) {
      at = writeFiletime(this.#view.getUint32(offset + 4, true), this.#view.getUint32(offset, true), out, start + 1);
      // Six digits of seven.
      if (at >= 0) out[--at - 1] = LETTER_Z;
    } else if (type === ValueType.HexInt64 && length >= 8) {
      at = writeHex64(this.#view.getUint32(offset + 4, true), this.#view.getUint32(offset, true), out, start + 1);
    } else if (type === ValueType.HexInt32 && length >= 4) {
      at = writeHex64(0, this.#view.getUint32(offset, true), out, start + 1);
    }
    if (at < 0) at = this.#ascii(type, offset, length, start + 1);
    if (at === start + 1) return this.#empty(empty);
    out[at] = QUOTE;
    out[at + 1] = COMMA;
    this.#at = at + 2;
    return true;
  }

  /** Writes an integer or boolean at the end of the output without counting it; gives its end, or its start for other types. */
  #number(type: number, offset: number, length: number): number {
    const out = this.#out;
    const at = this.#at;
    switch (type) {
      case ValueType.UInt8:
        return writeDecimal(this.#bytes[offset]!, out, at);
      case ValueType.UInt16:
        if (length >= 2) return writeDecimal(this.#view.getUint16(offset, true), out, at);
        break;
      case ValueType.UInt32:
        if (length >= 4) return writeDecimal(this.#view.getUint32(offset, true), out, at);
        break;
      case ValueType.UInt64:
        if (length >= 8)
          return writeDecimal64(this.#view.getUint32(offset + 4, true), this.#view.getUint32(offset, true), out, at);
        break;
      case ValueType.Bool:
      case ValueType.Int8:
      case ValueType.Int16:
      case ValueType.Int32:
      case ValueType.Int64:
        break;
      default:
        return at;
    }
    const count = writeAsciiText(this.#bytes, this.#view, type, offset, length);
    for (let i = 0; i < count; i++) out[at + i] = asciiText[i]!;
    return at + count;
  }

  /** Writes any other ASCII text as evtx_dump spells it from `at` on; gives its end. */
  #ascii(type: number, offset: number, length: number, at: number): number {
    const out = this.#out;
    const count = writeAsciiText(this.#bytes, this.#view, type, offset, length);
    if (type === ValueType.Guid && count === 38) {
      for (let i = 1; i < 37; i++) {
        const letter = asciiText[i]!;
        out[at + i - 1] = letter >= 97 ? letter - 32 : letter;
      }
      return at + 36;
    }
    if (type === ValueType.Real32 || type === ValueType.Real64 || type === ValueType.SystemTime) {
      const text = textOfAscii(count);
      const spelled = dialectText(text, markOfType(type, text));
      for (let i = 0; i < spelled.length; i++) out[at + i] = spelled.charCodeAt(i);
      return at + spelled.length;
    }
    for (let i = 0; i < count; i++) out[at + i] = asciiText[i]!;
    return at + count;
  }

  /** Writes the unnamed Data elements of a container: one value, or a list of them; arrays give one per item (F58). */
  #dataList(program: JsonProgram, values: ValueTable, start: number, end: number): boolean {
    this.#ready(DATA_MEMBER);
    const listStart = this.#at;
    this.#reserve(1);
    this.#out[this.#at++] = 91;
    let written = 0;
    let fine = true;
    for (let i = start; i < end && fine; i += 2) {
      const from = program.lists[i]!;
      const to = program.lists[i + 1]!;
      const only = to - from === 1 ? program.pieces[from]! : -1;
      if (only < 0 || isNull(values, only) || (values.type[only]! & ValueType.Array) === 0) {
        fine = this.#scalar(program, values, from, to, EmptyForm.EmptyString);
        written++;
        continue;
      }
      const type = values.type[only]!;
      let items = 0;
      // In an array of one, numbers are texts (element-builder.ts).
      forEachArrayItem(this.#bytes, type, values.offset[only]!, values.length[only]!, () => items++);
      forEachArrayItem(this.#bytes, type, values.offset[only]!, values.length[only]!, (itemType, offset, length) => {
        if (!fine || this.#at > this.#limit) fine = false;
        else if (length === 0) this.#empty(EmptyForm.EmptyString);
        else fine = this.#typed(itemType, offset, length, EmptyForm.EmptyString, items > 1);
      });
      written += items;
    }
    if (!fine) return false;
    if (written === 1) {
      // A single one stands without brackets: move it over the opening one.
      this.#out.copyWithin(listStart, listStart + 1, this.#at);
      this.#at -= 2;
    } else {
      this.#out[this.#at - 1] = 93;
    }
    this.#reserve(2);
    this.#out[this.#at++] = CLOSE;
    this.#out[this.#at++] = COMMA;
    return true;
  }
}

function isNull(values: ValueTable, index: number): boolean {
  return index >= values.count || values.type[index] === ValueType.Null;
}

/** Null, or without bytes. */
function isEmpty(values: ValueTable, index: number): boolean {
  return isNull(values, index) || values.length[index] === 0;
}
