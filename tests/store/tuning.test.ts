import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test } from 'vitest';
import type { CaseId } from '../../src/model/case.ts';
import type { Suppression } from '../../src/model/suppression.ts';
import { newSummary } from '../../src/store/case-summary.ts';
import { openStores } from '../../src/store/open-stores.ts';
import { DATABASE_NAME, DATABASE_VERSION } from '../../src/store/schema.ts';
import { MemoryTuning } from '../../src/store/tuning-store.ts';

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const suppression = (id: string, more: Partial<Suppression> = {}): Suppression => ({
  id,
  ruleId: 'rule',
  ruleTitle: 'Mimikatz on a disk',
  conditions: [{ field: 'Image', match: 'suffix', value: '\\mimikatz.exe' }],
  reason: 'a test of ours',
  scope: 'case',
  analyst: 'Mo',
  created: 1,
  changed: 1,
  ...more,
});

test('suppressions of a case come back with it, masked on disk, and go with it', async () => {
  const { cases, tuning } = await openStores();
  const [one, two] = [await cases.createCase('one'), await cases.createCase('two')];
  await cases.changeSuppressions(one, [suppression('a'), suppression('b', { created: 2 })], []);
  await cases.changeSuppressions(two, [suppression('c')], []);
  await tuning.saveSuppression(suppression('d', { scope: 'all' }));
  expect((await cases.loadSuppressions(one)).map(({ id }) => id)).toEqual(['a', 'b']);
  await cases.changeSuppressions(one, [suppression('b', { created: 2, reason: 'another' })], ['a']);
  expect(await cases.loadSuppressions(one)).toEqual([suppression('b', { created: 2, reason: 'another' })]);
  const database = await openDB(DATABASE_NAME, DATABASE_VERSION);
  const records = (await database.getAll('suppressions')) as { bytes: Uint8Array }[];
  database.close();
  expect(records).toHaveLength(3);
  for (const { bytes } of records) expect(Buffer.from(bytes).toString()).not.toMatch(/mimikatz/i);
  await cases.deleteCase(one);
  expect(await cases.loadSuppressions(one)).toEqual([]);
  expect((await cases.loadSuppressions(two)).map(({ id }) => id)).toEqual(['c']);
  expect((await tuning.loadTuning()).suppressions.map(({ id }) => id)).toEqual(['d']);
});

test.each(['database', 'memory'])('settings of rules survive until they set nothing (%s)', async (kind) => {
  const tuning = kind === 'memory' ? new MemoryTuning() : (await openStores()).tuning;
  await tuning.saveSetting({ ruleId: 'a', off: true, level: undefined, changed: 1 });
  await tuning.saveSetting({ ruleId: 'b', off: false, level: 'low', changed: 2 });
  await tuning.saveSetting({ ruleId: 'a', off: false, level: undefined, changed: 3 });
  await tuning.saveSuppression(suppression('x', { scope: 'all' }));
  await tuning.saveSuppression(suppression('y', { scope: 'all' }));
  await tuning.removeSuppression('x');
  const { settings, suppressions } = await tuning.loadTuning();
  expect(settings).toEqual([{ ruleId: 'b', off: false, level: 'low', changed: 2 }]);
  expect(suppressions.map(({ id }) => id)).toEqual(['y']);
});

test('a case that is gone takes no suppression', async () => {
  const { cases } = await openStores();
  expect(await cases.changeSuppressions('none' as CaseId, [suppression('a')], [])).toMatchObject({ ok: false });
});

test('a database of version 3 keeps its cases and gains the new stores', async () => {
  const stores = ['cases', 'details', 'blocks', 'triage', 'roots', 'leases', 'packs', 'packContents', 'audit'];
  const id = 'old' as CaseId;
  const old = await openDB(DATABASE_NAME, 3, {
    upgrade: (database) => [...stores, 'compiledRules'].forEach((name) => database.createObjectStore(name)),
  });
  await old.put('cases', newSummary(id, 'kept', 1), id);
  old.close();
  const { cases, tuning } = await openStores();
  expect((await cases.loadCase(id))?.summary.name).toBe('kept');
  expect(await cases.loadSuppressions(id)).toEqual([]);
  expect(await tuning.loadTuning()).toEqual({ settings: [], suppressions: [] });
  expect(await cases.changeSuppressions(id, [suppression('a')], [])).toEqual({ ok: true });
});
