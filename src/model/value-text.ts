// The one definition of the text of a BinXML value (facts F43–F60): what an analyst sees, what rules are tested
// against, what the canonical tree holds. Everything but character data is ASCII and is written here once, as bytes;
// strings, UTF-16 units and UTF-8 output are all made from that. Arrays: value-array.ts. Embedded BinXML (0x21) is
// structure, not text: here it is ''.

import { ValueType } from './shape.ts';
import { SHORT_UNITS, textOfBytes } from './text-of-units.ts';
import { arrayItems } from './value-array.ts';
import { findText, keepText, MOST_BYTES } from './value-cache.ts';
import {
  formatReal32,
  formatReal64,
  LOWER_HEX,
  writeDecimal,
  writeDecimal64,
  writeHex64,
  writeHexBytes,
  writeSignedDecimal64,
} from './value-number.ts';
import { decodeAnsi, decodeString, writeAnsiUnits, writeStringUnits } from './value-string.ts';
import { writeFiletimeTo, writeSystemtime } from './value-time.ts';

/** Units that the text of any single value can need at most: a value has at most 65,535 bytes, written as hex. */
export const MAX_VALUE_UNITS = 131_200;

/** Text of the value that was last written by writeAsciiText; valid until the next call of anything in this file. */
export const asciiText: Uint8Array = new Uint8Array(MAX_VALUE_UNITS);
const asciiView = new DataView(asciiText.buffer);

const DASH = 45;
const ascii = new TextDecoder('utf-8', { ignoreBOM: true });

/** Writes the text of a value into `asciiText` and gives its length; see writeValueAscii. */
export function writeAsciiText(
  bytes: Uint8Array,
  view: DataView,
  type: number,
  offset: number,
  length: number,
): number {
  return writeValueAscii(bytes, view, type, offset, length, asciiView, 0);
}

/**
 * Writes the text of a value that is neither character data nor an array from `at` on; gives the end position. A value
 * shorter than its type is read as far as it goes (F60), or shown as raw hex where that makes no sense; so are unknown
 * types and times out of range (F54, F57). The value must lie within `bytes`, and `view` must cover the same bytes;
 * `out` needs 64 + 3 * length places (a SID takes up to 11 digits for 4 bytes, binary data 2 for one).
 */
export function writeValueAscii(
  bytes: Uint8Array,
  view: DataView,
  type: number,
  offset: number,
  length: number,
  out: DataView,
  at: number,
): number {
  if (length === 0) return at;
  switch (type) {
    case ValueType.Null:
    case ValueType.BinXml:
      return at;
    case ValueType.UInt8:
      return writeDecimal(bytes[offset]!, out, at);
    case ValueType.UInt16:
      return writeDecimal(readUnsigned(bytes, offset, length < 2 ? length : 2), out, at);
    case ValueType.UInt32:
      return writeDecimal(length >= 4 ? view.getUint32(offset, true) : readUnsigned(bytes, offset, length), out, at);
    case ValueType.UInt64:
      return writeDecimal64(readHigh(bytes, offset, length), readLow(bytes, offset, length), out, at);
    case ValueType.Int8:
      return writeSigned(bytes, offset, 1, out, at);
    case ValueType.Int16:
      return writeSigned(bytes, offset, length < 2 ? length : 2, out, at);
    case ValueType.Int32:
      return writeSigned(bytes, offset, length < 4 ? length : 4, out, at);
    case ValueType.Int64:
      return writeSigned(bytes, offset, length < 8 ? length : 8, out, at);
    case ValueType.Real32:
      if (length >= 4) return writeAscii(formatReal32(view.getFloat32(offset, true)), out, at);
      break;
    case ValueType.Real64:
      if (length >= 8) return writeAscii(formatReal64(view.getFloat64(offset, true)), out, at);
      break;
    case ValueType.Bool:
      return writeAscii(isTrue(bytes, offset, length) ? 'true' : 'false', out, at);
    case ValueType.HexInt32:
      return writeHex64(0, readLow(bytes, offset, length), out, at);
    case ValueType.HexInt64:
    case ValueType.SizeT:
      return writeHex64(readHigh(bytes, offset, length), readLow(bytes, offset, length), out, at);
    case ValueType.Guid:
      if (length >= 16) {
        // `{lower-case}` with braces, as Windows shows it (F51).
        out.setUint8(at, 123);
        const end = writeGuid(bytes, offset, LOWER_HEX, out, at + 1);
        out.setUint8(end, 125);
        return end + 1;
      }
      break;
    case ValueType.FileTime:
      if (length >= 8) {
        const end = writeFiletimeTo(view.getUint32(offset + 4, true), view.getUint32(offset, true), out, at);
        if (end >= 0) return end;
      }
      break;
    case ValueType.SystemTime:
      if (length >= 16) {
        const end = writeSystemtime(view, offset, out, at);
        if (end >= 0) return end;
      }
      break;
    case ValueType.Sid:
      if (length >= 8) return writeSid(bytes, view, offset, length, out, at);
      break;
    default:
      break;
  }
  return writeHexBytes(bytes, offset, Math.min(length, MAX_VALUE_UNITS >> 1), out, at);
}

