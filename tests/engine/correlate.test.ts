// Every type of correlation over made rows. Over 400 lines because the types are told apart by cases that stand side by side.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CORRELATE_LIMITS } from '../../src/engine/correlate/limits.ts';
import { planCorrelationSources } from '../../src/engine/correlate/plan-sources.ts';
import type { CorrelationRule, Rule } from '../../src/model/rule-set.ts';
import type { TestEvent } from './correlate-builder.ts';
import { correlation, eventRule, fold, secondsOf } from './correlate-builder.ts';

const times = (rule: number, seconds: readonly number[], fields: Readonly<Record<string, string>> = {}): TestEvent[] =>
  seconds.map((at) => ({ rule, at, fields }));

const summary = (rules: readonly Rule[], events: readonly TestEvent[]): string[] =>
  fold(rules, events).findings.map((finding) =>
    `${secondsOf(finding.records[0]!)}..${secondsOf(finding.last)} done ${secondsOf(finding.completedBy)} count ${finding.count} value ${finding.value} ${finding.groupBy.map(([, value]) => value).join('/')}`.trim(),
  );

describe('event_count', () => {
  const rules = [eventRule(), correlation({ rules: [0], by: ['User'] })];

  test('fires at the event that completes the count and takes in the rest of the window', () => {
    expect(summary(rules, times(0, [0, 10, 20, 30], { User: 'ann' }))).toEqual(['0..30 done 20 count 4 value 4 ann']);
  });

  test('counts over a window that slides, without fixed boundaries', () => {
    expect(summary(rules, times(0, [0, 50, 70, 100], { User: 'ann' }))).toEqual([
      '50..100 done 100 count 3 value 3 ann',
    ]);
  });

  test('a window includes an event exactly one timespan later, and not one tick more', () => {
    expect(summary(rules, times(0, [0, 30, 60], { User: 'a' }))).toHaveLength(1);
    expect(summary(rules, times(0, [0, 30, 60.001], { User: 'a' }))).toHaveLength(0);
  });

  test('begins the next window behind the last one', () => {
    expect(summary(rules, times(0, [0, 1, 2, 59, 61, 62, 63], { User: 'a' }))).toEqual([
      '0..59 done 2 count 4 value 4 a',
      '61..63 done 63 count 3 value 3 a',
    ]);
  });

  test('keeps groups apart, whatever the case of their values', () => {
    const events = [
      ...times(0, [0, 2], { User: 'Ann' }),
      ...times(0, [4], { User: 'ANN' }),
      ...times(0, [1, 3], { User: 'bob' }),
    ];
    expect(summary(rules, events)).toEqual(['0..4 done 4 count 3 value 3 Ann']);
  });

  test('values that only look alike when joined are different groups', () => {
    const two = [eventRule(), correlation({ rules: [0], by: ['A', 'B'] })];
    const events = [
      { rule: 0, at: 0, fields: { A: 'x,1', B: 'y' } },
      { rule: 0, at: 1, fields: { A: 'x', B: '1,y' } },
      { rule: 0, at: 2, fields: { A: 'x,1', B: 'y' } },
    ];
    expect(summary(two, events)).toEqual([]);
  });

  test('leaves out events without the group-by field and says how many; an empty value is a value', () => {
    const events = [...times(0, [0, 1]), ...times(0, [2, 3, 4], { User: '' })];
    const result = fold(rules, events);
    expect(result.findings.map(({ count }) => count)).toEqual([3]);
    expect(result.shortfalls).toEqual([{ kind: 'events-without-field', rule: 1, count: 2 }]);
  });

  test('counts an event once that matches two of its rules', () => {
    const both = [eventRule(), eventRule(), correlation({ rules: [0, 1] })];
    expect(summary(both, [...times(0, [0, 1]), ...times(1, [0, 1])])).toEqual([]);
    expect(summary(both, [...times(0, [0, 1]), ...times(1, [0, 2])])).toEqual(['0..2 done 2 count 3 value 3']);
  });

  test('counts an event once that was met in two files, and keeps the lower file', () => {
    const copies = [0, 1].flatMap((file) =>
      [0, 1, 2].map((at): TestEvent => ({ rule: 0, at, file, fields: { User: 'a' } })),
    );
    const [finding] = fold(rules, copies).findings;
    expect(finding?.count).toBe(3);
    expect(finding?.records.map(({ file }) => file)).toEqual([0, 0, 0]);
  });

  test('events of equal time with different record ids are different events', () => {
    const events = [1, 2, 3].map((id): TestEvent => ({ rule: 0, at: 0, id, fields: { User: 'a' } }));
    expect(summary(rules, events)).toHaveLength(1);
  });

  test('without a timespan the whole data set is one window', () => {
    const whole = [eventRule(), correlation({ rules: [0], timespan: undefined })];
    expect(summary(whole, times(0, [0, 10_000, 20_000, 9_000_000]))).toEqual(['0..9000000 done 20000 count 4 value 4']);
  });

  test('events without a time stand in no window and are counted', () => {
    const events = times(0, [0, 1, -13_244_473_600], { User: 'a' });
    expect(fold(rules, events)).toEqual({
      findings: [],
      shortfalls: [{ kind: 'events-without-time', rule: 0, count: 1 }],
    });
  });
});

