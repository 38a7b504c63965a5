import { expect, test } from 'vitest';
import { countByRule, countShown } from '../../src/app/case-counts.ts';
import { AuditLog } from '../../src/app/audit-log.svelte.ts';
import { FindingList } from '../../src/app/finding-list.svelte.ts';
import { EMPTY_QUERY } from '../../src/app/finding-query.ts';
import { HiddenBook } from '../../src/app/hidden-book.svelte.ts';
import { nameFinding } from '../../src/app/name-finding.ts';
import { Notices } from '../../src/app/notices.svelte.ts';
import { allRows, foldOverview } from '../../src/app/overview.ts';
import { countHits } from '../../src/app/rule-catalogue.ts';
import { RuleTuning } from '../../src/app/rule-tuning.svelte.ts';
import { rowsOfEvent, SuppressionDraft } from '../../src/app/suppression-draft.svelte.ts';
import { listEventFields } from '../../src/analysis/event-fields.ts';
import type { CaseId, CaseSummary } from '../../src/model/case.ts';
import type { Suppression } from '../../src/model/suppression.ts';
import { newSummary } from '../../src/store/case-summary.ts';
import { MemoryTuning } from '../../src/store/tuning-store.ts';
import { event, row, ruleInfo } from './fake-findings.ts';
import { FakeStore } from './fake-store.ts';

const infos = [ruleInfo('noisy', 'high'), ruleInfo('quiet', 'low')];
/** Number n: rule by its last bit, image by n modulo 3. */
const findingOf = (n: number) =>
  nameFinding(
    row(n % 2, n, { event: event({ Image: `C:\\tools\\app${n % 3}.exe`, User: 'CORP\\svc' }) }),
    infos[n % 2]!,
    'a.evtx',
  );

async function open(tuningStore = new MemoryTuning()) {
  const store = new FakeStore();
  const id = await store.createCase('Case');
  const notices = new Notices();
  const tuning = new RuleTuning({ store: tuningStore, notices, now: () => 70 });
  await tuning.load();
  const findings = new FindingList();
  const audit = new AuditLog(id, { store, notices, now: () => 50 });
  const hidden = new HiddenBook(id, findings, audit, { store, tuning, notices });
  await hidden.load();
  const add = async (from: number, to: number) => {
    const found = Array.from({ length: to - from }, (_, i) => findingOf(from + i));
    findings.append(found);
    await hidden.apply(found);
    findings.refresh();
  };
  return { store, id, notices, tuning, findings, audit, hidden, add };
}

const suppression = (more: Partial<Suppression> = {}): Suppression => ({
  id: 'one',
  ruleId: 'noisy',
  ruleTitle: 'Title of noisy',
  conditions: [{ field: 'Image', match: 'suffix', value: '\\APP0.exe' }],
  reason: 'our own tool',
  scope: 'case',
  analyst: 'Mo',
  created: 10,
  changed: 10,
  ...more,
});

test('what a suppression holds on leaves lists, counts and overview at once, is counted and can be shown', async () => {
  const { findings, hidden, add } = await open();
  await add(0, 60);
  await hidden.keep([suppression()], 'suppressed');
  expect(hidden.counts.get('one')).toBe(10);
  expect(findings.hidden).toEqual({ off: 0, suppressed: 10 });
  expect([findings.count, findings.visible, findings.rows.length]).toEqual([60, 50, 50]);
  expect(findings.facets.rules).toEqual(Uint32Array.of(20, 30));
  expect(allRows(findings)).toHaveLength(50);
  expect(foldOverview(findings, allRows(findings)).levels[3]).toBe(20);
  expect(countHits(findings).get('noisy')).toBe(20);
  findings.ask({ ...EMPTY_QUERY, hidden: true });
  expect(findings.rows).toHaveLength(10);
  expect(findings.rows.every((each) => findings.isHidden(each))).toBe(true);
});

