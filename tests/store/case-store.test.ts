// The case store over a database that works, refuses, fills up and is shared by two tabs. Over 400 lines because all of it
// runs on the same two stores and the same helpers that break them.

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { emptyFileAccount } from '../../src/model/coverage.ts';
import type { AuditEntry } from '../../src/model/audit-entry.ts';
import type { CaseId, CaseRecord } from '../../src/model/case.ts';
import type { Finding, FindingKey, Triage } from '../../src/model/finding.ts';
import { createLeaseLocks, createWebLocks, LEASE_MS } from '../../src/store/case-lock.ts';
import type { CaseStore } from '../../src/store/case-store.ts';
import { newSummary } from '../../src/store/case-summary.ts';
import { openConnection } from '../../src/store/connection.ts';
import { IndexedCaseStore } from '../../src/store/indexed-case-store.ts';
import { MemoryCaseStore } from '../../src/store/memory-case-store.ts';
import { openStores } from '../../src/store/open-stores.ts';
import { DATABASE_NAME, DATABASE_VERSION } from '../../src/store/schema.ts';
import { collect, eventOf, findingOf, findingsOf, HOSTILE_TEXTS, hostileFinding } from './sample-findings.ts';

const openCaseStore = async (): Promise<CaseStore> => (await openStores()).cases;
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;
const judgement = (key: string, over: Partial<Triage> = {}): Triage => ({
  key: key as FindingKey,
  state: 'confirmed',
  note: 'seen',
  tags: ['t'],
  changed: 5,
  ...over,
});

async function recordOf(store: CaseStore, id: CaseId, over: Partial<CaseRecord> = {}): Promise<CaseRecord> {
  const summary = (await store.loadCase(id))!.summary;
  return {
    summary: { ...summary, files: 1, bytes: 10, records: 3 },
    files: [{ path: 'a.evtx', size: 10, lastModified: 1, account: emptyFileAccount(), findings: 2, state: 'done' }],
    problems: [{ code: 'header-dirty', severity: 'info', file: 'a.evtx', detail: HOSTILE_TEXTS.join('|') }],
    ...over,
  };
}

/** Every record of every store, straight from the database. */
async function rawRecords(): Promise<Record<string, unknown[]>> {
  const database = await openDB(DATABASE_NAME, DATABASE_VERSION);
  const all: Record<string, unknown[]> = {};
  for (const name of database.objectStoreNames) all[name] = await database.getAll(name);
  database.close();
  return all;
}

