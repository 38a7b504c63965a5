import { describe, expect, test } from 'vitest';
import { CaseSession } from '../../src/app/case-session.svelte.ts';
import { nameFinding } from '../../src/app/name-finding.ts';
import { Notices } from '../../src/app/notices.svelte.ts';
import { emptyFileAccount } from '../../src/model/coverage.ts';
import type { Intake } from '../../src/intake/evidence.ts';
import { row, ruleInfo } from './fake-findings.ts';
import { FakeEvents } from './fake-events.ts';
import { tuningOf } from './fake-ports.ts';
import { FakeScanner } from './fake-scanner.ts';
import { FakeStore } from './fake-store.ts';

const rules = [ruleInfo('one', 'high'), ruleInfo('two', 'low')];

function intakeOf(...paths: string[]): Intake {
  return {
    files: paths.map((path) => ({ path, blob: new Blob(['x'.repeat(100)]), size: 100, lastModified: 5 })),
    problems: [],
    skipped: new Map(),
  };
}

async function openSession(store = new FakeStore()) {
  const scanner = new FakeScanner();
  const events = new FakeEvents();
  const notices = new Notices();
  const id = await store.createCase('Case');
  const tools = { store, scanner, events, notices, tuning: tuningOf(notices), now: () => 1_000 };
  const session = new CaseSession((await store.loadCase(id))!, tools);
  return { store, scanner, events, notices, id, session };
}

/** Starts a scan and waits until the fake scanner has been asked. */
async function scan(
  { session, scanner }: Awaited<ReturnType<typeof openSession>>,
  intake = intakeOf('A.evtx', 'B.evtx'),
) {
  const run = session.addEvidence(intake, Promise.resolve(rules), { recovered: false });
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  expect(scanner.files.map((file) => file.path)).toEqual(intake.files.map((file) => file.path));
  return run;
}

