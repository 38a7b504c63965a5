import { describe, expect, test } from 'vitest';
import { Notices } from '../../src/app/notices.svelte.ts';
import { groupPacks, hashPack, splitVerdicts, textOfRuleFile } from '../../src/app/pack-files.ts';
import { RulePacks } from '../../src/app/rule-packs.svelte.ts';
import { RulesInUse } from '../../src/app/rules-in-use.ts';
import type { EvidenceFile } from '../../src/intake/evidence.ts';
import type { RuleVerdict } from '../../src/model/rule-set.ts';
import type { RuleText } from '../../src/pool/rule-compiler.ts';
import { MemoryRulePacks } from '../../src/store/memory-rule-packs.ts';
import { fakeCompileInWorker, shippedRules } from './fake-rules.ts';

function ruleFile(path: string, text = `title: ${path}`): EvidenceFile {
  const blob = new Blob([text]);
  return { path, blob, size: blob.size, lastModified: 0 };
}

function verdict(file: string, document = 0): RuleVerdict {
  return { file, document, id: '', title: '', verdict: 'compiled', reason: '', diagnostics: [] };
}

async function openPacks(store = new MemoryRulePacks(), compiler = 'compiler 1') {
  const shipped = shippedRules([{ pack: 'core', file: 'shipped.yml', text: 'title: Shipped' }]);
  const rules = new RulesInUse(shipped);
  const state = { changes: 0, compiled: [] as (readonly RuleText[])[], broken: false };
  const notices = new Notices();
  const packs = new RulePacks({
    store,
    rules: {
      compile: (files) => {
        state.compiled.push(files);
        return state.broken ? Promise.reject(new Error('the worker died')) : fakeCompileInWorker(files);
      },
      build: compiler,
      loadCoreTexts: () => shipped.loadTexts(),
      use: (combined) => rules.use(combined),
    },
    notices,
    now: () => 7,
    changed: () => state.changes++,
  });
  await packs.load();
  return { packs, rules, state, store, notices };
}

const titles = async (rules: RulesInUse) => (await rules.loadInfos()).map((info) => info.title);

