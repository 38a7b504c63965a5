import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breakChunkMagic } from '../builders/damage.ts';
import { overwriteTemplates, unallocate } from '../builders/deleted-records.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { runInline } from './inline-host.ts';

interface Line {
  readonly file: string;
  readonly recordId: string;
  readonly offset: number;
  readonly recovered?: { readonly template: string };
  readonly duplicateOf?: { readonly file: string; readonly offset: number };
  readonly rule: { readonly id: string };
  readonly count?: number;
}

let folder: string;
const at = (path: string): string => join(folder, path);

const attack = (recordId: number, more: Partial<EventSpec> = {}): EventSpec => ({
  channel: 'Microsoft-Windows-PowerShell/Operational',
  provider: 'Microsoft-Windows-PowerShell',
  eventId: 4_104,
  computer: 'HOST-1',
  recordId,
  data: [['ScriptBlockText', `MMC20 ${recordId}`]],
  ...more,
});
const attacks = (count: number, from = 1): EventSpec[] => Array.from({ length: count }, (_, i) => attack(from + i));

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
  condition: { gte: 300 }
level: critical
`;

/** A log whose only chunk has lost its header and its templates. */
const lostLog = (from: number): Uint8Array =>
  breakChunkMagic(overwriteTemplates(buildLog({ records: attacks(3, from) }), 0), 0);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-recovered-'));
  await mkdir(at('logs'));
  // Long enough for several runs of several slices.
  const long = buildLog({ records: attacks(300), recordsPerChunk: 6 });
  for (const chunk of [0, 20, 33, 49]) unallocate(long, chunk, 2);
  await writeFile(at('logs/long.evtx'), breakChunkMagic(long, 40));
  await writeFile(at('logs/a-lost.evtx'), lostLog(1_001));
  await writeFile(at('logs/copy.evtx'), buildLog({ records: attacks(3, 1_001) }));
  await writeFile(at('known.evtx'), buildLog({ records: attacks(2, 5_000) }));
  await writeFile(at('lost.evtx'), lostLog(2_001));
  await writeFile(at('rules.yml'), RULES);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const scan = (...argv: string[]) => runInline(['scan', ...argv, '--no-core', '--rules', at('rules.yml')]);
const linesOf = (out: string): Line[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const namesOf = (lines: readonly Line[]): string[] =>
  lines.map(({ recordId, recovered }) => `${recordId} ${recovered?.template ?? '-'}`);

describe('winnow scan --recovered', () => {
  test('adds findings in their place, marked, and changes no other line', async () => {
    const plain = await scan(at('logs'));
    const recovered = await scan(at('logs'), '--recovered');
    const lines = linesOf(recovered.out);
    expect(
      recovered.out
        .split('\n')
        .filter((line) => !line.includes('"recovered":'))
        .join('\n'),
    ).toBe(plain.out);
    expect(linesOf(plain.out).some((line) => line.recovered !== undefined)).toBe(false);
    const added = lines.filter((line) => line.recovered !== undefined);
    // Four in each of four chunks, one chunk without its header, the lost log.
    expect(added).toHaveLength(4 * 4 + 6 + 3);
    expect(added.filter(({ file }) => file === at('logs/a-lost.evtx')).map((line) => line.recovered)).toEqual([
      { template: 'other-file' },
      { template: 'other-file' },
      { template: 'other-file' },
    ]);
    const places = lines.map(({ file, offset }) => `${file} ${String(offset).padStart(12, '0')}`);
    expect(places).toEqual([...places].sort());
    expect(recovered.err).toContain('25 records were recovered from unallocated space');
    expect(recovered.status).toBe(plain.status);
  });

  test('gives the same for any number of threads', async () => {
    const [one, two, five] = [
      await scan(at('logs'), '--recovered', '--workers', '1'),
      await scan(at('logs'), '--recovered', '--workers', '2'),
      await scan(at('logs'), '--recovered', '--workers', '5'),
    ];
    expect(two).toEqual(one);
    expect(five).toEqual(one);
  });

  test('does not correlate what was deleted', async () => {
    // 300 events with the deleted ones, 278 without; the copies of another file make 281.
    expect(linesOf((await scan(at('logs'), '--recovered')).out).some(({ count }) => count !== undefined)).toBe(false);
  });

  test('marks them in csv and counts them in --stats', async () => {
    const { out, err } = await scan(at('logs'), '--recovered', '--format', 'csv', '--stats');
    const { data } = Papa.parse<Record<string, string>>(out, { header: true, skipEmptyLines: true });
    expect(data.filter((row) => row['RecordClass'] === 'recovered')).toHaveLength(25);
    const stats = JSON.parse(err.split('\n').find((line) => line.startsWith('{')) ?? '') as {
      records: number;
      recordsRecovered: number;
      phases: Record<string, number>;
    };
    expect(stats).toMatchObject({ records: 300 - 22 + 3, recordsRecovered: 25 });
    expect(stats.phases['survey']).toBeGreaterThanOrEqual(0);
  });

  test('is in the help, with the bank of templates', async () => {
    const { out } = await runInline(['--help']);
    expect(out).toMatch(/--recovered [^]*--templates FILE [^]*written back/);
  });
});

describe('winnow scan --templates', () => {
  test('makes a bank that reads records of later scans, and that only grows', async () => {
    const bank = at('case.templates');
    expect(linesOf((await scan(at('lost.evtx'), '--recovered')).out)).toEqual([]);
    const first = await scan(at('known.evtx'), '--templates', bank);
    expect(namesOf(linesOf(first.out))).toEqual(['5000 -', '5001 -']);
    const made = await readFile(bank);
    const second = await scan(at('lost.evtx'), '--recovered', '--templates', bank);
    expect(namesOf(linesOf(second.out))).toEqual(['2001 bank', '2002 bank', '2003 bank']);
    // The lost log has no templates: the bank is as it was.
    expect((await readFile(bank)).equals(made)).toBe(true);
    await scan(at('logs'), '--templates', bank);
    expect((await readFile(bank)).length).toBeGreaterThanOrEqual(made.length);
    expect(namesOf(linesOf((await scan(at('lost.evtx'), '--recovered', '--templates', bank)).out))).toHaveLength(3);
    expect((await readdir(folder)).filter((name) => name.startsWith('case.templates'))).toEqual(['case.templates']);
  });

  test('refuses a file that is no bank, and leaves it alone', async () => {
    const before = await readFile(at('known.evtx'));
    const { status, out, err } = await scan(at('lost.evtx'), '--recovered', '--templates', at('known.evtx'));
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain('no bank of templates');
    expect((await readFile(at('known.evtx'))).equals(before)).toBe(true);
  });

  test('refuses a place where nothing can be written', async () => {
    const { status, err } = await scan(at('lost.evtx'), '--recovered', '--templates', at('nowhere/case.templates'));
    expect(status).toBe(2);
    expect(err).toContain('cannot be used for templates');
  });
});
