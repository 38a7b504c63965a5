// Typed values for built logs: what a test writes down, and the bytes that EVTX stores for it (facts F43–F58).

import { filetimeOfUnixMilliseconds } from '../../src/base/filetime.ts';
import { ValueType } from '../../src/model/shape.ts';

/** A value with its BinXML type. `value` is encoded by type; `bytes` are taken as they are (also wrong ones). */
export interface TypedValue {
  readonly type: number;
  readonly value?: string | number | bigint | boolean | readonly (string | number | bigint | boolean)[];
  readonly bytes?: Uint8Array;
}

/** Plain JavaScript values have a natural type: string 01, boolean 0D, whole number 08 (09 below zero, 0A for bigint), null 00. */
export type BuilderValue = string | number | bigint | boolean | null | TypedValue;

/** The typed form of a value. */
export function typedValueOf(value: BuilderValue): TypedValue {
  if (value === null) return { type: ValueType.Null };
  switch (typeof value) {
    case 'string':
      return { type: ValueType.String, value };
    case 'boolean':
      return { type: ValueType.Bool, value };
    case 'bigint':
      return { type: ValueType.UInt64, value };
    case 'number':
      if (!Number.isInteger(value)) return { type: ValueType.Real64, value };
      return { type: value < 0 ? ValueType.Int64 : ValueType.UInt32, value };
    default:
      return value;
  }
}

/** Bytes of a value; arrays are the items one after another, strings in them end in NUL. */
export function bytesOfValue(typed: TypedValue): Uint8Array {
  if (typed.bytes !== undefined) return typed.bytes;
  const { type, value } = typed;
  if (value === undefined) return new Uint8Array(0);
  if ((type & ValueType.Array) === 0) return scalarBytes(type, value as string | number | bigint | boolean);
  const item = type & ~ValueType.Array;
  const isText = item === ValueType.String || item === ValueType.AnsiString;
  const items = value as readonly (string | number | bigint | boolean)[];
  return concatBytes(items.map((each) => scalarBytes(item, isText ? `${String(each)}\0` : each)));
}

function scalarBytes(type: number, value: string | number | bigint | boolean): Uint8Array {
  switch (type) {
    case ValueType.Null:
      return new Uint8Array(0);
    case ValueType.String:
      return utf16Bytes(String(value));
    case ValueType.AnsiString:
      return Uint8Array.from(String(value), (letter) => letter.charCodeAt(0) & 0xff);
    case ValueType.Real32:
      return numberBytes(4, (view) => view.setFloat32(0, Number(value), true));
    case ValueType.Real64:
      return numberBytes(8, (view) => view.setFloat64(0, Number(value), true));
    case ValueType.Bool:
      return wholeBytes(4, value === true || value === 1 ? 1 : 0);
    case ValueType.Guid:
      return guidBytes(String(value));
    case ValueType.FileTime:
      return typeof value === 'string' ? filetimeBytes(filetimeOf(value)) : wholeBytes(8, BigInt(value));
    case ValueType.SystemTime:
      return systemTimeBytes(String(value));
    case ValueType.Sid:
      return sidBytes(String(value));
    case ValueType.Binary:
    case ValueType.EvtHandle:
    case ValueType.EvtXml:
      return Uint8Array.from(String(value).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    default:
      return wholeBytes(WIDTHS.get(type) ?? 8, BigInt(value));
  }
}

const WIDTHS = new Map<number, number>([
  [ValueType.Int8, 1],
  [ValueType.UInt8, 1],
  [ValueType.Int16, 2],
  [ValueType.UInt16, 2],
  [ValueType.Int32, 4],
  [ValueType.UInt32, 4],
  [ValueType.HexInt32, 4],
]);

function wholeBytes(width: number, value: bigint | number): Uint8Array {
  const bytes = new Uint8Array(width);
  let rest = BigInt.asUintN(64, BigInt(value));
  for (let i = 0; i < width; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

function numberBytes(width: number, set: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(width);
  set(new DataView(bytes.buffer));
  return bytes;
}

/** UTF-16LE bytes of a string, lone surrogates included. */
export function utf16Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return bytes;
}

/** FILETIME ticks of `YYYY-MM-DDTHH:MM:SS[.fffffff]Z`. */
export function filetimeOf(time: string): bigint {
  const [seconds = '', fraction = ''] = time.replace(/Z$/, '').split('.');
  const { high, low } = filetimeOfUnixMilliseconds(Date.parse(`${seconds}Z`));
  return (BigInt(high) << 32n) + BigInt(low) + BigInt(fraction.padEnd(7, '0').slice(0, 7));
}

/** Eight bytes of FILETIME ticks. */
export function filetimeBytes(ticks: bigint): Uint8Array {
  return wholeBytes(8, ticks);
}

/** Sixteen bytes of `{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}`, braces optional. */
export function guidBytes(guid: string): Uint8Array {
  const hex = guid.replace(/[{}-]/g, '');
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  const swapped = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Uint8Array.from(swapped, (from) => bytes[from] ?? 0);
}

function systemTimeBytes(time: string): Uint8Array {
  const parts = time.split(/\D+/).map(Number);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millisecond = 0] = parts;
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  [year, month, 0, day, hour, minute, second, millisecond].forEach((part, i) => view.setUint16(2 * i, part, true));
  return bytes;
}

function sidBytes(sid: string): Uint8Array {
  const [, revision = '1', authority = '0', ...rest] = sid.split('-');
  const bytes = new Uint8Array(8 + 4 * rest.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = Number(revision);
  bytes[1] = rest.length;
  view.setUint16(2, Math.floor(Number(authority) / 2 ** 32));
  view.setUint32(4, Number(authority) >>> 0);
  rest.forEach((part, i) => view.setUint32(8 + 4 * i, Number(part), true));
  return bytes;
}

/** Bytes one after another. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
