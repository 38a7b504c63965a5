// The growing output of JSON Lines, and scalar values of a log written to it as dialect A spells them, as UTF-8 bytes
// without a string in between. Every value ends in a comma, because a closing bracket takes the last one back. Knows
// nothing of shapes; json-lines-writer.ts drives it.

import { ValueType } from '../../model/shape.ts';
import { writeDecimal, writeDecimal64, writeHex64 } from '../../model/value-number.ts';
import { asciiText, textOfAscii, writeAsciiText } from '../../model/value-text.ts';
import { writeFiletime } from '../../model/value-time.ts';
import { dialectText } from './dialect-value.ts';
import { markOfType } from './element-builder.ts';
import { MAX_GROWTH, writeAnsiAsJson, writeUtf16AsJson } from './json-bytes.ts';
import { EmptyForm, segmentOf, type Segment } from './json-program.ts';

const COMMA = 44;
const QUOTE = 34;
const CLOSE = 125;
const LETTER_Z = 90;
/** Bytes up to which a segment is copied word by word. */
const WORDWISE = 24;
const FIRST_CAPACITY = 1 << 20;

const NULL_MEMBER = segmentOf('null,');
const EMPTY_MEMBER = segmentOf('"",');

export class JsonOutput {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_CAPACITY);
  view = new DataView(this.bytes.buffer);
  /** Bytes written so far. */
  at = 0;
  /** Where the values lie. */
  source: Uint8Array = new Uint8Array(0);
  sourceView: DataView = new DataView(new ArrayBuffer(0));

  /** Makes room for `size` more bytes. */
  reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + size));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Copies a segment: short ones word by word, because `set` costs 23 ns whatever the size (measured; bytes 2 ns each). */
  segment(segment: Segment): void {
    const { words, length } = segment;
    const at = this.at;
    if (at + length + 4 > this.bytes.length) this.reserve(length + 4);
    if (length > WORDWISE) {
      this.bytes.set(segment.bytes, at);
    } else {
      const { view } = this;
      const size = words.length;
      for (let i = 0; i < size; i++) view.setInt32(at + 4 * i, words[i]!, true);
    }
    this.at = at + length;
  }

  /** Ends an object that has a member, over its last comma. */
  closeMember(): void {
    this.reserve(1);
    this.bytes[this.at - 1] = CLOSE;
    this.bytes[this.at++] = COMMA;
  }

  /** Whether all that was written from `start` on is `"",`. */
  isEmptyString(start: number): boolean {
    return this.at - start === 3 && this.bytes[start] === QUOTE && this.bytes[start + 1] === QUOTE;
  }

  /** Writes what stands for an empty value. */
  empty(form: number): true {
    this.segment(form === EmptyForm.Null ? NULL_MEMBER : EMPTY_MEMBER);
    return true;
  }

  /** Writes a value as a scalar and a comma; an empty one as `empty` says, a number as a text unless `bare`. False for arrays and fragments. */
  scalar(type: number, offset: number, length: number, empty: number, bare: boolean): boolean {
    if (type === ValueType.String) {
      this.reserve((length >> 1) * MAX_GROWTH + 8);
      const start = this.at;
      this.bytes[start] = QUOTE;
      const end = writeUtf16AsJson(this.sourceView, offset, offset + (length & ~1), this.bytes, this.view, start + 1);
      if (end === start + 1) return this.empty(empty);
      this.bytes[end] = QUOTE;
      this.bytes[end + 1] = COMMA;
      this.at = end + 2;
      return true;
    }
    if (type === ValueType.BinXml || (type & ValueType.Array) !== 0) return false;
    if (type === ValueType.AnsiString) {
      this.reserve(length * MAX_GROWTH + 4);
      const start = this.at;
      this.bytes[start] = QUOTE;
      const end = writeAnsiAsJson(this.source, offset, length, this.bytes, start + 1);
      if (end === start + 1) return this.empty(empty);
      this.bytes[end] = QUOTE;
      this.bytes[end + 1] = COMMA;
      this.at = end + 2;
      return true;
    }
    // A SID takes up to 11 digits for 4 bytes, binary data 2 for one.
    this.reserve(3 * length + 64);
    const end = bare ? this.#number(type, offset, length) : this.at;
    if (end > this.at) {
      this.bytes[end] = COMMA;
      this.at = end + 1;
      return true;
    }
    const out = this.bytes;
    const start = this.at;
    out[start] = QUOTE;
    let at = -1;
    if (type === ValueType.FileTime && length >= 8) {
      at = writeFiletime(
        this.sourceView.getUint32(offset + 4, true),
        this.sourceView.getUint32(offset, true),
        out,
        start + 1,
      );
      // Six digits of seven.
      if (at >= 0) out[--at - 1] = LETTER_Z;
    } else if (type === ValueType.HexInt64 && length >= 8) {
      at = writeHex64(
        this.sourceView.getUint32(offset + 4, true),
        this.sourceView.getUint32(offset, true),
        out,
        start + 1,
      );
    } else if (type === ValueType.HexInt32 && length >= 4) {
      at = writeHex64(0, this.sourceView.getUint32(offset, true), out, start + 1);
    }
    if (at < 0) at = this.#ascii(type, offset, length, start + 1);
    if (at === start + 1) return this.empty(empty);
    out[at] = QUOTE;
    out[at + 1] = COMMA;
    this.at = at + 2;
    return true;
  }

  /** Writes an integer or boolean at the end of the output without counting it; gives its end, or its start for other types. */
  #number(type: number, offset: number, length: number): number {
    const out = this.bytes;
    const at = this.at;
    switch (type) {
      case ValueType.UInt8:
        return writeDecimal(this.source[offset]!, out, at);
      case ValueType.UInt16:
        if (length >= 2) return writeDecimal(this.sourceView.getUint16(offset, true), out, at);
        break;
      case ValueType.UInt32:
        if (length >= 4) return writeDecimal(this.sourceView.getUint32(offset, true), out, at);
        break;
      case ValueType.UInt64:
        if (length >= 8)
          return writeDecimal64(
            this.sourceView.getUint32(offset + 4, true),
            this.sourceView.getUint32(offset, true),
            out,
            at,
          );
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
    const count = writeAsciiText(this.source, this.sourceView, type, offset, length);
    for (let i = 0; i < count; i++) out[at + i] = asciiText[i]!;
    return at + count;
  }

  /** Writes any other ASCII text as evtx_dump spells it from `at` on; gives its end. */
  #ascii(type: number, offset: number, length: number, at: number): number {
    const out = this.bytes;
    const count = writeAsciiText(this.source, this.sourceView, type, offset, length);
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
}