/** Closes a store and opens the next one once the cases are free, as a reload does. */
async function nextVisit(store: CaseStore): Promise<CaseStore> {
  store.close();
  await expect.poll(async () => (await rawRecords()).leases).toEqual([]);
  return openCaseStore();
}

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  ['indexed', openCaseStore],
  ['memory', () => Promise.resolve<CaseStore>(new MemoryCaseStore())],
])('%s case store', (_name, open) => {
  test('keeps cases, lists them and forgets deleted ones', async () => {
    const store = await open();
    const id = await store.createCase('first');
    const other = await store.createCase('second');
    expect((await store.listCases()).map((each) => each.name).sort()).toEqual(['first', 'second']);
    await store.renameCase(id, 'renamed');
    expect((await store.loadCase(id))?.summary.name).toBe('renamed');
    await store.deleteCase(other);
    expect((await store.listCases()).map((each) => each.id)).toEqual([id]);
    expect(await store.loadCase(other)).toBeUndefined();
    expect(await store.saveTriage(other, [judgement('x')])).toMatchObject({ ok: false, error: { code: 'case-gone' } });
  });

  test('keeps files and problems, and counts findings itself', async () => {
    const store = await open();
    const id = await store.createCase('c');
    await store.appendFindings(id, findingsOf(25));
    const record = await recordOf(store, id);
    expect(await store.saveCase({ ...record, summary: { ...record.summary, findings: 999 } })).toEqual({ ok: true });
    const loaded = await store.loadCase(id);
    expect(plain(loaded?.files)).toEqual(plain(record.files));
    expect(plain(loaded?.problems)).toEqual(plain(record.problems));
    expect(loaded?.summary).toMatchObject({ records: 3, findings: 25 });
    expect(loaded?.summary.byLevel).toEqual({ informational: 5, low: 5, medium: 5, high: 5, critical: 5 });
  });

  test('gives findings back in the order of writing, in blocks of at most 1,000', async () => {
    const store = await open();
    const id = await store.createCase('c');
    const all = [...findingsOf(2_345), ...HOSTILE_TEXTS.map(hostileFinding)];
    await Promise.all([store.appendFindings(id, all.slice(0, 7)), store.appendFindings(id, all.slice(7, 1_500))]);
    await store.appendFindings(id, all.slice(1_500));
    const sizes: number[] = [];
    const back: Finding[] = [];
    for await (const block of store.loadFindings(id)) {
      sizes.push(block.length);
      back.push(...block);
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
    expect(plain(back)).toEqual(plain(all));
  });

  test('keeps the newest judgement of a finding, also when its findings are cleared for a rescan', async () => {
    const store = await open();
    const id = await store.createCase('c');
    const [finding] = findingsOf(1);
    await store.appendFindings(id, [finding!]);
    await store.saveTriage(id, [
      judgement(finding!.key),
      ...HOSTILE_TEXTS.map((text) => judgement(text, { note: text })),
    ]);
    await store.saveTriage(id, [judgement(finding!.key, { state: 'benign' })]);
    expect(await store.clearFindings(id)).toEqual({ ok: true });
    expect(await collect(store.loadFindings(id))).toEqual([]);
    expect((await store.loadCase(id))?.summary.findings).toBe(0);
    const triage = await store.loadTriage(id);
    expect(triage.get(finding!.key)?.state).toBe('benign');
    for (const text of HOSTILE_TEXTS) expect(triage.get(text as FindingKey)?.note).toBe(text);
    await store.appendFindings(id, [finding!]);
    expect(plain(await collect(store.loadFindings(id)))).toEqual(plain([finding]));
  });

  test('adds to the log of actions in order, and keeps scans and hashes', async () => {
    const store = await open();
    const id = await store.createCase('c');
    const entry = (n: number): AuditEntry => ({ time: n, analyst: 'Mo', action: 'judged', detail: HOSTILE_TEXTS[n]! });
    expect(await store.appendAudit(id, [entry(1), entry(2)])).toEqual({ ok: true });
    await Promise.all([store.appendAudit(id, [entry(3)]), store.appendAudit(id, [entry(4)])]);
    expect(await store.loadAudit(id)).toEqual([1, 2, 3, 4].map(entry));
    const record = await recordOf(store, id, {
      scans: [
        {
          started: 1,
          outcome: 'done',
          files: 1,
          bytes: 1,
          packs: [],
          options: [],
          tool: { name: 'W', version: '1', build: '1' },
        },
      ],
    });
    await store.saveCase(record);
    expect((await store.loadCase(id))?.scans).toEqual(record.scans);
    const deleted = await store.deleteCase(id);
    expect(deleted.ok).toBe(true);
    expect(await store.loadAudit(id)).toEqual([]);
  });

  test('keeps handles to the evidence', async () => {
    const store = await open();
    const id = await store.createCase('c');
    expect(await store.loadRoots(id)).toEqual([]);
    await store.saveRoots(id, [{ kind: 'directory', name: 'Logs' } as FileSystemHandle]);
    expect((await store.loadRoots(id)).map((root) => root.name)).toEqual(['Logs']);
  });
});

describe('durability', () => {
  test('an append that settled is there for whoever opens the database next', async () => {
    const store = await openCaseStore();
    expect(store.durable).toBe(true);
    const id = await store.createCase('c');
    expect(await store.appendFindings(id, findingsOf(3))).toEqual({ ok: true });
    const next = await openCaseStore();
    expect(plain(await collect(next.loadFindings(id)))).toEqual(plain(findingsOf(3)));
  });

  test('an append waits no longer than 100 ms for company', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('c');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const appending = store.appendFindings(id, findingsOf(1));
      await vi.advanceTimersByTimeAsync(100);
      expect(await appending).toEqual({ ok: true });
    } finally {
      vi.useRealTimers();
    }
  });

  test('hundreds of small appends become one block, and a second visit starts a new one', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('c');
    for (let round = 0; round < 3; round++) {
      const appends = Array.from({ length: 50 }, (_, i) => store.appendFindings(id, [findingOf(round * 50 + i)]));
      await Promise.all(appends);
    }
    expect((await rawRecords()).blocks).toHaveLength(1);
    const next = await nextVisit(store);
    await next.appendFindings(id, [findingOf(150)]);
    expect((await rawRecords()).blocks).toHaveLength(2);
    expect(plain(await collect(next.loadFindings(id)))).toEqual(plain(findingsOf(151)));
    expect((await next.loadCase(id))?.summary.findings).toBe(151);
  });

  test('loading sees findings that are not written yet', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('c');
    const appending = store.appendFindings(id, findingsOf(5));
    expect(await collect(store.loadFindings(id))).toHaveLength(5);
    await appending;
  });

  test('closing writes what is pending', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('c');
    const appending = store.appendFindings(id, findingsOf(5));
    store.close();
    expect(await appending).toEqual({ ok: true });
    expect(await collect((await openCaseStore()).loadFindings(id))).toHaveLength(5);
  });

  test('nothing readable of an event, a problem or a judgement is in the database', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('c');
    await store.appendFindings(id, findingsOf(20));
    await store.saveTriage(id, [judgement('Mimikatz-key', { note: 'Mimikatz' })]);
    await store.saveCase(
      await recordOf(store, id, { problems: [{ code: 'internal', severity: 'info', detail: 'Mimikatz' }] }),
    );
    const database = await openDB(DATABASE_NAME, DATABASE_VERSION);
    const keys = await database.getAllKeys('triage');
    const { blocks, details, triage } = await rawRecords();
    const bytes = [...blocks!, ...details!, ...triage!].map((each) => (each as { bytes: Uint8Array }).bytes);
    bytes.push(new Uint8Array((keys[0] as unknown[])[1] as ArrayBuffer));
    expect(bytes.length).toBe(4);
    for (const each of bytes) expect(Buffer.from(each).toString('latin1')).not.toContain('Mimikatz');
  });

  test('deleting a case frees everything of it and nothing of others', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('gone');
    const kept = await store.createCase('kept');
    for (const each of [id, kept]) {
      await store.appendFindings(each, findingsOf(1_200));
      await store.saveTriage(each, [judgement('a'), judgement('b')]);
      await store.saveCase(await recordOf(store, each));
      await store.saveRoots(each, []);
    }
    const appending = store.appendFindings(id, findingsOf(1));
    const freed = await store.deleteCase(id);
    expect(freed.ok && freed.value > 10_000).toBe(true);
    expect(['case-gone', undefined]).toContain(
      await appending.then((outcome) => (outcome.ok ? undefined : outcome.error.code)),
    );
    const counts = Object.fromEntries(Object.entries(await rawRecords()).map(([name, all]) => [name, all.length]));
    expect(counts).toMatchObject({ cases: 1, details: 1, triage: 2, roots: 1 });
    expect(await collect(store.loadFindings(kept))).toHaveLength(1_200);
    expect(await collect(store.loadFindings(id))).toEqual([]);
  });

  test('a damaged block costs its own findings and is reported after the rest', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('c');
    await store.appendFindings(id, findingsOf(3_000));
    const database = await openDB(DATABASE_NAME, DATABASE_VERSION);
    const block = (await database.get('blocks', [id, 1])) as { bytes: Uint8Array };
    await database.put('blocks', { ...block, bytes: block.bytes.slice(0, 100) }, [id, 1]);
    const back: Finding[] = [];
    const reading = (async () => {
      for await (const part of store.loadFindings(id)) back.push(...part);
    })();
    await expect(reading).rejects.toThrow('1000 findings');
    expect(back).toHaveLength(2_000);
  });

  test('any order of appends, clears and reloads gives what a plain list gives', async () => {
    const step = fc.oneof(fc.integer({ min: 0, max: 1_300 }), fc.constantFrom('clear' as const, 'reopen' as const));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        globalThis.indexedDB = new IDBFactory();
        let store = await openCaseStore();
        const id = await store.createCase('c');
        let expected: Finding[] = [];
        for (const each of steps) {
          if (each === 'clear') {
            await store.clearFindings(id);
            expected = [];
          } else if (each === 'reopen') store = await nextVisit(store);
          else {
            const more = findingsOf(each, expected.length);
            await store.appendFindings(id, more);
            expected.push(...more);
          }
        }
        const back = await collect(store.loadFindings(id));
        expect(back.map((finding) => finding.key)).toEqual(expected.map((finding) => finding.key));
        expect((await store.loadCase(id))?.summary.findings).toBe(expected.length);
      }),
      { numRuns: 15 },
    );
  });
});

