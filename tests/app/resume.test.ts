// A scan that was killed or stopped and is resumed ends with what an undisturbed one finds: the real reader and engine,
// without threads, over logs whose failed logons make a correlation only together.

import { afterAll, describe, expect, test } from 'vitest';
import type { EvidenceTools } from '../../src/app/evidence-book.svelte.ts';
import { sha256HexOfBytes } from '../../src/base/sha256.ts';
import { hashFile } from '../../src/pool/hash-file.ts';
import { CaseSession } from '../../src/app/case-session.svelte.ts';
import { Notices } from '../../src/app/notices.svelte.ts';
import { problemsBesides, resumedText } from '../../src/app/resumed-files.ts';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import type { Intake } from '../../src/intake/evidence.ts';
import type { CaseId, CaseRecord } from '../../src/model/case.ts';
import type { Finding } from '../../src/model/finding.ts';
import { createInlineScanner } from '../../src/pool/inline-scanner.ts';
import { inOrderOfInterest } from '../../src/pool/run-plan.ts';
import type { Scanner } from '../../src/pool/scanner.ts';
import { createScanCore } from '../../workers/scan-core.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { compileForScan, logonRules } from '../builders/logon-rules.ts';
import { FakeEvents } from './fake-events.ts';
import { tuningOf } from './fake-ports.ts';
import { FakeStore } from './fake-store.ts';

const { ruleSet, correlations } = compileForScan(logonRules(7));
const rules = ruleSet.rules.map((rule) => rule.info);
const FILES = 5;
const scanners: Scanner[] = [];

afterAll(() => {
  for (const scanner of scanners) scanner.dispose();
});

function newScanner(): Scanner {
  const scanner = createInlineScanner({
    createCore: createScanCore,
    loadProgram: () => Promise.resolve(compileProgram(ruleSet)),
    loadCorrelations: () => Promise.resolve(correlations),
  });
  scanners.push(scanner);
  return scanner;
}

/** Two failed logons and two others in each file; the last file is damaged. */
function evidence(): Intake {
  const files = Array.from({ length: FILES }, (_, file) => {
    const bytes = buildLog({
      records: [4625, 4624, 4625, 4624].map((eventId, at) => ({
        channel: 'Security',
        provider: 'Microsoft-Windows-Security-Auditing',
        eventId,
        recordId: file * 4 + at + 1,
        computer: 'HOST-1',
      })),
    });
    if (file === FILES - 1) bytes[4_096 + 124]! ^= 0xff;
    return {
      path: `${file}/Security.evtx`,
      blob: new Blob([Uint8Array.from(bytes)]),
      size: bytes.length,
      lastModified: 5,
    };
  });
  return { files, problems: [], skipped: new Map() };
}

class Desk {
  readonly store = new FakeStore();
  readonly notices = new Notices();
  readonly events = new FakeEvents();
  readonly tuning = tuningOf(this.notices);
  session!: CaseSession;

  async open(record?: CaseRecord, findings: readonly Finding[] = [], evidence?: EvidenceTools): Promise<this> {
    const id: CaseId = await this.store.createCase('Case');
    if (record !== undefined) this.store.cases.set(id, { ...record, summary: { ...record.summary, id } });
    this.store.findings.set(id, [...findings]);
    const { store, notices, events, tuning } = this;
    const tools = {
      store,
      notices,
      events,
      scanner: newScanner(),
      tuning,
      now: () => 1_000,
      ...(evidence && { evidence }),
    };
    this.session = new CaseSession((await store.loadCase(id))!, tools);
    await this.session.load();
    return this;
  }

  async scan(intake: Intake, stop = false): Promise<this> {
    const run = this.session.addEvidence(intake, Promise.resolve(rules), { recovered: false });
    if (stop) this.events.onAdd = () => run.cancel();
    await run.done;
    this.events.onAdd = undefined;
    // The last save follows the end of the run.
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    return this;
  }

  kept(): readonly Finding[] {
    return this.store.findings.get(this.session.id) ?? [];
  }

  /** Everything that must not depend on whether the scan was disturbed. */
  async outcome(): Promise<unknown> {
    const { session } = this;
    const shown: unknown[] = [];
    for await (const block of session.readAll()) shown.push(...block.map((finding) => JSON.stringify(finding)));
    return {
      shown: shown.sort(),
      kept: this.kept()
        .map((finding) => JSON.stringify(finding))
        .sort(),
      files: session.files,
      problems: session.problems.map((problem) => JSON.stringify(problem)).sort(),
      kinds: session.kinds.list,
      events: this.events.count,
      counts: { ...session.summary(), id: '' },
    };
  }
}

