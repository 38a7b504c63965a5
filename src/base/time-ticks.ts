// Where a time axis has its ticks: round times of a clock (UTC where none is given), as many as fit, labelled as short as they can be told apart.
// From a month on, ticks follow the calendar: "2021" says more than 365 days after the one before.

import { DAY, MINUTE, SECOND, SPANS_TO_A_DAY } from './time-spans.ts';

const STEPS = [...SPANS_TO_A_DAY, 2 * DAY, 7 * DAY, 14 * DAY];
const MONTH_STEPS = [1, 3, 6, 12, 24, 60, 120, 600, 1_200, 12_000];

export interface TimeTick {
  /** Unix milliseconds. */
  readonly time: number;
  readonly label: string;
}

/**
 * Ticks within [start, end], at most `most` (two at least are tried for); round and labelled by a clock that is `offsetAt`
 * milliseconds ahead of UTC.
 */
export function chooseTicks(
  start: number,
  end: number,
  most: number,
  offsetAt: (time: number) => number = () => 0,
): TimeTick[] {
  const ticks: TimeTick[] = [];
  for (const tick of ticksByClock(start + offsetAt(start), end + offsetAt(end), most)) {
    // The offset before a change of the clocks would put a tick beside the round time.
    const guess = tick.time - offsetAt(tick.time);
    const time = tick.time - offsetAt(guess);
    // An hour that the clocks skip has no tick.
    if (time >= start && time <= end && time !== ticks.at(-1)?.time) ticks.push({ time, label: tick.label });
  }
  return ticks;
}

function ticksByClock(start: number, end: number, most: number): TimeTick[] {
  const step = STEPS.find((size) => (end - start) / size <= most);
  return step === undefined ? calendarTicks(start, end, most) : evenTicks(start, end, step, most);
}

function evenTicks(start: number, end: number, step: number, most: number): TimeTick[] {
  const ticks: TimeTick[] = [];
  let day = '';
  for (let time = Math.ceil(start / step) * step; time <= end && ticks.length <= most; time += step) {
    const text = new Date(time).toISOString();
    const date = text.slice(0, -14);
    const clock = step >= MINUTE ? text.slice(-13, -8) : step >= SECOND ? text.slice(-13, -5) : text.slice(-13, -1);
    // The date once, and again when it changes.
    ticks.push({ time, label: step >= DAY ? date : date === day ? clock : `${date.slice(-5)} ${clock}` });
    day = date;
  }
  return ticks;
}

function calendarTicks(start: number, end: number, most: number): TimeTick[] {
  const first = monthOf(start);
  const months = monthOf(end) - first;
  const step = MONTH_STEPS.find((size) => months / size <= most) ?? 12_000;
  const ticks: TimeTick[] = [];
  for (let month = Math.ceil(first / step) * step; ticks.length <= most; month += step) {
    const time = Date.UTC(Math.floor(month / 12), month % 12);
    if (!(time <= end)) break;
    if (time < start) continue;
    const text = new Date(time).toISOString().slice(0, -17);
    ticks.push({ time, label: step >= 12 ? text.slice(0, -3) : text });
  }
  return ticks;
}

function monthOf(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
