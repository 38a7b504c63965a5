// Times as people type them, cut off anywhere after the month, as the span they stand for. Bounds are canonical text
// (UTC, seven digits), because such texts compare as the times do.

/** From the first instant of a time to the first after it. */
export interface TimeSpan {
  readonly from: string;
  readonly to: string;
}

const TIME =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?)?)?)?(?:\s*(Z|[+-]\d\d:?\d\d))?$/i;
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/;
const TICKS_PER_MS = 10_000n;

/** Whether text looks as if a time was meant: year and month, or more. */
export function looksLikeTime(text: string): boolean {
  return /^\d{4}-\d/.test(text);
}

/**
 * Parses `2021`, `2021-05`, `2021-05-27`, `2021-05-27T10`, `…T10:30`, `…T10:30:05`, `….123` with an optional `Z` or
 * offset; UTC without one. Undefined for anything else and for dates that do not exist.
 */
export function parseTimeSpan(text: string): TimeSpan | undefined {
  const match = TIME.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const parts = [month ?? '01', day ?? '01', hour ?? '00', minute ?? '00', second ?? '00'].map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [m, d, h, min, s] = parts;
  const y = Number(year);
  const daysInMonth = new Date(Date.UTC(2_000 + (y % 400), m, 0)).getUTCDate();
  if (m < 1 || m > 12 || d < 1 || d > daysInMonth || h > 23 || min > 59 || s > 59) return undefined;
  const offset = offsetMinutes(zone);
  if (offset === undefined) return undefined;
  const start = utc(y, m - 1, d, h, min - offset, s);
  const ticks = fraction === undefined ? 0n : BigInt(fraction.slice(0, 7).padEnd(7, '0'));
  const from = BigInt(start) * TICKS_PER_MS + ticks;
  let to: bigint;
  if (fraction !== undefined) to = from + 10n ** BigInt(7 - Math.min(7, fraction.length));
  else if (second !== undefined) to = from + 1_000n * TICKS_PER_MS;
  else if (minute !== undefined) to = from + 60_000n * TICKS_PER_MS;
  else if (hour !== undefined) to = from + 3_600_000n * TICKS_PER_MS;
  else if (day !== undefined) to = from + 86_400_000n * TICKS_PER_MS;
  else if (month !== undefined) to = BigInt(utc(y, m, 1, 0, -offset, 0)) * TICKS_PER_MS;
  else to = BigInt(utc(y + 1, 0, 1, 0, -offset, 0)) * TICKS_PER_MS;
  return { from: formatTicks(from), to: formatTicks(to) };
}

/** The canonical text of a value of an event if it is a full time, else undefined. */
export function canonicalTimeOf(value: string): string | undefined {
  if (CANONICAL.test(value)) return value;
  // A bare year or date in an event is a number or a name, not an instant.
  return value.length >= 19 && value.length <= 40 && looksLikeTime(value) ? parseTimeSpan(value)?.from : undefined;
}

function offsetMinutes(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number {
  const date = new Date(0);
  // Date.UTC takes years below 100 for 1900 + year.
  date.setUTCFullYear(year, month, day);
  date.setUTCHours(hour, minute, second, 0);
  return date.getTime();
}

/** Bounds outside four-digit years are clamped: no event lies there. */
function formatTicks(ticks: bigint): string {
  const ms = Number(ticks >= 0n ? ticks / TICKS_PER_MS : (ticks - TICKS_PER_MS + 1n) / TICKS_PER_MS);
  const rest = Number(ticks - BigInt(ms) * TICKS_PER_MS);
  const date = new Date(ms);
  if (date.getUTCFullYear() < 0) return '0000-01-01T00:00:00.0000000Z';
  if (date.getUTCFullYear() > 9_999) return ':';
  return `${date.toISOString().slice(0, 23)}${String(rest).padStart(4, '0')}Z`;
}
