import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { TextReader, Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breakSizeCopy } from '../builders/damage.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { runInline } from './inline-host.ts';

const SCRIPT = '[System.Activator]::CreateInstance([type]::GetTypeFromProgID("MMC20.Application"))';

interface Line {
  readonly rule: {
    readonly id: string;
    readonly title: string;
    readonly level: string;
    readonly source: string;
    readonly hash: string;
  };
  readonly file: string;
  readonly recordId: string;
  readonly offset: number;
  readonly time: string;
  readonly matched: readonly {
    readonly selection: string;
    readonly field: string;
    readonly modifier: string;
    readonly value: string;
  }[];
  readonly duplicateOf?: { readonly file: string; readonly recordId: string; readonly offset: number };
  readonly fileHash?: string;
}

let folder: string;

const attack = (recordId: number, more: Partial<EventSpec> = {}): EventSpec => ({
  channel: 'Microsoft-Windows-PowerShell/Operational',
  provider: 'Microsoft-Windows-PowerShell',
  eventId: 4_104,
  computer: 'HOST-1',
  recordId,
  data: [['ScriptBlockText', `${SCRIPT} # ${recordId}`]],
  ...more,
});
const harmless = (recordId: number): EventSpec => attack(recordId, { data: [['ScriptBlockText', 'Get-Date']] });

const many = Array.from({ length: 900 }, (_, i) => (i % 9 === 4 ? attack(i + 1) : harmless(i + 1)));

