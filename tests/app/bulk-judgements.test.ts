import { describe, expect, test } from 'vitest';
import { AuditLog } from '../../src/app/audit-log.svelte.ts';
import {
  cursorAt,
  findingsBetween,
  lineOfCursor,
  nextFinding,
  placeAmongFindings,
} from '../../src/app/finding-lines.ts';
import { FindingList } from '../../src/app/finding-list.svelte.ts';
import { EMPTY_QUERY, toggleGroup } from '../../src/app/finding-query.ts';
import { FindingSelection } from '../../src/app/finding-selection.svelte.ts';
import { nameFinding } from '../../src/app/name-finding.ts';
import { Notices } from '../../src/app/notices.svelte.ts';
import { TriageBook } from '../../src/app/triage-book.svelte.ts';
import { UndoSteps } from '../../src/app/undo-steps.ts';
import type { FindingKey } from '../../src/model/finding.ts';
import { row, ruleInfo } from './fake-findings.ts';
import { fakeSettings } from './fake-ports.ts';
import { FakeStore } from './fake-store.ts';

const rules = [
  ruleInfo('low', 'low', { tags: ['attack.execution', 'attack.t1059'] }),
  ruleInfo('high', 'high', { tags: ['attack.defense_evasion', 'attack.t1105', 'attack.t1059'] }),
];

async function open(count: number) {
  const store = new FakeStore();
  const id = await store.createCase('Case');
  const notices = new Notices();
  const findings = new FindingList();
  const audit = new AuditLog(id, { store, notices, settings: fakeSettings(), now: () => 50 });
  findings.append(Array.from({ length: count }, (_, at) => nameFinding(row(at % 2, at), rules[at % 2]!, 'f')));
  findings.ask(EMPTY_QUERY);
  const triage = new TriageBook(store, id, findings, notices, () => 50, audit);
  const keys = Array.from({ length: count }, (_, at) => findings.keyOf(at));
  return { store, id, audit, findings, triage, keys };
}

describe('changes of many findings', () => {
  test('are one step and one line in the log each, and are taken back one after the other', async () => {
    const { triage, keys, audit, store, id } = await open(6);
    await triage.setState(keys.slice(0, 4), 'benign', 'backup job');
    await triage.addTag(keys, ' lateral  movement ');
    await triage.addNote(keys.slice(0, 2), 'seen before');
    expect(triage.of(keys[0]!)).toMatchObject({
      state: 'benign',
      reason: 'backup job',
      tags: ['lateral movement'],
      note: 'seen before',
    });
    expect(await triage.undo()).toBe('a note on 2 findings');
    expect(await triage.undo()).toBe('tag lateral movement on 6 findings');
    expect(triage.of(keys[0]!)).toMatchObject({ state: 'benign', reason: 'backup job', tags: [], note: '' });
    expect(triage.undoLabel).toBe('4 findings marked benign');
    expect(await triage.undo()).toBe('4 findings marked benign');
    expect(triage.of(keys[0]!).state).toBe('new');
    expect(triage.of(keys[0]!).reason).toBeUndefined();
    expect(await triage.undo()).toBeUndefined();
    expect(audit.entries.map(({ action, detail, count }) => [action, detail, count])).toEqual([
      ['judged', 'benign: backup job', 4],
      ['tagged', 'lateral movement', 6],
      ['noted', 'seen before', 2],
      ['undone', 'a note on 2 findings', 2],
      ['undone', 'tag lateral movement on 6 findings', 6],
      ['undone', '4 findings marked benign', 4],
    ]);
    expect((await store.loadTriage(id)).get(keys[0]!)).toMatchObject({ state: 'new', tags: [] });
  });

  test('a reason goes when the finding is no longer benign', async () => {
    const { triage, keys } = await open(1);
    await triage.setState(keys, 'benign', 'test machine');
    expect(triage.reasons).toEqual(['test machine']);
    await triage.setState(keys, 'confirmed', 'no reason');
    expect(triage.of(keys[0]!).reason).toBeUndefined();
  });

  test('letters of one note are one step', async () => {
    const { triage, keys } = await open(2);
    for (const text of ['s', 'se', 'see']) await triage.setNote(keys[0]!, text);
    await triage.setNote(keys[1]!, 'other');
    await triage.undo();
    expect(triage.of(keys[0]!).note).toBe('see');
    await triage.undo();
    expect(triage.of(keys[0]!).note).toBe('');
  });

  test("another person's later judgements are not undone by steps from before", async () => {
    const { triage, keys } = await open(1);
    await triage.setState(keys, 'benign');
    await triage.merge([{ key: keys[0]!, state: 'confirmed', note: 'theirs', tags: [], changed: 99 }]);
    expect(await triage.undo()).toBeUndefined();
    expect(triage.of(keys[0]!).state).toBe('confirmed');
  });

  test('thousands are changed in parts, and a change that comes meanwhile waits for its turn', async () => {
    const { triage, keys } = await open(9_001);
    const bulk = triage.setState(keys, 'benign');
    const single = triage.setState([keys[9_000]!], 'confirmed');
    await Promise.all([bulk, single]);
    expect(triage.of(keys[9_000]!).state).toBe('confirmed');
    expect(triage.of(keys[8_999]!).state).toBe('benign');
    await triage.undo();
    expect(triage.of(keys[9_000]!).state).toBe('benign');
  });

  test('tags and tactics narrow the list, and their counts say what choosing them shows', async () => {
    const { findings, triage, keys } = await open(4);
    await triage.addTag(keys.slice(0, 3), 'one');
    await triage.addTag(keys.slice(2, 4), 'two');
    findings.ask({ ...EMPTY_QUERY, tags: ['two'] });
    expect(findings.rows).toHaveLength(2);
    findings.ask({ ...EMPTY_QUERY, tactics: ['defense-evasion'] });
    expect([...findings.rows].map((at) => findings.facts(at).ruleId)).toEqual(['high', 'high']);
    findings.ask({ ...EMPTY_QUERY, techniques: ['T1059'] });
    expect(findings.rows).toHaveLength(4);
    findings.ask({ ...EMPTY_QUERY, sort: { column: 'triage', descending: true } });
    await triage.setState([keys[1]!], 'benign');
    expect(findings.rows[0]).toBe(1);
  });

  test('what can be taken back is bounded, and the newest step always stays', () => {
    const steps = new UndoSteps();
    const before = (count: number) =>
      Array.from({ length: count }, (_, at) => ({
        key: String(at) as FindingKey,
        state: 'new' as const,
        note: '',
        tags: [],
        changed: 0,
      }));
    for (let i = 0; i < 300; i++) steps.push({ label: String(i), before: before(1) });
    let kept = 0;
    while (steps.pop() !== undefined) kept++;
    expect(kept).toBe(200);
    steps.push({ label: 'small', before: before(1) });
    steps.push({ label: 'huge', before: before(500_000) });
    expect(steps.pop()?.label).toBe('huge');
    expect(steps.pop()).toBeUndefined();
  });
});

