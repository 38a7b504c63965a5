import { describe, expect, test } from 'vitest';
import type { AppPorts } from '../../src/app/ports.ts';
import { writeCaseFile } from '../../src/casefile/write-case-file.ts';
import { WinnowApp } from '../../src/app/winnow-app.svelte.ts';
import { RulesInUse } from '../../src/app/rules-in-use.ts';
import { MemoryRulePacks } from '../../src/store/memory-rule-packs.ts';
import type { Intake } from '../../src/intake/evidence.ts';
import type { CaseTabs } from '../../src/store/case-tabs.ts';
import { row, ruleInfo } from './fake-findings.ts';
import { FakeAddressBar, fakePorts, fakeSettings } from './fake-ports.ts';
import { fakeCompileInWorker, shippedRules } from './fake-rules.ts';
import { FakeScanner } from './fake-scanner.ts';
import { FakeStore } from './fake-store.ts';

const rules = [ruleInfo('one', 'high')];

async function startApp(more: Partial<AppPorts> = {}, store = new FakeStore()) {
  const scanner = new FakeScanner();
  const bar = new FakeAddressBar();
  const app = new WinnowApp(store, scanner, fakePorts(rules, { addressBar: bar, ...more }));
  await app.start();
  return { app, store, scanner, bar };
}

function intakeOf(...paths: string[]): Promise<Intake> {
  const files = paths.map((path) => ({ path, blob: new Blob(['x']), size: 1, lastModified: 0 }));
  return Promise.resolve({ files, problems: [], skipped: new Map([['txt', 2]]) });
}

async function* noFindings(): AsyncGenerator<never[]> {
  // A case without findings has no block of them.
}

async function settle(): Promise<void> {
  for (let i = 0; i < 80; i++) await Promise.resolve();
}