test('findings that come later are judged by it as well, and text search leaves them out', async () => {
  const { findings, hidden, add } = await open();
  await hidden.keep([suppression()], 'suppressed');
  await add(0, 30);
  await add(30, 60);
  expect(hidden.counts.get('one')).toBe(10);
  findings.ask({ ...EMPTY_QUERY, text: 'app0.exe' });
  await findings.searched();
  // 20 events name the tool; those of the noisy rule are hidden.
  expect(findings.rows).toHaveLength(10);
});

test('a change looks again, a removal shows everything again, and the log has each with what it hid', async () => {
  const { findings, hidden, audit, store, id, add } = await open();
  await add(0, 60);
  await hidden.keep([suppression()], 'suppressed');
  const wider = suppression({ conditions: [], reason: '', changed: 20 });
  await hidden.keep([wider], 'suppression-changed');
  expect(findings.hidden.suppressed).toBe(30);
  expect(await store.loadSuppressions(id)).toEqual([wider]);
  await hidden.remove(wider);
  expect(findings.hidden.suppressed).toBe(0);
  expect(await store.loadSuppressions(id)).toEqual([]);
  expect(audit.entries.map(({ action, detail, count }) => [action, detail, count])).toEqual([
    ['suppressed', 'Title of noisy: Image ends with \\APP0.exe (our own tool)', 10],
    ['suppression-changed', 'Title of noisy: every finding of the rule', 30],
    ['suppression-removed', 'Title of noisy: every finding of the rule', 30],
  ]);
});

test('one for all cases hides in every case, and can move to a single one', async () => {
  const tuningStore = new MemoryTuning();
  const first = await open(tuningStore);
  await first.hidden.keep([suppression({ scope: 'all' })], 'suppressed');
  expect(await first.store.loadSuppressions(first.id)).toEqual([]);
  const second = await open(tuningStore);
  await second.add(0, 60);
  expect(second.findings.hidden.suppressed).toBe(10);
  await second.hidden.keep([suppression({ changed: 30 })], 'suppression-changed');
  expect((await tuningStore.loadTuning()).suppressions).toEqual([]);
  expect(await second.store.loadSuppressions(second.id)).toHaveLength(1);
  expect(second.hidden.all).toHaveLength(1);
});

test('a rule that is off hides its findings, of scans to come the account says so, and on again shows them', async () => {
  const { findings, tuning, add } = await open();
  await add(0, 60);
  await tuning.set('noisy', { off: true });
  expect(findings.hidden).toEqual({ off: 30, suppressed: 0 });
  expect(findings.rows).toHaveLength(30);
  expect(tuning.scanOptions).toEqual([['rules off', '1 (noisy)']]);
  await add(60, 70);
  expect(findings.hidden.off).toBe(35);
  await tuning.set('noisy', { off: false });
  expect(findings.rows).toHaveLength(70);
  expect(tuning.settings).toEqual([]);
});

test('a level that was set counts in order, facets and new findings; what is kept has the rule’s own', async () => {
  const { findings, tuning, add } = await open();
  await add(0, 10);
  await tuning.set('quiet', { level: 'critical' });
  expect(findings.columns.rules.map(({ level, ruleLevel }) => [level, ruleLevel])).toEqual([
    ['high', undefined],
    ['critical', 'low'],
  ]);
  await add(10, 20);
  expect(findings.facets.levels).toEqual(Uint32Array.of(0, 0, 0, 10, 10));
  expect(findings.facts(findings.rows[0]!)).toMatchObject({ ruleId: 'quiet', level: 'critical', ruleLevel: 'low' });
  for await (const block of findings.readSources(findings.rows)) {
    for (const { ruleId, level, ruleLevel } of block) {
      expect([level, ruleLevel]).toEqual([ruleId === 'quiet' ? 'low' : 'high', undefined]);
    }
  }
  await tuning.set('quiet', { level: undefined });
  expect(findings.facets.levels).toEqual(Uint32Array.of(0, 10, 0, 10, 0));
});

