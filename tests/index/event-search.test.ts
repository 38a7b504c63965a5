import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueType } from '../../src/model/shape.ts';
import { fieldKeyOf } from '../../src/model/field-key.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { arbitraryEvent, arbitraryTemplateEvent } from '../engine/arbitrary-events.ts';
import { FIELD_NAMES } from '../engine/arbitrary-rules.ts';
import { hasShared } from '../corpus/shared.ts';
import { logNames, readLog } from '../engine/sigma-corpus.ts';
import { find, placesByTree, placesOf, storeOf, treesOf } from './index-kit.ts';

const RUNS = Number(process.env['WINNOW_FUZZ_RUNS'] ?? 100);

const word = fc.constantFrom(
  'a',
  'ab',
  'cmd',
  '15',
  '4624',
  'abcd',
  '0x1f',
  's-1',
  '{abab',
  'tru',
  '2024',
  'nd',
  'é',
  '-7',
);
const field = fc.constantFrom(
  ...FIELD_NAMES.map((name) => name.replace(/[^\w.]/g, '')),
  'Attr',
  'Param',
  'Data',
  'pid',
  'image',
);
const term = fc.oneof(
  word,
  word.map((text) => `"${text} "`),
  word.map((text) => `*${text}?`),
  fc.tuple(field, fc.constantFrom(':', '~', '!='), word).map((parts) => parts.join('')),
  field.map((name) => `${name}:*`),
  fc.tuple(field, word).map(([name, text]) => `${name}:*${text}*`),
  word.map((text) => `/${text.replace(/[{-]/g, '.')}[0-9a]/`),
  fc.constantFrom(
    'id:4624',
    'eventid>10',
    'level:4',
    'level<3',
    'channel:sec*',
    'provider~audit',
    'host:*',
    'record<3',
  ),
  fc.constantFrom(
    'time>2024-01-01T00:00:02',
    'time:2024-01-01',
    'time<=2024-01-01T00:00:01',
    'file~log-1',
    'time:"2024"',
  ),
);
const query: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom('', '', 'not ', '('), term, fc.constantFrom(' and ', ' or ', ' ')), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) =>
    parts
      .map(([prefix, text, joint], at) => {
        const body = prefix === '(' ? `(${text} or x)` : prefix + text;
        return at === parts.length - 1 ? body : body + joint;
      })
      .join(''),
  );

describe('a search finds what the query finds on every event tree', () => {
  test.each([
    ['random events', arbitraryEvent],
    ['odd templates', arbitraryTemplateEvent],
  ])('for %s', async (_, event) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 8 }),
        fc.array(query, { minLength: 1, maxLength: 6 }),
        fc.array(word, { maxLength: 3 }),
        async (records, queries, terms) => {
          const logs = [buildLog({ records, recordsPerChunk: 3 }), buildLog({ records: records.slice(0, 2) })];
          const store = storeOf(logs);
          const trees = logs.map((log, file) => treesOf(store, log, file));
          for (const text of queries)
            expect([text, await placesOf(store, text)]).toEqual([text, placesByTree(trees, text)]);
          expect(await placesOf(store, queries[0]!, terms)).toEqual(placesByTree(trees, queries[0]!, terms));
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('for values that are shown otherwise than they are stored', async () => {
    const log = buildLog({
      records: [
        {
          data: [
            ['Guid', { type: ValueType.Guid, bytes: Uint8Array.from({ length: 16 }, (_, i) => i * 16) }],
            ['Sid', { type: ValueType.Sid, bytes: Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0) }],
            ['Number', 31_337],
            ['Hex', { type: ValueType.HexInt64, value: 0xdead_beefn }],
            ['Flag', true],
            ['Bytes', { type: ValueType.Binary, bytes: Uint8Array.of(0xca, 0xfe) }],
          ],
        },
        { data: [['Other', 'nothing']] },
      ],
    });
    const store = storeOf([log]);
    const trees = [treesOf(store, log, 0)];
    for (const text of ['30201000-5040-7060', 'S-1-5-18', '31337', '0xdeadbeef', 'true', 'CAFE', 'number:0x7a69']) {
      const found = await placesOf(store, text);
      expect([text, found]).toEqual([text, placesByTree(trees, text)]);
      expect([text, found.length]).toEqual([text, 1]);
    }
  });

  test.skipIf(!hasShared)(
    'for real logs (needs ../shared)',
    async () => {
      const queries = [
        'powershell',
        'image:*\\powershell.exe or commandline~-enc',
        'eventid:4688 not system32',
        'S-1-5-18 level:0',
        'channel:*sysmon* parentimage:*\\explorer.exe',
        'not c:\\',
        'logontype:3 ipaddress:*',
        '/mimi(katz|drv)/',
      ];
      let found = 0;
      let records = 0;
      for (const [number, name] of logNames().entries()) {
        const log = readLog(name);
        const store = storeOf([log]);
        const trees = [treesOf(store, log, 0)];
        expect([name, store.columns.count]).toEqual([name, trees[0]!.length]);
        records += store.columns.count;
        // Three of the queries per log, in turn: each meets a good third of the logs.
        for (const text of [0, 1, 2].map((step) => queries[(3 * number + step) % queries.length]!)) {
          const places = await placesOf(store, text);
          expect([name, text, places]).toEqual([name, text, placesByTree(trees, text)]);
          found += places.length;
        }
        const terms = ['10.0.2.15', 'lsass', 'whoami', 'S-1-5-19', '{0'];
        expect(await placesOf(store, '', terms)).toEqual(placesByTree(trees, '', terms));
      }
      expect(records).toBeGreaterThan(20_000);
      expect(found).toBeGreaterThan(1_000);
    },
    300_000,
  );
});

