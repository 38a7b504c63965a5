import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatEventQuery, MAX_COLUMNS, parseEventQuery } from '../../src/app/event-list-query.ts';
import type { EventQuery } from '../../src/app/event-list-query.ts';
import { listPivots } from '../../src/app/event-list-pivots.ts';
import { EventList, WINDOW } from '../../src/app/event-list.svelte.ts';
import { listEventFields } from '../../src/analysis/event-fields.ts';
import { compileQuery } from '../../src/query/compile-query.ts';
import { madeEvent, MemoryEvents } from './memory-events.ts';

const BY_TIME = { by: 'time', descending: false } as const;
const many = (count: number) => Array.from({ length: count }, (_, number) => madeEvent(number));

async function settled(list: EventList): Promise<void> {
  await expect.poll(() => list.running).toBe(false);
}

describe('the list of events', () => {
  test('reads rows in windows around what is asked for, and nothing else', async () => {
    const index = new MemoryEvents(many(5_000));
    const list = new EventList(index);
    list.ask({ query: '', sort: BY_TIME }, []);
    await settled(list);
    expect(list.count).toBe(5_000);
    expect(list.rowAt(0)?.recordId).toBe('1');
    expect(index.rowReads).toBe(1);
    expect(list.rowAt(4_321)).toBeUndefined();
    await expect.poll(() => list.rowAt(4_321)?.recordId).toBe('4322');
    expect(index.rowReads).toBe(2);
  });

  test('a dragged scroll bar reads only where it comes to rest', async () => {
    const index = new MemoryEvents(many(5_000));
    const list = new EventList(index);
    list.ask({ query: '', sort: BY_TIME }, []);
    await settled(list);
    const before = index.rowReads;
    for (let at = 0; at < 5_000; at += WINDOW) list.rowAt(at);
    await expect.poll(() => list.rowAt(4_900)).toBeDefined();
    expect(index.rowReads - before).toBeLessThanOrEqual(4);
  });

  test('keeps the rows of before until the next search has its first', async () => {
    const index = new MemoryEvents(many(1_000));
    const list = new EventList(index);
    list.ask({ query: '', sort: BY_TIME }, []);
    await settled(list);
    let letGo = (): void => undefined;
    index.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    list.ask({ query: 'eventid:4688', sort: BY_TIME }, []);
    await Promise.resolve();
    expect(list.pending).toBe(true);
    expect(list.count).toBe(1_000);
    expect(list.rowAt(1)?.eventId).toBe(4624);
    letGo();
    await settled(list);
    expect(list.count).toBe(334);
    expect(list.rowAt(1)?.eventId).toBe(4688);
    expect(index.closed).toBe(1);
  });

  test('an answer of a search that was replaced is dropped', async () => {
    const index = new MemoryEvents(many(100));
    const list = new EventList(index);
    let letGo = (): void => undefined;
    index.gate = new Promise((resolve) => {
      letGo = resolve;
    });
    list.ask({ query: 'eventid:4688', sort: BY_TIME }, []);
    index.gate = Promise.resolve();
    list.ask({ query: 'computer:HOST-1', sort: BY_TIME }, []);
    await settled(list);
    letGo();
    await Promise.resolve();
    await Promise.resolve();
    expect(list.count).toBe(25);
    expect(list.rowAt(0)?.computer).toBe('HOST-1');
  });

  test('a refresh takes in what came since and leaves the order key alone', async () => {
    const index = new MemoryEvents(many(10));
    const list = new EventList(index);
    list.ask({ query: '', sort: BY_TIME }, []);
    await settled(list);
    const key = list.orderKey;
    index.events.push(madeEvent(10));
    expect(list.missed).toBe(1);
    list.refresh();
    await settled(list);
    expect(list.count).toBe(11);
    expect(list.orderKey).toBe(key);
    expect(list.missed).toBe(0);
  });

  test('an added column brings its values without another search', async () => {
    const index = new MemoryEvents(many(10));
    const list = new EventList(index);
    list.ask({ query: '', sort: BY_TIME }, []);
    await settled(list);
    list.ask({ query: '', sort: BY_TIME }, ['CommandLine', 'Nothing']);
    expect(index.searches).toHaveLength(1);
    await expect.poll(() => list.rowAt(2)?.fields).toEqual(['cmd.exe /c run 2', undefined]);
  });

  test('says what is wrong with a query, and finds nothing', async () => {
    const list = new EventList(new MemoryEvents(many(10)));
    list.ask({ query: '(', sort: BY_TIME }, []);
    await settled(list);
    expect(list.count).toBe(0);
    expect(list.diagnostics[0]?.severity).toBe('error');
  });

  test('rows that cannot be read are said once and not asked for again and again', async () => {
    const index = new MemoryEvents(many(1_000));
    const search = index.search.bind(index);
    let reads = 0;
    index.search = (asked, progress) => ({
      ...search(asked, progress),
      rows: (from, count, fields) => {
        reads++;
        return from === 0
          ? search(asked, () => undefined).rows(from, count, fields)
          : Promise.reject(new Error('gone'));
      },
    });
    const list = new EventList(index);
    list.ask({ query: '', sort: BY_TIME }, []);
    await settled(list);
    list.rowAt(500);
    await expect.poll(() => list.failure).toBe('gone');
    list.rowAt(500);
    await Promise.resolve();
    await Promise.resolve();
    expect(reads).toBe(2);
  });
});