describe('conditions that speak of the whole window', () => {
  const ranged = (conditions: CorrelationRule['conditions']): Rule[] => [
    eventRule(),
    correlation({ rules: [0], conditions }),
  ];

  test('a range holds for the burst as a whole, not for a part of it', () => {
    const range = ranged([
      { compare: 'gt', value: 1 },
      { compare: 'lte', value: 3 },
    ]);
    expect(summary(range, times(0, [0, 1, 2]))).toEqual(['0..2 done 2 count 3 value 3']);
    expect(summary(range, times(0, [0, 1, 2, 3]))).toEqual([]);
  });

  test('the tail of a burst is no small burst', () => {
    expect(summary(ranged([{ compare: 'lt', value: 3 }]), times(0, [0, 1, 2, 3, 4]))).toEqual([]);
  });

  test('eq and neq compare the count of the window', () => {
    expect(summary(ranged([{ compare: 'eq', value: 2 }]), times(0, [0, 1, 200, 201, 202]))).toEqual([
      '0..1 done 1 count 2 value 2',
    ]);
    expect(summary(ranged([{ compare: 'neq', value: 2 }]), times(0, [0, 1, 200, 201, 202]))).toEqual([
      '200..202 done 202 count 3 value 3',
    ]);
  });
});

describe('value types', () => {
  const values = (type: CorrelationRule['type'], numbers: readonly string[]): TestEvent[] =>
    numbers.map((value, at) => ({ rule: 0, at, fields: { V: value, W: type } }));
  const rules = (
    type: CorrelationRule['type'],
    value: number,
    compare: 'gte' | 'gt' | 'lte' = 'gte',
    percentile?: number,
  ): Rule[] => [
    eventRule(),
    correlation({ rules: [0], type, values: ['V'], conditions: [{ compare, value }], percentile }),
  ];

  test('value_count counts distinct values without regard to case', () => {
    expect(summary(rules('value_count', 3), values('value_count', ['a', 'A', 'b', 'a', 'b']))).toEqual([]);
    expect(summary(rules('value_count', 3), values('value_count', ['a', 'A', 'b', 'c', 'a']))).toEqual([
      '0..4 done 3 count 5 value 3',
    ]);
  });

  test('value_count drops values as they leave the window', () => {
    const events = ['a', 'b', 'c'].map((V, at): TestEvent => ({ rule: 0, at: at * 40, fields: { V } }));
    expect(summary(rules('value_count', 3), events)).toEqual([]);
    expect(summary(rules('value_count', 2), events)).toEqual(['0..40 done 40 count 2 value 2']);
  });

  test('value_count over several fields counts distinct tuples', () => {
    const pairs = [eventRule(), correlation({ rules: [0], type: 'value_count', values: ['V', 'W'] })];
    const events = [
      ['a', 'x'],
      ['a', 'y'],
      ['b', 'x'],
      ['a', 'x'],
    ].map(([V = '', W = ''], at): TestEvent => ({ rule: 0, at, fields: { V, W } }));
    expect(summary(pairs, events)).toEqual(['0..3 done 2 count 4 value 3']);
  });

  test('value_sum and value_avg read decimal and hexadecimal numbers and leave out anything else', () => {
    expect(summary(rules('value_sum', 20), values('value_sum', ['10', 'x', '', '0x0a', '1.5']))).toEqual([
      '0..4 done 3 count 3 value 21.5',
    ]);
    expect(summary(rules('value_avg', 10, 'gt'), values('value_avg', ['1', '2', '30']))).toEqual([
      '0..2 done 2 count 3 value 11',
    ]);
  });

  test('a sum with negative numbers is judged over the whole window', () => {
    expect(summary(rules('value_sum', 10), values('value_sum', ['10', '-5']))).toEqual([]);
  });

  test('value_percentile interpolates between ranks; 50 is the median', () => {
    expect(
      summary(rules('value_percentile', 25, 'gte', 50), values('value_percentile', ['40', '10', '30', '20'])),
    ).toEqual(['0..3 done 3 count 4 value 25']);
    expect(summary(rules('value_percentile', 10, 'lte', 0), values('value_percentile', ['40', '10', '30']))).toEqual([
      '0..2 done 2 count 3 value 10',
    ]);
  });
});

