import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { formatCsvCell, guardCell, unguardCell } from '../../src/export/csv-cell.ts';
import { formatEventDetails } from '../../src/export/event-details.ts';
import { exportFindings, type ExportFormat } from '../../src/export/export-formats.ts';
import type { ExportOptions } from '../../src/export/export-options.ts';
import { formatFindingLine } from '../../src/export/finding-line.ts';
import { countTechniques, formatNavigatorLayer } from '../../src/export/navigator-layer.ts';
import type { EventElement } from '../../src/model/event.ts';
import type { Finding, Triage } from '../../src/model/finding.ts';
import { eventOf, findingOf, findingsOf, HOSTILE_TEXTS, hostileFinding } from '../store/sample-findings.ts';

const options: ExportOptions = { renderEventJson: formatEvtxDumpJson, sourceOf: () => 'core' };

async function exported(format: ExportFormat, blocks: Iterable<readonly Finding[]>, more: Partial<ExportOptions> = {}) {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  for await (const piece of exportFindings(format, blocks, { ...options, ...more }))
    text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

function table(csv: string): Record<string, string>[] {
  const { data, errors } = Papa.parse<string[]>(csv, { header: false, delimiter: ',', newline: '\r\n' });
  expect(errors).toEqual([]);
  const [header, ...rows] = data;
  expect(rows.pop()).toEqual(['']);
  return rows.map((row) => {
    expect(row).toHaveLength(header!.length);
    return Object.fromEntries(header!.map((name, i) => [name, row[i]!]));
  });
}

/** What UTF-8 makes of lone surrogates. */
const throughUtf8 = (text: string) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));

describe('JSON lines', () => {
  test('has the promised keys in their order', () => {
    const line = formatFindingLine(findingOf(3), {
      ...options,
      matchedOf: () => [{ selection: 's', field: 'Image', modifier: 'endswith', value: 'x' }],
    });
    const parsed = JSON.parse(line) as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual([
      'rule',
      'file',
      'recordId',
      'offset',
      'time',
      'channel',
      'provider',
      'eventId',
      'computer',
      'event',
      'matched',
    ]);
    expect(parsed.rule).toEqual({
      id: findingOf(3).ruleId,
      title: 'Suspicious Thing 3',
      level: 'high',
      tags: ['attack.execution', 'attack.t1059.001'],
      source: 'core',
      hash: 'ab'.repeat(32),
    });
    expect(parsed).toMatchObject({
      recordId: '1001',
      offset: 5_632,
      time: '2021-05-27T10:00:01.1234567Z',
      eventId: 4_688,
    });
    expect(parsed.event).toEqual(JSON.parse(formatEvtxDumpJson(findingOf(3).event)));
  });

  test('adds what only some findings have', () => {
    const triage: Triage = { key: findingOf(1).key, state: 'benign', note: 'n', tags: ['t'], changed: 0 };
    const line = formatFindingLine(
      findingOf(1, { recordClass: 'recovered', recovered: { template: 'bank' }, joined: 77 }),
      {
        ...options,
        duplicateOf: () => ({ file: 'b.evtx', recordId: '5', offset: 9 }),
        triageOf: () => triage,
      },
    );
    expect(JSON.parse(line)).toMatchObject({
      recovered: { template: 'bank' },
      joined: 77,
      duplicateOf: { file: 'b.evtx', recordId: '5', offset: 9 },
      triage: { state: 'benign', note: 'n', tags: ['t'], changed: '1970-01-01T00:00:00.000Z' },
    });
    expect(JSON.parse(formatFindingLine(findingOf(1, { recordClass: 'torn' }), options))).toMatchObject({ torn: true });
  });

  test('writes a correlation with its records and groups, whatever the fields are called', () => {
    const correlation = {
      firstTime: '2021-05-27T09:00:00.0000000Z',
      lastTime: '2021-05-27T11:00:00.0000000Z',
      count: 12,
      groupBy: [
        ['TargetUserName', 'bob'],
        ['__proto__', 'x'],
      ] as const,
      records: [{ file: 'a.evtx', recordId: '1', offset: 4_608 }],
    };
    const line = formatFindingLine(findingOf(1, { correlation }), options);
    const parsed = JSON.parse(line) as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual(['rule', 'time', 'firstTime', 'completedTime', 'groupBy', 'count', 'records']);
    expect(Object.entries(parsed.groupBy as object)).toEqual([
      ['TargetUserName', 'bob'],
      ['__proto__', 'x'],
    ]);
    expect(parsed.records).toEqual(correlation.records);
    expect(parsed).toMatchObject({ time: correlation.lastTime, completedTime: findingOf(1).time });
  });

  test('every hostile text survives, one line per finding, and nothing that rewrites a terminal is raw', async () => {
    const findings = HOSTILE_TEXTS.map(hostileFinding);
    const text = await exported('jsonl', [findings]);
    const lines = text.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => (JSON.parse(line) as { computer: string }).computer)).toEqual(HOSTILE_TEXTS);
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/);
  });

  test('a JSON export parses to the same findings as the lines', async () => {
    const blocks = [findingsOf(300), [], findingsOf(5, 300)];
    const lines = (await exported('jsonl', blocks))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toHaveLength(305);
    expect(JSON.parse(await exported('json', blocks))).toEqual(lines);
    expect(JSON.parse(await exported('json', []))).toEqual([]);
    expect(await exported('jsonl', [])).toBe('');
  });

  test('comes in pieces, also from an asynchronous source', async () => {
    async function* source() {
      for (let i = 0; i < 5; i++) yield await Promise.resolve(findingsOf(500, i * 500));
    }
    const sizes: number[] = [];
    for await (const piece of exportFindings('jsonl', source(), options)) sizes.push(piece.length);
    expect(sizes.length).toBeGreaterThan(10);
    expect(Math.max(...sizes)).toBeLessThan(200_000);
  });
});

