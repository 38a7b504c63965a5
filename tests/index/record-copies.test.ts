// Records that are in several files of the evidence: listed once, with all their places.

import { describe, expect, test } from 'vitest';
import type { EventSpec } from '../builders/evtx-builder.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { BY_TIME, find, storeOf } from './index-kit.ts';

const time = (second: number): string => `2024-01-01T00:00:0${second}Z`;
const logon = (second: number, more: EventSpec = {}): EventSpec => ({
  channel: 'Security',
  provider: 'Auditing',
  eventId: 4624,
  computer: 'HOST-1',
  recordId: 100 + second,
  time: time(second),
  data: [['User', 'alice']],
  ...more,
});

const local = buildLog({ records: [logon(1), logon(2), logon(3)] });
/** The second event, forwarded: its bytes are others, and it says more. */
const forwarded = buildLog({ records: [logon(2, { data: [['User', 'alice'], ['Note', 'rendered']] })] }); // prettier-ignore

async function offsetsOf(logs: readonly Uint8Array[], search: Parameters<typeof find>[1] = {}) {
  const store = storeOf(logs);
  const view = await find(store, search);
  const rows = await store.loadRows(view.rows(0, 100), []);
  return { store, view, rows, records: rows.map(({ file, recordId }) => `${file}:${recordId}`) };
}

describe('a record that is in several files', () => {
  test('is one row, and the others are counted', async () => {
    const { view, records } = await offsetsOf([local, forwarded, local]);
    expect(records).toEqual(['0:101', '0:102', '0:103']);
    expect(view.progress).toMatchObject({ matched: 3, copies: 4 });
    expect((await view.facet('computer', 5)).values).toEqual([{ value: 'HOST-1', count: 3 }]);
  });

  test('is a row for each file where all copies are asked for', async () => {
    const { view, records } = await offsetsOf([local, forwarded], { copies: 'all' });
    expect(records).toEqual(['0:101', '0:102', '1:102', '0:103']);
    expect(view.progress.copies).toBeUndefined();
  });

  test('is found by what only one of the copies says', async () => {
    const { view, records } = await offsetsOf([local, forwarded], { query: 'Note:rendered' });
    expect(records).toEqual(['1:102']);
    expect(view.progress.copies).toBeUndefined();
    const both = await offsetsOf([local, forwarded], { query: 'User:alice' });
    expect(both.records).toHaveLength(3);
    expect(both.view.progress).toMatchObject({ matched: 3, copies: 1 });
  });

  test('has all its places, and each of them leads to its row', async () => {
    const { store, view, rows } = await offsetsOf([local, forwarded]);
    const places = store.sourcesOf(0, rows[1]!.offset);
    expect(places.map(({ file }) => file)).toEqual([0, 1]);
    expect(store.sourcesOf(1, places[1]!.offset)).toEqual(places);
    for (const { file, offset } of places) expect(view.positionOf(store.columns.rowAt(file, offset))).toBe(1);
    expect(store.sourcesOf(0, rows[0]!.offset)).toEqual([{ file: 0, offset: rows[0]!.offset }]);
    expect(store.sourcesOf(7, 4_608)).toEqual([]);
  });

  test('comes back when its other file is replaced by other evidence', async () => {
    const { store } = await offsetsOf([local, forwarded]);
    store.addFile(0, 'log-0.evtx', new Blob([]));
    const view = await find(store, { sort: BY_TIME });
    expect(view.progress.matched).toBe(1);
    expect(view.progress.copies).toBeUndefined();
  });
});

test.each<[string, EventSpec]>([
  ['computer', { computer: 'HOST-2' }],
  ['channel', { channel: 'System' }],
  ['provider', { provider: 'Other' }],
  ['event id', { eventId: 4625 }],
  ['record id', { recordId: 900 }],
  ['time', { time: time(9) }],
])('records of two files that differ in %s are two', async (_name, more) => {
  const { view } = await offsetsOf([local, buildLog({ records: [logon(1), logon(2, more)] })]);
  expect(view.progress).toMatchObject({ matched: 4, copies: 1 });
});

test('equal records of one file are two, and so are records without an id', async () => {
  const twice = buildLog({ records: [logon(1), logon(1)] });
  expect((await offsetsOf([twice])).view.progress.matched).toBe(2);
  const nameless = buildLog({ records: [logon(1, { recordId: 0 })] });
  expect((await offsetsOf([nameless, nameless])).view.progress.matched).toBe(2);
});
