import { expect, test } from 'vitest';
import { EventStore } from '../../src/index/event-store.ts';
import { createSearchCore } from '../../workers/search-core.ts';
import { unallocate } from '../builders/deleted-records.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { BY_TIME, find, partOf } from './index-kit.ts';

const records = Array.from({ length: 5 }, (_, i) => ({
  channel: 'Security',
  computer: 'HOST',
  data: [['Image', `C:\\tool-${String(i)}.exe`]] as [string, string][],
}));

test('deleted records are rows that searches find, that say what they are, and that open', async () => {
  const log = unallocate(buildLog({ records }), 0, 3);
  const core = createSearchCore();
  const store = new EventStore(core, core);
  store.addFile(0, 'a.evtx', new Blob([log as Uint8Array<ArrayBuffer>]));
  store.add(0, partOf(log));
  expect(store.columns.count).toBe(3);
  expect((await find(store, { query: 'tool-4' })).progress.matched).toBe(0);
  store.add(0, partOf(log, 'only'));
  expect(store.columns.count).toBe(5);
  // By the text of the record, by a field of it, and by what the columns know.
  for (const query of ['tool-4', 'image:*\\tool-4.exe', 'record:5']) {
    const view = await find(store, { query, sort: BY_TIME });
    const rows = await store.loadRows(view.rows(0, 10), ['Image']);
    expect(rows.map(({ recordId, recordClass, fields }) => [recordId, recordClass, fields])).toEqual([
      ['5', 'recovered', ['C:\\tool-4.exe']],
    ]);
    const event = await store.loadEvent(0, rows[0]!.offset);
    expect(JSON.stringify(event)).toContain('tool-4.exe');
  }
  const all = await find(store, { query: 'image:*\\tool-?.exe', sort: { by: 'recordId', descending: false } });
  const classes = (await store.loadRows(all.rows(0, 10), [])).map(({ recordClass }) => recordClass);
  expect(classes).toEqual(['allocated', 'allocated', 'allocated', 'recovered', 'recovered']);
});
