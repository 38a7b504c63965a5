import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256HexOfBytes } from '../../src/base/sha256.ts';
import { CASE_FILE_FORMAT, CASE_FILE_LIMITS, type PartKind } from '../../src/casefile/manifest.ts';
import { encodePart } from '../../src/casefile/part-codec.ts';
import { readCaseFile } from '../../src/casefile/read-case-file.ts';
import { createZipWriter, readStoredZip } from '../../src/casefile/stored-zip.ts';
import { writeCaseFile } from '../../src/casefile/write-case-file.ts';
import type { AuditEntry } from '../../src/model/audit-entry.ts';
import type { CaseId, CaseRecord } from '../../src/model/case.ts';
import { isCaseFile, MANIFEST_NAME } from '../../src/model/case-file-head.ts';
import { emptyFileAccount } from '../../src/model/coverage.ts';
import type { EventElement } from '../../src/model/event.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import type { Finding, FindingKey, Triage } from '../../src/model/finding.ts';
import type { Suppression } from '../../src/model/suppression.ts';
import { collect, findingOf, findingsOf, HOSTILE_TEXTS, hostileFinding } from '../store/sample-findings.ts';

/** A case file as nobody writes it: a part of these lines under each of the names. */
async function forge(kind: PartKind, lines: readonly string[], names: readonly string[]): Promise<Blob> {
  const zip = createZipWriter();
  const bytes = await encodePart(lines, 1);
  for (const name of new Set(names)) zip.add({ name, bytes });
  const facts = {
    kind,
    items: lines.length,
    size: bytes.length,
    unpacked: 1,
    seed: 1,
    sha256: sha256HexOfBytes(bytes),
  };
  const manifest = {
    ...{ format: CASE_FILE_FORMAT, version: 1, tool: TOOL, written: 9, summary: record.summary },
    parts: names.map((name) => ({ name, ...facts })),
  };
  return zip.finish({ name: MANIFEST_NAME, bytes: new TextEncoder().encode(JSON.stringify(manifest)) });
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
const TOOL = { name: 'Winnow', version: '1.2.3', build: 'ab12' };

const record: CaseRecord = {
  summary: {
    id: 'x' as CaseId,
    name: 'Case <b>',
    created: 5,
    changed: 6,
    files: 1,
    bytes: 10,
    records: 7,
    findings: 3,
    byLevel: { informational: 0, low: 0, medium: 0, high: 3, critical: 0 },
  },
  files: [
    {
      path: 'a.zip/Security.evtx',
      size: 10,
      lastModified: 1,
      account: { ...emptyFileAccount(), recordsRead: 7 },
      findings: 3,
      hashes: { sha256: { state: 'done', value: 'ab'.repeat(32) }, md5: 'cd'.repeat(16) },
      state: 'done',
    },
  ],
  problems: [{ code: 'header-dirty', severity: 'info', file: 'a', detail: HOSTILE_TEXTS.join('|') }],
  kinds: [
    {
      computer: 'A',
      channel: 'S',
      provider: 'P',
      eventId: 1,
      count: 2,
      first: '2024-01-01T00:00:00.0000000Z',
      last: '',
    },
  ],
  scans: [
    {
      started: 1,
      ended: 2,
      outcome: 'done',
      files: 1,
      bytes: 10,
      packs: [{ name: 'core', version: '1', hash: 'ff', rules: 3 }],
      options: [['recovered', 'no']],
      tool: TOOL,
    },
  ],
};
const triage: Triage[] = HOSTILE_TEXTS.map((note, i) => ({
  key: `k${i}` as FindingKey,
  state: 'benign',
  note,
  tags: [],
  changed: i,
}));
const audit: AuditEntry[] = [
  { time: 1, analyst: 'Mo', action: 'judged', detail: 'benign', count: 2, findings: ['k' as FindingKey] },
];

const suppressions: Suppression[] = HOSTILE_TEXTS.map((value, i) => ({
  id: `s${i}`,
  ruleId: 'rule',
  ruleTitle: value,
  conditions: [{ field: 'Image', match: 'contains', value }],
  reason: value,
  scope: 'case',
  analyst: 'Mo',
  created: i,
  changed: i,
}));

async function* blocks(findings: readonly Finding[]): AsyncGenerator<readonly Finding[]> {
  for (let at = 0; at < findings.length; at += 700) yield await Promise.resolve(findings.slice(at, at + 700));
}

const write = (findings: readonly Finding[]) =>
  writeCaseFile({ record, triage, audit, suppressions, findings: blocks(findings), tool: TOOL, written: 9 });

async function open(blob: Blob) {
  const read = await readCaseFile(blob);
  if (!read.ok) throw new Error(read.error.code);
  return read.value;
}

describe('a case file', () => {
  test('gives back everything that was put in', async () => {
    const findings = [
      ...findingsOf(6_000),
      ...HOSTILE_TEXTS.map(hostileFinding),
      findingOf(1, { joined: 3, joinedFile: 'other.evtx', joinedValues: [[fieldKeyOf('ParentImage'), ['C:\\a.exe']]] }),
      findingOf(2, { recordClass: 'recovered', recovered: { template: 'bank' } }),
      findingOf(3, {
        correlation: {
          firstTime: '2024-01-01T00:00:00.0000000Z',
          lastTime: '2024-01-01T00:00:01.0000000Z',
          count: 5,
          groupBy: [['User', 'x']],
          records: [{ file: 'a', recordId: '1', offset: 2 }],
        },
      }),
    ];
    const blob = await write(findings);
    expect(isCaseFile(new Uint8Array(await blob.slice(0, 64).arrayBuffer()))).toBe(true);
    const read = await open(blob);
    expect(plain(await collect(read.findings()))).toEqual(plain(findings));
    expect(plain([read.files, read.scans, read.problems, read.kinds])).toEqual(
      plain([record.files, record.scans, record.problems, record.kinds]),
    );
    expect(read.triage).toEqual(triage);
    expect(read.audit).toEqual(audit);
    expect(read.suppressions).toEqual(suppressions);
    expect(read.summary).toMatchObject({ name: 'Case <b>', records: 7 });
    expect(read.dropped()).toBe(0);
  });

  test('without suppressions is of the version that older readers take', async () => {
    const blob = await writeCaseFile({
      ...{ record, triage, audit, findings: blocks([]), tool: TOOL, written: 9 },
      suppressions: [],
    });
    expect(Buffer.from(await blob.arrayBuffer()).includes('"version": 1')).toBe(true);
    expect((await open(blob)).suppressions).toEqual([]);
  });

  test('that was written elsewhere sets nothing for the other cases of this browser', async () => {
    const everywhere = suppressions.map((each) => ({ ...each, scope: 'all' as const }));
    const blob = await writeCaseFile({
      ...{ record, triage, audit, findings: blocks([]), tool: TOOL, written: 9 },
      suppressions: everywhere,
    });
    expect((await open(blob)).suppressions).toEqual(suppressions);
  });

  test('shows no text of an event or a note in its bytes', async () => {
    const bytes = Buffer.from(await (await write(findingsOf(300))).arrayBuffer());
    for (const word of ['Mimikatz', 'powershell', '<script>']) expect(bytes.includes(word)).toBe(false);
  });

  test('that is cut off anywhere is refused, and nothing of it is taken', async () => {
    const blob = await write(findingsOf(50));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: blob.size - 1 }), async (size) => {
        const read = await readCaseFile(blob.slice(0, size));
        expect(read.ok).toBe(false);
      }),
    );
  });

  test('with any byte changed is refused or gives what was written', async () => {
    const blob = await write(findingsOf(50));
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const expected = plain(findingsOf(50));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
        const changed = bytes.slice();
        changed[at]! ^= bits;
        const read = await readCaseFile(new Blob([changed]));
        if (read.ok) {
          const back = await collect(read.value.findings()).catch(() => undefined);
          if (back !== undefined) expect(plain(back)).toEqual(expected);
        }
      }),
    );
  });

  test('of a newer version says so', async () => {
    const bytes = Buffer.from(await (await write([])).arrayBuffer());
    const at = bytes.indexOf('"version": 2');
    bytes[at + '"version": '.length] = '3'.charCodeAt(0);
    const read = await readCaseFile(new Blob([bytes]));
    expect(read).toMatchObject({ ok: false, error: { code: 'case-file-newer' } });
  });

  test('with hostile items loses those and counts them', async () => {
    let deep: EventElement = ['x', [], '', []];
    for (let i = 0; i < 200; i++) deep = ['x', [], '', [deep]];
    const hostile = [
      findingOf(1),
      findingOf(2, { event: deep }),
      findingOf(3, { level: '__proto__' as 'high' }),
      findingOf(4, { offset: -1 }),
      findingOf(5, { tags: 'constructor' as unknown as string[] }),
      findingOf(7, { time: 'soon' }),
      findingOf(8, { time: '2024-13-41T00:00:00.0000000Z' }),
      findingOf(6, { event: ['Event', [], { toString: 1 } as unknown as string, []] }),
    ];
    const read = await open(await write(hostile));
    expect(plain(await collect(read.findings()))).toEqual(plain([findingOf(1)]));
    expect(read.dropped()).toBe(7);
  });

  test('with times that no date can have loses those items: they could not be shown or exported', async () => {
    const [judgement] = triage;
    const [action] = audit;
    const blob = await writeCaseFile({
      ...{ record, suppressions, findings: blocks([]), tool: TOOL, written: 9 },
      triage: [judgement!, { ...judgement!, key: 'later' as FindingKey, changed: 1e300 }],
      audit: [action!, { ...action!, time: -8.65e15 }],
    });
    const read = await open(blob);
    expect(read.triage).toHaveLength(1);
    expect(read.audit).toHaveLength(1);
    expect(read.dropped()).toBe(2);
    const unwritten = await writeCaseFile({
      ...{ record, triage, audit, suppressions, findings: blocks([]), tool: TOOL, written: 1e300 },
    });
    expect(await readCaseFile(unwritten)).toMatchObject({ ok: false, error: { code: 'case-file-damaged' } });
  });

  test('that names a part twice is refused: a few bytes would be a case without end', async () => {
    const lines = ['{}'];
    expect(await readCaseFile(await forge('problems', lines, ['a.part', 'a.part']))).toMatchObject({
      ok: false,
      error: { code: 'case-file-damaged' },
    });
    expect(await readCaseFile(await forge('problems', lines, ['a.part', 'b.part']))).toMatchObject({ ok: true });
  });

  test('whose small parts unpack to more than a tab can hold is refused', async () => {
    const blob = await forge('audit', [' '.repeat(60_000)], ['a', 'b', 'c']);
    expect(blob.size).toBeLessThan(2_000);
    const damaged = { ok: false, error: { code: 'case-file-damaged' } };
    expect(await readCaseFile(blob, { ...CASE_FILE_LIMITS, accountBytes: 180_002 })).toMatchObject(damaged);
    expect(await readCaseFile(blob, { ...CASE_FILE_LIMITS, accountBytes: 180_003 })).toMatchObject({ ok: true });
    const findings = await forge('findings', [' '.repeat(60_000)], ['a', 'b', 'c']);
    const read = await readCaseFile(findings, { ...CASE_FILE_LIMITS, findingBytes: 180_002 });
    await expect(read.ok && collect(read.value.findings())).rejects.toThrow('unpacks to more');
  });

  test('is a zip of stored entries with the manifest first', async () => {
    const entries = await readStoredZip(await write(findingsOf(10)));
    expect(entries?.[0]?.name).toBe('winnow-case.json');
    expect(entries?.map(({ name }) => name.split('-')[0])).toContain('findings');
  });
});
