// Builds rule sets and rows for correlator tests: events at a number of seconds, spread over files and slices.

import { filetimeOfUnixMilliseconds } from '../../src/base/filetime.ts';
import { createCorrelator } from '../../src/engine/correlate/fold-correlations.ts';
import type { CorrelateLimits } from '../../src/engine/correlate/limits.ts';
import { planCorrelationSources } from '../../src/engine/correlate/plan-sources.ts';
import { createRowWriter } from '../../src/engine/correlate/row-writer.ts';
import type { CorrelationResult } from '../../src/model/correlation.ts';
import type { FieldKey } from '../../src/model/field-key.ts';
import { CHUNK_UNIT } from '../../src/model/record-place.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import type { CorrelationRule, EventRule, Rule, RuleInfo } from '../../src/model/rule-set.ts';

const INFO: RuleInfo = {
  id: '',
  name: undefined,
  title: '',
  level: 'medium',
  status: '',
  description: '',
  author: '',
  date: '',
  references: [],
  tags: [],
  falsePositives: [],
  logsource: { product: [], category: [], service: [] },
  pack: '',
  file: '',
  document: 0,
  hash: '',
  notEvaluable: undefined,
  warnings: [],
};

export const eventRule = (): EventRule => ({
  kind: 'event',
  info: INFO,
  routes: [],
  condition: { op: 'and', children: [] },
  generates: false,
});

/** A correlation with the parts that matter; group-by names are read from every rule alike. */
export function correlation(
  parts: Partial<Omit<CorrelationRule, 'groupBy' | 'valueFields'>> & {
    readonly rules: readonly number[];
    readonly by?: readonly (string | readonly string[])[];
    readonly values?: readonly string[];
  },
): CorrelationRule {
  const { by = [], values = [], ...rest } = parts;
  return {
    kind: 'correlation',
    info: INFO,
    type: 'event_count',
    timespan: 60_000,
    conditions: [{ compare: 'gte', value: 3 }],
    percentile: undefined,
    generates: true,
    ...rest,
    groupBy: by.map((name) => ({
      label: typeof name === 'string' ? name : name.join('/'),
      fieldOf: parts.rules.map((_, at) => fieldKeyOf(typeof name === 'string' ? name : (name[at] ?? ''))),
    })),
    valueFields: values.map(fieldKeyOf),
  };
}

export interface TestEvent {
  readonly rule: number;
  /** Seconds since an arbitrary start. */
  readonly at: number;
  readonly fields?: Readonly<Record<string, string>>;
  readonly file?: number;
  /** EventRecordID; equal ids at equal times are the same event. */
  readonly id?: number;
  readonly computer?: string;
}

const START = 1_600_000_000_000;

/** Folds events that come in slices of the given size, in the given order. */
export function fold(
  rules: readonly Rule[],
  events: readonly TestEvent[],
  options: { readonly slice?: number; readonly limits?: CorrelateLimits } = {},
): CorrelationResult {
  const sources = planCorrelationSources(rules);
  const correlator = createCorrelator(rules, options.limits);
  const slice = options.slice ?? 1_000_000;
  const files = new Map<number, TestEvent[]>();
  for (const event of events) {
    const file = event.file ?? 0;
    files.set(file, [...(files.get(file) ?? []), event]);
  }
  for (const [file, members] of files) {
    for (let from = 0; from < members.length; from += slice) {
      const writer = createRowWriter(sources);
      for (const event of members.slice(from, from + slice)) {
        const source = sources.findIndex(({ rule }) => rule === event.rule);
        if (source < 0) throw new Error(`rule ${event.rule} feeds no correlation`);
        const { high, low } = filetimeOfUnixMilliseconds(START + event.at * 1_000);
        const id = event.id ?? Math.round(event.at * 1_000) + 1;
        const values = new Map<FieldKey, string>(
          Object.entries(event.fields ?? {}).map(([name, value]) => [fieldKeyOf(name), value]),
        );
        writer.add(
          source,
          {
            timeHigh: high,
            timeLow: low,
            chunkOffset: CHUNK_UNIT * Math.floor(id / 100),
            offset: 512 + (id % 100) * 100,
            recordIdHigh: 0,
            recordIdLow: id,
            computer: event.computer ?? 'HOST1',
            channel: 'Security',
          },
          (sources[source]?.fields ?? []).map((field) => values.get(field)),
        );
      }
      correlator.add(writer.take(), file);
    }
  }
  return correlator.finish();
}

/** Seconds of a record of a finding. */
export function secondsOf(record: { readonly timeHigh: number; readonly timeLow: number }): number {
  const ticks = BigInt(record.timeHigh) * 4_294_967_296n + BigInt(record.timeLow);
  const { high, low } = filetimeOfUnixMilliseconds(START);
  return Number(ticks - (BigInt(high) * 4_294_967_296n + BigInt(low))) / 10_000_000;
}
