// FILETIME and SYSTEMTIME as ISO text, written as ASCII bytes. Everything down to the minute is kept from call to call,
// because neighbouring events mostly share it. Output is a DataView, as in value-number.ts.

import { writePadded } from './value-number.ts';

const TICKS_PER_SECOND = 10_000_000;
const MINUTES_PER_DAY = 1_440;
/** 9999-12-31T23:59:59Z as seconds since 1601: later times have no four-digit year (F54). */
const LAST_SECOND = 265_046_774_399;
/** Days from 0000-03-01 to 1601-01-01: counting from March puts the leap day at the end of a year. */
const DAYS_TO_1601 = 584_694;
const DAYS_PER_400_YEARS = 146_097;

const DASH = 45;
const LETTER_T = 84;
const LETTER_Z = 90;
const COLON = 58;
const DOT = 46;

let cachedDay = -1;
let cachedMinute = -1;
/** `YYYY-MM-DDTHH:MM` of the last minute. */
const cachedText = new DataView(new ArrayBuffer(16));

function writeDate(day: number): void {
  cachedDay = day;
  const sinceMarch = day + DAYS_TO_1601;
  const era = Math.floor(sinceMarch / DAYS_PER_400_YEARS);
  const dayOfEra = sinceMarch - era * DAYS_PER_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  writePadded(era * 400 + yearOfEra + (month <= 2 ? 1 : 0), 4, cachedText, 0);
  writePadded(month, 2, cachedText, 5);
  writePadded(dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1, 2, cachedText, 8);
  cachedText.setUint8(4, DASH);
  cachedText.setUint8(7, DASH);
}

function writeMinute(minute: number): void {
  cachedMinute = minute;
  const day = Math.floor(minute / MINUTES_PER_DAY);
  if (day !== cachedDay) writeDate(day);
  writeClock(minute - day * MINUTES_PER_DAY, cachedText, 10);
}

/** Writes `THH:MM`. */
function writeClock(minuteOfDay: number, out: DataView, at: number): void {
  const hour = (minuteOfDay / 60) | 0;
  out.setUint8(at, LETTER_T);
  writePadded(hour, 2, out, at + 1);
  out.setUint8(at + 3, COLON);
  writePadded(minuteOfDay - hour * 60, 2, out, at + 4);
}

/**
 * Writes a FILETIME as `YYYY-MM-DDTHH:MM:SS.fffffffZ` (28 bytes, UTC, exact); gives the end position, or -1 when the
 * time lies beyond year 9999 (F53, F54).
 */
export function writeFiletimeTo(high: number, low: number, out: DataView, at: number): number {
  // As base/filetime.ts splits it, in 16-bit steps so that every intermediate stays exact; without an object in between.
  const q1 = Math.floor(high / TICKS_PER_SECOND);
  let rest = (high - q1 * TICKS_PER_SECOND) * 65_536 + (low >>> 16);
  const q2 = Math.floor(rest / TICKS_PER_SECOND);
  rest = (rest - q2 * TICKS_PER_SECOND) * 65_536 + (low & 0xffff);
  const q3 = Math.floor(rest / TICKS_PER_SECOND);
  const seconds = q1 * 4_294_967_296 + q2 * 65_536 + q3;
  if (seconds > LAST_SECOND) return -1;
  const minute = Math.floor(seconds / 60);
  if (minute !== cachedMinute) writeMinute(minute);
  for (let i = 0; i < 16; i += 4) out.setInt32(at + i, cachedText.getInt32(i));
  out.setUint8(at + 16, COLON);
  writePadded(seconds - minute * 60, 2, out, at + 17);
  out.setUint8(at + 19, DOT);
  writePadded(rest - q3 * TICKS_PER_SECOND, 7, out, at + 20);
  out.setUint8(at + 27, LETTER_Z);
  return at + 28;
}

/** The same into bytes. */
export function writeFiletime(high: number, low: number, out: Uint8Array, at: number): number {
  return writeFiletimeTo(high, low, new DataView(out.buffer, out.byteOffset, out.byteLength), at);
}

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Writes the SYSTEMTIME at `offset` (eight u16: year, month, day of week, day, hour, minute, second, millisecond) as
 * `YYYY-MM-DDTHH:MM:SS.fffZ` (24 bytes); gives the end position, or -1 when a part is out of range (F54). The day of
 * week is redundant and not checked.
 */
export function writeSystemtime(view: DataView, offset: number, out: DataView, at: number): number {
  const year = view.getUint16(offset, true);
  const month = view.getUint16(offset + 2, true);
  const day = view.getUint16(offset + 6, true);
  const hour = view.getUint16(offset + 8, true);
  const minute = view.getUint16(offset + 10, true);
  const second = view.getUint16(offset + 12, true);
  const millisecond = view.getUint16(offset + 14, true);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const lastDay = (DAYS_IN_MONTH[month - 1] ?? 0) + (month === 2 && leap ? 1 : 0);
  if (year < 1601 || year > 9999 || day < 1 || day > lastDay) return -1;
  if (hour > 23 || minute > 59 || second > 59 || millisecond > 999) return -1;
  writePadded(year, 4, out, at);
  out.setUint8(at + 4, DASH);
  writePadded(month, 2, out, at + 5);
  out.setUint8(at + 7, DASH);
  writePadded(day, 2, out, at + 8);
  writeClock(hour * 60 + minute, out, at + 10);
  out.setUint8(at + 16, COLON);
  writePadded(second, 2, out, at + 17);
  out.setUint8(at + 19, DOT);
  writePadded(millisecond, 3, out, at + 20);
  out.setUint8(at + 23, LETTER_Z);
  return at + 24;
}
