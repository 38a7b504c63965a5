// First and last event of every log of every host: a log that begins late was cleared or rolled over, and nothing can
// be found before its first event. Folded from the counts per kind of event.

import type { EventKindCount } from '../model/coverage.ts';

export interface LogSpan {
  readonly computer: string;
  readonly channel: string;
  readonly events: number;
  /** Time text of the first and the last event (UTC, seven digits and Z); '' when no event has a time. */
  readonly first: string;
  readonly last: string;
  /** Milliseconds by which the log begins after the first event of its host; NaN when that cannot be told. */
  readonly startsLate: number;
}

/** Gives a span per (host, channel), by host and then by channel. `kinds` may hold several counts of one kind. */
export function foldLogSpans(kinds: readonly EventKindCount[]): LogSpan[] {
  const spans = new Map<string, { computer: string; channel: string; events: number; first: string; last: string }>();
  const firstOfHost = new Map<string, string>();
  for (const { computer, channel, count, first, last } of kinds) {
    const key = JSON.stringify([computer, channel]);
    const span = spans.get(key);
    if (span === undefined) spans.set(key, { computer, channel, events: count, first, last });
    else {
      span.events += count;
      span.first = earlier(span.first, first);
      if (last > span.last) span.last = last;
    }
    firstOfHost.set(computer, earlier(firstOfHost.get(computer) ?? '', first));
  }
  return [...spans.values()]
    .map((span) => ({ ...span, startsLate: Date.parse(span.first) - Date.parse(firstOfHost.get(span.computer) ?? '') }))
    .sort((a, b) => compareTexts(a.computer, b.computer) || compareTexts(a.channel, b.channel));
}

/** The earlier of two time texts; '' is no time. Times of one form compare like their texts. */
function earlier(a: string, b: string): string {
  if (a === '') return b;
  return b !== '' && b < a ? b : a;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
