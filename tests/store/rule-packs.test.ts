import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EventKindCount } from '../../src/model/coverage.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import type { RulePack, RulePackContent, RulePackId } from '../../src/model/rule-pack.ts';
import { decodeKinds, encodeKinds } from '../../src/store/kinds-codec.ts';
import { MemoryRulePacks } from '../../src/store/memory-rule-packs.ts';
import { openStores } from '../../src/store/open-stores.ts';
import { decodePack, encodePack } from '../../src/store/pack-codec.ts';
import { DATABASE_NAME, DATABASE_VERSION } from '../../src/store/schema.ts';
import { findingsOf } from './sample-findings.ts';

const RULE = 'title: Mimikatz\ndetection: {}\n';

function packOf(id: string, added: number): RulePack {
  return {
    id: id as RulePackId,
    name: `pack ${id}`,
    added,
    files: 2,
    bytes: 10,
    hash: 'ab',
    enabled: true,
    counts: { compiled: 1, 'not-evaluable': 0, 'other-product': 0, rejected: 1 },
  };
}

const content: RulePackContent = {
  files: [
    { file: 'a/b.yml', bytes: new TextEncoder().encode(RULE) },
    { file: 'not text.yml', bytes: new Uint8Array([0, 255, 254, 128]) },
    { file: 'empty.yml', bytes: new Uint8Array() },
  ],
  verdicts: [
    {
      file: 'a/b.yml',
      document: 0,
      id: '1',
      title: 'Mimikatz',
      verdict: 'rejected',
      reason: 'why',
      diagnostics: [
        { code: 'x', severity: 'error', message: 'why', range: { start: 1, end: 2, line: 3, column: 4 }, hint: 'h' },
      ],
    },
  ],
};

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

describe.each([
  ['indexed', async () => (await openStores()).packs],
  ['memory', () => Promise.resolve(new MemoryRulePacks())],
])('rule packs (%s)', (_name, open) => {
  test('come back whole, oldest first, and can be changed and removed', async () => {
    const packs = await open();
    expect(await packs.savePack(packOf('two', 2), content)).toEqual({ ok: true, value: undefined });
    await packs.savePack(packOf('one', 1), content);
    expect((await packs.listPacks()).map(({ id }) => id)).toEqual(['one', 'two']);
    expect(await packs.loadPack('two' as RulePackId)).toEqual(content);
    // Without content only the facts change.
    await packs.savePack({ ...packOf('two', 2), enabled: false });
    expect((await packs.listPacks())[1]).toMatchObject({ id: 'two', enabled: false });
    expect(await packs.loadPack('two' as RulePackId)).toEqual(content);
    await packs.removePack('two' as RulePackId);
    expect((await packs.listPacks()).map(({ id }) => id)).toEqual(['one']);
    expect(await packs.loadPack('two' as RulePackId)).toBeUndefined();
  });
});

describe.each([
  ['indexed', async () => (await openStores()).packs],
  ['memory', () => Promise.resolve(new MemoryRulePacks())],
])('compiled rules (%s)', (_name, open) => {
  test('come back under their version only; the last ones kept replace those before', async () => {
    const packs = await open();
    const bytes = new TextEncoder().encode('compiled Mimikatz');
    expect(await packs.loadCompiled('v1')).toBeUndefined();
    await packs.saveCompiled('v1', bytes);
    expect(await packs.loadCompiled('v1')).toEqual(bytes);
    expect(await packs.loadCompiled('v1')).toEqual(bytes);
    expect(await packs.loadCompiled('v2')).toBeUndefined();
    await packs.saveCompiled('v2', bytes.subarray(0, 3));
    expect(await packs.loadCompiled('v1')).toBeUndefined();
    expect(await packs.loadCompiled('v2')).toEqual(bytes.subarray(0, 3));
  });
});

test('compiled rules do not stand in the database in clear', async () => {
  const { packs } = await openStores();
  await packs.saveCompiled('v1', new TextEncoder().encode('Mimikatz'));
  const database = await openDB(DATABASE_NAME, DATABASE_VERSION);
  const kept = (await database.get('compiledRules', 'current')) as { bytes: Uint8Array };
  expect(new TextDecoder('latin1').decode(kept.bytes)).not.toContain('Mimikatz');
  database.close();
});

test('rules do not stand in the database in clear', async () => {
  const { packs } = await openStores();
  await packs.savePack(packOf('one', 1), content);
  const database = await openDB(DATABASE_NAME, DATABASE_VERSION);
  const [stored] = (await database.getAll('packContents')) as { bytes: Uint8Array }[];
  const text = new TextDecoder('latin1').decode(stored!.bytes);
  expect(text).not.toContain('Mimikatz');
  expect(text).not.toContain('detection');
  database.close();
});

test('a pack that is damaged on disk is not given back as something else', () => {
  const masked = encodePack(content, 5);
  expect(decodePack(masked, 5)).toEqual(content);
  expect(() => decodePack(masked.subarray(0, masked.length - 3), 5)).toThrow();
  expect(() => decodePack(masked, 6)).toThrow();
  expect(() => decodePack(new Uint8Array(2), 5)).toThrow();
});

test('a database of version 1 keeps its cases and gains the new stores', async () => {
  const old = await openDB(DATABASE_NAME, 1, {
    upgrade(database) {
      for (const name of ['cases', 'details', 'blocks', 'triage', 'roots', 'leases']) database.createObjectStore(name);
    },
  });
  await old.put('cases', { id: 'old', name: 'Kept before', findings: 3, changed: 1 }, 'old');
  old.close();
  const { cases, packs } = await openStores();
  expect(await cases.listCases()).toMatchObject([{ id: 'old', name: 'Kept before', findings: 3 }]);
  expect(await cases.loadCase('old' as never)).toMatchObject({ files: [], problems: [] });
  expect(await packs.listPacks()).toEqual([]);
});

describe('event kinds of a case', () => {
  const keys = ['Image', 'CommandLine'].map(fieldKeyOf);
  const kinds: EventKindCount[] = [
    { computer: 'A', channel: 'Security', provider: 'P', eventId: 1, count: 2, first: 'a', last: 'b' },
    {
      ...{ computer: 'B', channel: 'Security', provider: 'P', eventId: 1, count: 9, first: '', last: '' },
      fieldsPresent: keys,
      fieldsFilled: [],
    },
  ];

  test('survive the table, with lists that are empty told from lists that are missing', () => {
    const table = encodeKinds(kinds);
    expect(JSON.stringify(table).match(/Security/g)).toHaveLength(1);
    expect(decodeKinds(JSON.parse(JSON.stringify(table)) as typeof table)).toEqual(kinds);
  });

  test('are kept with the case', async () => {
    const { cases } = await openStores();
    const id = await cases.createCase('C');
    const record = (await cases.loadCase(id))!;
    expect(record.kinds).toBeUndefined();
    await cases.saveCase({ ...record, kinds });
    expect((await cases.loadCase(id))?.kinds).toEqual(kinds);
  });
});

test('copies of a record from another file are kept and not counted', async () => {
  const { cases } = await openStores();
  const id = await cases.createCase('C');
  const findings = findingsOf(4);
  await cases.appendFindings(id, findings, new Set(findings.slice(2)));
  expect((await cases.loadCase(id))?.summary.findings).toBe(2);
  let stored = 0;
  for await (const block of cases.loadFindings(id)) stored += block.length;
  expect(stored).toBe(4);
});
