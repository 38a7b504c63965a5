// Questions that line writers ask of a record's values.

import { ValueType, type ValueTable } from '../../model/shape.ts';
import type { RecordView } from './render-event.ts';

/** A value holds no fragment. */
export const NO_ROOT = -1;
/** It holds several fragments, or something else. */
const OTHER = -2;

/** Null, or an index that the record has no value for (F38). */
export function isNull(values: ValueTable, index: number): boolean {
  return index >= values.count || values.type[index] === ValueType.Null;
}

/** Null, or without bytes. */
export function isEmpty(values: ValueTable, index: number): boolean {
  return index >= values.count || values.type[index] === ValueType.Null || values.length[index] === 0;
}

/**
 * Number in `inner` of the only fragment in a value of root `parent` (-1 = outer fragment); NO_ROOT when it holds none,
 * a number below that when it holds several or is no fragment at all.
 */
export function findRoot(record: RecordView, values: ValueTable, parent: number, index: number): number {
  if (isNull(values, index)) return NO_ROOT;
  // Also without bytes: then it is a piece of text beside others, and they lose their marks.
  if (values.type[index] !== ValueType.BinXml) return OTHER;
  if (values.length[index] === 0) return NO_ROOT;
  const { inner, innerCount } = record;
  let found = NO_ROOT;
  // A root is listed after the one that holds it.
  for (let number = parent + 1; number < innerCount; number++) {
    const root = inner[number]!;
    if (root.parent !== parent || root.valueIndex !== index) continue;
    if (found !== NO_ROOT) return OTHER;
    found = number;
  }
  return found;
}

/** Position of the next NUL unit of UTF-16 bytes in [start, end), or `end`; the range is even. */
export function nextNul(view: DataView, start: number, end: number): number {
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const two = view.getInt32(at, true);
    if ((two & 0xffff) === 0) return at;
    if (two >>> 16 === 0) return at + 2;
  }
  return at < end && view.getUint16(at, true) !== 0 ? end : at;
}

/** Whether an optional substitution among pieces [start, end) of a text is null: then an attribute is left out (F61). */
export function hasOptionalNull(
  pieces: Int32Array,
  optional: Uint8Array,
  values: ValueTable,
  start: number,
  end: number,
): boolean {
  for (let i = start; i < end; i++) if (optional[i] === 1 && isNull(values, pieces[i]!)) return true;
  return false;
}

/** Whether a value among pieces [start, end) is a fragment: even in an attribute that is left out it is part of the element. */
export function hasFragment(pieces: Int32Array, values: ValueTable, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const piece = pieces[i]!;
    if (piece >= 0 && !isEmpty(values, piece) && values.type[piece] === ValueType.BinXml) return true;
  }
  return false;
}