/**
 * The canonical text of one value. Arrays are the texts of their items joined by commas: the tree repeats the element
 * instead (F58), so this form only serves where one text is needed. The value must lie within `bytes`.
 */
export function formatValue(bytes: Uint8Array, view: DataView, type: number, offset: number, length: number): string {
  if (length === 0) return '';
  switch (type) {
    case ValueType.String:
      if (length > MOST_BYTES) return decodeString(bytes, view, offset, length);
      break;
    case ValueType.AnsiString:
      return decodeAnsi(bytes, offset, length);
    // Small integers: V8 keeps their texts in a cache, which beats making the string from bytes.
    case ValueType.UInt8:
      return String(bytes[offset]!);
    case ValueType.UInt16:
      if (length >= 2) return String(view.getUint16(offset, true));
      break;
    case ValueType.Bool:
      return isTrue(bytes, offset, length) ? 'true' : 'false';
    case ValueType.FileTime:
    case ValueType.SystemTime:
      // Times do not come back, so they are not worth keeping.
      return textOfAscii(writeAsciiText(bytes, view, type, offset, length));
    default:
      if ((type & ValueType.Array) === 0) break;
      return arrayItems(bytes, type, offset, length)
        .map((item) => formatValue(bytes, view, item.type, item.offset, item.length))
        .join(',');
  }
  if (length > MOST_BYTES) return textOfAscii(writeAsciiText(bytes, view, type, offset, length));
  const known = findText(view, type, offset, length);
  if (known !== undefined) return known;
  const text =
    type === ValueType.String
      ? decodeString(bytes, view, offset, length)
      : textOfAscii(writeAsciiText(bytes, view, type, offset, length));
  return keepText(view, type, offset, length, text);
}

/**
 * Writes the UTF-16 units of formatValue(…) without making a string; gives their number. `out` needs MAX_VALUE_UNITS
 * places, or half the value's bytes for strings.
 */
export function writeValueUnits(
  bytes: Uint8Array,
  view: DataView,
  type: number,
  offset: number,
  length: number,
  out: Uint16Array,
): number {
  if (type === ValueType.String) return writeStringUnits(bytes, offset, length, out);
  if (type === ValueType.AnsiString) return writeAnsiUnits(bytes, offset, length, out);
  if ((type & ValueType.Array) !== 0) {
    const text = formatValue(bytes, view, type, offset, length);
    const count = Math.min(text.length, out.length);
    for (let i = 0; i < count; i++) out[i] = text.charCodeAt(i);
    return count;
  }
  const count = writeAsciiText(bytes, view, type, offset, length);
  for (let i = 0; i < count; i++) out[i] = asciiText[i]!;
  return count;
}

/** Text of the first `length` bytes of `asciiText`. */
export function textOfAscii(length: number): string {
  return length <= SHORT_UNITS ? textOfBytes(asciiText, length) : ascii.decode(asciiText.subarray(0, length));
}

