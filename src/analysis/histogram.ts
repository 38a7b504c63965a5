// Findings over time, stacked by level. Bar widths are spans a person thinks in (a minute, six hours, a day), so that
// the axis can be read and a bar can become a time filter.

import { DAY, SPANS_TO_A_DAY } from '../base/time-spans.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';
import type { FindingColumns } from './finding-columns.ts';

/** Widths of a bar in milliseconds. */
const SPANS: readonly number[] = [
  ...SPANS_TO_A_DAY,
  7 * DAY,
  30 * DAY,
  90 * DAY,
  365 * DAY,
  3_650 * DAY,
  36_500 * DAY,
  365_000 * DAY,
];

export interface Histogram {
  /** Unix milliseconds of the first bar's start; NaN when no finding has a time. */
  readonly start: number;
  /** Width of a bar in milliseconds. */
  readonly span: number;
  readonly bars: number;
  /** Findings per bar and level: entry bar × levels + rank. */
  readonly counts: Uint32Array;
  /** Highest bar. */
  readonly peak: number;
  readonly first: number;
  readonly last: number;
  /** Findings without a time, which no bar shows. */
  readonly timeless: number;
}

/**
 * Folds the rows into at most `maxBars` bars of one width. They begin on round times of the clock that is `offsetAt`
 * milliseconds ahead of UTC at the first finding; where summer time changes in between, the rest is an hour off.
 */
export function foldHistogram(
  columns: FindingColumns,
  rows: Uint32Array,
  maxBars: number,
  offsetAt: (milliseconds: number) => number = () => 0,
): Histogram {
  let first = Infinity;
  let last = -Infinity;
  let timeless = 0;
  for (const row of rows) {
    const time = columns.time[row]!;
    if (Number.isNaN(time)) timeless++;
    else {
      if (time < first) first = time;
      if (time > last) last = time;
    }
  }
  if (first > last) {
    return { start: NaN, span: 0, bars: 0, counts: new Uint32Array(), peak: 0, first: NaN, last: NaN, timeless };
  }
  const { start, span, bars } = chooseBars(first, last, maxBars, offsetAt(first));
  const levels = RULE_LEVELS.length;
  const counts = new Uint32Array(bars * levels);
  const heights = new Uint32Array(bars);
  let peak = 0;
  for (const row of rows) {
    const time = columns.time[row]!;
    if (Number.isNaN(time)) continue;
    const bar = Math.floor((time - start) / span);
    counts[bar * levels + columns.level[row]!]!++;
    const height = ++heights[bar]!;
    if (height > peak) peak = height;
  }
  return { start, span, bars, counts, peak, first, last, timeless };
}

function chooseBars(
  first: number,
  last: number,
  maxBars: number,
  offset: number,
): { start: number; span: number; bars: number } {
  for (const span of SPANS) {
    const start = Math.floor((first + offset) / span) * span - offset;
    const bars = Math.floor((last - start) / span) + 1;
    if (bars <= maxBars) return { start, span, bars };
  }
  const span = (last - first + 1) / maxBars;
  return { start: first, span, bars: maxBars };
}
