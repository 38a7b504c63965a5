import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import type { CorrelationDraft } from '../../src/sigma/correlation/draft.ts';
import {
  explainUnsupportedCondition,
  parseAggregation,
  splitAggregation,
} from '../../src/sigma/correlation/parse-aggregation.ts';
import { isCorrelation, parseCorrelation } from '../../src/sigma/correlation/parse-correlation.ts';
import type { ReferenceCandidate, ResolvedReferences } from '../../src/sigma/correlation/resolve-references.ts';
import { resolveReferences } from '../../src/sigma/correlation/resolve-references.ts';
import { parseTimespan } from '../../src/sigma/correlation/timespan.ts';
import type { YamlMap } from '../../src/sigma/source/nodes.ts';
import { parseDocuments } from '../../src/sigma/source/parse-documents.ts';
import { Report } from '../../src/sigma/source/report.ts';

function mapOf(text: string): YamlMap {
  const root = parseDocuments(text)[0]?.root;
  if (root?.kind !== 'map') throw new Error('the text is no map');
  return root;
}

function parse(text: string): { draft: CorrelationDraft | undefined; report: Report } {
  const report = new Report();
  return { draft: parseCorrelation(mapOf(text), report), report };
}

const body = (lines: string): string =>
  `title: t\ncorrelation:\n${lines
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;
const codes = (report: Report): string[] => report.diagnostics.map(({ code, severity }) => `${severity} ${code}`);

const FAILED = body('type: event_count\nrules: failed\ngroup-by:\n  - User\ntimespan: 5m\ncondition:\n  gte: 10');

describe('correlation documents', () => {
  test('a whole one is read', () => {
    const { draft, report } = parse(FAILED);
    expect(report.diagnostics).toEqual([]);
    expect(draft).toMatchObject({
      type: 'event_count',
      references: [{ text: 'failed' }],
      groupBy: [{ text: 'User' }],
      timespan: 300_000,
      conditions: [{ compare: 'gte', value: 10 }],
      valueFields: [],
      generate: false,
    });
  });

  test('prose under `correlation` in a detection rule is no correlation', () => {
    expect(isCorrelation(mapOf('title: t\ncorrelation: join them\ndetection:\n  a: b\n'))).toBe(false);
    expect(isCorrelation(mapOf(FAILED))).toBe(true);
  });

  test('generate is read at both places', () => {
    expect(parse(`${FAILED}generate: true\n`).draft?.generate).toBe(true);
    expect(parse(FAILED.replace('condition:', 'generate: true\n  condition:')).draft?.generate).toBe(true);
    expect(parse(`${FAILED}generate: 'true'\n`).draft?.generate).toBe(false);
  });

  test('temporal types ask for all of their rules unless a condition says otherwise', () => {
    const temporal = body('type: temporal\nrules: [a, b, c]\ntimespan: 1h');
    expect(parse(temporal).draft?.conditions).toEqual([{ compare: 'gte', value: 3 }]);
    expect(
      parse(temporal.replace('temporal\n', 'temporal_ordered\n') + '  condition:\n    gte: 2\n').draft?.conditions,
    ).toEqual([{ compare: 'gte', value: 2 }]);
  });

  test('temporal takes an expression over rule names', () => {
    const { draft } = parse(body('type: temporal\nrules: [a, b-1, c]\ntimespan: 1h\ncondition: a and (b-1 or not c)'));
    expect(draft?.expression).toMatchObject({
      op: 'and',
      children: [
        { op: 'test', name: { text: 'a' } },
        {
          op: 'or',
          children: [
            { op: 'test', name: { text: 'b-1' } },
            { op: 'not', child: { op: 'test' } },
          ],
        },
      ],
    });
  });

  test.each(['a and', 'and a', '(a', 'a b', 'a)', 'not', '()'])('a broken expression is refused: %s', (condition) => {
    expect(codes(parse(body(`type: temporal\nrules: [a, b]\ntimespan: 1h\ncondition: ${condition}`)).report)).toEqual([
      'error correlation-condition',
    ]);
  });

  test('an expression nested a thousand deep is refused, not run out of stack', () => {
    const condition = `${'('.repeat(200)}a${')'.repeat(200)}`;
    expect(parse(body(`type: temporal\nrules: [a]\ntimespan: 1h\ncondition: ${condition}`)).draft).toBeUndefined();
  });

  test('two operators make a range', () => {
    expect(parse(FAILED.replace('gte: 10', 'gt: 100\n    lte: 200')).draft?.conditions).toEqual([
      { compare: 'gt', value: 100 },
      { compare: 'lte', value: 200 },
    ]);
  });

  test('value types read one or several fields and a percentile', () => {
    const value = (type: string, condition: string): CorrelationDraft | undefined =>
      parse(body(`type: ${type}\nrules: a\ntimespan: 1d\ncondition:\n${condition}`)).draft;
    expect(value('value_count', '  field: [A, B]\n  gte: 2')?.valueFields).toEqual(['A', 'B']);
    expect(value('value_percentile', '  field: A\n  percentile: 95\n  gt: 2.5')).toMatchObject({
      percentile: 95,
      conditions: [{ value: 2.5 }],
    });
    expect(value('value_median', '  field: A\n  gt: 2')).toMatchObject({ type: 'value_percentile', percentile: 50 });
    expect(value('value_sum', '  field: [A, B]\n  gte: 2')).toBeUndefined();
    expect(value('value_count', '  gte: 2')).toBeUndefined();
  });

  test('everything that is wrong is reported at once, each at its place', () => {
    const { draft, report } = parse(
      body('type: event_counts\nrules: []\ntimespan: 5 parsecs\ncondition:\n  gte: many'),
    );
    expect(draft).toBeUndefined();
    expect(report.diagnostics.map(({ code, range }) => `${code} ${range?.line}:${range?.column}`)).toEqual([
      'correlation-type 3:9',
      'correlation-rules 4:10',
      'correlation-timespan 5:13',
    ]);
    expect(report.diagnostics[0]?.hint).toContain('event_count');
    const operator = parse(FAILED.replace('gte: 10', 'get: 10\n    gt: x'));
    expect(operator.report.diagnostics.map(({ code, range }) => `${code} ${range?.line}`)).toEqual([
      'correlation-condition 9',
      'correlation-condition 10',
    ]);
  });

  test.each([
    ['type: event_count\n', 'correlation-type'],
    ['rules: failed\n', 'correlation-rules'],
    ['timespan: 5m\n', 'correlation-timespan'],
  ])('a missing part is refused: %s', (line, code) => {
    expect(codes(parse(FAILED.replace(`  ${line}`, '')).report)).toContain(`error ${code}`);
  });

  test('a missing condition is refused for counts', () => {
    expect(codes(parse(body('type: event_count\nrules: a\ntimespan: 5m')).report)).toEqual([
      'error correlation-condition',
    ]);
  });

  test('a rule that is named twice counts once, with a warning', () => {
    const { draft, report } = parse(FAILED.replace('rules: failed', 'rules: [failed, failed]'));
    expect(draft?.references).toHaveLength(1);
    expect(codes(report)).toEqual(['warning correlation-repeated-rule']);
  });
});

describe('timespans', () => {
  test.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['1w', 604_800_000],
    ['1M', 2_629_746_000],
    ['1y', 31_556_952_000],
  ])('%s', (text, milliseconds) => expect(parseTimespan(text)).toBe(milliseconds));
  test.each(['', '5', 'm', '0m', '-5m', '1.5h', '5H', '5min', '9999999999s'])('%s is none', (text) =>
    expect(parseTimespan(text)).toBeUndefined(),
  );
});

describe('references', () => {
  const candidate = (parts: Partial<ReferenceCandidate> & { correlation?: string }): ReferenceCandidate => {
    const report = new Report();
    const { correlation, ...rest } = parts;
    const draft = correlation === undefined ? undefined : parseCorrelation(mapOf(correlation), report);
    return { id: undefined, name: undefined, file: 'a.yml', pack: 'p', usable: !report.failed, draft, report, ...rest };
  };
  const count = (rules: string, more = ''): string =>
    body(`type: event_count\nrules: ${rules}\ntimespan: 5m\n${more}condition:\n  gte: 2`);
  const rulesOf = (resolved: ResolvedReferences, number: number): readonly number[] | undefined =>
    resolved.links.get(number)?.rules;

  test('ids and names are found, whatever their case', () => {
    const candidates = [
      candidate({ id: '5638F7C0-ac70-491d-8465-2a65075e0d86' }),
      candidate({ name: 'Failed' }),
      candidate({ correlation: count('[5638f7c0-ac70-491d-8465-2a65075e0d86, failed]') }),
    ];
    const resolved = resolveReferences(candidates);
    expect(rulesOf(resolved, 2)).toEqual([0, 1]);
    expect([...resolved.silenced]).toEqual([0, 1]);
  });

  test('the neighbour in the file goes before a rule of the same name elsewhere', () => {
    const candidates = [
      candidate({ name: 'a', file: 'x.yml', pack: 'other' }),
      candidate({ name: 'a', file: 'y.yml' }),
      candidate({ name: 'a' }),
      candidate({ correlation: count('a') }),
    ];
    expect(rulesOf(resolveReferences(candidates), 3)).toEqual([2]);
  });

  test('a correlation may stand before the rule that it names', () => {
    expect(rulesOf(resolveReferences([candidate({ correlation: count('a') }), candidate({ name: 'a' })]), 0)).toEqual([
      1,
    ]);
  });

  test('an unknown reference is refused with the nearest name', () => {
    const candidates = [candidate({ name: 'failed_logons' }), candidate({ correlation: count('failed_logon') })];
    expect(rulesOf(resolveReferences(candidates), 1)).toBeUndefined();
    expect(candidates[1]?.report.diagnostics).toMatchObject([
      { code: 'correlation-unknown-rule', hint: 'Did you mean `failed_logons`?', range: { line: 4 } },
    ]);
  });

  test('generate keeps the findings of the rules that it names', () => {
    const candidates = [
      candidate({ name: 'a' }),
      candidate({ correlation: count('a') }),
      candidate({ correlation: count('a', 'generate: true\n') }),
    ];
    expect(resolveReferences(candidates).silenced.size).toBe(0);
  });

  test('a circle is refused on every correlation in it, and what leans on it with the reason', () => {
    const candidates = [
      candidate({ name: 'a', correlation: count('b') }),
      candidate({ name: 'b', correlation: count('a') }),
      candidate({ name: 'c', correlation: count('a') }),
      candidate({ name: 'd', correlation: count('d') }),
    ];
    expect(resolveReferences(candidates).links.size).toBe(0);
    expect(candidates.map(({ report }) => report.diagnostics[0]?.code)).toEqual([
      'correlation-cycle',
      'correlation-cycle',
      'correlation-rejected-rule',
      'correlation-cycle',
    ]);
  });

  test('a rejected rule rejects the whole chain above it', () => {
    const candidates = [
      candidate({ name: 'a', usable: false }),
      candidate({ name: 'b', correlation: count('a') }),
      candidate({ name: 'c', correlation: count('b') }),
    ];
    const resolved = resolveReferences(candidates);
    expect(resolved.links.size).toBe(0);
    expect(resolved.silenced.size).toBe(0);
    expect(candidates.slice(1).map(({ report }) => report.diagnostics[0]?.code)).toEqual([
      'correlation-rejected-rule',
      'correlation-rejected-rule',
    ]);
  });

  test('aliases give a field per rule; a rule without one is warned of', () => {
    const text = body(
      'type: temporal\nrules: [a, b]\ntimespan: 5m\ngroup-by: [ip, User]\naliases:\n  ip:\n    a: SourceIp\n    b: Dest_Ip',
    );
    const candidates = [candidate({ name: 'a' }), candidate({ name: 'b' }), candidate({ correlation: text })];
    expect(resolveReferences(candidates).links.get(2)?.groupBy).toEqual([
      { label: 'ip', fieldOf: ['sourceip', 'destip'] },
      { label: 'User', fieldOf: ['user', 'user'] },
    ]);
    const partial = [
      candidate({ name: 'a' }),
      candidate({ name: 'b' }),
      candidate({ correlation: text.replace('    b: Dest_Ip', '') }),
    ];
    expect(resolveReferences(partial).links.get(2)?.groupBy[0]?.fieldOf).toEqual(['sourceip', 'ip']);
    expect(codes(partial[2]!.report)).toEqual(['warning correlation-alias']);
  });

  test('an expression must name rules of the list', () => {
    const text = (condition: string): string =>
      body(`type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: ${condition}`);
    const resolveText = (condition: string): readonly ReferenceCandidate[] => {
      const candidates = [
        candidate({ name: 'a' }),
        candidate({ name: 'b' }),
        candidate({ name: 'c' }),
        candidate({ correlation: text(condition) }),
      ];
      const { links } = resolveReferences(candidates);
      if (links.has(3))
        expect(links.get(3)?.expression).toEqual({
          op: 'and',
          children: [
            { op: 'test', predicate: 1 },
            { op: 'not', child: { op: 'test', predicate: 0 } },
          ],
        });
      return candidates;
    };
    expect(resolveText('b and not a')[3]?.report.diagnostics).toEqual([]);
    expect(codes(resolveText('b and not c')[3]!.report)).toEqual(['error correlation-condition']);
  });
});

describe('aggregations of old conditions', () => {
  const range = { start: 0, end: 0, line: 7, column: 14 };
  const translate = (text: string, timeframe?: string): { draft: CorrelationDraft | undefined; report: Report } => {
    const report = new Report();
    return {
      draft: parseAggregation(text, range, timeframe === undefined ? undefined : { text: timeframe, range }, report),
      report,
    };
  };

  test('the pipe divides search and aggregation', () => {
    expect(splitAggregation('selection and not filter | count() > 5')).toEqual({
      search: 'selection and not filter',
      aggregation: 'count() > 5',
      start: 25,
    });
    expect(splitAggregation('selection')).toBeUndefined();
  });

  test('count of a field is a count of distinct values', () => {
    expect(translate('count(TargetUserName) by IpAddress, Computer >= 10', '24h').draft).toMatchObject({
      type: 'value_count',
      groupBy: [{ text: 'IpAddress' }, { text: 'Computer' }],
      timespan: 86_400_000,
      conditions: [{ compare: 'gte', value: 10 }],
      valueFields: ['TargetUserName'],
      references: [],
    });
  });

  test('count of nothing, and of record numbers, is a count of events', () => {
    for (const text of ['count() by Computer > 4', 'count by Computer > 4', 'count(EventRecordID) by Computer > 4']) {
      expect(translate(text).draft).toMatchObject({
        type: 'event_count',
        valueFields: [],
        timespan: undefined,
        groupBy: [{ text: 'Computer' }],
      });
    }
  });

  test('sum and avg have their types, a translation is remarked', () => {
    expect(translate('sum(bytes) > 1000', '1h').draft).toMatchObject({
      type: 'value_sum',
      groupBy: [],
      valueFields: ['bytes'],
    });
    expect(codes(translate('avg(bytes) by a < 5').report)).toEqual(['warning aggregation-translated']);
  });

  test.each(['near a and b', 'min(x) > 5', 'group(Computer, TaskName)', 'count(x)', 'count() > many', '', 'sum() > 5'])(
    'is refused with a reason: %s',
    (text) => {
      const { draft, report } = translate(text);
      expect(draft).toBeUndefined();
      expect(codes(report)).toEqual(['error aggregation-unsupported']);
      expect(report.diagnostics[0]?.message.length).toBeGreaterThan(20);
    },
  );

  test('a broken timeframe is refused', () => {
    expect(codes(translate('count() > 5', '5 minutes').report)).toEqual(['error correlation-timespan']);
  });

  test('a pathological text is refused in no time', () => {
    const milliseconds = cpuMillisecondsOf(() => {
      translate(`count(${' '.repeat(20_000)}x by ${'a '.repeat(20_000)}`);
      translate(`count ${'by '.repeat(20_000)}`);
    });
    expect(milliseconds).toBeLessThan(1_000);
  });

  test('prose and comparisons of selections are explained', () => {
    expect(explainUnsupportedCondition('write ProcessGuid from (a) to %guid%; then if b')).toContain('prose');
    expect(explainUnsupportedCondition('selection_create > selection_delete')).toContain('compare');
    expect(explainUnsupportedCondition('selection and nothing')).toBeUndefined();
  });
});