describe('the address of the events', () => {
  const query = fc.record<EventQuery>({
    text: fc.string(),
    sort: fc.record({
      by: fc.oneof(fc.constantFrom('time', 'eventId', 'file'), fc.record({ field: fc.string({ minLength: 1 }) })),
      descending: fc.boolean(),
    }),
    columns: fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: MAX_COLUMNS }),
    at: fc.option(fc.record({ file: fc.nat(), offset: fc.nat() }), { nil: undefined }),
    list: fc.string(),
    logon: fc.option(
      fc.record({
        id: fc.nat().map((id) => `0x${id.toString(16)}`),
        computer: fc.string({ maxLength: 100 }),
        time: fc.constantFrom('', '2024-03-01T00:00:00.0000000Z'),
      }),
      { nil: undefined },
    ),
    allCopies: fc.boolean(),
  });

  test('every query survives the way through an address', () => {
    fc.assert(
      fc.property(query, (each) => {
        const at = each.at === undefined || each.at.file > 999_999_999 ? undefined : each.at;
        const asked = { ...each, at };
        expect(parseEventQuery(formatEventQuery(asked))).toEqual(asked);
      }),
      { seed: 5 },
    );
  });

  test('nonsense falls back to every event by time', () => {
    const params = new Map([
      ['sort', '-nonsense'],
      ['at', '1:x'],
      ['cols', '%,,%'],
    ]);
    expect(parseEventQuery(params)).toMatchObject({ sort: BY_TIME, at: undefined, columns: ['%'] });
  });
});

describe('pivots', () => {
  test('lead to host, time, logon session and process of an event, each with a query that runs', () => {
    const { event, row } = madeEvent(1, {}, { SubjectLogonId: '0x1f4', NewProcessId: '0x99', ProcessId: '0x98' });
    const place = { file: 0, offset: row.offset };
    const pivots = listPivots({ time: row.time, computer: row.computer, fields: listEventFields(event), place });
    expect(pivots.map(({ kind }) => kind)).toEqual(['neighbours', 'host', 'logon', 'process']);
    for (const { query } of pivots) {
      expect(compileQuery(query.text).ok, query.text).toBe(true);
      expect(query.at).toEqual(place);
    }
    expect(pivots[2]?.query.text).toBe(
      'computer:HOST-1 (TargetLogonId:0x1f4 or SubjectLogonId:0x1f4 or LogonId:0x1f4)',
    );
    expect(pivots[2]?.query.logon).toEqual({ id: '0x1f4', computer: 'HOST-1', time: row.time });
    expect(pivots[3]?.query.text).toContain('NewProcessId:0x99');
  });

  test('a process with a guid is followed by it', () => {
    const guid = '{5a3a9721-d420-0000-0000-001000000000}';
    const fields = listEventFields(madeEvent(1, {}, { ProcessGuid: guid, ProcessId: '12' }).event);
    const process = listPivots({ time: '', computer: 'H', fields, place: undefined }).find((p) => p.kind === 'process');
    expect(process?.query.text).toContain(`ParentProcessGuid:${guid}`);
  });

  test('an event without facts has none', () => {
    expect(listPivots({ time: '', computer: '', fields: [], place: undefined })).toEqual([]);
  });
});
