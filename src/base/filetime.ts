// FILETIME: 100 ns ticks since 1601-01-01 UTC, 64 bits. Doubles lose ticks above 2^53, and BigInt is slow on hot
// paths, so times travel as two unsigned 32-bit halves and are divided in 16-bit steps (every intermediate < 2^53).

const TICKS_PER_SECOND = 10_000_000;
const SECONDS_1601_TO_1970 = 11_644_473_600;
/** 9999-12-31T23:59:59Z as seconds since 1601: later times have no four-digit year. */
const LAST_SECOND = 265_046_774_399;

export interface FiletimeParts {
  /** Whole seconds since 1601-01-01 UTC. */
  seconds: number;
  /** 100 ns ticks within the second, 0..9,999,999. */
  ticks: number;
}

/** Splits a FILETIME into whole seconds and ticks, exactly, for every 64-bit value. */
export function splitFiletime(high: number, low: number): FiletimeParts {
  const q1 = Math.floor(high / TICKS_PER_SECOND);
  let rest = (high % TICKS_PER_SECOND) * 65_536 + (low >>> 16);
  const q2 = Math.floor(rest / TICKS_PER_SECOND);
  rest = (rest % TICKS_PER_SECOND) * 65_536 + (low & 0xffff);
  const q3 = Math.floor(rest / TICKS_PER_SECOND);
  return { seconds: q1 * 4_294_967_296 + q2 * 65_536 + q3, ticks: rest % TICKS_PER_SECOND };
}

/**
 * Formats a FILETIME as `YYYY-MM-DDTHH:MM:SS.fffffffZ` (UTC, seven digits), or undefined beyond year 9999.
 */
export function formatFiletime(high: number, low: number): string | undefined {
  const { seconds, ticks } = splitFiletime(high, low);
  if (seconds > LAST_SECOND) return undefined;
  const date = new Date((seconds - SECONDS_1601_TO_1970) * 1_000);
  return `${date.toISOString().slice(0, 19)}.${String(ticks).padStart(7, '0')}Z`;
}

/** The two halves of the FILETIME at a Unix time in whole milliseconds (exact for years 1601–9999). */
export function filetimeOfUnixMilliseconds(milliseconds: number): { high: number; low: number } {
  const ticks = BigInt(Math.floor(milliseconds)) * 10_000n + BigInt(SECONDS_1601_TO_1970) * 10_000_000n;
  return { high: Number(ticks >> 32n), low: Number(ticks & 0xffff_ffffn) };
}
