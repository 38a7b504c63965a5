// Correlations of a whole scan, with records named as they are shown: rows of every slice in, fired rules out. The
// folding itself is src/engine/correlate; here ranks, chunks and halves become offsets, ids and times.

import { createCorrelator } from '../engine/correlate/fold-correlations.ts';
import type { CorrelationRecord, CorrelationRows, CorrelationShortfall } from '../model/correlation.ts';
import type { Problem } from '../model/problem.ts';
import type { CorrelationRule, EventRule, Rule } from '../model/rule-set.ts';
import { timeText } from './record-facts.ts';

/** A record behind a correlation. `rank` is that of its file in the order of (path, size). */
export interface PlacedRecord {
  readonly rank: number;
  readonly recordId: string;
  /** Of its chunk, and of itself, from the start of the file. */
  readonly chunkOffset: number;
  readonly offset: number;
  readonly time: string;
}

export interface FiredCorrelation {
  /** Rule number of the correlation. */
  readonly rule: number;
  readonly groupBy: readonly (readonly [field: string, value: string])[];
  readonly count: number;
  readonly firstTime: string;
  readonly lastTime: string;
  readonly completedBy: PlacedRecord;
  /** The first 1,000 events of the window. */
  readonly records: readonly PlacedRecord[];
}

/**
 * Judges the correlation rules (by rule number, undefined for event rules) on the rows of all slices. Fired rules come
 * in the order of rule number and completing event; what was left out comes as problems.
 */
export function correlateScan(
  rules: readonly (CorrelationRule | undefined)[],
  parts: Iterable<{ readonly rank: number; readonly rows: CorrelationRows }>,
): { readonly fired: readonly FiredCorrelation[]; readonly problems: readonly Problem[] } {
  // The correlator looks at correlations only; event rules just keep their numbers.
  const eventRule = { kind: 'event' } as unknown as EventRule;
  const numbered: Rule[] = rules.map((rule) => rule ?? eventRule);
  const correlator = createCorrelator(numbered);
  for (const { rank, rows } of parts) correlator.add(rows, rank);
  const { findings, shortfalls } = correlator.finish();
  const fired = findings.map(({ rule, groupBy, count, completedBy, last, records }) => {
    const placed = records.map(placeOf);
    return {
      rule,
      groupBy,
      count,
      firstTime: placed[0]?.time ?? '',
      lastTime: placeOf(last).time,
      completedBy: placeOf(completedBy),
      records: placed,
    };
  });
  return { fired, problems: shortfalls.map((shortfall) => problemOf(shortfall, rules)) };
}

function placeOf(record: CorrelationRecord): PlacedRecord {
  const { file: rank, chunkOffset, offset, recordIdHigh, recordIdLow, timeHigh, timeLow } = record;
  return {
    rank,
    recordId: String((BigInt(recordIdHigh) << 32n) | BigInt(recordIdLow)),
    chunkOffset,
    offset: chunkOffset + offset,
    time: timeText({ high: timeHigh, low: timeLow }),
  };
}

function problemOf(
  { kind, rule, count }: CorrelationShortfall,
  rules: readonly (CorrelationRule | undefined)[],
): Problem {
  const name = rules[rule]?.info.title ?? `rule ${rule}`;
  switch (kind) {
    case 'too-many-rows':
      return {
        code: 'rule-disabled',
        severity: 'warning',
        count,
        detail: `${name}: matches too often to be correlated`,
      };
    case 'too-much-work':
      return { code: 'rule-disabled', severity: 'warning', count, detail: `${name}: too many combinations of events` };
    case 'too-many-findings':
      return { code: 'limit-reached', severity: 'warning', count, detail: `${name}: only the first findings are kept` };
    case 'events-without-time':
      return {
        code: 'correlation-left-out',
        severity: 'info',
        count,
        detail: `${name}: events without a time cannot be correlated`,
      };
    case 'events-without-field':
      return {
        code: 'correlation-left-out',
        severity: 'info',
        count,
        detail: `${name}: events without a field it groups by`,
      };
  }
}