function writeAscii(text: string, out: DataView, at: number): number {
  for (let i = 0; i < text.length; i++) out.setUint8(at + i, text.charCodeAt(i));
  return at + text.length;
}

function readUnsigned(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = (value << 8) | bytes[offset + i]!;
  return value >>> 0;
}

/** Lower half of a value of which `length` bytes are there. */
function readLow(bytes: Uint8Array, offset: number, length: number): number {
  return readUnsigned(bytes, offset, length < 4 ? length : 4);
}

/** Upper half of a 64-bit value of which `length` bytes are there. */
function readHigh(bytes: Uint8Array, offset: number, length: number): number {
  return length <= 4 ? 0 : readUnsigned(bytes, offset + 4, length < 8 ? length - 4 : 4);
}

/** Writes a two's complement integer of `width` bytes (1–8); the top byte that is there carries the sign. */
function writeSigned(bytes: Uint8Array, offset: number, width: number, out: DataView, at: number): number {
  const negative = bytes[offset + width - 1]! >= 0x80;
  let low = readLow(bytes, offset, width);
  let high = readHigh(bytes, offset, width);
  if (negative && width < 4) low = (low | (-1 << (8 * width))) >>> 0;
  if (negative && width <= 4) high = 0xffff_ffff;
  else if (negative && width < 8) high = (high | (-1 << (8 * (width - 4)))) >>> 0;
  return writeSignedDecimal64(high, low, out, at);
}

function isTrue(bytes: Uint8Array, offset: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[offset + i] !== 0) return true;
  return false;
}

/** Writes the 36 places of a GUID without braces, with the given pairs of hex digits; gives the end position. */
export function writeGuid(bytes: Uint8Array, offset: number, pairs: Uint16Array, out: DataView, at: number): number {
  // Written out: with an order table it took twice the time.
  out.setUint16(at, pairs[bytes[offset + 3]!]!, true);
  out.setUint16(at + 2, pairs[bytes[offset + 2]!]!, true);
  out.setUint16(at + 4, pairs[bytes[offset + 1]!]!, true);
  out.setUint16(at + 6, pairs[bytes[offset]!]!, true);
  out.setUint8(at + 8, DASH);
  out.setUint16(at + 9, pairs[bytes[offset + 5]!]!, true);
  out.setUint16(at + 11, pairs[bytes[offset + 4]!]!, true);
  out.setUint8(at + 13, DASH);
  out.setUint16(at + 14, pairs[bytes[offset + 7]!]!, true);
  out.setUint16(at + 16, pairs[bytes[offset + 6]!]!, true);
  out.setUint8(at + 18, DASH);
  out.setUint16(at + 19, pairs[bytes[offset + 8]!]!, true);
  out.setUint16(at + 21, pairs[bytes[offset + 9]!]!, true);
  out.setUint8(at + 23, DASH);
  for (let i = 10; i < 16; i++) out.setUint16(at + 4 + 2 * i, pairs[bytes[offset + i]!]!, true);
  return at + 36;
}

/** `S-revision-authority-sub…`; the count of sub-authorities is bounded by the size, an authority from 2^32 is hex (F55). */
function writeSid(
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  length: number,
  out: DataView,
  start: number,
): number {
  const count = Math.min(bytes[offset + 1]!, (length - 8) >> 2);
  out.setUint8(start, 83);
  out.setUint8(start + 1, DASH);
  let at = writeDecimal(bytes[offset]!, out, start + 2);
  out.setUint8(at++, DASH);
  const top = view.getUint16(offset + 2, false);
  if (top === 0) {
    at = writeDecimal(view.getUint32(offset + 4, false), out, at);
  } else {
    out.setUint8(at, 48);
    out.setUint8(at + 1, 120);
    at += 2;
    // SDDL writes all twelve digits.
    for (let i = 2; i < 8; i++, at += 2) out.setUint16(at, LOWER_HEX[bytes[offset + i]!]!, true);
  }
  for (let i = 0; i < count; i++) {
    out.setUint8(at, DASH);
    at = writeDecimal(view.getUint32(offset + 8 + 4 * i, true), out, at + 1);
  }
  return at;
}