describe('temporal types', () => {
  const all = (type: CorrelationRule['type'], value = 3): Rule[] => [
    eventRule(),
    eventRule(),
    eventRule(),
    correlation({ rules: [0, 1, 2], type, conditions: [{ compare: 'gte', value }] }),
  ];
  const at = (pairs: readonly (readonly [rule: number, at: number])[]): TestEvent[] =>
    pairs.map(([rule, at]) => ({ rule, at }));

  test('temporal needs every rule within the window, in any order', () => {
    expect(
      summary(
        all('temporal'),
        at([
          [2, 0],
          [0, 10],
          [0, 20],
          [1, 60],
        ]),
      ),
    ).toEqual(['0..60 done 60 count 4 value 3']);
    expect(
      summary(
        all('temporal'),
        at([
          [2, 0],
          [0, 10],
          [1, 61],
        ]),
      ),
    ).toEqual([]);
  });

  test('a number in the condition asks for that many different rules', () => {
    expect(
      summary(
        all('temporal', 2),
        at([
          [0, 0],
          [0, 1],
          [2, 2],
        ]),
      ),
    ).toEqual(['0..2 done 2 count 3 value 2']);
  });

  test('temporal_ordered needs the order of the list', () => {
    expect(
      summary(
        all('temporal_ordered'),
        at([
          [2, 0],
          [0, 10],
          [1, 20],
        ]),
      ),
    ).toEqual([]);
    expect(
      summary(
        all('temporal_ordered'),
        at([
          [2, 0],
          [0, 10],
          [1, 20],
          [2, 30],
        ]),
      ),
    ).toEqual(['0..30 done 30 count 4 value 3']);
  });

  test('temporal_ordered takes the latest start, so an old first event does not spoil a later chain', () => {
    expect(
      summary(
        all('temporal_ordered'),
        at([
          [0, 0],
          [1, 50],
          [0, 55],
          [1, 80],
          [2, 100],
        ]),
      ),
    ).toEqual(['50..100 done 100 count 4 value 3']);
  });

  test('events of equal time may stand in any order', () => {
    const events: TestEvent[] = [2, 1, 0].map((rule, id) => ({ rule, at: 5, id: id + 1 }));
    expect(summary(all('temporal_ordered'), events)).toHaveLength(1);
  });

  test('aliases read another field for each rule', () => {
    const rules = [
      eventRule(),
      eventRule(),
      correlation({
        rules: [0, 1],
        type: 'temporal',
        by: [['Src', 'Dst']],
        conditions: [{ compare: 'gte', value: 2 }],
      }),
    ];
    expect(
      summary(rules, [
        { rule: 0, at: 0, fields: { Src: '10.0.0.1', Dst: '9' } },
        { rule: 1, at: 5, fields: { Src: '9', Dst: '10.0.0.1' } },
        { rule: 1, at: 6, fields: { Src: '10.0.0.1', Dst: '8' } },
      ]),
    ).toEqual(['0..5 done 5 count 2 value 2 10.0.0.1']);
  });

  test('an expression over rules holds for the window', () => {
    const withNot: CorrelationRule = {
      ...correlation({ rules: [0, 1], type: 'temporal', conditions: [] }),
      expression: {
        op: 'and',
        children: [
          { op: 'test', predicate: 0 },
          { op: 'not', child: { op: 'test', predicate: 1 } },
        ],
      },
    };
    expect(
      summary(
        [eventRule(), eventRule(), withNot],
        at([
          [0, 0],
          [1, 10],
          [0, 200],
        ]),
      ),
    ).toEqual(['200..200 done 200 count 1 value 1']);
  });
});