/** Everything that follows the end of a run (last save) has had its turn. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

describe('a case that is being scanned', () => {
  test('findings are in the store before they are shown', async () => {
    const open = await openSession();
    const run = await scan(open);
    let shownAtWrite = -1;
    open.store.onAppend = () => (shownAtWrite = open.session.findings.count);
    open.scanner.listener.found({ file: 0, rows: [row(0, 1), row(1, 2)] });
    open.scanner.finish();
    await run.done;
    expect(shownAtWrite).toBe(0);
    expect(open.session.findings.count).toBe(2);
    expect(open.store.findings.get(open.id)?.map((finding) => finding.file)).toEqual(['A.evtx', 'A.evtx']);
    expect(run.phase).toBe('done');
  });

  test('the templates of one scan help to recover deleted records in the next', async () => {
    const open = await openSession();
    const first = await scan(open);
    expect(open.scanner.options?.templates).toBe(undefined);
    const templates = Uint8Array.of(1, 2, 3);
    open.scanner.finish('done', { templates });
    await first.done;
    await settle();
    const second = await scan(open, intakeOf('C.evtx'));
    expect(open.scanner.options?.templates).toEqual(templates);
    // A scan without recovery learns nothing, and forgets nothing.
    open.scanner.finish();
    await second.done;
    await settle();
    await scan(open, intakeOf('D.evtx'));
    expect(open.scanner.options?.templates).toEqual(templates);
  });

  test('when the store is full findings stay on screen, are counted as not kept, and can be kept later', async () => {
    const open = await openSession();
    const run = await scan(open);
    open.scanner.listener.found({ file: 0, rows: [row(0, 1)] });
    open.store.refusal = { code: 'store-full', severity: 'error', message: 'The disk is full.' };
    open.scanner.listener.found({ file: 0, rows: [row(0, 2), row(0, 3)] });
    open.scanner.finish();
    await run.done;
    await settle();
    expect(open.session.findings.count).toBe(3);
    expect(open.session.unkept).toBe(3);
    expect(open.session.refused?.code).toBe('store-full');
    expect(open.session.problems.filter((problem) => problem.code === 'store-full')).toHaveLength(1);
    open.store.refusal = undefined;
    expect(await open.session.keepAgain()).toBe(true);
    expect(open.session.unkept).toBe(0);
    expect(open.store.findings.get(open.id)?.map((finding) => finding.recordId)).toEqual(['2', '3', '4']);
  });

  test('parts of an account add up, and file states follow the scan', async () => {
    const open = await openSession();
    const run = await scan(open);
    const part = { ...emptyFileAccount(), recordsRead: 5, chunksBad: 1 };
    open.scanner.listener.account(1, part, []);
    open.scanner.listener.account(1, part, []);
    open.scanner.listener.progress({
      bytesDone: 100,
      bytesTotal: 200,
      bytesPerSecond: 1,
      secondsLeft: 100,
      files: [
        { file: 0, bytesDone: 0, bytesTotal: 100, state: 'scanning' },
        { file: 1, bytesDone: 100, bytesTotal: 100, state: 'done' },
      ],
    });
    expect(open.session.files[1]).toMatchObject({ state: 'done', account: { recordsRead: 10, chunksBad: 2 } });
    run.cancel();
    await run.done;
    await settle();
    expect(open.scanner.cancelled).toBe(true);
    expect(open.session.files.map((file) => file.state)).toEqual(['cancelled', 'done']);
    expect(open.session.problems.map((problem) => problem.code)).toContain('cancelled');
  });

  test('a scan that fails keeps what was found and says why', async () => {
    const open = await openSession();
    const run = await scan(open);
    open.scanner.listener.found({ file: 0, rows: [row(0, 1)] });
    open.scanner.fail('no worker could be started');
    await run.done;
    await settle();
    expect(run.phase).toBe('failed');
    expect(run.failure).toBe('no worker could be started');
    expect(open.session.findings.count).toBe(1);
    expect(open.session.files.map((file) => file.state)).toEqual(['failed', 'failed']);
    expect(open.session.problems).toContainEqual(
      expect.objectContaining({ code: 'internal', detail: 'no worker could be started' }),
    );
  });

  test('a file that is scanned again replaces its account and does not double its findings', async () => {
    const open = await openSession();
    for (let i = 0; i < 2; i++) {
      const run = await scan(open, intakeOf('A.evtx'));
      open.scanner.listener.found({ file: 0, rows: [row(0, 1), row(0, 2)] });
      open.scanner.listener.account(0, { ...emptyFileAccount(), recordsRead: 7 }, []);
      open.scanner.finish();
      await run.done;
      await settle();
    }
    expect(open.session.files).toHaveLength(1);
    expect(open.session.files[0]).toMatchObject({ findings: 2, account: { recordsRead: 7 } });
    expect(open.session.findings.count).toBe(2);
    expect(open.store.findings.get(open.id)).toHaveLength(2);
  });

  test('a record met in two files is one finding, and the store is told which are copies', async () => {
    const open = await openSession();
    const run = await scan(open);
    open.scanner.listener.found({ file: 0, rows: [row(0, 1), row(0, 2)] });
    open.scanner.listener.found({ file: 1, rows: [row(0, 2), row(0, 3)] });
    open.scanner.finish();
    await run.done;
    await settle();
    expect(open.session.findings.count).toBe(3);
    expect(open.store.findings.get(open.id)).toHaveLength(4);
    expect(open.store.copies).toBe(1);
  });

  test('what kinds of event were read is kept with the case', async () => {
    const open = await openSession();
    const run = await scan(open);
    const kind = { computer: 'A', channel: 'S', provider: 'P', eventId: 1, count: 2, first: '1', last: '2' };
    open.scanner.listener.account(0, emptyFileAccount(), [kind]);
    open.scanner.listener.account(1, emptyFileAccount(), [kind]);
    open.scanner.finish();
    await run.done;
    await settle();
    const record = (await open.store.loadCase(open.id))!;
    expect(record.kinds).toEqual([{ ...kind, count: 4 }]);
    const again = new CaseSession(record, {
      store: open.store,
      scanner: open.scanner,
      events: open.events,
      notices: open.notices,
      tuning: tuningOf(open.notices),
      now: () => 2_000,
    });
    expect(again.kinds.list).toEqual([{ ...kind, count: 4 }]);
  });

  test('a reopened case shows its findings with their judgements, and files that were under way as stopped', async () => {
    const open = await openSession();
    const run = await scan(open);
    open.scanner.listener.found({ file: 0, rows: [row(0, 1), row(1, 2)] });
    open.scanner.finish();
    await run.done;
    await settle();
    const key = open.session.findings.keyOf(0);
    await open.session.triage.setState([key], 'benign');
    await open.session.triage.setNote(key, 'backup job');
    const record = (await open.store.loadCase(open.id))!;
    const halfway = { ...record, files: [{ ...record.files[0]!, state: 'scanning' as const }] };
    const again = new CaseSession(halfway, {
      store: open.store,
      scanner: open.scanner,
      events: open.events,
      notices: open.notices,
      tuning: tuningOf(open.notices),
      now: () => 2_000,
    });
    await again.load();
    expect(again.findings.count).toBe(2);
    expect(again.triage.of(key)).toMatchObject({ state: 'benign', note: 'backup job' });
    expect([...again.findings.facets.states]).toEqual([1, 0, 1]);
    expect(again.files[0]?.state).toBe('cancelled');
  });

  test('a correlation becomes a finding at the event that completed it, with the records behind it by path', async () => {
    const open = await openSession();
    const run = await scan(open);
    open.scanner.listener.correlated([
      {
        rule: 1,
        completedBy: { file: 1, row: row(1, 9) },
        firstTime: '2024-03-01T00:00:00.0000000Z',
        lastTime: '2024-03-01T00:00:12.0000000Z',
        count: 12,
        groupBy: [['TargetUserName', 'admin']],
        records: [{ file: 0, recordId: '3', offset: 9 }],
      },
    ]);
    open.scanner.finish();
    await run.done;
    const finding = await open.session.findings.load(0);
    expect(finding).toMatchObject({
      ruleId: 'two',
      file: 'B.evtx',
      recordId: '10',
      correlation: { count: 12, records: [{ file: 'A.evtx', recordId: '3', offset: 9 }] },
    });
  });

  test('a flood of problems is cut with a line that counts the rest', async () => {
    const open = await openSession();
    const run = await scan(open);
    for (let i = 0; i < 20_050; i++)
      open.scanner.listener.problem({ code: 'record-corrupt', severity: 'error', offset: i });
    open.scanner.finish();
    await run.done;
    await settle();
    expect(open.session.problems).toHaveLength(20_001);
    expect(open.session.problems.at(-1)).toMatchObject({ code: 'limit-reached', count: 50 });
  });

  test('a judgement that the store refuses holds on screen and is reported', async () => {
    const open = await openSession();
    const run = await scan(open);
    open.scanner.listener.found({ file: 0, rows: [row(0, 1)] });
    open.scanner.finish();
    await run.done;
    await settle();
    open.store.refusal = { code: 'store-denied', severity: 'error', message: 'Denied.' };
    const key = open.session.findings.keyOf(0);
    await open.session.triage.setState([key], 'confirmed');
    expect(open.session.triage.of(key).state).toBe('confirmed');
    expect(open.notices.list.at(-1)?.message).toContain('Denied.');
    open.store.refusal = undefined;
    expect(await open.session.triage.undo()).toBe('1 finding marked confirmed');
    expect(open.session.triage.of(key).state).toBe('new');
  });
});

test('a suppression changes what is kept of the case, unless another tab has it', async () => {
  const store = new FakeStore();
  const notices = new Notices();
  const id = await store.createCase('Case');
  let isOurs = true;
  const session = new CaseSession((await store.loadCase(id))!, {
    ...{ store, scanner: new FakeScanner(), events: new FakeEvents(), notices, tuning: tuningOf(notices) },
    now: () => 1_000,
    mayWrite: () => Promise.resolve(isOurs),
  });
  session.findings.append([nameFinding(row(0, 1), rules[0]!, 'A.evtx')]);
  const suppression = {
    ...{ id: 'one', ruleId: 'one', ruleTitle: 'One', conditions: [], reason: '', analyst: '', created: 1, changed: 1 },
    scope: 'case' as const,
  };
  const keptCounts = async () => (await store.loadCase(id))?.summary.rules;
  await session.hidden.keep([suppression], 'suppressed');
  expect(await keptCounts()).toMatchObject([{ id: 'one', findings: 1, suppressed: 1 }]);
  isOurs = false;
  await session.hidden.remove(suppression);
  expect(await keptCounts()).toMatchObject([{ suppressed: 1 }]);
});
