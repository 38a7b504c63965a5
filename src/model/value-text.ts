// The one definition of the text of a BinXML value (facts F43–F60): what an analyst sees, what rules are tested
// against, what the canonical tree holds. Everything but character data is ASCII and is written here once, as bytes;
// strings, UTF-16 units and UTF-8 output are all made from that. Arrays: value-array.ts. Embedded BinXML (0x21) is
// structure, not text: here it is ''.

import { ValueType } from './shape.ts';
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
import { writeFiletime, writeSystemtime } from './value-time.ts';
import { forEachArrayItem } from './value-array.ts';

/** Units that the text of any single value can need at most: a value has at most 65,535 bytes, written as hex. */
export const MAX_VALUE_UNITS = 131_200;

/** Text of the value that was last written by writeAsciiText; valid until the next call of anything in this file. */
export const asciiText: Uint8Array = new Uint8Array(MAX_VALUE_UNITS);

const DASH = 45;
const TRUE = Uint8Array.from('true', (letter) => letter.charCodeAt(0));
const FALSE = Uint8Array.from('false', (letter) => letter.charCodeAt(0));

/**
 * Writes the text of a value that is neither character data nor an array into `asciiText` and gives its length. A value
 * shorter than its type is read as far as it goes (F60), or shown as raw hex where that makes no sense; so are unknown
 * types and times out of range (F54, F57). The value must lie within `bytes`, and `view` must cover the same bytes.
 */
export function writeAsciiText(
  bytes: Uint8Array,
  view: DataView,
  type: number,
  offset: number,
  length: number,
): number {
  if (length === 0) return 0;
  switch (type) {
    case ValueType.Null:
    case ValueType.BinXml:
      return 0;
    case ValueType.UInt8:
      return writeDecimal(bytes[offset]!, asciiText, 0);
    case ValueType.UInt16:
      return writeDecimal(readUnsigned(bytes, offset, length < 2 ? length : 2), asciiText, 0);
    case ValueType.UInt32:
      return writeDecimal(readUnsigned(bytes, offset, length < 4 ? length : 4), asciiText, 0);
    case ValueType.UInt64:
      return writeDecimal64(
        readHigh(bytes, offset, length),
        readUnsigned(bytes, offset, Math.min(length, 4)),
        asciiText,
        0,
      );
    case ValueType.Int8:
      return writeSigned(bytes, offset, 1);
    case ValueType.Int16:
      return writeSigned(bytes, offset, length < 2 ? length : 2);
    case ValueType.Int32:
      return writeSigned(bytes, offset, length < 4 ? length : 4);
    case ValueType.Int64:
      return writeSigned(bytes, offset, length < 8 ? length : 8);
    case ValueType.Real32:
      return length < 4 ? writeRaw(bytes, offset, length) : writeAscii(formatReal32(view.getFloat32(offset, true)));
    case ValueType.Real64:
      return length < 8 ? writeRaw(bytes, offset, length) : writeAscii(formatReal64(view.getFloat64(offset, true)));
    case ValueType.Bool: {
      const text = isTrue(bytes, offset, length) ? TRUE : FALSE;
      asciiText.set(text);
      return text.length;
    }
    case ValueType.HexInt32:
      return writeHex64(0, readUnsigned(bytes, offset, length < 4 ? length : 4), asciiText, 0);
    case ValueType.HexInt64:
    case ValueType.SizeT:
      return writeHex64(
        readHigh(bytes, offset, length),
        readUnsigned(bytes, offset, Math.min(length, 4)),
        asciiText,
        0,
      );
    case ValueType.Guid:
      return length < 16 ? writeRaw(bytes, offset, length) : writeGuid(bytes, offset);
    case ValueType.FileTime: {
      if (length < 8) return writeRaw(bytes, offset, length);
      const end = writeFiletime(view.getUint32(offset + 4, true), view.getUint32(offset, true), asciiText, 0);
      return end < 0 ? writeRaw(bytes, offset, length) : end;
    }
    case ValueType.SystemTime: {
      if (length < 16) return writeRaw(bytes, offset, length);
      const end = writeSystemtime(view, offset, asciiText, 0);
      return end < 0 ? writeRaw(bytes, offset, length) : end;
    }
    case ValueType.Sid:
      return length < 8 ? writeRaw(bytes, offset, length) : writeSid(bytes, view, offset, length);
    default:
      return writeRaw(bytes, offset, length);
  }
}

/**
 * The canonical text of one value. Arrays are the texts of their items joined by commas: the tree repeats the element
 * instead (F58), so this form only serves where one text is needed. The value must lie within `bytes`.
 */