test('a database of version 2 is brought up to date with everything in it', async () => {
  const stores = ['cases', 'details', 'blocks', 'triage', 'roots', 'leases', 'packs', 'packContents'];
  const id = 'old' as CaseId;
  const old = await openDB(DATABASE_NAME, 2, {
    upgrade: (database) => stores.forEach((name) => database.createObjectStore(name)),
  });
  await old.put('cases', newSummary(id, 'kept', 1), id);
  old.close();
  const store = await openCaseStore();
  expect(store.durable).toBe(true);
  expect((await store.loadCase(id))?.summary.name).toBe('kept');
  expect(await store.loadAudit(id)).toEqual([]);
  expect(await store.appendAudit(id, [])).toEqual({ ok: true });
});

describe('a database that refuses', () => {
  /** Makes writes to object stores fail as a full disk does, until the returned function is called. */
  function fillDisk(): () => void {
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    return () => put.mockRestore();
  }

  test('full: findings stay readable in order and are written when there is room again', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('c');
    await store.appendFindings(id, findingsOf(10));
    const empty = fillDisk();
    expect(await store.appendFindings(id, findingsOf(10, 10))).toMatchObject({
      ok: false,
      error: { code: 'store-full' },
    });
    expect(await store.saveTriage(id, [judgement('a')])).toMatchObject({ ok: false, error: { code: 'store-full' } });
    const record = await recordOf(store, id);
    expect(await store.saveCase(record)).toMatchObject({ ok: false, error: { code: 'store-full' } });
    expect(plain(await collect(store.loadFindings(id)))).toEqual(plain(findingsOf(20)));
    expect((await store.loadTriage(id)).size).toBe(1);
    expect((await store.loadCase(id))?.files).toHaveLength(1);
    empty();
    expect(await store.appendFindings(id, findingsOf(1, 20))).toEqual({ ok: true });
    expect(await store.saveTriage(id, [judgement('b')])).toEqual({ ok: true });
    const next = await openCaseStore();
    expect(plain(await collect(next.loadFindings(id)))).toEqual(plain(findingsOf(21)));
    expect((await next.loadTriage(id)).size).toBe(2);
    expect((await next.loadCase(id))?.summary.findings).toBe(21);
  });

  test('full in the middle of a large append: what was written counts as written', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('c');
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
    const real = IDBObjectStore.prototype.put;
    let puts = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'blocks' && ++puts === 3) throw new DOMException('full', 'QuotaExceededError');
      return real.apply(this, args);
    });
    const outcome = await store.appendFindings(id, findingsOf(4_000));
    expect(outcome).toMatchObject({ ok: false, error: { code: 'store-full' } });
    expect((await store.loadCase(id))?.summary.findings).toBe(2_000);
    expect(plain(await collect(store.loadFindings(id)))).toEqual(plain(findingsOf(4_000)));
    expect(await store.appendFindings(id, [])).toEqual({ ok: true });
    expect((await rawRecords()).blocks).toHaveLength(4);
  });

  test('full from the start: the case lives in memory and every save says so', async () => {
    const store = await openCaseStore();
    fillDisk();
    const id = await store.createCase('c');
    expect(await store.appendFindings(id, findingsOf(2))).toMatchObject({ ok: false, error: { code: 'store-full' } });
    expect(await collect(store.loadFindings(id))).toHaveLength(2);
    expect((await store.listCases()).map((each) => each.id)).toEqual([id]);
  });

  test.each([
    [
      'denied',
      () => ({
        open: () => {
          throw new DOMException('no', 'SecurityError');
        },
      }),
    ],
    ['absent', () => undefined],
    [
      'broken',
      () => ({
        open: () => {
          throw new DOMException('no', 'InvalidStateError');
        },
      }),
    ],
  ])('%s: memory takes over and says why', async (_name, make) => {
    globalThis.indexedDB = make() as unknown as IDBFactory;
    const store = await openCaseStore();
    expect(store.durable).toBe(false);
    expect(store.notice).toMatchObject({ code: 'store-denied' });
    const id = await store.createCase('c');
    expect(await store.appendFindings(id, findingsOf(2))).toEqual({ ok: true });
  });

  test('a bug of ours is thrown, not shown as a full disk', async () => {
    const store = await openCaseStore();
    const id = await store.createCase('c');
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
      throw new DOMException('bug', 'DataCloneError');
    });
    await expect(store.appendFindings(id, findingsOf(1))).rejects.toThrow('bug');
    vi.restoreAllMocks();
    expect(await store.appendFindings(id, [])).toEqual({ ok: true });
    expect(await collect((await openCaseStore()).loadFindings(id))).toHaveLength(1);
  });

  test('a newer version takes the database over: this tab lets go, keeps its findings and says so', async () => {
    const { cases: store, tabs } = await openStores();
    const told: string[] = [];
    tabs!.listen({ news: ({ kind }) => told.push(kind), letGo: () => Promise.resolve(true) });
    const id = await store.createCase('c');
    await store.appendFindings(id, findingsOf(1));
    const newer = await openDB(DATABASE_NAME, DATABASE_VERSION + 1);
    expect(told).toEqual(['superseded']);
    const outcome = await store.appendFindings(id, findingsOf(1, 1));
    expect(outcome).toMatchObject({ ok: false, error: { code: 'store-denied' } });
    const seen: Finding[] = [];
    await expect(
      (async () => {
        for await (const block of store.loadFindings(id)) seen.push(...block);
      })(),
    ).rejects.toThrow('newer version');
    expect(seen).toHaveLength(1);
    newer.close();
    const older = await openCaseStore();
    expect(older.durable).toBe(false);
    expect(older.notice?.message).toContain('written by a newer version');
  });

  test.each([
    ['is held by an older tab', true],
    ['never answers', false],
  ])('a database that %s makes memory take over within seconds', async (_name, isBlocked) => {
    const request = new IDBOpenDBRequest();
    const listen = vi.spyOn(request, 'addEventListener');
    vi.spyOn(indexedDB, 'open').mockReturnValue(request);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const opening = openCaseStore();
      const onBlocked = listen.mock.calls.find(([type]) => type === 'blocked')![1] as (event: object) => void;
      if (isBlocked) onBlocked({ oldVersion: 0, newVersion: 1 });
      await vi.advanceTimersByTimeAsync(isBlocked ? 2_000 : 8_000);
      const store = await opening;
      expect(store.durable).toBe(false);
      expect(store.notice?.code).toBe('store-denied');
      expect(store.notice?.message.includes('older version')).toBe(isBlocked);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a connection that the browser cut off is opened again', async () => {
    const listen = vi.spyOn(IDBDatabase.prototype, 'addEventListener');
    const store = await openCaseStore();
    const at = listen.mock.calls.findIndex(([type]) => type === 'close');
    const id = await store.createCase('c');
    await store.appendFindings(id, findingsOf(1));
    (listen.mock.contexts[at] as IDBDatabase).close();
    (listen.mock.calls[at]![1] as () => void)();
    expect(await store.appendFindings(id, findingsOf(1, 1))).toEqual({ ok: true });
    expect(await collect(store.loadFindings(id))).toHaveLength(2);
  });
});

