// Single System values out of their bytes, without text in between: whole numbers, 64-bit numbers and times, also
// where a template-less record gives them as text (F29). Results of two words are left in `high` and `low`.

import { filetimeOfUnixMilliseconds } from '../base/filetime.ts';
import { ValueType } from '../model/shape.ts';
import { textAt } from './units.ts';

/** Upper and lower half of the last 64-bit result. */
export const word64 = { high: 0, low: 0 };

const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z?$/;
const LONGEST_NUMBER = 20;

/** A whole number of at most 32 bits, unsigned; -1 when the value is none. */
export function readNumber(view: DataView, type: number, offset: number, length: number): number {
  switch (type) {
    case ValueType.UInt16:
    case ValueType.Int16:
      return length >= 2 ? view.getUint16(offset, true) : -1;
    case ValueType.UInt8:
    case ValueType.Int8:
      return length >= 1 ? view.getUint8(offset) : -1;
    case ValueType.UInt32:
    case ValueType.Int32:
    case ValueType.HexInt32:
      return length >= 4 ? view.getUint32(offset, true) : -1;
    default:
      return readWord64(view, type, offset, length) && word64.high === 0 ? word64.low : -1;
  }
}

/** A whole number of at most 64 bits into `word64`; false when the value is none. */
export function readWord64(view: DataView, type: number, offset: number, length: number): boolean {
  switch (type) {
    case ValueType.UInt64:
    case ValueType.Int64:
    case ValueType.HexInt64:
      if (length < 8) return false;
      word64.low = view.getUint32(offset, true);
      word64.high = view.getUint32(offset + 4, true);
      return true;
    case ValueType.String:
      return readDigits(view, offset, length);
    case ValueType.UInt8:
    case ValueType.UInt16:
    case ValueType.UInt32:
    case ValueType.Int8:
    case ValueType.Int16:
    case ValueType.Int32:
    case ValueType.HexInt32: {
      const number = readNumber(view, type, offset, length);
      if (number < 0) return false;
      word64.low = number;
      word64.high = 0;
      return true;
    }
    default:
      return false;
  }
}

function readDigits(view: DataView, offset: number, length: number): boolean {
  const units = length >> 1;
  let high = 0;
  let low = 0;
  let digits = 0;
  for (; digits < units; digits++) {
    const unit = view.getUint16(offset + 2 * digits, true);
    if (unit === 0) break;
    if (unit < 48 || unit > 57 || digits >= LONGEST_NUMBER) return false;
    const next = low * 10 + (unit - 48);
    low = next >>> 0;
    high = high * 10 + Math.floor(next / 4_294_967_296);
  }
  if (digits === 0 || high > 0xffff_ffff) return false;
  word64.low = low;
  word64.high = high;
  return true;
}

/** A time as FILETIME into `word64`; false when the value is none or is no time of the calendar. */
export function readTime(view: DataView, type: number, offset: number, length: number): boolean {
  switch (type) {
    case ValueType.FileTime:
      if (length < 8) return false;
      word64.low = view.getUint32(offset, true);
      word64.high = view.getUint32(offset + 4, true);
      return true;
    case ValueType.SystemTime: {
      if (length < 16) return false;
      const part = (at: number): number => view.getUint16(offset + at, true);
      return setTime(part(0), part(2), part(6), part(8), part(10), part(12), part(14) * 10_000);
    }
    case ValueType.String: {
      const match = ISO_TIME.exec(textAt(view, offset, Math.min(length >> 1, 32)).replace(/\0.*$/, ''));
      if (match === null) return false;
      const part = (at: number): number => Number(match[at] ?? '0');
      const ticks = Number((match[7] ?? '').padEnd(7, '0').slice(0, 7));
      return setTime(part(1), part(2), part(3), part(4), part(5), part(6), ticks);
    }
    default:
      return false;
  }
}

function setTime(y: number, month: number, day: number, h: number, m: number, s: number, ticks: number): boolean {
  if (y < 1601 || month < 1 || month > 12 || day < 1 || day > 31 || h > 23 || m > 59 || s > 59 || ticks >= 1e7)
    return false;
  const { high, low } = filetimeOfUnixMilliseconds(Date.UTC(y, month - 1, day, h, m, s));
  const sum = low + ticks;
  word64.low = sum >>> 0;
  word64.high = high + (sum > 0xffff_ffff ? 1 : 0);
  return true;
}
