// Time zones for showing times. Only the offset comes from Intl (one cached formatter a zone, one answer a minute of
// time); the digits are written by ourselves, because Intl takes ten times as long and a list writes hundreds a frame.

/** How far local time is ahead of UTC at an instant. */
export interface TimeZone {
  /** IANA name. */
  readonly name: string;
  /** Milliseconds at a Unix time in milliseconds; 0 where there is no time. */
  offsetAt(time: number): number;
}

const MINUTE = 60_000;
/** Answers kept of one zone: then they are forgotten, which costs a few microseconds each. */
const MOST_KEPT = 20_000;
/** What Date can hold; beyond it Intl throws. */
const LAST_TIME = 8_640_000_000_000_000;

export const UTC: TimeZone = { name: 'UTC', offsetAt: () => 0 };

/** Gives a zone by its IANA name; undefined for a name that the browser does not know. */
export function createTimeZone(name: string): TimeZone | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const kept = new Map<number, number>();
  return {
    name,
    offsetAt(time) {
      if (!(Math.abs(time) <= LAST_TIME)) return 0;
      // Clocks change on whole minutes (not always on whole hours: St. John's changed at one minute past).
      const minute = Math.floor(time / MINUTE);
      let offset = kept.get(minute);
      if (offset === undefined) {
        offset = parseOffset(format.format(time));
        if (kept.size >= MOST_KEPT) kept.clear();
        kept.set(minute, offset);
      }
      return offset;
    },
  };
}

/** `… GMT+05:30` → milliseconds; `GMT` alone is none. Old local times have seconds too. */
function parseOffset(text: string): number {
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (match?.[1] === undefined) return 0;
  const seconds = Number(match[2]) * 3_600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return (match[1] === '-' ? -seconds : seconds) * 1_000;
}

/** An offset as ISO 8601 writes it: `+05:30`, `-03:00`, `+00:00`. */
export function formatOffset(offset: number): string {
  const seconds = Math.abs(offset) / 1_000;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const rest = seconds % 60 === 0 ? '' : `:${two(seconds % 60)}`;
  return `${offset < 0 ? '-' : '+'}${two(seconds / 3_600)}:${two((seconds % 3_600) / 60)}${rest}`;
}

/** Clock time in a zone and how far it is from UTC: `2024-03-01 14:05:09.123 +01:00`; '' where there is no time. */
export function formatZoned(time: number, zone: TimeZone, withMilliseconds: boolean): string {
  const offset = zone.offsetAt(time);
  const shifted = time + offset;
  if (!(Math.abs(shifted) <= LAST_TIME)) return '';
  const text = new Date(shifted).toISOString();
  const clock = withMilliseconds ? text.slice(-13, -1) : text.slice(-13, -5);
  return `${text.slice(0, -14)} ${clock} ${formatOffset(offset)}`;
}