describe('the cursor among groups', () => {
  test('stays on its copy of a finding that stands in two groups, and on its group while others come in', async () => {
    const { findings } = await open(4);
    findings.ask({ ...EMPTY_QUERY, group: 'technique', open: ['*'] });
    const second = findings.lines.lastIndexOf(1);
    expect(findings.lines.indexOf(1)).toBeLessThan(second);
    const cursor = cursorAt(findings, second);
    expect(lineOfCursor(findings, cursor)).toBe(second);
    findings.ask({ ...EMPTY_QUERY, group: 'technique', open: [] });
    expect(lineOfCursor(findings, cursor)).toBe(-1);
    const head = cursorAt(findings, 1);
    findings.append([nameFinding(row(1, 77), rules[1]!, 'f')]);
    findings.refresh();
    expect(findings.groupOfLine(lineOfCursor(findings, head))?.key).toBe(head?.group);
  });

  test('steps from finding to finding over heads, and counts findings only', async () => {
    const { findings } = await open(4);
    findings.ask({ ...EMPTY_QUERY, group: 'rule', open: ['*'] });
    expect(nextFinding(findings.lines, 2, 1)).toBe(4);
    expect(nextFinding(findings.lines, 1, -1)).toBe(-1);
    expect(placeAmongFindings(findings, 4)).toEqual({ position: 2, count: 4 });
    expect([...findingsBetween(findings.lines, 4, 1)]).toEqual([1, 3, 0]);
  });

  test('a group is opened and closed, also when all were open', () => {
    expect(toggleGroup(['a'], 'b', ['a', 'b', 'c'])).toEqual(['a', 'b']);
    expect(toggleGroup(['*'], 'b', ['a', 'b', 'c'])).toEqual(['a', 'c']);
    const many = Array.from({ length: 100 }, (_, at) => String(at));
    expect(toggleGroup(many, 'one more', many)).toEqual(['*']);
  });
});

test('picks outlast a filter, and only those shown are acted upon', () => {
  const selection = new FindingSelection();
  selection.set([1, 5, 5_000], true);
  selection.set([5], false);
  expect(selection.count).toBe(2);
  expect([...selection.among(Uint32Array.from([5_000, 5, 3]))]).toEqual([5_000]);
  expect(selection.has(1)).toBe(true);
  selection.clear();
  expect(selection.has(1)).toBe(false);
});