test('the list of cases counts what is shown at the levels that hold, and says how much is hidden', async () => {
  const { findings, hidden, tuning, add } = await open();
  await add(0, 60);
  await hidden.keep([suppression()], 'suppressed');
  const summary = {
    ...newSummary('case' as CaseId, 'Case', 0),
    ...{ findings: 60, byLevel: { informational: 0, low: 30, medium: 0, high: 30, critical: 0 } },
  };
  const shownOf = (more: Partial<CaseSummary>) => countShown({ ...summary, ...more }, (id) => tuning.of(id));
  const rules = countByRule(findings);
  expect(shownOf({ rules })).toEqual({ byLevel: { ...summary.byLevel, high: 20 }, hidden: 10 });
  await tuning.set('noisy', { off: true });
  await tuning.set('quiet', { level: 'critical' });
  expect(shownOf({ rules })).toEqual({ byLevel: { ...summary.byLevel, low: 0, high: 0, critical: 30 }, hidden: 30 });
  // Counted by nobody since the last findings came, or by an older version.
  for (const more of [{}, { rules, findings: 70 }])
    expect(shownOf(more)).toEqual({ byLevel: summary.byLevel, hidden: 0 });
});

test('another copy of the case brings its newer suppressions, never into all cases', async () => {
  const { hidden, tuning, add } = await open();
  await add(0, 60);
  await hidden.keep([suppression(), suppression({ id: 'mine', scope: 'all', changed: 5 })], 'suppressed');
  const theirs = [
    suppression({ changed: 9, reason: 'older' }),
    suppression({ id: 'mine', changed: 99, reason: 'not for them to change' }),
    suppression({ id: 'new', conditions: [{ field: 'User', match: 'equals', value: 'corp\\svc' }] }),
  ];
  expect(await hidden.merge(theirs)).toBe(1);
  expect(hidden.all.map(({ id, reason }) => [id, reason])).toEqual([
    ['one', 'our own tool'],
    ['new', 'our own tool'],
    ['mine', 'our own tool'],
  ]);
  expect(tuning.suppressions).toHaveLength(1);
  expect(await hidden.merge(theirs)).toBe(0);
});

test('a store that refuses is said, and the suppression holds in this tab', async () => {
  const { findings, hidden, store, notices, add } = await open();
  await add(0, 60);
  store.refusal = { code: 'store-full', severity: 'error', message: 'The disk is full.' };
  await hidden.keep([suppression()], 'suppressed');
  expect(findings.hidden.suppressed).toBe(10);
  expect(notices.list.some(({ message }) => message.includes('could not be kept'))).toBe(true);
});

test('a draft counts and samples what it would hide with every change, and hides nothing', async () => {
  const { findings, add } = await open();
  await add(0, 600);
  const fields = listEventFields((await findings.load(0)).event);
  const rows = rowsOfEvent(fields, (at) => fields[at]!.name === 'User');
  expect(rows[0]!.field).toBe('User');
  const draft = new SuppressionDraft(findings, { ruleId: 'noisy', ruleTitle: 'Title of noisy', rows });
  await draft.look();
  expect(draft.preview).toMatchObject({ looked: 300, total: 300, hides: 300, isComplete: true });
  const image = draft.rows.findIndex(({ field }) => field === 'Image');
  draft.change(image, { isChosen: true, match: 'suffix', value: '\\app0.exe' });
  await draft.look();
  expect(draft.preview).toMatchObject({ total: 300, hides: 100, isComplete: true });
  expect(draft.preview!.sample).toHaveLength(5);
  expect(findings.visible).toBe(600);
  const made = draft.finish('Mo', 99);
  expect(made).toMatchObject({ ruleId: 'noisy', analyst: 'Mo', created: 99, changed: 99, scope: 'case' });
  expect(made.conditions).toEqual([{ field: 'Image', match: 'suffix', value: '\\app0.exe' }]);
});

test('thousands of findings of a rule are looked through in blocks, and marks are right', async () => {
  const { findings, hidden, add } = await open();
  for (let from = 0; from < 20_000; from += 1_000) await add(from, from + 1_000);
  await hidden.keep([suppression()], 'suppressed');
  expect(findings.hidden.suppressed).toBe(hidden.counts.get('one'));
  const expected = Array.from({ length: 20_000 }, (_, n) => n).filter((n) => n % 2 === 0 && n % 3 === 0).length;
  expect(findings.hidden.suppressed).toBe(expected);
});
