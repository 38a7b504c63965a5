// Parts of a time text as it stands in an event: `2024-05-06T07:08:09.1234567Z` (System times) or
// `2024-05-06 07:08:09.123` (Sysmon's UtcTime). No time zone conversion: the text is taken as UTC.

export type TimeUnit = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';

const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?)?(?:Z|\+00:00)?$/;
const DAY = 86_400_000;

/** The part of the time, or undefined when the text is no time (or has no clock part where one is asked for). Weeks are ISO weeks. */
export function timePartOf(text: string, unit: TimeUnit): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = Date.UTC(year, month - 1, day);
  if (month < 1 || new Date(date).getUTCMonth() !== month - 1) return undefined;
  const hour = match[4] === undefined ? undefined : Number(match[4]);
  const minute = match[5] === undefined ? undefined : Number(match[5]);
  switch (unit) {
    case 'year':
      return year;
    case 'month':
      return month;
    case 'day':
      return day;
    case 'hour':
      return hour !== undefined && hour < 24 ? hour : undefined;
    case 'minute':
      return minute !== undefined && minute < 60 ? minute : undefined;
    case 'week':
      return isoWeek(date);
  }
}

/** ISO 8601: the week belongs to the year of its Thursday. */
function isoWeek(date: number): number {
  const weekday = (new Date(date).getUTCDay() + 6) % 7;
  const thursday = date + (3 - weekday) * DAY;
  const yearStart = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return Math.floor((thursday - yearStart) / (7 * DAY)) + 1;
}