const RULES = `
title: Every script block
id: 00000000-0000-4000-8000-000000000001
status: test
logsource: { product: windows, category: ps_script }
detection:
  any: { ScriptBlockText|contains: 'MMC20' }
  condition: any
level: low
---
title: Many script blocks
id: 00000000-0000-4000-8000-000000000002
status: test
correlation:
  type: event_count
  rules: [00000000-0000-4000-8000-000000000001]
  group-by: [Computer]
  timespan: 1h
  generate: true
  condition: { gte: 2 }
level: critical
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-cli-'));
  await mkdir(join(folder, 'logs/deep'), { recursive: true });
  await writeFile(join(folder, 'logs/b.evtx'), buildLog({ records: many, recordsPerChunk: 10 }));
  await writeFile(join(folder, 'logs/deep/a.evtx'), buildLog({ records: [harmless(1), attack(2), attack(3)] }));
  await writeFile(join(folder, 'logs/readme.txt'), 'no log');
  await writeFile(join(folder, 'one.evtx'), buildLog({ records: [attack(7)] }));
  await writeFile(
    join(folder, 'torn.evtx'),
    breakSizeCopy(buildLog({ records: [attack(1), harmless(2), attack(3)] }), 0, 1),
  );
  await writeFile(join(folder, 'rules.yml'), RULES);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (path: string): string => join(folder, path);
const linesOf = (out: string): Line[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

describe('the lines of winnow scan', () => {
  test('have the promised shape', async () => {
    const { status, out, err } = await runInline(['scan', at('one.evtx')]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    const [line, ...others] = linesOf(out);
    expect(others).toEqual([]);
    expect(Object.keys(line ?? {})).toEqual(
      'rule file recordId offset time channel provider eventId computer event matched'.split(' '),
    );
    expect(line).toMatchObject({
      rule: {
        title: 'DCOM lateral movement (via MMC20)',
        level: 'high',
      },
      file: at('one.evtx'),
      recordId: '7',
      offset: 4_096 + 512,
      time: '2024-01-01T00:00:07.0000000Z',
      channel: 'Microsoft-Windows-PowerShell/Operational',
      eventId: 4_104,
      event: { Event: { EventData: { ScriptBlockText: `${SCRIPT} # 7` } } },
    });
    expect(line?.rule.source).toMatch(/^core\/.+\.yml$/);
    expect(line?.rule.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(line?.matched).toContainEqual(
      expect.objectContaining({
        field: 'ScriptBlockText',
        modifier: 'contains|all',
        value: 'MMC20.Application',
      }),
    );
  });

  test('come in the order of file, offset and rule, whatever the number of threads', async () => {
    const outputs = [];
    for (const workers of ['1', '2', '5']) {
      outputs.push(
        await runInline(['scan', at('logs'), at('one.evtx'), '--rules', at('rules.yml'), '--workers', workers]),
      );
    }
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
    const lines = linesOf(outputs[0]?.out ?? '').filter((line) => 'file' in line);
    expect(lines).toHaveLength(2 * (100 + 2 + 1));
    const places = lines.map(({ file, offset, rule }) => [file, String(offset).padStart(12, '0'), rule.id].join('\0'));
    expect(places).toEqual([...places].sort());
  });

  test('name the first place of a record that is met again', async () => {
    await writeFile(at('copy.evtx'), await readFile(at('one.evtx')));
    const lines = linesOf((await runInline(['scan', at('one.evtx'), at('copy.evtx')])).out);
    expect(lines.map(({ file, duplicateOf }) => [file, duplicateOf])).toEqual([
      [at('copy.evtx'), undefined],
      [at('one.evtx'), { file: at('copy.evtx'), recordId: '7', offset: 4_608 }],
    ]);
  });

  test('are left out below a level and outside a time', async () => {
    const count = async (...options: string[]): Promise<number> =>
      linesOf((await runInline(['scan', at('logs/b.evtx'), '--rules', at('rules.yml'), ...options])).out).filter(
        (line) => 'file' in line,
      ).length;
    expect(await count()).toBe(200);
    expect(await count('--min-level', 'high')).toBe(100);
    // One record a second: ids 1 to 60 are the first minute, every ninth from 5 on is an attack.
    expect(await count('--to', '2024-01-01T00:01:00Z', '--min-level', 'high')).toBe(7);
    expect(await count('--from', '2024-01-01T00:01:00Z', '--min-level', 'high')).toBe(93);
  });

  test('carry the hash of their file when asked', async () => {
    const [line] = linesOf((await runInline(['scan', at('one.evtx'), '--hash'])).out);
    expect(line?.fileHash).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('a correlation is one line behind all others, with the times of its first, completing and last event', async () => {
  const { out } = await runInline(['scan', at('logs/deep'), at('one.evtx'), '--rules', at('rules.yml'), '--no-core']);
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toHaveLength(4);
  expect(lines.at(-1)).toEqual({
    rule: expect.objectContaining({ title: 'Many script blocks', level: 'critical' }) as unknown,
    time: '2024-01-01T00:00:07.0000000Z',
    firstTime: '2024-01-01T00:00:02.0000000Z',
    completedTime: '2024-01-01T00:00:03.0000000Z',
    groupBy: { Computer: 'HOST-1' },
    count: 3,
    records: lines.slice(0, 3).map(({ file, recordId, offset }) => ({ file, recordId, offset })),
  });
});

describe('formats', () => {
  test('json is one array', async () => {
    const { out } = await runInline(['scan', at('logs'), '--format', 'json']);
    expect((JSON.parse(out) as unknown[]).length).toBe(102);
    expect(JSON.parse((await runInline(['scan', at('logs'), '--format', 'json', '--to', '2000-01-01'])).out)).toEqual(
      [],
    );
  });

  test('csv reads back, duplicates and hashes included', async () => {
    await writeFile(at('copy.evtx'), await readFile(at('one.evtx')));
    const { out } = await runInline(['scan', at('one.evtx'), at('copy.evtx'), '--format', 'csv', '--hash']);
    const { data, errors } = Papa.parse<Record<string, string>>(out, { header: true, skipEmptyLines: true });
    expect(errors).toEqual([]);
    expect(data.map((row) => [row['EvtxFile'], row['DuplicateOf']])).toEqual([
      [at('copy.evtx'), ''],
      [at('one.evtx'), `${at('copy.evtx')} @ 4608`],
    ]);
    expect(data[0]?.['FileHash']).toMatch(/^[0-9a-f]{64}$/);
  });

  test('--out writes a file and leaves standard output alone', async () => {
    const { out, status } = await runInline(['scan', at('one.evtx'), '--out', at('found.jsonl')]);
    expect({ out, status }).toEqual({ out: '', status: 0 });
    expect(linesOf(await readFile(at('found.jsonl'), 'utf8'))).toHaveLength(1);
  });
});

describe('the account', () => {
  test('of --stats adds up', async () => {
    const { err } = await runInline(['scan', at('logs'), '--stats', '--workers', '2']);
    const stats = JSON.parse(err) as {
      bytes: number;
      records: number;
      findings: number;
      phases: Record<string, number>;
    };
    expect(stats).toMatchObject({ records: 903, findings: 102, rulesNotEvaluable: 0 });
    expect(stats.bytes).toBe(
      (await readFile(at('logs/b.evtx'))).length + (await readFile(at('logs/deep/a.evtx'))).length,
    );
    for (const phase of ['compile', 'read', 'scan', 'correlate']) expect(stats.phases[phase]).toBeGreaterThanOrEqual(0);
  });

  test('of a damaged log is on standard error, and the status says so', async () => {
    const { status, out, err } = await runInline(['scan', at('torn.evtx')]);
    expect(status).toBe(1);
    expect(linesOf(out).map(({ recordId }) => recordId)).toEqual(['1', '3']);
    expect(err).toContain('record-torn');
  });

  test('of a rejected rule is on standard error with its place, and the status says so', async () => {
    await writeFile(
      at('bad.yml'),
      'title: Bad\nlogsource: { product: windows }\ndetection:\n  a: { B: c }\n  condition: a and\n',
    );
    const { status, err } = await runInline(['scan', at('one.evtx'), '--rules', at('bad.yml')]);
    expect(status).toBe(1);
    expect(err).toMatch(/bad\.yml:5:\d+: /);
  });
});

test.each([
  ['a path that is not there', ['scan', '/nowhere/at/all.evtx']],
  ['rules that are not there', ['scan', 'package.json', '--rules', '/nowhere/at/all']],
  ['an unknown command', ['find']],
  ['no command', []],
  ['an output that cannot be written', ['scan', 'package.json', '--out', '/nowhere/at/all.jsonl']],
])('%s gives status 2 and a reason', async (_what, argv) => {
  const { status, out, err } = await runInline(argv);
  expect({ status, out }).toEqual({ status: 2, out: '' });
  expect(err).not.toBe('');
});

test('a file that is no log is one line and status 1', async () => {
  const { status, err } = await runInline(['scan', at('logs/readme.txt')]);
  expect(status).toBe(1);
  expect(err).toContain('readme.txt: file-not-evtx');
});

test('a packed log is scanned like an unpacked one', async () => {
  await writeFile(at('one.evtx.gz'), gzipSync(await readFile(at('one.evtx'))));
  const lines = linesOf((await runInline(['scan', at('one.evtx.gz')])).out);
  expect(lines.map(({ file, recordId, offset }) => ({ file, recordId, offset }))).toEqual([
    { file: at('one.evtx.gz'), recordId: '7', offset: 4_608 },
  ]);
});

test('logs in a zip are scanned under their path within it, and the zip leaves nothing behind', async () => {
  const before = (await readdir(tmpdir())).filter((name) => name.startsWith('winnow-unpacked-'));
  const writer = new ZipWriter(new Uint8ArrayWriter());
  await writer.add('case/logs/one.evtx', new Uint8ArrayReader(await readFile(at('one.evtx'))));
  await writer.add('case/readme.txt', new TextReader('no log'));
  await writer.add('case/broken.evtx', new TextReader('no log either'));
  await writeFile(at('case.zip'), await writer.close());
  const { status, out, err } = await runInline(['scan', at('case.zip')]);
  const lines = linesOf(out);
  expect(lines.map(({ file, recordId }) => ({ file, recordId }))).toEqual([
    { file: at('case.zip/case/logs/one.evtx'), recordId: '7' },
  ]);
  expect(status).toBe(1);
  expect(err).toContain('case.zip/case/broken.evtx: file-not-evtx');
  expect((await readdir(tmpdir())).filter((name) => name.startsWith('winnow-unpacked-'))).toEqual(before);
});

test('the password of an archive comes from the environment, and without the right one the archive stays locked', async () => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { password: 'Tr0ub4dor' });
  await writer.add('logs/one.evtx', new Uint8ArrayReader(await readFile(at('one.evtx'))));
  await writeFile(at('locked.zip'), await writer.close());
  const scan = async (password: string | undefined) => {
    if (password === undefined) delete process.env['WINNOW_ZIP_PASSWORD'];
    else process.env['WINNOW_ZIP_PASSWORD'] = password;
    try {
      return await runInline(['scan', at('locked.zip')]);
    } finally {
      delete process.env['WINNOW_ZIP_PASSWORD'];
    }
  };
  const right = await scan('Tr0ub4dor');
  expect(right.status).toBe(0);
  expect(linesOf(right.out).map(({ file, recordId }) => ({ file, recordId }))).toEqual([
    { file: at('locked.zip/logs/one.evtx'), recordId: '7' },
  ]);
  for (const password of ['wrong', '', undefined]) {
    const { status, out, err } = await scan(password);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('locked.zip: archive-locked');
    // What was tried is nobody's business.
    expect(err).not.toContain('Tr0ub4dor');
  }
});

test('a gzip file of several members is one log', async () => {
  const log = await readFile(at('one.evtx'));
  const cut = Math.floor(log.length / 3);
  await writeFile(at('members.evtx.gz'), Buffer.concat([gzipSync(log.subarray(0, cut)), gzipSync(log.subarray(cut))]));
  const { status, out } = await runInline(['scan', at('members.evtx.gz')]);
  expect(status).toBe(0);
  expect(linesOf(out).map(({ recordId, offset }) => ({ recordId, offset }))).toEqual([
    { recordId: '7', offset: 4_608 },
  ]);
});
