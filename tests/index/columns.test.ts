import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldText } from '../../src/base/fold.ts';
import { EventStore } from '../../src/index/event-store.ts';
import type { IndexPart } from '../../src/model/index-part.ts';
import { createSearchCore } from '../../workers/search-core.ts';
import { find } from './index-kit.ts';

interface Row {
  readonly time: number;
  readonly id: number;
  readonly event: number;
  readonly host: string;
  readonly file: number;
}

const EPOCH = 116_444_736_000_000_000n;
const row: fc.Arbitrary<Row> = fc.record({
  time: fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 2_000_000_000_000 })),
  id: fc.integer({ min: 0, max: 2 ** 33 }),
  event: fc.integer({ min: 0, max: 65_535 }),
  host: fc.constantFrom('a', 'B', 'b', 'host', ''),
  file: fc.integer({ min: 0, max: 2 }),
});

/** One part per file and stretch of rows, as slices come. */
function partOf(rows: readonly Row[], chunk: number): IndexPart {
  const hosts = ['', ...new Set(rows.map(({ host }) => host).filter((host) => host !== ''))];
  const words = (value: (row: Row) => number): Uint32Array => Uint32Array.from(rows, value);
  const ticks = ({ time }: Row): bigint => BigInt(time) * 10_000n + EPOCH;
  return {
    count: rows.length,
    dataOffset: 4_096,
    timeHigh: words((each) => Number(ticks(each) >> 32n)),
    timeLow: words((each) => Number(ticks(each) & 0xffff_ffffn)),
    recordIdHigh: words(({ id }) => Math.floor(id / 2 ** 32)),
    recordIdLow: words(({ id }) => id % 2 ** 32),
    eventId: Uint16Array.from(rows, ({ event }) => event),
    level: new Uint8Array(rows.length),
    flags: new Uint8Array(rows.length),
    provider: words(() => 0),
    channel: words(() => 0),
    computer: words(({ host }) => Math.max(0, hosts.indexOf(host))),
    chunk: words(() => chunk),
    offset: Uint16Array.from(rows, (_, i) => 512 + 4 * i),
    size: new Uint16Array(rows.length).fill(4),
    providers: [''],
    channels: [''],
    computers: hosts,
  };
}

test('order, filter, facet and histogram are those of a list that is sorted, filtered and counted one by one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { maxLength: 12 }), { maxLength: 8 }),
      fc.integer({ min: 0, max: 2 ** 33 }),
      fc.integer({ min: 0, max: 2_000_000_000 }),
      async (slices, bound, seconds) => {
        const core = createSearchCore();
        const store = new EventStore(core, core);
        for (let file = 0; file < 3; file++) store.addFile(file, `f${file}`, new Blob([]));
        const model: (Row & { readonly place: number })[] = [];
        slices.forEach((rows, chunk) => {
          for (let file = 0; file < 3; file++) {
            const own = rows.filter((each) => each.file === file);
            store.add(file, partOf(own, chunk));
            own.forEach((each, i) => model.push({ ...each, place: file * 1e9 + chunk * 65_536 + i }));
          }
        });
        const shown = async (query: string, by: 'time' | 'recordId' | 'computer' | 'eventId', descending = false) => {
          const view = await find(store, { query, sort: { by, descending } });
          const found = await store.loadRows(view.rows(0, 1_000), []);
          return found.map(({ recordId, eventId, computer }) => `${recordId} ${eventId} ${computer}`);
        };
        const expected = (keep: (each: Row) => boolean, key: (each: Row) => number | string, descending = false) => {
          const rows = model.filter(keep).sort((a, b) => {
            const [x, y] = [key(a), key(b)];
            return x < y ? -1 : x > y ? 1 : a.place - b.place;
          });
          if (descending) rows.reverse();
          return rows.map(({ id, event, host }) => `${id} ${event} ${host}`);
        };
        const all = (): boolean => true;
        expect(await shown('', 'time')).toEqual(expected(all, ({ time }) => time));
        expect(await shown('', 'recordId', true)).toEqual(expected(all, ({ id }) => id, true));
        expect(await shown('', 'computer')).toEqual(expected(all, ({ host }) => `${foldText(host)} ${host}`));
        const iso = new Date(seconds * 1_000).toISOString().slice(0, 19);
        for (const [query, keep] of [
          [`record>=${bound}`, ({ id }: Row) => id >= bound],
          [`record:${bound}`, ({ id }: Row) => id === bound],
          [`time>=${iso}`, ({ time }: Row) => time >= seconds * 1_000],
          [`time<${iso} or host:B`, ({ time, host }: Row) => time < seconds * 1_000 || foldText(host) === 'b'],
          ['-host:*', ({ host }: Row) => host === ''],
          ['id>300 -(host:a or id>=4000)', ({ event, host }: Row) => event > 300 && host !== 'a' && event < 4_000],
        ] as const)
          expect([query, await shown(query, 'eventId')]).toEqual([query, expected(keep, ({ event }) => event)]);
        const view = await find(store, {});
        const { values, others } = await view.facet('computer', 2);
        const counts = new Map<string, number>();
        for (const { host } of model) if (host !== '') counts.set(host, (counts.get(host) ?? 0) + 1);
        const best = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
        expect(values.map(({ value, count }) => [value, count])).toEqual(best.slice(0, 2));
        expect(others).toBe(Math.max(0, best.length - 2));
        const bars = view.histogram(7);
        expect(bars.counts.reduce((sum, count) => sum + count, 0)).toBe(model.length);
        expect(bars.counts.length).toBeLessThanOrEqual(7);
        bars.counts.forEach((count, at) => {
          const from = bars.start + at * bars.width;
          expect(count).toBe(model.filter(({ time }) => time >= from && time < from + bars.width).length);
        });
        for (const [at, number] of view.rows(0, 1_000).entries()) expect(view.positionOf(number)).toBe(at);
      },
    ),
    { numRuns: Number(process.env['WINNOW_FUZZ_RUNS'] ?? 60) },
  );
});
