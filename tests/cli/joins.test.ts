import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compareHeld, HeldFindings, type HeldFinding } from '../../src/cli/held-findings.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { runInline } from './inline-host.ts';

const RULES = `
title: Shell of an office program
id: 00000000-0000-4000-8000-000000000001
status: test
logsource: { product: windows, category: process_creation }
detection:
  selection: { ParentImage|endswith: '\\winword.exe', Image|endswith: '\\cmd.exe' }
  condition: selection
level: high
---
title: Any shell
id: 00000000-0000-4000-8000-000000000002
status: test
logsource: { product: windows, category: process_creation }
detection:
  selection: { Image|endswith: '\\cmd.exe' }
  condition: selection
level: low
`;

const creation = (minute: number, id: number, parent: number, image: string): EventSpec => ({
  channel: 'Security',
  provider: 'Microsoft-Windows-Security-Auditing',
  eventId: 4_688,
  computer: 'HOST-1',
  recordId: minute + 1,
  time: `2024-01-01T00:${String(minute).padStart(2, '0')}:00Z`,
  data: [
    ['NewProcessId', `0x${id.toString(16)}`],
    ['NewProcessName', image],
    ['ProcessId', `0x${parent.toString(16)}`],
  ],
});

interface Line {
  readonly rule: { readonly title: string };
  readonly file: string;
  readonly recordId: string;
  readonly joined?: number;
  readonly joinedFile?: string;
  readonly matched: readonly { readonly field: string }[];
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-test-'));
  await writeFile(join(folder, 'rules.yml'), RULES);
  const shells = Array.from({ length: 40 }, (_, i) => creation(i + 2, 1_000 + i, i % 2 === 0 ? 50 : 60, 'C:\\cmd.exe'));
  await writeFile(join(folder, 'a.evtx'), buildLog({ records: shells, recordsPerChunk: 7 }));
  const parents = [
    creation(0, 50, 4, 'C:\\winword.exe'),
    creation(1, 60, 4, 'C:\\x.exe'),
    creation(50, 1, 50, 'C:\\cmd.exe'),
  ];
  await writeFile(join(folder, 'b.evtx'), buildLog({ records: parents }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('findings that need the record of the parent', () => {
  const scan = async (workers: string): Promise<Line[]> => {
    const { out, err, status } = await runInline([
      'scan',
      join(folder, 'a.evtx'),
      join(folder, 'b.evtx'),
      '--no-core',
      '--rules',
      join(folder, 'rules.yml'),
      '--workers',
      workers,
    ]);
    expect(err).toBe('');
    expect(status).toBe(0);
    return out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Line);
  };

  test('stand in their place, marked and explained, whatever the number of threads', async () => {
    const lines = await scan('1');
    expect(lines).toHaveLength(20 + 40 + 2);
    const places = lines.map(
      ({ file, recordId, rule }) => `${file} ${recordId.padStart(4)} ${rule.title === 'Any shell' ? 2 : 1}`,
    );
    expect(places).toEqual(places.toSorted());
    const joined = lines.filter((line) => line.joined !== undefined);
    expect(joined).toHaveLength(21);
    for (const { matched, joinedFile, file, rule } of joined) {
      expect(rule.title).toBe('Shell of an office program');
      expect(matched.map(({ field }) => field)).toEqual(['ParentImage', 'Image']);
      expect(joinedFile).toBe(file.endsWith('a.evtx') ? join(folder, 'b.evtx') : undefined);
    }
    expect(await scan('3')).toEqual(lines);
  });
});

test('findings that wait come back in order, also from the temporary file', async () => {
  const held = new HeldFindings();
  const findings = Array.from({ length: 90 }, (_, i): HeldFinding => {
    const text = `${String(i)}\u2028${'x'.repeat(1_000_000)}`;
    return { rank: i, offset: 0, recordId: '', isRecovered: false, ruleId: '', identity: '', text };
  });
  for (const finding of findings) held.add(finding.rank, [finding]);
  const ranks: number[] = [];
  for await (const finding of held.take()) {
    expect(finding).toEqual(findings[finding.rank]);
    ranks.push(finding.rank);
  }
  held.dispose();
  expect(ranks).toEqual(findings.map(({ rank }) => rank));
  expect(findings.toSorted(compareHeld)).toEqual(findings);
});