describe('chains', () => {
  const rules: Rule[] = [
    eventRule(),
    eventRule(),
    correlation({ rules: [0], by: ['Computer', 'User'], generates: false }),
    correlation({
      rules: [2, 1],
      type: 'temporal_ordered',
      by: ['User'],
      timespan: 3_600_000,
      conditions: [{ compare: 'gte', value: 2 }],
    }),
  ];
  const failed = (at: number): TestEvent => ({ rule: 0, at, fields: { Computer: 'C', User: 'u' } });

  test('an inner correlation counts as an event at the moment at which it was completed', () => {
    const events = [failed(0), failed(1), failed(2), { rule: 1, at: 10, fields: { User: 'u' } }, failed(20)];
    const { findings } = fold(rules, events);
    expect(findings.map(({ rule, count, value }) => ({ rule, count, value }))).toEqual([
      { rule: 3, count: 5, value: 2 },
    ]);
    expect(findings[0]?.records.map(secondsOf)).toEqual([0, 1, 2, 10, 20]);
  });

  test('nothing follows from a chain whose inner rule does not hold', () => {
    expect(fold(rules, [failed(0), failed(1), { rule: 1, at: 10, fields: { User: 'u' } }]).findings).toEqual([]);
  });

  test('rows carry the fields of every correlation above their rule', () => {
    expect(planCorrelationSources(rules)).toEqual([
      { rule: 0, fields: ['computer', 'user'] },
      { rule: 1, fields: ['user'] },
    ]);
  });
});