describe('rule packs', () => {
  test('dropped rules are compiled with the shipped ones, kept and used', async () => {
    const { packs, rules, store, state } = await openPacks();
    const [pack] = await packs.add([ruleFile('mine/b.yml'), ruleFile('mine/a.yml', 'reject')]);
    expect(pack).toMatchObject({ name: 'mine', files: 2, enabled: true, added: 7 });
    expect(pack?.counts).toEqual({ compiled: 1, 'not-evaluable': 0, 'other-product': 0, rejected: 1 });
    expect(pack?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await titles(rules)).toEqual(['Shipped', 'mine/b.yml']);
    expect(state.changes).toBe(1);
    expect((await packs.loadReport(pack!.id))?.map((each) => [each.file, each.verdict])).toEqual([
      ['a.yml', 'rejected'],
      ['b.yml', 'compiled'],
    ]);
    expect(await store.listPacks()).toEqual(packs.packs);
    const info = (await rules.loadInfos())[1]!;
    expect(await rules.loadSource(info)).toBe('title: mine/b.yml');
  });

  test('are not compiled again at the next start, unless the compiler is another', async () => {
    const first = await openPacks();
    await first.packs.add([ruleFile('mine/b.yml'), ruleFile('ours/c.yml')]);
    const second = await openPacks(first.store);
    expect(second.state).toMatchObject({ compiled: [], changes: 1 });
    expect(await titles(second.rules)).toEqual(['Shipped', 'mine/b.yml', 'ours/c.yml']);
    const own = (await second.rules.loadInfos())[1]!;
    expect(await second.rules.loadSource(own)).toBe('title: mine/b.yml');
    expect(await second.rules.loadSource((await second.rules.loadInfos())[0]!)).toBe('title: Shipped');
    const third = await openPacks(first.store, 'compiler 2');
    expect(third.state.compiled).toHaveLength(1);
    expect(await titles(third.rules)).toEqual(['Shipped', 'mine/b.yml', 'ours/c.yml']);
    // What it compiled is kept in turn.
    expect((await openPacks(first.store, 'compiler 2')).state.compiled).toEqual([]);
  });

  test('keep the version that they replaced, off and out of the list, to be compared with', async () => {
    const { packs, store, rules } = await openPacks();
    const version = (text: string) => packs.add([ruleFile('mine/a.yml', text)]);
    await version('title: One\nid: 1');
    const [second] = await version('title: One\nid: 1\nlevel: high');
    // The same rules again: what they are compared with stays.
    const [third] = await version('title: One\nid: 1\nlevel: high');
    expect(packs.packs).toHaveLength(1);
    expect(await titles(rules)).toEqual(['Shipped', 'One']);
    expect(packs.packOf(second!.id)).toBeUndefined();
    const changes = await packs.loadChanges(third!.id);
    expect(changes?.changed.map(({ before, after }) => [before.text, after.text])).toEqual([
      ['title: One\nid: 1', 'title: One\nid: 1\nlevel: high'],
    ]);
    expect(await store.listPacks()).toHaveLength(2);
    await packs.remove(third!.id);
    expect(await store.listPacks()).toEqual([]);
  });

  test('are compiled again when what was kept is damaged', async () => {
    const first = await openPacks();
    await first.packs.add([ruleFile('mine/b.yml')]);
    first.store.loadCompiled = () => Promise.resolve(new Uint8Array(40));
    const second = await openPacks(first.store);
    expect(second.state.compiled).toHaveLength(1);
    expect(await titles(second.rules)).toEqual(['Shipped', 'mine/b.yml']);
  });

  test('are in use again after a reload, unless they are off', async () => {
    const first = await openPacks();
    const [pack] = await first.packs.add([ruleFile('mine/b.yml')]);
    const second = await openPacks(first.store);
    expect(await titles(second.rules)).toEqual(['Shipped', 'mine/b.yml']);
    await second.packs.setEnabled(pack!.id, false);
    expect(await titles(second.rules)).toEqual(['Shipped']);
    const third = await openPacks(first.store);
    expect(third.state.compiled).toEqual([]);
    expect(third.packs.packs).toMatchObject([{ name: 'mine', enabled: false }]);
    await third.packs.setEnabled(pack!.id, true);
    expect(await titles(third.rules)).toEqual(['Shipped', 'mine/b.yml']);
    await third.packs.remove(pack!.id);
    expect(await titles(third.rules)).toEqual(['Shipped']);
    expect(await first.store.listPacks()).toEqual([]);
  });

  test('a pack of the same name takes the place of the older one', async () => {
    const { packs, rules } = await openPacks();
    await packs.add([ruleFile('sigma.zip/old.yml')]);
    await packs.add([ruleFile('other/x.yml')]);
    await packs.add([ruleFile('sigma.zip/new.yml')]);
    expect(packs.packs?.map(({ name }) => name).sort()).toEqual(['other', 'sigma.zip']);
    expect((await titles(rules)).sort()).toEqual(['Shipped', 'other/x.yml', 'sigma.zip/new.yml']);
  });

  test('a pack in which nothing can run changes nothing; its report can be read', async () => {
    const { packs, rules, store, state } = await openPacks();
    await packs.add([ruleFile('mine/b.yml')]);
    const [refused] = await packs.add([ruleFile('mine/worse.yml', 'reject')]);
    expect(refused).toMatchObject({ enabled: false, counts: { rejected: 1 } });
    expect(await packs.loadReport(refused!.id)).toMatchObject([{ file: 'worse.yml', verdict: 'rejected' }]);
    expect(packs.packOf(refused!.id)?.name).toBe('mine');
    expect((await store.listPacks()).map(({ id }) => id)).not.toContain(refused!.id);
    expect(await titles(rules)).toEqual(['Shipped', 'mine/b.yml']);
    expect(state.changes).toBe(1);
  });

  test('a worker that dies while adding leaves everything as it was', async () => {
    const { packs, rules, state } = await openPacks();
    await packs.add([ruleFile('mine/b.yml')]);
    state.broken = true;
    await expect(packs.add([ruleFile('more/c.yml')])).rejects.toThrow('the worker died');
    expect(packs.packs?.map(({ name }) => name)).toEqual(['mine']);
    expect(await titles(rules)).toEqual(['Shipped', 'mine/b.yml']);
    expect(packs.work).toBeUndefined();
  });

  test('kept packs that no longer compile leave the shipped rules, and say so', async () => {
    const first = await openPacks();
    const [pack] = await first.packs.add([ruleFile('mine/b.yml')]);
    first.state.broken = true;
    await first.packs.setEnabled(pack!.id, false);
    await first.packs.setEnabled(pack!.id, true);
    expect(await titles(first.rules)).toEqual(['Shipped']);
    expect(first.packs.failure).toBe('the worker died');
    expect(first.notices.list.at(-1)?.kind).toBe('error');
  });
});

describe('files of packs', () => {
  test('are grouped by what they came in, sorted, loose ones together; none is called like the shipped pack', () => {
    const groups = groupPacks(
      ['b.yml', 'z.zip/r/2.yml', 'a.yml', 'z.zip/r/1.yml', 'core/x.yml'].map((path) => ruleFile(path)),
    );
    expect(groups.map(({ name, files }) => [name, files.map(({ file }) => file)])).toEqual([
      ['a.yml and 1 more', ['a.yml', 'b.yml']],
      ['core (own)', ['x.yml']],
      ['z.zip', ['r/1.yml', 'r/2.yml']],
    ]);
  });

  test('verdicts go to the part they came from, also where two packs have files of one name', () => {
    const verdicts = [verdict('a.yml'), verdict('a.yml', 1), verdict('x.yml'), verdict('x.yml'), verdict('b.yml', 3)];
    const parts = [
      [{ file: 'a.yml' }, { file: 'empty.yml' }, { file: 'x.yml' }],
      [{ file: 'x.yml' }, { file: 'b.yml' }],
    ];
    expect(splitVerdicts(parts, verdicts)).toEqual([verdicts.slice(0, 3), verdicts.slice(3)]);
  });

  test('the hash tells paths and contents apart', async () => {
    const bytes = (text: string) => new TextEncoder().encode(text);
    const hash = (...files: [string, string][]) =>
      hashPack(files.map(([file, text]) => ({ file, bytes: bytes(text) })));
    const hashes = await Promise.all([
      hash(['a', 'bc']),
      hash(['ab', 'c']),
      hash(['a', 'b'], ['c', '']),
      hash(['a', 'bd']),
    ]);
    expect(new Set(hashes).size).toBe(4);
    expect(await hash(['a', 'bc'])).toBe(hashes[0]);
  });

  test('text is read as its mark says', () => {
    expect(textOfRuleFile(new Uint8Array([0xff, 0xfe, 0x61, 0]))).toBe('a');
    expect(textOfRuleFile(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe('a');
  });
});
