// Scalar values of a log as dialect A spells them, as UTF-8 bytes without a string in between. Every value ends in a
// comma, because a closing bracket takes the last one back. Knows nothing of shapes; json-lines-writer.ts drives it.

import { ValueType } from '../../model/shape.ts';
import { UPPER_HEX } from '../../model/value-number.ts';
import { textOfAscii, writeAsciiText, writeGuid, writeValueAscii } from '../../model/value-text.ts';
import { writeFiletimeTo } from '../../model/value-time.ts';
import { dialectText } from './dialect-value.ts';
import { markOfType } from './element-builder.ts';
import { escapeRules, writeAnsi, writeUtf16 } from './escape-bytes.ts';
import { EmptyForm } from './json-program.ts';

const COMMA = 44;
const QUOTE = 34;
const LETTER_L = 108;
const LETTER_N = 110;
const LETTER_U = 117;
const LETTER_Z = 90;

/** What formatJsonString escapes: quotes, backslashes and control characters, these with upper-case hex digits. */
export const JSON_ESCAPES = escapeRules(
  new Map([
    ...Array.from({ length: 0x20 }, (_, unit): [number, string] => [
      unit,
      `\\u00${unit.toString(16).toUpperCase().padStart(2, '0')}`,
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
  [
    { mask: 0, value: QUOTE },
    { mask: 0, value: 92 },
  ],
);

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
      end = writeUtf16(view, offset, offset + (length & ~1), out, outView, at + 1, JSON_ESCAPES);
      break;
    case ValueType.AnsiString:
      end = writeAnsi(view, offset, length, out, outView, at + 1, JSON_ESCAPES);
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
