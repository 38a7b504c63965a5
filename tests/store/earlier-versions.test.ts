// Databases as each earlier version wrote them, byte by byte and without today's code, opened by today's.

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB, type IDBPDatabase } from 'idb';
import { beforeEach, expect, test } from 'vitest';
import type { CaseId } from '../../src/model/case.ts';
import type { Finding, FindingKey } from '../../src/model/finding.ts';
import { openStores } from '../../src/store/open-stores.ts';
import { DATABASE_NAME, DATABASE_VERSION } from '../../src/store/schema.ts';

const ID = '0123456789abcdef0123456789abcdef' as CaseId;
const KEY_SEED = 0x5eed_0001;
const SEED = 77;

/** XOR with a xorshift32 stream, little-endian words. */
function mask(bytes: Uint8Array<ArrayBuffer>, seed: number): Uint8Array<ArrayBuffer> {
  let state = seed >>> 0;
  return bytes.map((byte, i) => {
    if (i % 4 === 0) {
      state ^= state << 13;
      state ^= state >>> 17;
      state = (state ^ (state << 5)) >>> 0;
    }
    return byte ^ ((state >>> ((i % 4) * 8)) & 255);
  });
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const masked = (value: unknown) => ({ seed: SEED, bytes: mask(utf8(JSON.stringify(value)), SEED) });

/** A block of format 1 with one finding of one event. */
function block(): object {
  const event = utf8(JSON.stringify(['Event', [], '', [['Data', [['Name', 'Path']], 'C:\\héllo', []]]]));
  const head = utf8(
    JSON.stringify({
      version: 1,
      rules: [['rule-1', 'hash-1', 'A title', 'high', ['attack.t1059']]],
      texts: ['Security.evtx', 'allocated', 'Security', 'Provider', 'HOST-1'],
      rows: [[0, 0, 4608, 300, 1, '42', '2024-01-01T00:00:00.0000000Z', 2, 3, 4688, 4, 0, 'the-key', null, null]],
      events: [event.length],
    }),
  );
  const bytes = new Uint8Array(4 + head.length + event.length);
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  bytes.set(event, 4 + head.length);
  return { sequence: 0, count: 1, seed: SEED, bytes: mask(bytes, SEED) };
}

/** The stores that each version before today's added. */
const STORES: readonly (readonly string[])[] = [
  ['cases', 'details', 'blocks', 'triage', 'roots', 'leases'],
  ['packs', 'packContents'],
  ['audit', 'compiledRules'],
];

/** Writes what a version kept: a case, a finding, a judgement; a rule pack since 2, a log of actions since 3. */
async function writeDatabase(version: number): Promise<void> {
  const database: IDBPDatabase = await openDB(DATABASE_NAME, version, {
    upgrade(fresh) {
      for (const name of STORES.slice(0, version).flat()) fresh.createObjectStore(name);
    },
  });
  const byLevel = { informational: 0, low: 0, medium: 0, high: 1, critical: 0 };
  const counts = { files: 1, bytes: 69_632, records: 3, findings: 1, byLevel };
  await database.put('cases', { id: ID, name: 'kept', created: 1, changed: 2, ...counts }, ID);
  const account = { recordsRead: 3 };
  const file = { path: 'Security.evtx', size: 69_632, lastModified: 5, account, findings: 1, state: 'done' };
  const kinds = {
    texts: ['HOST-1', 'Security', 'Provider'],
    lists: [['Path']],
    rows: [[0, 1, 2, 4688, 3, 'a', 'b', 0, -1]],
  };
  const details = { files: [file], problems: [{ code: 'header-dirty', severity: 'info' }] };
  await database.put('details', masked(version < 2 ? details : { ...details, kinds }), ID);
  await database.put('blocks', block(), [ID, 0]);
  const judgement = { key: 'the-key', state: 'confirmed', note: 'nöte', tags: ['t'], changed: 9 };
  await database.put('triage', masked(judgement), [ID, mask(utf8(JSON.stringify('the-key')), KEY_SEED)]);
  if (version >= 2) {
    const pack = { id: 'p', name: 'rules.zip', added: 3, files: 1, size: 2, hash: 'h', enabled: false, verdicts: {} };
    await database.put('packs', pack, 'p');
    const head = utf8(JSON.stringify({ files: [['a.yml', 2]], verdicts: [] }));
    const bytes = new Uint8Array(4 + head.length + 2);
    new DataView(bytes.buffer).setUint32(0, head.length, true);
    bytes.set(head, 4);
    bytes.set(utf8('ab'), 4 + head.length);
    await database.put('packContents', { seed: SEED, bytes: mask(bytes, SEED) }, 'p');
  }
  if (version >= 3)
    await database.put('audit', masked({ time: 1, analyst: 'Mo', action: 'noted', detail: 'd' }), [ID, 0]);
  database.close();
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

test('there is a database of each version before that of today', () => {
  expect(STORES).toHaveLength(DATABASE_VERSION - 1);
});

test.each(STORES.map((_, at) => at + 1))(
  'a database of version %d opens with everything in it, and is written on',
  async (version) => {
    await writeDatabase(version);
    const { cases: store, packs, tuning } = await openStores();
    expect(store.durable).toBe(true);
    expect((await store.listCases()).map(({ name, findings }) => [name, findings])).toEqual([['kept', 1]]);
    const record = await store.loadCase(ID);
    expect(record?.files.map(({ path, state }) => [path, state])).toEqual([['Security.evtx', 'done']]);
    expect(record?.problems).toHaveLength(1);
    expect(record?.kinds?.[0]).toEqual(
      version < 2
        ? undefined
        : expect.objectContaining({ computer: 'HOST-1', eventId: 4688, count: 3, fieldsPresent: ['Path'] }),
    );
    const findings: Finding[] = [];
    for await (const part of store.loadFindings(ID)) findings.push(...part);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ key: 'the-key', ruleTitle: 'A title', level: 'high', computer: 'HOST-1' });
    expect(findings[0]?.event).toEqual(['Event', [], '', [['Data', [['Name', 'Path']], 'C:\\héllo', []]]]);
    const triage = await store.loadTriage(ID);
    expect(triage.get('the-key' as FindingKey)).toMatchObject({ state: 'confirmed', note: 'nöte' });
    expect(await store.loadAudit(ID)).toHaveLength(version < 3 ? 0 : 1);
    expect((await packs.loadPack('p' as never))?.files.map(({ file }) => file)).toEqual(
      version < 2 ? undefined : ['a.yml'],
    );

    const more = { ...findings[0]!, key: 'another' as FindingKey, recordId: '43' };
    expect(await store.appendFindings(ID, [more])).toEqual({ ok: true });
    expect(await store.saveTriage(ID, [{ ...triage.get('the-key' as FindingKey)!, note: 'seen again' }])).toEqual({
      ok: true,
    });
    expect(await store.appendAudit(ID, [{ time: 2, analyst: '', action: 'noted', detail: 'e' }])).toEqual({ ok: true });
    expect((await store.loadCase(ID))?.summary.findings).toBe(2);
    expect((await store.loadTriage(ID)).size).toBe(1);
    await tuning.saveSetting({ ruleId: 'rule-1', off: true, level: undefined, changed: 1 });
    expect((await tuning.loadTuning()).settings.map(({ ruleId }) => ruleId)).toEqual(['rule-1']);
    store.close();
  },
);

test('a database that a newer version wrote is left as it is, and said so', async () => {
  const newer = await openDB(DATABASE_NAME, DATABASE_VERSION + 1, {
    upgrade: (fresh) => void fresh.createObjectStore('cases'),
  });
  await newer.put('cases', { name: 'from the future' }, ID);
  newer.close();
  const { cases: store } = await openStores();
  expect(store.durable).toBe(false);
  expect(store.notice?.message).toContain('written by a newer version');
  await store.createCase('in memory');
  const again = await openDB(DATABASE_NAME);
  expect(again.version).toBe(DATABASE_VERSION + 1);
  expect(await again.getAll('cases')).toEqual([{ name: 'from the future' }]);
  again.close();
});