export function formatValue(bytes: Uint8Array, view: DataView, type: number, offset: number, length: number): string {
  if (length === 0) return '';
  switch (type) {
    case ValueType.String:
      return decodeString(bytes, offset, length);
    case ValueType.AnsiString:
      return decodeAnsi(bytes, offset, length);
    // Small integers: V8 keeps their texts in a cache, which beats making the string from bytes.
    case ValueType.UInt8:
      return String(bytes[offset]!);
    case ValueType.UInt16:
      if (length >= 2) return String(view.getUint16(offset, true));
      break;
    case ValueType.UInt32:
      if (length >= 4) return String(view.getUint32(offset, true));
      break;
    default:
      if ((type & ValueType.Array) !== 0) {
        const items: string[] = [];
        forEachArrayItem(bytes, type, offset, length, (itemType, at, size) => {
          items.push(formatValue(bytes, view, itemType, at, size));
        });
        return items.join(',');
      }
  }
  return textOfAscii(writeAsciiText(bytes, view, type, offset, length));
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
  let text = '';
  for (let at = 0; at < length; at += 8_192) {
    text += String.fromCharCode.apply(
      null,
      asciiText.subarray(at, Math.min(length, at + 8_192)) as unknown as number[],
    );
  }
  return text;
}

function writeRaw(bytes: Uint8Array, offset: number, length: number): number {
  return writeHexBytes(bytes, offset, Math.min(length, MAX_VALUE_UNITS >> 1), asciiText, 0);
}

function writeAscii(text: string): number {
  for (let i = 0; i < text.length; i++) asciiText[i] = text.charCodeAt(i);
  return text.length;
}

function readUnsigned(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = (value << 8) | bytes[offset + i]!;
  return value >>> 0;
}

/** Upper half of a 64-bit value of which `length` bytes are there. */
function readHigh(bytes: Uint8Array, offset: number, length: number): number {
  return length <= 4 ? 0 : readUnsigned(bytes, offset + 4, Math.min(length, 8) - 4);
}

/** Writes a two's complement integer of `width` bytes (1–8); the top byte that is there carries the sign. */
function writeSigned(bytes: Uint8Array, offset: number, width: number): number {
  const negative = bytes[offset + width - 1]! >= 0x80;
  let low = readUnsigned(bytes, offset, Math.min(width, 4));
  let high = readHigh(bytes, offset, width);
  if (negative && width < 4) low = (low | (-1 << (8 * width))) >>> 0;
  if (negative && width <= 4) high = 0xffff_ffff;
  else if (negative && width < 8) high = (high | (-1 << (8 * (width - 4)))) >>> 0;
  return writeSignedDecimal64(high, low, asciiText, 0);
}

function isTrue(bytes: Uint8Array, offset: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[offset + i] !== 0) return true;
  return false;
}

/** Order in which the bytes of a GUID are written; -1 stands for a hyphen. */
const GUID_ORDER = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15];

/** `{lower-case}` with braces, as Windows shows it (F51). */
function writeGuid(bytes: Uint8Array, offset: number): number {
  asciiText[0] = 123;
  let at = 1;
  for (let i = 0; i < GUID_ORDER.length; i++) {
    const from = GUID_ORDER[i]!;
    if (from < 0) {
      asciiText[at++] = DASH;
      continue;
    }
    const byte = bytes[offset + from]!;
    asciiText[at] = LOWER_HEX[byte >>> 4]!;
    asciiText[at + 1] = LOWER_HEX[byte & 15]!;
    at += 2;
  }
  asciiText[at] = 125;
  return at + 1;
}

/** `S-revision-authority-sub…`; the count of sub-authorities is bounded by the size, an authority from 2^32 is hex (F55). */
function writeSid(bytes: Uint8Array, view: DataView, offset: number, length: number): number {
  const count = Math.min(bytes[offset + 1]!, (length - 8) >> 2);
  asciiText[0] = 83;
  asciiText[1] = DASH;
  let at = writeDecimal(bytes[offset]!, asciiText, 2);
  asciiText[at++] = DASH;
  const top = view.getUint16(offset + 2, false);
  if (top === 0) {
    at = writeDecimal(view.getUint32(offset + 4, false), asciiText, at);
  } else {
    asciiText[at++] = 48;
    asciiText[at++] = 120;
    // SDDL writes all twelve digits.
    for (let i = 2; i < 8; i++) {
      asciiText[at++] = LOWER_HEX[bytes[offset + i]! >>> 4]!;
      asciiText[at++] = LOWER_HEX[bytes[offset + i]! & 15]!;
    }
  }
  for (let i = 0; i < count; i++) {
    asciiText[at++] = DASH;
    at = writeDecimal(view.getUint32(offset + 8 + 4 * i, true), asciiText, at);
  }
  return at;
}