describe('the app', () => {
  test('a drop makes a case, scans it and shows its findings', async () => {
    const { app, store, scanner, bar } = await startApp();
    expect(scanner.warmed).toBe(1);
    await app.take(intakeOf('Logs/Security.evtx', 'Logs/System.evtx'));
    await settle();
    expect(bar.read()).toBe(`#/case/${app.session!.id}/findings`);
    expect(app.session?.name).toBe('Logs, 2023-11-14 22:13 UTC');
    expect(app.scanning).toBe(true);
    scanner.listener.found({ file: 0, rows: [row(0, 1)] });
    scanner.finish();
    await app.session?.scan?.done;
    expect(app.session?.findings.count).toBe(1);
    expect(store.cases.size).toBe(1);
  });

  test('a drop without event logs says what it was and makes no case', async () => {
    const { app, store } = await startApp();
    await app.take(intakeOf());
    expect(store.cases.size).toBe(0);
    expect(app.notices.list.at(-1)).toMatchObject({
      kind: 'warning',
      hint: expect.stringContaining('2 txt') as string,
    });
  });

  test('a dropped case file becomes a case, and what lay beside it is said', async () => {
    const { app, store } = await startApp();
    const summary = { ...(await store.loadCase(await store.createCase('theirs')))!.summary, name: 'theirs' };
    const blob = await writeCaseFile({
      record: { summary, files: [], problems: [] },
      triage: [],
      audit: [],
      suppressions: [],
      findings: noFindings(),
      tool: { name: 'Winnow', version: '1', build: 'b' },
      written: 0,
    });
    const beside = await intakeOf('Security.evtx');
    await app.take(Promise.resolve({ ...beside, caseFiles: [new File([blob], 'theirs.winnow')] }));
    await settle();
    expect([...store.cases.values()].map(({ summary: { name } }) => name)).toEqual(['theirs', 'theirs']);
    expect(app.scanning).toBe(false);
    expect(app.notices.list.at(-1)?.message).toContain('1 other file was dropped beside the case file');
  });

  test('a second drop during a scan is refused, a drop on a case is added to it', async () => {
    const { app, store, scanner } = await startApp();
    await app.take(intakeOf('A.evtx'));
    await settle();
    await app.take(intakeOf('B.evtx'));
    expect(app.notices.list.at(-1)?.message).toBe('A scan is running.');
    scanner.finish();
    await app.session?.scan?.done;
    await settle();
    await app.take(intakeOf('B.evtx'));
    expect(store.cases.size).toBe(1);
    expect(app.session?.files.map((file) => file.path)).toEqual(['A.evtx', 'B.evtx']);
  });

  test('a case that another tab has gets nothing from a drop, from kept handles or from scanning again', async () => {
    const tabs: CaseTabs = {
      claim: () => Promise.resolve(false),
      takeOver: () => Promise.resolve('refused'),
      leave: () => undefined,
      tell: () => undefined,
      listen: () => undefined,
      note: () => undefined,
    };
    let read = 0;
    const readHandles = (): Promise<Intake> => {
      read++;
      return intakeOf('Security.evtx');
    };
    const store = new FakeStore();
    const id = await store.createCase('kept');
    const { app, scanner } = await startApp({ tabs, evidence: { ...fakePorts([]).evidence, readHandles } }, store);
    app.openCase(id);
    await settle();
    await app.take(intakeOf('Security.evtx'));
    await app.resume();
    await app.scanAgain();
    await settle();
    expect([app.scanning, scanner.files.length, read, app.session?.files.length]).toEqual([false, 0, 0, 0]);
    expect(app.notices.list.at(-1)?.message).toContain('nothing was added to it');
  });

  test('the address of a kept case opens it; one that is not kept says so', async () => {
    const store = new FakeStore();
    const id = await store.createCase('Old case');
    const { app, bar } = await startApp({}, store);
    bar.type(`#/case/${id}/overview`);
    await settle();
    expect(app.session?.name).toBe('Old case');
    bar.type('#/case/gone/findings');
    await settle();
    expect(app.missing).toBe('gone');
    bar.back();
    await settle();
    expect(app.router.address).toMatchObject({ view: 'case', tab: 'overview' });
  });

  test('another case does not open while a scan runs, until the scan is stopped', async () => {
    const store = new FakeStore();
    const other = await store.createCase('Other');
    const { app, bar, scanner } = await startApp({}, store);
    await app.take(intakeOf('A.evtx'));
    await settle();
    const scanned = app.session!.id;
    bar.type(`#/case/${other}/findings`);
    await settle();
    expect(app.session?.id).toBe(scanned);
    await app.stopAndFollow();
    await settle();
    expect(scanner.cancelled).toBe(true);
    expect(app.session?.id).toBe(other);
  });

  test('rules that cannot be loaded fail the scan with a reason, and a later load works', async () => {
    let broken = true;
    const { app } = await startApp({
      catalogue: {
        verdicts: [],
        loadInfos: () => (broken ? Promise.reject(new Error('pack is damaged')) : Promise.resolve(rules)),
        loadRuleSet: () => Promise.reject(new Error('unused')),
        loadSource: () => Promise.resolve(undefined),
      },
    });
    expect(app.rules.failure).toBe('pack is damaged');
    await app.take(intakeOf('A.evtx'));
    await app.session?.scan?.done;
    expect(app.session?.scan).toMatchObject({ phase: 'failed', failure: 'pack is damaged' });
    broken = false;
    await app.rules.load();
    expect(app.rules.failure).toBeUndefined();
    expect(app.rules.infoOf('one')?.level).toBe('high');
  });

  test('an export carries the shown findings in the order shown', async () => {
    const saved: { name: string; text: string }[] = [];
    const { app, scanner } = await startApp({
      saveFile: async (name, _type, parts) => {
        let text = '';
        for await (const part of parts) text += new TextDecoder().decode(part);
        saved.push({ name, text });
      },
    });
    await app.take(intakeOf('A.evtx'));
    await settle();
    scanner.listener.found({ file: 0, rows: [row(0, 5), row(0, 1), row(0, 3)] });
    scanner.finish();
    await app.session?.scan?.done;
    await app.exportShown('jsonl');
    expect(saved).toEqual([{ name: 'A.evtx, 2023-11-14 22-13 UTC.jsonl'.replace(',', '-'), text: '2\n4\n6\n' }]);
  });

  test('deleting the open case closes it', async () => {
    const { app, scanner } = await startApp();
    await app.take(intakeOf('A.evtx'));
    await settle();
    const id = app.session!.id;
    const removal = app.removeCases([id]);
    await removal;
    expect(scanner.cancelled).toBe(true);
    expect(app.session).toBeUndefined();
    expect(app.cases.cases).toEqual([]);
  });

  test('dropped rules become a pack in use, and the next scan names findings by the combined rules', async () => {
    const shipped = shippedRules([{ pack: 'core', file: 'a.yml', text: 'title: Shipped' }]);
    const inUse = new RulesInUse(shipped);
    const { app, scanner, bar } = await startApp({
      catalogue: inUse,
      ownRules: {
        compile: fakeCompileInWorker,
        build: 'build',
        loadCoreTexts: () => shipped.loadTexts(),
        use: (combined) => inUse.use(combined),
      },
      packStore: new MemoryRulePacks(),
    });
    const blob = new Blob(['title: Mine']);
    const ruleFiles = [{ path: 'mine.yml', blob, size: blob.size, lastModified: 0 }];
    await app.take(Promise.resolve({ files: [], problems: [], skipped: new Map(), ruleFiles }));
    expect(bar.read()).toMatch(/^#\/packs\/[0-9a-f]{16}$/);
    expect(app.packs.packs).toMatchObject([{ name: 'mine.yml', enabled: true }]);
    expect(scanner.renewed).toBe(1);
    await app.rules.load();
    expect(app.rules.infos?.map((info) => info.title)).toEqual(['Shipped', 'Mine']);
    await app.take(intakeOf('A.evtx'));
    await settle();
    scanner.listener.found({ file: 0, rows: [row(1, 1)] });
    scanner.finish();
    await app.session?.scan?.done;
    expect(app.session?.findings.facts(0).ruleTitle).toBe('Mine');
  });

  test('rules among logs are not used until the user says so', async () => {
    const { app } = await startApp();
    const blob = new Blob(['title: Planted']);
    const { files } = await intakeOf('Logs/A.evtx');
    const ruleFiles = [{ path: 'Logs/planted.yml', blob, size: blob.size, lastModified: 0 }];
    await app.take(Promise.resolve({ files, problems: [], skipped: new Map(), ruleFiles }));
    expect(app.packs.packs).toEqual([]);
    expect(app.scanning).toBe(true);
    expect(app.notices.list.at(-1)).toMatchObject({ message: expect.stringContaining('1 rule file') as string });
    expect(app.notices.list.at(-1)?.action?.label).toBe('Take them as rules');
  });

  test('theme and recovery choice are kept', async () => {
    const kept = new Map<string, string>();
    const first = await startApp({ settings: fakeSettings(kept) });
    first.app.theme.next();
    first.app.theme.next();
    first.app.recovered = true;
    const second = await startApp({ settings: fakeSettings(kept) });
    expect(second.app.theme.choice).toBe('dark');
    expect(second.app.recovered).toBe(true);
  });
});