describe('bounds', () => {
  const rules = [eventRule(), eventRule(), correlation({ rules: [0] }), correlation({ rules: [1] })];

  test('a rule with too many rows is switched off with everything that needs it, others stay', () => {
    const result = fold(rules, [...times(0, [0, 1, 2, 3]), ...times(1, [0, 1, 2])], {
      limits: { ...CORRELATE_LIMITS, rowsPerRule: 3 },
    });
    expect(result.shortfalls).toEqual([{ kind: 'too-many-rows', rule: 0, count: 4 }]);
    expect(result.findings.map(({ rule }) => rule)).toEqual([3]);
  });

  test('more findings than the bound are counted', () => {
    const result = fold(rules, times(0, [0, 1, 2, 1_000, 1_001, 1_002]), {
      limits: { ...CORRELATE_LIMITS, findings: 1 },
    });
    expect(result.findings).toHaveLength(1);
    expect(result.shortfalls).toEqual([{ kind: 'too-many-findings', rule: 2, count: 2 }]);
  });

  test('lists the first records of a window and the last one', () => {
    const [finding] = fold(rules, times(0, [0, 1, 2, 3, 4]), { limits: { ...CORRELATE_LIMITS, records: 2 } }).findings;
    expect(finding?.records.map(secondsOf)).toEqual([0, 1]);
    expect(secondsOf(finding!.last)).toBe(4);
    expect(finding?.count).toBe(5);
  });

  test('a long ordered range is bounded in steps and reported', () => {
    const ordered = [
      eventRule(),
      eventRule(),
      correlation({ rules: [0, 1], type: 'temporal_ordered', conditions: [{ compare: 'eq', value: 2 }] }),
    ];
    const events = Array.from({ length: 200 }, (_, at): TestEvent => ({ rule: 0, at }));
    const result = fold(ordered, events, { limits: { ...CORRELATE_LIMITS, orderedSteps: 100 } });
    expect(result.shortfalls).toEqual([{ kind: 'too-much-work', rule: 2, count: 200 }]);
  });
});

describe('independence', () => {
  const rules: Rule[] = [
    eventRule(),
    eventRule(),
    correlation({ rules: [0, 1], by: ['User'], generates: true, timespan: 5_000 }),
    correlation({
      rules: [0],
      type: 'value_count',
      values: ['V'],
      timespan: 10_000,
      conditions: [{ compare: 'gte', value: 2 }],
    }),
    correlation({
      rules: [0, 1],
      type: 'temporal_ordered',
      timespan: 4_000,
      by: ['User'],
      conditions: [{ compare: 'gte', value: 2 }],
    }),
    correlation({ rules: [0], timespan: 3_000, conditions: [{ compare: 'eq', value: 2 }] }),
    correlation({ rules: [2, 3], type: 'temporal', timespan: 20_000, conditions: [{ compare: 'gte', value: 2 }] }),
  ];
  const event = fc.record({
    rule: fc.constantFrom(0, 1),
    at: fc.integer({ min: 0, max: 40 }),
    id: fc.integer({ min: 1, max: 6 }),
    file: fc.constantFrom(0, 1),
    fields: fc.record({ User: fc.constantFrom('a', 'A', 'b'), V: fc.constantFrom('1', '2', '3') }),
  });

  test('findings do not depend on the order of arrival or on slicing', () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.infiniteStream(fc.nat()),
        (events, slice, noise) => {
          // The same record always has the same content.
          const consistent = events.map((each) => {
            const twin = events.find((other) => other.id === each.id && other.at === each.at);
            return { ...each, fields: twin?.fields ?? each.fields };
          });
          const shuffled = consistent
            .map((value) => ({ value, sort: noise.next().value as number }))
            .sort((a, b) => a.sort - b.sort)
            .map(({ value }) => value);
          expect(fold(rules, shuffled, { slice })).toEqual(fold(rules, consistent));
        },
      ),
      { seed: 20_261_124, numRuns: 300 },
    );
  });

  test('event_count agrees with a search over all windows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 6 }),
        (seconds, limit) => {
          const sorted = seconds.map((at, id): TestEvent => ({ rule: 0, at, id: id + 1 })).sort((a, b) => a.at - b.at);
          const expected: string[] = [];
          for (let first = 0; first < sorted.length;) {
            const window = sorted.slice(first).filter(({ at }) => at - sorted[first]!.at <= 60);
            if (window.length >= limit) {
              expected.push(`${window[0]!.at} ${window.length}`);
              first += window.length;
            } else first++;
          }
          const found = fold(
            [eventRule(), correlation({ rules: [0], conditions: [{ compare: 'gte', value: limit }] })],
            sorted,
          );
          expect(found.findings.map(({ records, count }) => `${secondsOf(records[0]!)} ${count}`)).toEqual(expected);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});
