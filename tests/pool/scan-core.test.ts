import { afterAll, describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import type { FindingRow } from '../../src/model/finding.ts';
import type { Problem } from '../../src/model/problem.ts';
import { createInlineScanner } from '../../src/pool/inline-scanner.ts';
import type { CorrelationHit, ScanFile, ScanListener, Scanner } from '../../src/pool/scanner.ts';
import { formatJoinPlan } from '../../src/pool/join-plan-json.ts';
import { withJoinRules } from '../../src/scan/joins/plan-joins.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { createScanCore } from '../../workers/scan-core.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { compileForScan, logonRules } from '../builders/logon-rules.ts';

const { ruleSet, correlations } = compileForScan(logonRules(4));
const scanners: Scanner[] = [];

const logon = (eventId: number, recordId: number): EventSpec => ({
  channel: 'Security',
  provider: 'Microsoft-Windows-Security-Auditing',
  eventId,
  recordId,
  computer: 'HOST-1',
});

interface Heard {
  readonly rows: { readonly file: number; readonly row: FindingRow }[];
  readonly hits: CorrelationHit[];
  readonly problems: Problem[];
}

async function scan(files: readonly ScanFile[], workers: number): Promise<Heard> {
  const heard: Heard = { rows: [], hits: [], problems: [] };
  const listener: ScanListener = {
    progress: () => undefined,
    found: ({ file, rows }) => void heard.rows.push(...rows.map((row) => ({ file, row }))),
    correlated: (hits) => void heard.hits.push(...hits),
    problem: (problem) => void heard.problems.push(problem),
    account: () => undefined,
  };
  const scanner = createInlineScanner({
    createCore: createScanCore,
    loadProgram: () => Promise.resolve(compileProgram(ruleSet)),
    loadCorrelations: () => Promise.resolve(correlations),
    workers,
  });
  scanners.push(scanner);
  await scanner.scan(files, { recovered: false }, listener).done;
  return heard;
}

function fileOf(number: number, path: string, bytes: Uint8Array): ScanFile {
  return { number, path, blob: new Blob([new Uint8Array(bytes)]) };
}

afterAll(() => {
  for (const scanner of scanners) scanner.dispose();
});

const PARENT_RULES = `
title: Shell of an office program
id: 00000000-0000-4000-8000-000000000003
status: test
logsource: { product: windows, category: process_creation }
detection:
  selection: { ParentImage|endswith: '\\winword.exe', Image|endswith: '\\cmd.exe' }
  condition: selection
level: high
---
title: Shell, but not of the explorer
id: 00000000-0000-4000-8000-000000000004
status: test
logsource: { product: windows, category: process_creation }
detection:
  selection: { Image|endswith: '\\cmd.exe' }
  filter: { ParentImage|endswith: '\\explorer.exe' }
  condition: selection and not filter
level: high
---
title: Shells not of the explorer
id: 00000000-0000-4000-8000-000000000005
status: test
correlation:
  type: event_count
  rules: [00000000-0000-4000-8000-000000000004]
  group-by: [Computer]
  timespan: 1h
  generate: true
  condition: { gte: 2 }
level: high
`;

const creation = (recordId: number, id: number, parent: number, image: string): EventSpec => ({
  ...logon(4_688, recordId),
  data: [
    ['NewProcessId', `0x${id.toString(16)}`],
    ['NewProcessName', image],
    ['ProcessId', `0x${parent.toString(16)}`],
  ],
});

const later = (event: EventSpec): EventSpec => ({ ...event, time: '2024-01-01T00:05:00Z' });

test.each([1, 3])('events that their parents decide are found behind the rest, with %i workers', async (workers) => {
  const { ruleSet: rules } = compileRules([{ pack: 'test', file: 'rules.yml', text: PARENT_RULES }]);
  const joined = withJoinRules(rules);
  const scanner = createInlineScanner({
    createCore: createScanCore,
    loadProgram: () => Promise.resolve(compileProgram(joined.ruleSet, joined.plan?.numbers)),
    loadCorrelations: () =>
      Promise.resolve(rules.rules.map((rule) => (rule.kind === 'correlation' ? rule : undefined))),
    loadJoins: () => Promise.resolve(formatJoinPlan(joined.plan)),
    workers,
  });
  scanners.push(scanner);
  const found: string[] = [];
  const supplied: FindingRow['joinedValues'][] = [];
  const hits: CorrelationHit[] = [];
  const problems: Problem[] = [];
  const files = [
    fileOf(
      0,
      'b.evtx',
      buildLog({ records: [later(creation(1, 20, 10, 'C:\\cmd.exe')), later(creation(2, 21, 11, 'C:\\cmd.exe'))] }),
    ),
    fileOf(
      1,
      'a.evtx',
      buildLog({ records: [creation(3, 10, 4, 'C:\\winword.exe'), creation(4, 11, 4, 'C:\\explorer.exe')] }),
    ),
    fileOf(2, 'c.evtx', buildLog({ records: [later(creation(5, 22, 99, 'C:\\cmd.exe'))] })),
  ];
  const { findings } = await scanner.scan(
    files,
    { recovered: false },
    {
      progress: () => undefined,
      found: ({ file, rows }) => {
        for (const row of rows) {
          if (row.joined !== undefined) supplied.push(row.joinedValues);
          found.push(
            `${file}:${row.recordId} rule ${row.rule} ${row.joined === undefined ? 'alone' : 'joined'} ${row.joinedFile ?? ''}`,
          );
        }
      },
      correlated: (fired) => void hits.push(...fired),
      problem: (problem) => void problems.push(problem),
      account: () => undefined,
    },
  ).done;
  expect(problems).toEqual([]);
  expect(found.sort()).toEqual(['0:1 rule 0 joined a.evtx', '0:1 rule 1 alone ', '2:5 rule 1 alone ']);
  // What the parent said goes with the finding, so that it can be explained when the parent's file is gone.
  expect(supplied).toEqual([[[fieldKeyOf('ParentImage'), ['C:\\winword.exe']]]]);
  expect(hits.map(({ count }) => count)).toEqual([2]);
  expect(findings).toBe(4);
});

describe('the core of a scan worker', () => {
  // Numbered against the order of their paths, which is the order that counts.
  const files = [
    fileOf(0, 'z.evtx', buildLog({ records: [logon(4_625, 5), logon(4_624, 6), logon(4_625, 7)] })),
    fileOf(1, 'a.evtx', buildLog({ records: [logon(4_625, 1), logon(4_625, 2), logon(4_624, 3)], recordsPerChunk: 1 })),
  ];

  test.each([1, 3])('finds events and correlates them over files with %i workers', async (workers) => {
    const { rows, hits, problems } = await scan(files, workers);
    expect(problems).toEqual([]);
    expect(rows.map(({ file, row }) => `${file}:${row.recordId}`).sort()).toEqual(['0:5', '0:7', '1:1', '1:2']);
    expect(hits).toHaveLength(1);
    const [hit] = hits;
    expect(hit).toMatchObject({
      rule: 1,
      count: 4,
      groupBy: [['Computer', 'HOST-1']],
      firstTime: '2024-01-01T00:00:01.0000000Z',
      lastTime: '2024-01-01T00:00:07.0000000Z',
    });
    expect(hit?.records.map(({ file, recordId }) => `${file}:${recordId}`)).toEqual(['1:1', '1:2', '0:5', '0:7']);
  });

  test('gives the event that completed a correlation as it stands in its file', async () => {
    const { rows, hits } = await scan(files, 2);
    const completing = hits[0]?.completedBy;
    const same = rows.find(({ file, row }) => file === completing?.file && row.offset === completing.row.offset);
    expect(completing?.row).toEqual({ ...same?.row, rule: 1 });
    expect(completing?.row.recordId).toBe('7');
  });

  test('reads chunks behind a destroyed file header, and says so', async () => {
    const bytes = buildLog({ records: [logon(4_625, 9)] });
    bytes.fill(0, 0, 4_096);
    const { rows, problems } = await scan([fileOf(0, 'a.evtx', bytes)], 1);
    expect(rows.map(({ row }) => row.recordId)).toEqual(['9']);
    expect(problems).toMatchObject([{ code: 'header-checksum', file: 'a.evtx' }]);
  });

  test('correlates a log that begins with a chunk, at the places of its records', async () => {
    const whole = buildLog({ records: [1, 2, 3, 4].map((id) => logon(4_625, id)), recordsPerChunk: 2 });
    const { rows, hits } = await scan([fileOf(0, 'a.evtx', whole.slice(4_096))], 1);
    const offsets = rows.map(({ row }) => row.offset);
    expect(offsets).toHaveLength(4);
    expect(hits.map(({ records }) => records.map(({ offset }) => offset))).toEqual([offsets]);
    expect(hits[0]?.completedBy.row).toMatchObject({ recordId: '4', offset: offsets[3] });
  });

  test('refuses what is no log', async () => {
    const { rows, problems } = await scan([fileOf(0, 'a.evtx', new TextEncoder().encode('text '.repeat(2_000)))], 1);
    expect(rows).toEqual([]);
    expect(problems).toMatchObject([{ code: 'file-not-evtx', file: 'a.evtx' }]);
  });
});
