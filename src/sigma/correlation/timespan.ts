// Durations of correlations and of legacy aggregations: a whole number and a unit.

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
  ['d', 86_400],
  ['w', 604_800],
  // Not in the specification, but pySigma takes them: mean month and year.
  ['M', 2_629_746],
  ['y', 31_556_952],
]);

/** How to write a timespan, for hints. */
export const TIMESPAN_HINT = 'Write a whole number and s, m, h or d, such as 15m.';

/** Milliseconds of a text like `15m`, or undefined when it is none or lasts nothing. */
export function parseTimespan(text: string): number | undefined {
  const parts = /^(\d{1,9})\s*([smhdwMy])$/.exec(text.trim());
  const seconds = SECONDS.get(parts?.[2] ?? '');
  const amount = Number(parts?.[1]);
  return seconds === undefined || amount === 0 ? undefined : amount * seconds * 1_000;
}