describe('a view', () => {
  const log = buildLog({
    records: [
      {
        eventId: 1,
        level: 2,
        computer: 'b',
        data: [
          ['User', 'zoe'],
          ['Size', '10'],
        ],
      },
      {
        eventId: 3,
        level: 4,
        computer: 'A',
        data: [
          ['User', 'Adam'],
          ['Size', '9'],
        ],
      },
      { eventId: 2, level: 4, computer: 'b', data: [['Size', '100']] },
    ],
  });

  test('sorts on columns and on fields, rows without the field last', async () => {
    const store = storeOf([log]);
    const ids = async (by: 'computer' | 'eventId' | { field: string }, descending = false): Promise<number[]> => {
      const view = await find(store, { sort: { by, descending } });
      return (await store.loadRows(view.rows(0, 10), [])).map(({ eventId }) => eventId);
    };
    expect(await ids('computer')).toEqual([3, 1, 2]);
    expect(await ids('eventId', true)).toEqual([3, 2, 1]);
    expect(await ids({ field: 'User' })).toEqual([3, 1, 2]);
    expect(await ids({ field: 'User' }, true)).toEqual([1, 3, 2]);
    expect(await ids({ field: 'Size' })).toEqual([3, 1, 2]);
  });

  test('counts columns and fields, and knows places', async () => {
    const store = storeOf([log]);
    const view = await find(store, {});
    expect(await view.facet('computer', 50)).toMatchObject({
      values: [
        { value: 'b', count: 2 },
        { value: 'A', count: 1 },
      ],
      others: 0,
      isComplete: true,
    });
    expect(await view.facet({ field: 'User' }, 1)).toMatchObject({
      values: [{ value: 'Adam', count: 1 }],
      others: 1,
      isComplete: true,
    });
    const [, second] = await store.loadRows(view.rows(0, 3), ['User', 'none', 'level']);
    expect(second?.fields).toEqual(['Adam', undefined, '4']);
    expect(view.positionOf(store.columns.rowAt(0, second!.offset))).toBe(1);
    expect(view.histogram(3)).toMatchObject({ width: 667, counts: [1, 1, 1] });
    expect(await store.fieldNames()).toContain('User');
    expect((await store.loadEvent(0, second!.offset))?.[0]).toBe('Event');
    expect(await store.loadEvent(0, 5)).toBeUndefined();
  });

  test('forgets the rows of a file that is added again', async () => {
    const store = storeOf([log]);
    store.addFile(0, 'again.evtx', new Blob([log as Uint8Array<ArrayBuffer>]));
    expect((await find(store, {})).progress.matched).toBe(0);
    expect(fieldKeyOf('file')).toBe('file');
  });
});
