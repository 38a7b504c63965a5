import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRecordCursor } from '../../src/evtx/record-cursor.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { ChunkWriter } from '../builders/chunk-writer.ts';
import type { ElementSpec } from '../builders/chunk-writer.ts';
import { buildLog, joinChunks, writeInstanceRecord } from '../builders/evtx-builder.ts';
import { bufferOf, forEachRecord } from '../builders/read-log.ts';
import { leafTexts } from './leaf-texts.ts';

const GUID = '11111111-2222-3333-4444-555555555555';
const field = (name: string, text = 'x'): ElementSpec => ({ name: 'Event', content: [{ name, content: [text] }] });

function chunkOf(root: ElementSpec, guid = GUID, before: readonly string[] = [], inlineNames = false): Uint8Array {
  const chunk = new ChunkWriter({ inlineNames });
  chunk.record(1n, 1n, (writer) => {
    // Names that the chunk already has are referred to, so the same template has other bytes and another size.
    writer.element({ name: 'Before', content: before.map((name) => ({ name })) }, false);
    writer.end();
  });
  chunk.record(2n, 2n, writeInstanceRecord({ guid, root }, []));
  return chunk.finish();
}

/** Shape ids and texts of the second record of every chunk. */
function readSecond(chunks: Uint8Array[], bank = new ShapeBank()): { ids: number[]; places: string[] } {
  const ids: number[] = [];
  const places: string[] = [];
  forEachRecord(
    joinChunks(chunks),
    (cursor) => {
      if (cursor.headerIdLow !== 2) return;
      ids.push(cursor.shape.id);
      places.push(
        leafTexts(cursor)
          .map(([place, text]) => `${place}=${text}`)
          .join(),
      );
    },
    { bank },
  );
  return { ids, places };
}

