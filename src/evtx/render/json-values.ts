// Scalar values of a log as dialect A spells them, as UTF-8 bytes without a string in between. Every value ends in a
// comma, because a closing bracket takes the last one back. Knows nothing of shapes; json-lines-writer.ts drives it.

import { ValueType } from '../../model/shape.ts';
import { UPPER_HEX } from '../../model/value-number.ts';
import { textOfAscii, writeAsciiText, writeGuid, writeValueAscii } from '../../model/value-text.ts';
import { writeFiletimeTo } from '../../model/value-time.ts';
import { dialectText } from './dialect-value.ts';
import { markOfType } from './element-builder.ts';
import { escapeRules, replace, writeAnsi, writeUnits } from './escape-bytes.ts';
import { EmptyForm } from './json-program.ts';

const COMMA = 44;
const QUOTE = 34;
const LETTER_L = 108;
const LETTER_N = 110;
const LETTER_U = 117;
const LETTER_Z = 90;

/** What formatJsonString escapes: quotes, backslashes and control characters, these with upper-case hex digits. */
const JSON_ESCAPES = escapeRules(
  new Map([
    ...Array.from({ length: 0x1f }, (_, i): [number, string] => [
      i + 1,
      `\\u00${(i + 1).toString(16).toUpperCase().padStart(2, '0')}`,
    ]),
    [8, '\\b'],
    [9, '\\t'],
    [10, '\\n'],
    [12, '\\f'],
    [13, '\\r'],
    [QUOTE, '\\"'],
    [92, '\\\\'],
  ]),
  false,
);

/**
 * Writes UTF-16LE bytes [start, end) up to the first NUL as the content of a JSON string; `end - start` must be even.
 * `view` covers the log, `outView` covers `out`, which needs six places per unit. Gives the end position. Most of a log
 * is ASCII, so four units are looked at together, one byte of a 32-bit word each.
 */
export function writeJsonText(
  view: DataView,
  start: number,
  end: number,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  const lastFour = end - 8;
  // Without `| 0` V8 checks every addition for overflow.
  let place = at | 0;
  let i = start | 0;
  while (i <= lastFour) {
    const low = view.getInt32(i, true);
    const high = view.getInt32(i + 4, true);
    if (((low | high) & 0xff80_ff80) !== 0) break;
    const four = ((low | (low >>> 8)) & 0xffff) | ((high | (high >>> 8)) << 16);
    // Controls, quotes and backslashes: each subtraction borrows from bit 7 of such a byte; the lowest bit is exact.
    const found =
      ((four - 0x2020_2020) | ((four ^ 0x2222_2222) - 0x0101_0101) | ((four ^ 0x5c5c_5c5c) - 0x0101_0101)) &
      0x8080_8080;
    outView.setInt32(place, four, true);
    if (found === 0) {
      place = (place + 4) | 0;
      i = (i + 8) | 0;
      continue;
    }
    const plain = (31 - Math.clz32(found & -found)) >> 3;
    const unit = (four >>> (8 * plain)) & 0x7f;
    if (unit === 0) return place + plain;
    place = replace(JSON_ESCAPES, unit, out, place + plain) | 0;
    i = (i + 2 * plain + 2) | 0;
  }
  return i < end ? writeUnits(view, i, end, out, place, JSON_ESCAPES) : place;
}

/** Writes windows-1252 bytes without NULs as the content of a JSON string; as writeJsonText otherwise. */
function writeJsonAnsi(
  view: DataView,
  start: number,
  end: number,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  let place = at | 0;
  let i = start | 0;
  while (i < end) {
    for (const last = end - 4; i <= last; i = (i + 4) | 0, place = (place + 4) | 0) {
      const four = view.getInt32(i, true);
      const found =
        four | (four - 0x2020_2020) | ((four ^ 0x2222_2222) - 0x0101_0101) | ((four ^ 0x5c5c_5c5c) - 0x0101_0101);
      if ((found & 0x8080_8080) !== 0) break;
      outView.setInt32(place, four, true);
    }
    const stop = Math.min(end, i + 4);
    place = writeAnsi(view, i, stop, out, place, JSON_ESCAPES);
    i = stop;
  }
  return place;
}

/** Writes what stands for an empty value; gives the end position. */
export function writeEmpty(form: number, out: Uint8Array, at: number): number {
  if (form === EmptyForm.Null) {
    out[at] = LETTER_N;
    out[at + 1] = LETTER_U;
    out[at + 2] = LETTER_L;
    out[at + 3] = LETTER_L;
    out[at + 4] = COMMA;
    return at + 5;
  }
  out[at] = QUOTE;
  out[at + 1] = QUOTE;
  out[at + 2] = COMMA;
  return at + 3;
}

/**
 * Writes a value as a scalar and a comma; an empty one as `empty` says, a number as a text unless `bare`. Gives the end
 * position, -1 for arrays and fragments.
 */
export function writeScalar(
  bytes: Uint8Array,
  view: DataView,
  type: number,
  offset: number,
  length: number,
  empty: number,
  bare: boolean,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  let end = -1;
  switch (type) {
    case ValueType.String:
      end = writeJsonText(view, offset, offset + (length & ~1), out, outView, at + 1);
      break;
    case ValueType.AnsiString:
      end = writeJsonAnsi(view, offset, offset + length, out, outView, at + 1);
      break;
    case ValueType.UInt8:
    case ValueType.UInt16:
    case ValueType.UInt32:
    case ValueType.UInt64:
    case ValueType.Int8:
    case ValueType.Int16:
    case ValueType.Int32:
    case ValueType.Int64:
    case ValueType.Bool:
      if (bare) {
        end = writeValueAscii(bytes, view, type, offset, length, outView, at);
        out[end] = COMMA;
        return end + 1;
      }
      break;
    case ValueType.FileTime:
      if (length < 8) break;
      end = writeFiletimeTo(view.getUint32(offset + 4, true), view.getUint32(offset, true), outView, at + 1);
      // Six digits of seven.
      if (end >= 0) out[--end - 1] = LETTER_Z;
      break;
    case ValueType.Guid:
      if (length >= 16) end = writeGuid(bytes, offset, UPPER_HEX, outView, at + 1);
      break;
    case ValueType.Real32:
    case ValueType.Real64:
    case ValueType.SystemTime: {
      const text = textOfAscii(writeAsciiText(bytes, view, type, offset, length));
      const spelled = dialectText(text, markOfType(type, text));
      for (let i = 0; i < spelled.length; i++) out[at + 1 + i] = spelled.charCodeAt(i);
      end = at + 1 + spelled.length;
      break;
    }
    default:
      if (type === ValueType.BinXml || (type & ValueType.Array) !== 0) return -1;
      break;
  }
  if (end < 0) end = writeValueAscii(bytes, view, type, offset, length, outView, at + 1);
  if (end === at + 1) return writeEmpty(empty, out, at);
  out[at] = QUOTE;
  out[end] = QUOTE;
  out[end + 1] = COMMA;
  return end + 2;
}