describe('CSV', () => {
  test('reads back with another parser, every text whole', async () => {
    const findings = HOSTILE_TEXTS.map(hostileFinding);
    const rows = table(await exported('csv', [findings]));
    for (const [i, row] of rows.entries()) {
      const wanted = throughUtf8(HOSTILE_TEXTS[i]!);
      for (const column of ['RuleTitle', 'Computer', 'Channel', 'Provider', 'RecordID', 'EvtxFile', 'Tags']) {
        expect(unguardCell(row[column]!)).toBe(wanted);
      }
    }
  });

  test('any text comes back, and no cell starts a formula', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom("'", '=', '-', '+', '@', '\t', '\r', '\n', ' ', ',', ';', '"', '1', '.', '＝'),
      }),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 5 }), (cells) => {
        const csv = `${cells.map(formatCsvCell).join(',')}\r\n`;
        const { data } = Papa.parse<string[]>(csv, { delimiter: ',', newline: '\r\n' });
        expect(data[0]!.map(unguardCell)).toEqual(cells);
        for (const cell of data[0]!) {
          if (/^\s*[=+\-@＝＋－＠]/.test(cell)) expect(cell).toMatch(/^-\d+(\.\d+)?$/);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('leaves plain numbers alone and guards what only looks like one', () => {
    expect(['-5', '-1.5', '7'].map(guardCell)).toEqual(['-5', '-1.5', '7']);
    expect(['-5+1', '+5', '=5', "'=5", ' -x'].map(guardCell)).toEqual(["'-5+1", "'+5", "'=5", "''=5", "' -x"]);
  });

  test('says UTC in the names of times, ends lines with CR LF, has a mark when asked', async () => {
    const csv = await exported('csv', [[findingOf(1)]], { byteOrderMark: true });
    expect(csv.charCodeAt(0)).toBe(0xfeff);
    expect(csv.slice(1)).toMatch(/^Timestamp \(UTC\),RuleTitle,Level,/);
    expect(csv.split('\r\n')).toHaveLength(3);
    expect((await exported('csv', [])).split('\r\n')).toHaveLength(2);
    expect((await exported('csv', [])).charCodeAt(0)).not.toBe(0xfeff);
  });

  test('has the judgement in columns, and the event when asked', async () => {
    const triageOf = (finding: Finding): Triage | undefined =>
      finding.recordId === '1000'
        ? { key: finding.key, state: 'confirmed', note: '=evil()', tags: ['a', 'b'], changed: 1 }
        : undefined;
    const rows = table(await exported('csv', [[findingOf(0), findingOf(2)]], { triageOf, withEvent: true }));
    expect(rows[0]).toMatchObject({ State: 'confirmed', Note: "'=evil()", AnalystTags: 'a b' });
    expect(rows[1]).toMatchObject({ State: 'new', Note: '', AnalystTags: '' });
    expect(JSON.parse(rows[0]!.Event!)).toEqual(JSON.parse(formatEvtxDumpJson(findingOf(0).event)));
  });
});

