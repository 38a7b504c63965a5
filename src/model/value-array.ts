// Array values (BinXML types with bit 0x80): where their items lie. An element with an array is repeated per item
// (F58); the text of an item is that of a scalar (value-text.ts). Nothing is copied.

import { ValueType } from './shape.ts';

/** Width in bytes of a type whose items have a fixed width; 0 for strings, SIDs, binary data and unknown types. */
export function fixedWidthOf(type: number, arrayLength: number): number {
  switch (type) {
    case ValueType.Int8:
    case ValueType.UInt8:
      return 1;
    case ValueType.Int16:
    case ValueType.UInt16:
      return 2;
    case ValueType.Int32:
    case ValueType.UInt32:
    case ValueType.Real32:
    case ValueType.Bool:
    case ValueType.HexInt32:
      return 4;
    case ValueType.Int64:
    case ValueType.UInt64:
    case ValueType.Real64:
    case ValueType.FileTime:
    case ValueType.HexInt64:
      return 8;
    case ValueType.SizeT:
      // Nothing in the value tells the pointer size of the machine. 64 bits unless that cannot be.
      return arrayLength % 8 === 0 ? 8 : 4;
    case ValueType.Guid:
    case ValueType.SystemTime:
      return 16;
    default:
      return 0;
  }
}

/**
 * Calls `visit` for each item of an array value. Strings are split at NUL and one final NUL is dropped, so empty items
 * in between stay; fixed widths leave a remainder out; SIDs take the length of their own count. An array of anything
 * else (binary, handles, BinXML) is one item. An array of size 0 is one empty item: the element is there, and empty.
 */
export function forEachArrayItem(
  bytes: Uint8Array,
  type: number,
  offset: number,
  length: number,
  visit: (type: number, offset: number, length: number) => void,
): void {
  const itemType = type & ~ValueType.Array;
  const end = offset + length;
  if (itemType === ValueType.String || itemType === ValueType.AnsiString) {
    const unit = itemType === ValueType.String ? 2 : 1;
    const last = unit === 2 ? offset + (length & ~1) : end;
    let start = offset;
    let items = 0;
    for (let at = offset; at < last; at += unit) {
      if (bytes[at] !== 0 || (unit === 2 && bytes[at + 1] !== 0)) continue;
      visit(itemType, start, at - start);
      start = at + unit;
      items++;
    }
    if (start < last || items === 0) visit(itemType, start, last - start);
    return;
  }
  const width = fixedWidthOf(itemType, length);
  if (width > 0 && length >= width) {
    for (let at = offset; at + width <= end; at += width) visit(itemType, at, width);
    return;
  }
  if (itemType === ValueType.Sid && length >= 8) {
    for (let at = offset; at + 8 <= end;) {
      const size = Math.min(8 + 4 * bytes[at + 1]!, end - at);
      visit(itemType, at, size);
      at += size;
    }
    return;
  }
  visit(itemType, offset, length);
}

/** Type, offset and length of each item of an array value. */
export interface ArrayItem {
  readonly type: number;
  readonly offset: number;
  readonly length: number;
}

/** The items of an array value as a list; see forEachArrayItem. */
export function arrayItems(bytes: Uint8Array, type: number, offset: number, length: number): ArrayItem[] {
  const items: ArrayItem[] = [];
  forEachArrayItem(bytes, type, offset, length, (itemType, at, size) => {
    items.push({ type: itemType, offset: at, length: size });
  });
  return items;
}