/** Hashing in this thread, by rules that have no packs. */
function hashing(): EvidenceTools {
  return {
    tool: { name: 'Winnow', version: '1', build: '1' },
    packs: () => Promise.resolve([]),
    startHasher: () =>
      Promise.resolve({
        hash: (blob, names, report) => hashFile(blob, names, report),
        dispose: () => undefined,
      }),
  };
}

async function settled(isSo: () => boolean): Promise<void> {
  await expect.poll(() => isSo()).toBe(true);
}

async function undisturbed(): Promise<Desk> {
  return (await new Desk().open()).scan(evidence());
}

describe('a scan that is resumed', () => {
  test('the undisturbed scan has findings of files, a correlation of all, damage and events', async () => {
    const desk = await undisturbed();
    expect(desk.kept().filter((finding) => finding.correlation === undefined)).toHaveLength(2 * FILES);
    expect(desk.kept().some((finding) => finding.correlation !== undefined)).toBe(true);
    expect(desk.session.problems.length).toBeGreaterThan(0);
    expect(desk.events.count).toBe(4 * FILES);
  });

  test.each([0, 1, 2, 3, 4, 5])(
    'after a kill with %i files done it ends as if it had not been disturbed',
    async (done) => {
      const whole = await undisturbed();
      const record = whole.session.record();
      const killed: CaseRecord = {
        ...record,
        // A stopped file had half of its account, and the line of its damage was there.
        files: record.files.map((file, at) =>
          at < done ? file : { ...file, state: at === done ? 'scanning' : 'waiting' },
        ),
        scans: record.scans!.map((scan) => ({ ...scan, outcome: 'running' as const })),
      };
      const numberOf = (finding: Finding): number => Number(finding.file.split('/')[0]);
      // One finding of the file under way was kept; the last one of a done file was not yet.
      const kept = whole.kept().filter((finding) => finding.correlation === undefined && numberOf(finding) <= done);
      const survivors = kept.filter((_, at) => at !== 1);
      const desk = await new Desk().open(killed, survivors);
      expect(desk.session.findings.count).toBe(survivors.length);
      expect(desk.session.unfinished).toBe(true);
      await desk.scan(evidence());
      expect(await desk.outcome()).toEqual(await whole.outcome());
      expect(desk.session.resumed).toEqual(done === 0 ? undefined : { done, total: FILES });
      expect(desk.session.unfinished).toBe(false);
    },
  );

  test('after a stop in the same tab it ends as if it had not been disturbed', async () => {
    const whole = await undisturbed();
    const desk = await (await new Desk().open()).scan(evidence(), true);
    expect(desk.session.files.some((file) => file.state === 'cancelled')).toBe(true);
    expect(desk.session.unfinished).toBe(true);
    await desk.scan(evidence());
    expect(await desk.outcome()).toEqual(await whole.outcome());
  });

  test('evidence that was done gives its events again, without being judged and without changing anything', async () => {
    const desk = await undisturbed();
    const before = await desk.outcome();
    const found = desk.session.scan?.found;
    expect(found).toBeGreaterThan(0);
    await desk.scan(evidence());
    expect(await desk.outcome()).toEqual(before);
    expect(desk.session.scan?.rowsOnly).toBe(true);
    expect(desk.session.scan?.found).toBe(0);
    expect(desk.session.evidence.scans.map(({ options }) => options.map(([name]) => name))).toEqual([
      ['recovered'],
      ['recovered', 'events only'],
    ]);
  });

  test('evidence that was done is judged again once the rules are others', async () => {
    const desk = await undisturbed();
    const record = desk.session.record();
    const pack = { name: 'Old', version: '1', hash: 'ab', rules: 1 };
    const scans = record.scans!.map((scan) => ({ ...scan, packs: [pack] }));
    const later = await new Desk().open({ ...record, scans }, desk.kept());
    await later.scan(evidence());
    expect(later.session.scan?.rowsOnly).toBe(false);
    expect(later.session.scan?.found).toBe(desk.session.scan?.found);
    expect(later.session.findings.count).toBe(desk.session.findings.count);
  });

  test('evidence that was done is judged again once a rule that was off is on', async () => {
    const desk = await new Desk().open();
    await desk.tuning.set(rules[0]!.id, { off: true });
    await desk.scan(evidence());
    await desk.scan(evidence());
    expect(desk.session.scan?.rowsOnly).toBe(true);
    await desk.tuning.set(rules[0]!.id, { off: false });
    await desk.scan(evidence());
    expect(desk.session.scan?.rowsOnly).toBe(false);
    // Levels hold on screen and decide nothing.
    await desk.tuning.set(rules[0]!.id, { level: 'low' });
    await desk.scan(evidence());
    expect(desk.session.scan?.rowsOnly).toBe(true);
  });

  test('files from another place are known by size and SHA-256', async () => {
    const whole = await undisturbed();
    const record = whole.session.record();
    const files = await Promise.all(
      record.files.map(async (file, at) => {
        const bytes = new Uint8Array(await evidence().files[at]!.blob.arrayBuffer());
        return { ...file, hashes: { sha256: { state: 'done' as const, value: sha256HexOfBytes(bytes) } } };
      }),
    );
    const desk = await new Desk().open({ ...record, files }, whole.kept(), hashing());
    const moved = { ...evidence(), files: evidence().files.map((file) => ({ ...file, path: `usb/${file.path}` })) };
    const other = {
      ...moved.files[0]!,
      path: 'usb/other.evtx',
      blob: new Blob([new Uint8Array(moved.files[0]!.size)]),
    };
    const recognised = await desk.session.recognise({ ...moved, files: [...moved.files, other] });
    expect([...recognised].map(([{ path }, number]) => [path, number])).toEqual(
      moved.files.map(({ path }, number) => [path, number]),
    );
    const run = desk.session.addEvidence(moved, Promise.resolve(rules), { recovered: false }, recognised);
    await run.done;
    expect(run.rowsOnly).toBe(true);
    expect(desk.session.files.map(({ path }) => path)).toEqual(record.files.map(({ path }) => path));
    expect(desk.events.count).toBe(4 * FILES);
    await settled(() => !desk.session.evidence.hashing);
    expect(desk.session.problems).toHaveLength(record.problems.length);
  });

  test('a file with the path, size and time of one that was scanned, and other bytes, is a problem', async () => {
    const whole = await undisturbed();
    const record = whole.session.record();
    const value = 'ab'.repeat(32);
    const files = record.files.map((file, at) => ({
      ...file,
      hashes: { sha256: at === 1 ? { state: 'done' as const, value } : { state: 'waiting' as const } },
    }));
    const desk = await new Desk().open({ ...record, files }, whole.kept(), hashing());
    await desk.scan(evidence());
    await settled(() => desk.session.problems.some(({ code }) => code === 'file-changed'));
    const changed = desk.session.problems.filter(({ code }) => code === 'file-changed');
    expect(changed.map(({ file }) => file)).toEqual(['1/Security.evtx']);
    // The hash of what was scanned stays.
    expect(desk.session.files[1]!.hashes?.sha256).toEqual({ state: 'done', value });
  });

  test('stopping while events are read again leaves files done, and the case says that events are missing', async () => {
    const desk = await undisturbed();
    const run = desk.session.addEvidence(evidence(), Promise.resolve(rules), { recovered: false });
    run.cancel();
    await run.done;
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(desk.session.files.map((file) => file.state)).toEqual(Array.from({ length: FILES }, () => 'done'));
    expect(desk.session.files.every((file) => file.account.recordsRead === 4)).toBe(true);
    expect(desk.session.eventsCut).toBe(true);
    expect(desk.session.unfinished).toBe(false);
    expect(desk.session.problems.some(({ code }) => code === 'cancelled')).toBe(false);
  });

  test('says how many files were done', () => {
    expect(resumedText({ done: 12, total: 40 })?.message).toBe('12 of 40 files were done; scanning the other 28.');
    expect(resumedText({ done: 40, total: 40 })?.message).toBe('All 40 files were done before.');
    expect(resumedText({ done: 0, total: 40 })).toBe(undefined);
  });

  test('files that were done come behind all others, telling ones too', () => {
    const files = [
      { number: 0, path: 'Security.evtx', size: 9, doneBefore: true },
      { number: 1, path: 'Other.evtx', size: 1 },
      { number: 2, path: 'System.evtx', size: 1 },
    ];
    expect(inOrderOfInterest(files).map((file) => file.number)).toEqual([2, 1, 0]);
  });

  test('problems of files that are read anew go, those of others and of the store stay', () => {
    const problems = [
      { code: 'chunk-short', severity: 'error', file: 'A' },
      { code: 'chunk-short', severity: 'error', file: 'B' },
      { code: 'cancelled', severity: 'warning' },
      { code: 'store-full', severity: 'error' },
    ] as const;
    expect(problemsBesides(problems, new Set(['A']))).toEqual([problems[1], problems[3]]);
  });
});