describe('details', () => {
  test('hold every value of the payload once, also unnamed and repeated ones', () => {
    const event: EventElement = [
      'Event',
      [],
      '',
      [
        ['System', [], '', [['EventID', [], '1', []]]],
        [
          'EventData',
          [['Name', 'X']],
          '',
          [
            ['Data', [['Name', 'A']], '1', []],
            ['Data', [], 'bare', []],
            ['Data', [['Name', 'A']], '2', []],
            ['Data', [['Name', 'Empty']], '', []],
            ['Data', [['Name', 'Gone']], 'no', [], 4],
            ['Binary', [], 'FF', []],
          ],
        ],
        ['UserData', [], '', [['LogFileCleared', [['xmlns', 'u']], '', [['Channel', [['k', 'v']], 'Security', []]]]]],
      ],
    ];
    expect(formatEventDetails(event)).toBe(
      'EventData_Name: X ¦ A: 1 ¦ Data: bare ¦ A: 2 ¦ Binary: FF ¦ Channel_k: v ¦ Channel: Security',
    );
  });

  test('end at a limit for a crafted event', () => {
    const many = eventOf(Array.from({ length: 50_000 }, (_, i) => [`n${String(i)}`, 'v'] as const));
    expect(formatEventDetails(many).split(' ¦ ')).toHaveLength(2_001);
  });
});

test('Timesketch lines have what its importer needs', async () => {
  const [line] = (await exported('timesketch', [[findingOf(1)]])).trimEnd().split('\n');
  expect(JSON.parse(line!)).toMatchObject({
    datetime: '2021-05-27T10:00:00.123456+00:00',
    timestamp_desc: 'Event Logged',
    tag: ['attack.execution', 'attack.t1059.001'],
    event_id: 4_688,
  });
  const hostile = (await exported('timesketch', [HOSTILE_TEXTS.map(hostileFinding)]))
    .trimEnd()
    .split(/[\n\u0085\u2028\u2029]/);
  expect(hostile.map((each) => (JSON.parse(each) as { computer: string }).computer)).toEqual(HOSTILE_TEXTS);
});

test('a Navigator layer scores techniques, not tactics and not odd tags', () => {
  const counts = countTechniques([
    { tags: ['attack.t1059.001', 'attack.execution', 'attack.T1059.001'] },
    { tags: ['attack.t1059.001', 'attack.t1003', 'attack.s0002', 'cve.2021-1', '<b>'] },
  ]);
  const layer = JSON.parse(formatNavigatorLayer('case', counts, '18')) as { techniques: unknown[] };
  expect(layer.techniques).toMatchObject([
    { techniqueID: 'T1003', score: 1 },
    { techniqueID: 'T1059.001', score: 2 },
  ]);
});

test('a layer can hold more techniques than a call can have arguments', () => {
  const counts = new Map(Array.from({ length: 200_000 }, (_, at) => [`T${String(at)}`, at] as const));
  expect(formatNavigatorLayer('Case', counts, '')).toContain('"maxValue": 199999');
});
