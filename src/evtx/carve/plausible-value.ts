// Whether a value can be what its descriptor says. Windows writes exact sizes and clean strings; what lies in
// overwritten ground usually does not look like that. Only for recovered records: allocated ones are read as they are.

import { ValueType } from '../../model/shape.ts';
import { fixedWidthOf } from '../../model/value-array.ts';

/** True when size and content of a value fit its type. */
export function isPlausibleValue(bytes: Uint8Array, type: number, offset: number, length: number): boolean {
  const scalar = type & ~ValueType.Array;
  if (scalar > ValueType.HexInt64 && type !== ValueType.BinXml) return false;
  if ((type & ValueType.Array) !== 0) {
    if (scalar === ValueType.String) return length % 2 === 0;
    const width = fixedWidthOf(scalar, length);
    return width === 0 ? scalar !== ValueType.Null : length % width === 0;
  }
  switch (scalar) {
    case ValueType.Null:
    case ValueType.Binary:
    case ValueType.BinXml:
    case ValueType.AnsiString:
      return true;
    case ValueType.String:
      return length % 2 === 0 && hasOnlyFinalNuls(bytes, offset, length);
    case ValueType.Sid:
      // Authorities of 2^32 and more are possible but in no use; at most 15 sub-authorities.
      return (
        length >= 8 &&
        bytes[offset] === 1 &&
        bytes[offset + 1]! <= 15 &&
        length === 8 + 4 * bytes[offset + 1]! &&
        bytes[offset + 2] === 0 &&
        bytes[offset + 3] === 0
      );
    case ValueType.SizeT:
      return length === 4 || length === 8;
    case ValueType.HexInt32:
    case ValueType.HexInt64:
      return length === 4 || length === 8;
    default:
      return length === fixedWidthOf(scalar, length);
  }
}

function hasOnlyFinalNuls(bytes: Uint8Array, offset: number, length: number): boolean {
  let ended = false;
  for (let at = offset; at < offset + length; at += 2) {
    const isNul = bytes[at] === 0 && bytes[at + 1] === 0;
    if (ended && !isNul) return false;
    ended = isNul;
  }
  return true;
}
