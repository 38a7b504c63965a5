// The same record met in several files: a live log, its shadow copy, an archived log and the collector's forwarded
// events. One finding with all its places, counted once by rules over several events.

import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import type { EvidenceFile } from '../../src/intake/evidence.ts';
import { openPacked } from '../../src/intake/open-packed.ts';
import { openUnverified } from '../../src/intake/read-evidence.ts';
import { CaseSession } from '../../src/app/case-session.svelte.ts';
import { Notices } from '../../src/app/notices.svelte.ts';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { createInlineScanner } from '../../src/pool/inline-scanner.ts';
import type { Scanner } from '../../src/pool/scanner.ts';
import { createScanCore } from '../../workers/scan-core.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { compileForScan, logonRules } from '../builders/logon-rules.ts';
import { FakeEvents } from './fake-events.ts';
import { tuningOf } from './fake-ports.ts';
import { FakeStore } from './fake-store.ts';

const PACKED = 'triage.zip/C/Windows/System32/winevt/Logs/Security.evtx';
const RECORDS = 3;
const PATHS = [
  'C/Windows/System32/winevt/Logs/Security.evtx',
  'VSS1/C/Windows/System32/winevt/Logs/Security.evtx',
  'C/Windows/System32/winevt/Logs/Archive-Security-2024-01-01-00-00-00-000.evtx',
  'Collector/ForwardedEvents.evtx',
];
const scanners: Scanner[] = [];

afterAll(() => {
  for (const scanner of scanners) scanner.dispose();
});

function records(form: EventSpec['form']): EventSpec[] {
  return Array.from({ length: RECORDS }, (_, at) => ({
    channel: 'Security',
    provider: 'Microsoft-Windows-Security-Auditing',
    eventId: 4625,
    recordId: 100 + at,
    // A collector numbers the records of its own file anew.
    ...(form === 'literal' && { headerId: at + 1 }),
    time: `2024-01-01T00:0${at}:00.1234567Z`,
    computer: 'HOST-1',
    data: [['TargetUserName', `user ${at}`]],
    ...(form && { form }),
  }));
}

async function scan(firesAt: number, pack = false): Promise<CaseSession> {
  const { ruleSet, correlations } = compileForScan(logonRules(firesAt));
  const scanner = createInlineScanner({
    createCore: createScanCore,
    loadProgram: () => Promise.resolve(compileProgram(ruleSet)),
    unpacker: { open: openPacked, openUnverified },
    loadCorrelations: () => Promise.resolve(correlations),
  });
  scanners.push(scanner);
  const store = new FakeStore();
  const id = await store.createCase('Case');
  const notices = new Notices();
  const tools = { store, scanner, events: new FakeEvents(), notices, tuning: tuningOf(notices), now: () => 1_000 };
  const session = new CaseSession((await store.loadCase(id))!, tools);
  const files: EvidenceFile[] = PATHS.map((path) => {
    const bytes = buildLog({ records: records(path.includes('Forwarded') ? 'literal' : undefined) });
    return { path, blob: new Blob([Uint8Array.from(bytes)]), size: bytes.length, lastModified: 5 };
  });
  if (pack) {
    const { blob, size } = files[0]!;
    const packed = new Blob([Uint8Array.from(gzipSync(new Uint8Array(await blob.arrayBuffer())))]);
    const log = { form: 'gzip' as const, blob: packed, size };
    files.splice(0, files.length, files[0]!, { ...files[0]!, path: PACKED, blob: new Blob([]), packed: log });
  }
  const rules = Promise.resolve(ruleSet.rules.map((rule) => rule.info));
  const run = session.addEvidence({ files, problems: [], skipped: new Map() }, rules, { recovered: false });
  await run.done;
  return session;
}

test('a record met in a live log, a shadow copy, an archive and forwarded events is one finding with four places', async () => {
  const { findings } = await scan(99);
  expect(findings.count).toBe(RECORDS);
  for (let row = 0; row < RECORDS; row++) {
    const { file, alsoIn } = findings.facts(row);
    expect([file, ...alsoIn.map((other) => other.file)].sort()).toEqual(PATHS.toSorted());
  }
});

test('copies of a record count once in a rule over several events', async () => {
  const fired = async (at: number): Promise<unknown[]> => {
    const { findings } = await scan(at);
    return Array.from({ length: findings.count }, (_, row) => findings.facts(row).correlation?.count).filter(Boolean);
  };
  expect(await fired(RECORDS)).toEqual([RECORDS]);
  expect(await fired(RECORDS + 1)).toEqual([]);
});

test('a loose log and its packed copy are the same evidence: one finding with two places, counted once', async () => {
  const { findings } = await scan(RECORDS, true);
  const facts = Array.from({ length: findings.count }, (_, row) => findings.facts(row));
  const single = facts.filter(({ correlation }) => correlation === undefined);
  expect(single).toHaveLength(RECORDS);
  for (const { file, alsoIn } of single)
    expect([file, ...alsoIn.map((other) => other.file)].sort()).toEqual([PATHS[0], PACKED]);
  expect(facts.map(({ correlation }) => correlation?.count).filter(Boolean)).toEqual([RECORDS]);
  const none = (await scan(RECORDS + 1, true)).findings;
  expect(none.count).toBe(RECORDS);
});
