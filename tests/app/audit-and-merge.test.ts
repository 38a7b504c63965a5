import { expect, test } from 'vitest';
import { AuditLog } from '../../src/app/audit-log.svelte.ts';
import { FindingList } from '../../src/app/finding-list.svelte.ts';
import { hashEvidence } from '../../src/app/hash-evidence.ts';
import { Notices } from '../../src/app/notices.svelte.ts';
import { accountPacks } from '../../src/app/pack-accounts.ts';
import { TriageBook } from '../../src/app/triage-book.svelte.ts';
import type { FindingKey, Triage } from '../../src/model/finding.ts';
import { ruleInfo } from './fake-findings.ts';
import { fakeSettings } from './fake-ports.ts';
import { FakeStore } from './fake-store.ts';

async function open() {
  const store = new FakeStore();
  const id = await store.createCase('Case');
  const notices = new Notices();
  const audit = new AuditLog(id, { store, notices, settings: fakeSettings(), now: () => 50 });
  return { store, id, notices, audit, triage: new TriageBook(store, id, new FindingList(), notices, () => 50, audit) };
}

const judged = (key: string, changed: number, note: string): Triage => ({
  key: key as FindingKey,
  state: 'benign',
  note,
  tags: [],
  changed,
});

test('every judgement and note is in the log with its time, its findings and the name given', async () => {
  const { audit, triage, store, id } = await open();
  await audit.rename(' Mo ');
  await triage.setState(['a' as FindingKey, 'b' as FindingKey], 'confirmed');
  await triage.setNote('a' as FindingKey, 'seen before');
  expect(await store.loadAudit(id)).toEqual([
    { time: 50, analyst: 'Mo', action: 'analyst-changed', detail: 'no name was given before' },
    { time: 50, analyst: 'Mo', action: 'judged', detail: 'confirmed', count: 2, findings: ['a', 'b'] },
    { time: 50, analyst: 'Mo', action: 'noted', detail: 'seen before', count: 1, findings: ['a'] },
  ]);
});

test('the newer judgement of two people holds, and the log has the other', async () => {
  const { audit, triage } = await open();
  await triage.setNote('ours' as FindingKey, 'newer');
  await triage.setNote('theirs' as FindingKey, 'old');
  expect(
    await triage.merge([judged('ours', 10, 'older'), judged('theirs', 90, 'late'), judged('only', 1, 'x')]),
  ).toEqual({ taken: 2, older: 1 });
  expect(triage.of('ours' as FindingKey).note).toBe('newer');
  expect(triage.of('theirs' as FindingKey).note).toBe('late');
  expect(triage.of('only' as FindingKey).note).toBe('x');
  const replaced = audit.entries.filter((entry) => entry.action === 'judgement-replaced').map((entry) => entry.detail);
  expect(replaced).toEqual(['theirs was older: benign: older', 'ours was older: new: old']);
});

test('the same log of actions merged twice brings nothing new', async () => {
  const { audit } = await open();
  const entry = { time: 1, analyst: 'Ada', action: 'judged' as const, detail: 'benign' };
  expect(await audit.merge([entry])).toBe(1);
  expect(await audit.merge([entry])).toBe(0);
});

test('who is judging is asked once, and not when a name is known', async () => {
  const { audit, notices } = await open();
  audit.askName(() => undefined);
  notices.dismiss(notices.list[0]!.id);
  audit.askName(() => undefined);
  expect(notices.list).toEqual([]);
});

test('a file that cannot be hashed says so and the next one is hashed', async () => {
  const states: string[] = [];
  const hasher = {
    hash: (blob: Blob) => (blob.size === 0 ? Promise.reject(new Error('gone')) : Promise.resolve({ sha256: 'aa' })),
    dispose: () => undefined,
  };
  const waiting = { sha256: { state: 'waiting' as const } };
  const jobs = [new Blob([]), new Blob(['x'])].map((blob, file) => ({ file, blob, hashes: waiting }));
  const report = (file: number, { sha256 }: { sha256: { state: string } }) => states.push(`${file} ${sha256.state}`);
  expect(await hashEvidence(jobs, ['sha256'], hasher, report, new AbortController().signal)).toBe(1);
  expect(states).toEqual(['0 hashing', '0 failed', '1 hashing', '1 done']);
});

test('packs are accounted with their own hash, the shipped rules with one over all of theirs', () => {
  const infos = [ruleInfo('b', 'low'), ruleInfo('a', 'low'), ruleInfo('c', 'low', { pack: 'mine' })];
  const [core, mine] = accountPacks(infos, [], '1.0');
  expect(core).toMatchObject({ name: 'core', version: '1.0', rules: 2 });
  expect(accountPacks(infos.toReversed(), [], '1.0').find(({ name }) => name === 'core')?.hash).toBe(core?.hash);
  expect(mine).toMatchObject({ name: 'mine', rules: 1 });
});
