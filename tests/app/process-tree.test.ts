import { describe, expect, test } from 'vitest';
import { listEventFields } from '../../src/analysis/event-fields.ts';
import { ProcessTree, type ProcessSeed } from '../../src/app/process-tree.svelte.ts';
import { madeEvent, MemoryEvents, type MadeEvent } from './memory-events.ts';

const SECURITY = 'Microsoft-Windows-Security-Auditing';
const SYSMON = 'Microsoft-Windows-Sysmon';
const HOST = { computer: 'WS-1' };

function sysmon(number: number, guid: string, parent: string, image: string, more: Record<string, string> = {}) {
  const data = { ProcessGuid: guid, ParentProcessGuid: parent, Image: image, ProcessId: String(number), ...more };
  return madeEvent(number, { ...HOST, provider: SYSMON, channel: 'Sysmon', eventId: 1 }, data);
}

function started(number: number, id: string, creator: string, image: string, parentImage = '') {
  const data = { NewProcessId: id, ProcessId: creator, NewProcessName: image, ParentProcessName: parentImage };
  return madeEvent(number, { ...HOST, provider: SECURITY, eventId: 4688 }, data);
}

function ended(number: number, id: string) {
  return madeEvent(number, { ...HOST, provider: SECURITY, eventId: 4689 }, { ProcessId: id });
}

function seedOf({ row, event }: MadeEvent): ProcessSeed {
  const { provider, eventId, time, computer, file, offset } = row;
  return { provider, eventId, time, computer, place: { file, offset }, fields: listEventFields(event) };
}

async function treeOf(events: readonly MadeEvent[], seed: MadeEvent) {
  const index = new MemoryEvents(events);
  const tree = new ProcessTree(index);
  await tree.show(seedOf(seed));
  return { tree, index };
}

/** As it is read: dots for depth, `*` for the event's own process, `?` where only a child tells of it. */
const read = (tree: ProcessTree): string[] =>
  tree.nodes.map(
    ({ depth, start, place, isSeed }) =>
      `${'.'.repeat(depth)}${start.image}${isSeed ? '*' : ''}${place === undefined ? '?' : ''}`,
  );

describe('the process tree of Sysmon events', () => {
  const guid = (n: number): string => `{00000000-0000-0000-0000-00000000000${String(n)}}`;
  const events = [
    sysmon(1, guid(1), guid(9), 'explorer.exe', { ParentImage: 'userinit.exe', ParentProcessId: '4' }),
    sysmon(2, guid(2), guid(1), 'cmd.exe'),
    sysmon(3, guid(3), guid(2), 'powershell.exe'),
    sysmon(4, guid(4), guid(3), 'whoami.exe'),
    sysmon(5, guid(5), guid(1), 'notepad.exe'),
    madeEvent(6, { ...HOST, provider: SYSMON, eventId: 3 }, { ProcessGuid: guid(3) }),
  ];

  test('goes up to where the logs end, says what a child tells of the one above, and down to the children', async () => {
    const { tree } = await treeOf(events, events[2]!);
    expect(read(tree)).toEqual(['userinit.exe?', '.explorer.exe', '..cmd.exe', '...powershell.exe*', '....whoami.exe']);
    // The other children of an ancestor come when it is closed and opened.
    const explorer = tree.nodes[1]!.key;
    await tree.toggle(explorer);
    expect(read(tree)).toEqual(['userinit.exe?', '.explorer.exe']);
    await tree.toggle(explorer);
    expect(read(tree)).toEqual([
      'userinit.exe?',
      '.explorer.exe',
      '..cmd.exe',
      '...powershell.exe*',
      '....whoami.exe',
      '..notepad.exe',
    ]);
  });

  test('begins at the process of another event, and closes every search it opens', async () => {
    const { tree, index } = await treeOf(events, events[5]!);
    expect(read(tree)).toContain('...powershell.exe*');
    expect(index.closed).toBe(index.searches.length);
  });

  test('that names itself its own ancestor ends', async () => {
    const round = [sysmon(1, guid(1), guid(2), 'a.exe'), sysmon(2, guid(2), guid(1), 'b.exe')];
    const { tree } = await treeOf(round, round[0]!);
    expect(read(tree)).toEqual(['b.exe', '.a.exe*']);
  });

  test('of a process whose start was not logged is empty', async () => {
    const { tree } = await treeOf(events, madeEvent(9, { provider: SYSMON, eventId: 3 }, { ProcessGuid: guid(8) }));
    expect(tree.nodes).toEqual([]);
    expect(tree.isLoading).toBe(false);
  });
});

describe('the process tree of 4688 events, whose ids are given out again', () => {
  test('takes the last start with that id before the child', async () => {
    const events = [
      started(1, '0x10', '0x4', 'first.exe'),
      started(2, '0x10', '0x4', 'second.exe'),
      started(3, '0x20', '0x10', 'child.exe', 'SECOND.exe'),
      started(4, '0x10', '0x4', 'third.exe'),
    ];
    expect(read((await treeOf(events, events[2]!)).tree)).toEqual(['?', '.second.exe', '..child.exe*']);
  });

  test('takes none when that process had ended, or has another image than the child says', async () => {
    const gone = [started(1, '0x10', '0x4', 'cmd.exe'), ended(2, '0x10'), started(3, '0x20', '0x10', 'child.exe')];
    expect(read((await treeOf(gone, gone[2]!)).tree)).toEqual(['?', '.child.exe*']);
    const other = [started(1, '0x10', '0x4', 'cmd.exe'), started(3, '0x20', '0x10', 'child.exe', 'explorer.exe')];
    expect(read((await treeOf(other, other[1]!)).tree)).toEqual(['explorer.exe?', '.child.exe*']);
  });

  test('has the children up to the end of the process, and none of the next with its id', async () => {
    const events = [
      started(1, '0x10', '0x4', 'cmd.exe'),
      started(2, '0x21', '0x10', 'mine.exe', 'cmd.exe'),
      started(3, '0x22', '0x10', 'not-mine.exe', 'other.exe'),
      ended(4, '0x10'),
      started(5, '0x10', '0x4', 'next.exe'),
      started(6, '0x23', '0x10', 'of-next.exe', 'next.exe'),
    ];
    const { tree } = await treeOf(events, events[0]!);
    expect(read(tree)).toEqual(['?', '.cmd.exe*', '..mine.exe']);
  });

  test('stops when another event is shown, and the later one holds', async () => {
    const events = [started(1, '0x10', '0x4', 'cmd.exe'), started(2, '0x20', '0x10', 'child.exe')];
    const index = new MemoryEvents(events);
    let open = (): void => undefined;
    index.gate = new Promise((resolve) => (open = resolve));
    const tree = new ProcessTree(index);
    const first = tree.show(seedOf(events[1]!));
    const second = tree.show(seedOf(events[0]!));
    open();
    await Promise.all([first, second]);
    expect(read(tree)).toEqual(['?', '.cmd.exe*', '..child.exe']);
    expect(tree.failure).toBeUndefined();
  });
});