describe('two tabs', () => {
  /** Web Locks as far as the store uses them, shared by the tabs of a test. */
  function fakeLockManager(): LockManager {
    const held = new Set<string>();
    const request = async (
      name: string,
      _options: LockOptions,
      run: (lock: Lock | null) => Promise<void> | undefined,
    ) => {
      if (held.has(name)) return run(null);
      held.add(name);
      await run({ name, mode: 'exclusive' });
      held.delete(name);
    };
    return { request } as unknown as LockManager;
  }

  async function openTab(locks: 'lease' | LockManager, now: () => number = Date.now): Promise<IndexedCaseStore> {
    const opened = await openConnection();
    if (!opened.ok) throw new Error('setup');
    const connection = opened.value;
    return new IndexedCaseStore(
      connection,
      locks === 'lease' ? createLeaseLocks(() => connection.database(), now) : createWebLocks(locks),
    );
  }

  test.each([
    ['web locks', fakeLockManager()],
    ['a lease', 'lease' as const],
  ])('with %s one tab writes findings, until it lets go; both judge and log', async (_name, locks) => {
    const first = await openTab(locks);
    const second = await openTab(locks);
    const id = await first.createCase('c');
    await first.appendFindings(id, findingsOf(3));
    expect(await second.saveTriage(id, [judgement('a')])).toEqual({ ok: true });
    const entry: AuditEntry = { time: 1, analyst: 'Mo', action: 'judged', detail: 'a' };
    expect(await second.appendAudit(id, [entry])).toEqual({ ok: true });
    expect(await second.appendFindings(id, findingsOf(1, 3))).toMatchObject({ error: { code: 'store-busy' } });
    expect(await collect(second.loadFindings(id))).toHaveLength(4);
    expect(await second.deleteCase(id)).toMatchObject({ ok: false, error: { code: 'store-busy' } });
    expect((await first.loadTriage(id)).size).toBe(1);
    expect(await first.loadAudit(id)).toEqual([entry]);
    first.close();
    await expect.poll(async () => await second.appendFindings(id, [])).toEqual({ ok: true });
    expect((await second.loadCase(id))?.summary.findings).toBe(4);
    const other = await second.createCase('own');
    expect(await second.appendFindings(other, findingsOf(1))).toEqual({ ok: true });
    second.close();
  });

  test('judgements of two tabs that have not heard of each other become one, and no note is lost', async () => {
    const first = await openTab('lease');
    const second = await openTab('lease');
    const id = await first.createCase('c');
    await first.saveTriage(id, [judgement('a', { state: 'new', note: 'seen', tags: [] })]);
    await Promise.all([first.loadTriage(id), second.loadTriage(id)]);
    await first.saveTriage(id, [judgement('a', { state: 'new', note: 'seen on DC-01', tags: [], changed: 6 })]);
    await second.saveTriage(id, [judgement('a', { state: 'benign', note: 'seen', tags: ['vpn'], changed: 7 })]);
    await second.saveTriage(id, [judgement('b', { state: 'new', note: 'from two', tags: [] })]);
    await first.saveTriage(id, [judgement('b', { state: 'new', note: 'from one', tags: [] })]);
    // Typing goes on in a tab that has not heard of the other's words.
    await first.saveTriage(id, [judgement('b', { state: 'new', note: 'from one, more', tags: [] })]);
    const kept = await first.loadTriage(id);
    expect(kept.get('a' as FindingKey)).toMatchObject({ state: 'benign', note: 'seen on DC-01', tags: ['vpn'] });
    expect(kept.get('b' as FindingKey)?.note).toBe('from two\nfrom one, more');
    first.close();
    second.close();
  });

  test('a tab that slept through its lease cannot write over its successor', async () => {
    let clock = 1_000_000;
    const sleepy = await openTab('lease', () => clock);
    const awake = await openTab('lease', () => clock);
    const id = await sleepy.createCase('c');
    expect(await sleepy.appendFindings(id, findingsOf(1))).toEqual({ ok: true });
    expect(await awake.appendFindings(id, findingsOf(1, 1))).toMatchObject({ error: { code: 'store-busy' } });
    clock += LEASE_MS + 1;
    expect(await awake.appendFindings(id, findingsOf(1, 2))).toEqual({ ok: true });
    expect(await sleepy.appendFindings(id, findingsOf(1, 3))).toMatchObject({ error: { code: 'store-busy' } });
    expect((await awake.loadCase(id))?.summary.findings).toBe(3);
    sleepy.close();
    awake.close();
  });
});

test('an event of a loaded finding is parsed only when looked at', async () => {
  const store = await openCaseStore();
  const id = await store.createCase('c');
  await store.appendFindings(id, [findingOf(1, { event: eventOf([['k', 'v']]) })]);
  const [finding] = await collect(store.loadFindings(id));
  const parse = vi.spyOn(JSON, 'parse');
  expect(finding!.ruleTitle).toBe('Suspicious Thing 1');
  expect(parse).not.toHaveBeenCalled();
  expect(finding!.event).toEqual(eventOf([['k', 'v']]));
  expect(parse).toHaveBeenCalledOnce();
});