describe('shape bank', () => {
  test('a template met in several chunks has one shape, whether its names are inline or referred to', () => {
    const { ids, places } = readSecond([
      chunkOf(field('One')),
      chunkOf(field('One'), GUID, ['One']),
      chunkOf(field('One'), GUID, ['Event', 'Filler', 'One']),
      chunkOf(field('One'), GUID, [], true),
      chunkOf(field('One'), GUID, ['Filler', 'Event', 'One']),
    ]);
    expect(new Set(ids).size).toBe(1);
    expect(new Set(places)).toEqual(new Set(['Event/One=x']));
  });

  test('equal GUID and size do not make templates equal: names and texts are compared', () => {
    const { ids, places } = readSecond([
      chunkOf(field('One'), GUID, ['Event', 'One', 'Two']),
      chunkOf(field('Two'), GUID, ['Event', 'One', 'Two']),
      chunkOf(field('Two', 'y'), GUID, ['Event', 'One', 'Two']),
      chunkOf(field('One'), GUID, ['Event', 'One', 'Two']),
    ]);
    expect(places).toEqual(['Event/One=x', 'Event/Two=x', 'Event/Two=y', 'Event/One=x']);
    expect(ids[3]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(3);
  });

  test('names with the same stored hash and length but other letters are told apart', () => {
    // The reference in both templates has the same bytes; only the name behind it differs.
    const log = joinChunks([
      chunkOf(field('One'), GUID, ['Event', 'One']),
      chunkOf(field('Uno'), GUID, ['Event', 'Uno']),
    ]);
    const view = new DataView(log.buffer);
    const hashOf = (chunk: number, name: string): number => {
      const units = Array.from(name, (letter) => letter.charCodeAt(0));
      for (let at = 4_096 + chunk * 65_536 + 512; at < log.length - 8; at++) {
        if (units.every((unit, i) => view.getUint16(at + 2 * i, true) === unit)) return at - 4;
      }
      throw new Error('name not found');
    };
    view.setUint16(hashOf(1, 'Uno'), view.getUint16(hashOf(0, 'One'), true), true);
    const places: string[] = [];
    forEachRecord(log, (cursor) => places.push(...leafTexts(cursor).map(([place]) => place)), { checksums: false });
    expect(places).toContain('Event/One');
    expect(places).toContain('Event/Uno');
  });

  test('a template with the GUID of another and other content keeps its own fields whatever came first', () => {
    const roots = [
      field('A'),
      field('B'),
      field('A', 'z'),
      { name: 'Event', content: [{ name: 'A', attributes: [['k', 'v'] as const] }] },
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(roots.length - 1), { maxLength: 8 }), (order) => {
        const alone = order.map((number) => readSecond([chunkOf(roots[number]!)]).places[0]);
        expect(readSecond(order.map((number) => chunkOf(roots[number]!))).places).toEqual(alone);
      }),
      { seed: 20240502, numRuns: 50 },
    );
  });

  test('hundreds of templates of one GUID and size in a chunk are all read', () => {
    const body = (number: number): ElementSpec => ({
      name: 'Event',
      content: [
        { name: 'Same', content: ['text '.repeat(40)] },
        { name: 'Last', content: [String(100_000 + number)] },
      ],
    });
    const records = Array.from({ length: 400 }, (_, number) => ({
      body: writeInstanceRecord({ guid: GUID, root: body(number) }, []),
    }));
    const log = buildLog({ records });
    for (const bank of [new ShapeBank(), new ShapeBank(50)]) {
      const seen: (string | undefined)[] = [];
      const cursor = forEachRecord(log, (at) => seen.push(leafTexts(at)[1]?.[1]), { bank });
      expect(cursor.problems).toEqual([]);
      expect(seen).toEqual(records.map((_, number) => String(100_000 + number)));
    }
  });

  test('a full bank starts over at the next chunk and reads on without a difference', () => {
    const records = Array.from({ length: 40 }, (_, number) => ({ data: [[`Field${number}`, `v${number}`]] as const }));
    const log = buildLog({ records, recordsPerChunk: 4 });
    const expected: string[] = [];
    forEachRecord(log, (cursor) => expected.push(JSON.stringify(leafTexts(cursor))));
    const bank = new ShapeBank(3);
    const seen: string[] = [];
    const generations = new Set<number>();
    forEachRecord(
      log,
      (cursor) => {
        generations.add(bank.generation);
        seen.push(JSON.stringify(leafTexts(cursor)));
      },
      { bank },
    );
    expect(seen).toEqual(expected);
    expect(bank.overflows).toBeGreaterThan(5);
    expect(generations.size).toBe(bank.overflows + 1);
  });

  test('equal lists of embedded shapes have equal numbers, other lists other ones', () => {
    const log = buildLog({
      records: [
        { data: [['A', '1']] },
        { data: [['A', '2']] },
        { data: [['B', '1']] },
        {},
        { data: [['A', '1']], more: [{ name: 'RenderingInfo', content: ['x'] }] },
        { userData: { name: 'A' } },
      ],
    });
    const bank = new ShapeBank();
    const cursor = createRecordCursor(bank);
    const { bytes, length } = bufferOf(log);
    cursor.open(bytes, length, 0, 4_096);
    const lists: number[] = [];
    while (cursor.nextChunk()) while (cursor.nextRecord()) lists.push(cursor.resolveInner());
    expect(lists[1]).toBe(lists[0]);
    expect(lists[3]).toBe(0);
    expect(new Set(lists).size).toBe(5);
  });

  test('numbers of lists stay the same while their table grows', () => {
    const bank = new ShapeBank();
    const first = Array.from({ length: 5_000 }, (_, i) => bank.innerList(0, i, i % 7));
    const nested = first.map((list, i) => bank.innerList(list, i, 1));
    expect(new Set([...first, ...nested]).size).toBe(10_000);
    expect(first.map((_, i) => bank.innerList(0, i, i % 7))).toEqual(first);
    expect(first.map((list, i) => bank.innerList(list, i, 1))).toEqual(nested);
  });
});
