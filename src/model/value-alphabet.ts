// Which characters the text of a value can have, by its type: what cannot hold a searched text need not be written out.

import { ValueType } from './shape.ts';

const HEX = '0123456789abcdef';
const UNSIGNED = '0123456789';
const SIGNED = `-${UNSIGNED}`;
const REAL = `${HEX}-+.infinityna`;
const TIME = `${HEX}tz:.-`;

/**
 * By type, folded. Numbers shorter than their type are still decimal; a real, GUID, time or SID that is too short or out
 * of range, and every type that is not listed, is written as raw hexadecimal digits (value-text.ts).
 */
const ALPHABETS: ReadonlyMap<number, string> = new Map<number, string>([
  [ValueType.Null, ''],
  [ValueType.BinXml, ''],
  [ValueType.UInt8, UNSIGNED],
  [ValueType.UInt16, UNSIGNED],
  [ValueType.UInt32, UNSIGNED],
  [ValueType.UInt64, UNSIGNED],
  [ValueType.Int8, SIGNED],
  [ValueType.Int16, SIGNED],
  [ValueType.Int32, SIGNED],
  [ValueType.Int64, SIGNED],
  [ValueType.Real32, REAL],
  [ValueType.Real64, REAL],
  [ValueType.Bool, 'truefals'],
  [ValueType.Guid, `${HEX}{}-`],
  [ValueType.FileTime, TIME],
  [ValueType.SystemTime, TIME],
  [ValueType.Sid, `${HEX}sx-`],
  [ValueType.SizeT, `${HEX}x`],
  [ValueType.HexInt32, `${HEX}x`],
  [ValueType.HexInt64, `${HEX}x`],
]);

/** Whether the text of a value of this type (without the array bit) can contain a folded text. */
export function canHold(type: number, text: string): boolean {
  if (type === ValueType.String || type === ValueType.AnsiString) return true;
  const alphabet = ALPHABETS.get(type) ?? HEX;
  for (let i = 0; i < text.length; i++) if (!alphabet.includes(text.charAt(i))) return false;
  return true;
}
