// Numbers, sizes, spans and times as people read them. One form everywhere, always UTC, never the browser's locale:
// two analysts who compare screens must see the same text.

/** 1234567 → `1,234,567`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 file`, `2 files`. */
export function formatPlural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** Bytes in steps of 1,024 with three significant digits: `4.21 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? 'B'}`;
}

/** Seconds as `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Span of time in its largest unit: `5 days`, `3 h`, `20 min`, `4 s`. */
export function formatSpan(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${round(seconds)} s`;
  if (seconds < 3_600) return `${round(seconds / 60)} min`;
  if (seconds < 86_400) return `${round(seconds / 3_600)} h`;
  const days = seconds / 86_400;
  return days < 730 ? formatPlural(Number(round(days)), 'day') : `${round(days / 365.25)} years`;
}

function round(value: number): string {
  return value >= 10 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

/** Time text of an event for lists: `2024-03-01 13:05:09.123`, `no time` when there is none. Always UTC. */
export function formatEventTime(time: string): string {
  return time === '' ? 'no time' : `${time.slice(0, 10)} ${time.slice(11, 23)}`;
}

/** Unix milliseconds as `2024-03-01 13:05:09`; '' for NaN. Always UTC. */
export function formatUnixTime(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '';
  const text = new Date(milliseconds).toISOString();
  return `${text.slice(0, -14)} ${text.slice(-13, -5)}`;
}
