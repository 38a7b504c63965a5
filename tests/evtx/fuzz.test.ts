// Hostile bytes: the reader ends, throws nothing, points only into the record it shows, and damage in one record never
// changes another. Real chunks are mutated where the shared corpus is there, built ones everywhere.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { CHUNK_SIZE, SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import { createRecordCursor } from '../../src/evtx/record-cursor.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { SystemReader } from '../../src/evtx/system-reader.ts';
import type { ValueTable } from '../../src/model/shape.ts';
import type { SliceCursor } from '../../src/evtx/record-cursor.ts';
import { ChunkWriter } from '../builders/chunk-writer.ts';
import { buildLog, joinChunks } from '../builders/evtx-builder.ts';
import type { EventSpec } from '../builders/evtx-builder.ts';
import { recordOffset, recordSize } from '../builders/damage.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { leafTexts } from './leaf-texts.ts';

const seed = 20240504;
const bank = new ShapeBank(2_000);
const cursor = createRecordCursor(bank, { torn: true });
const system = new SystemReader(bank);

/** Reads chunks with everything that reads; checks that every value lies in its record or in scratch space. */
function readAll(chunks: Uint8Array): number {
  const bytes = new Uint8Array(chunks.length + SCRATCH_BYTES);
  bytes.set(chunks);
  cursor.open(bytes, chunks.length, 0, 4_096);
  let records = 0;
  while (cursor.nextChunk()) {
    while (cursor.nextRecord()) {
      records++;
      cursor.resolveInner();
      system.read(cursor);
      checkPlaces(cursor, cursor.values, chunks.length);
      for (let i = 0; i < cursor.innerCount; i++) checkPlaces(cursor, cursor.inner[i]!.values, chunks.length);
      if (records % 16 === 0) leafTexts(cursor);
    }
  }
  expect(cursor.problems.length).toBeLessThanOrEqual(20 * Math.ceil(chunks.length / CHUNK_SIZE));
  return records;
}

function checkPlaces(at: SliceCursor, values: ValueTable, scratch: number): void {
  const end = at.recordStart + at.recordSize;
  for (let i = 0; i < values.count; i++) {
    const from = values.offset[i]!;
    const to = from + values.length[i]!;
    const isInRecord = from >= at.recordStart && to <= end;
    const isInScratch = from >= scratch && to <= scratch + SCRATCH_BYTES;
    if (!isInRecord && !isInScratch)
      expect.unreachable(`value ${i} at ${from}..${to}, record ${at.recordStart}..${end}`);
  }
}

const mutation = fc.record({
  at: fc.nat(CHUNK_SIZE - 1),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc
      .constantFrom([0], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 0], [0x2a, 0x2a, 0, 0], [0x0c, 1], [0x41], [0x0f])
      .map((list) => Uint8Array.from(list)),
  ),
});

function mutate(
  chunk: Uint8Array,
  mutations: readonly { readonly at: number; readonly bytes: Uint8Array }[],
): Uint8Array {
  const mutated = chunk.slice();
  for (const { at, bytes } of mutations) mutated.set(bytes.subarray(0, chunk.length - at), at);
  return mutated;
}

const kinds: EventSpec[] = [
  {
    data: [
      ['A', 'one'],
      ['B', 2],
      [null, 'three'],
    ],
  },
  { form: 'literal', data: [['A', 'one']] },
  { embed: '0c', data: [['C', 'x'.repeat(200)]] },
  { embed: 'elements', data: [['D', 'y']] },
  { userData: { name: 'U', content: [{ name: 'V', content: ['w', 5n] }] } },
];
const built = buildLog({ records: Array.from({ length: 60 }, (_, i) => kinds[i % kinds.length]!) }).slice(
  4_096,
  4_096 + CHUNK_SIZE,
);

/** One chunk each of a few real logs with different kinds of content. */
function realChunks(): Uint8Array[] {
  if (!hasShared) return [];
  const manifest = JSON.parse(readFileSync(`${sharedRoot}evtx/manifest.json`, 'utf8')) as {
    file: string;
    tags: string[];
  }[];
  const wanted = [
    'templateless-record',
    'binxml-bare-element',
    'renderinginfo-two-instances',
    'entity-ref',
    'userdata',
    'torn-or-corrupt-record',
  ];
  return wanted.flatMap((tag) => {
    const entry = manifest.find(({ tags }) => tags.includes(tag));
    return entry === undefined
      ? []
      : [readFileSync(`${sharedRoot}evtx/${entry.file}`).subarray(4_096, 4_096 + CHUNK_SIZE)];
  });
}

describe('hostile bytes', () => {
  test('any bytes at all are read to the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        readAll(bytes);
        const chunk = new Uint8Array(CHUNK_SIZE);
        chunk.set(new TextEncoder().encode('ElfChnk\0'));
        chunk.set(bytes, 512);
        readAll(chunk);
      }),
      { seed, numRuns: 200 },
    );
  });

  test('any bytes in the place of a record are read to the end', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }), (bodies) => {
        const chunk = new ChunkWriter();
        bodies.forEach((body, i) => chunk.record(BigInt(i), 1n, (writer) => writer.append(body)));
        readAll(chunk.finish());
      }),
      { seed, numRuns: 300 },
    );
  });

  test('records of random tokens are read to the end', () => {
    const token = fc.constantFrom(0, 1, 0x41, 2, 3, 4, 5, 0x45, 6, 0x46, 7, 8, 9, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f);
    const part = fc.oneof(
      token.map((each) => [each]),
      fc.constant([0, 0, 0, 0]),
      fc.constant([0, 2, 0, 0]),
      fc.array(fc.nat(40), { maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(fc.array(part, { maxLength: 60 }), { minLength: 1, maxLength: 6 }), (records) => {
        const chunk = new ChunkWriter();
        records.forEach((parts, i) => chunk.record(BigInt(i), 1n, (writer) => writer.u8(...parts.flat())));
        readAll(chunk.finish());
      }),
      { seed, numRuns: 300 },
    );
  });

  test('a mutated built chunk is read to the end', () => {
    expect(readAll(built)).toBe(60);
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 12 }), (mutations) => {
        readAll(mutate(built, mutations));
      }),
      { seed, numRuns: 400 },
    );
  });

  test.skipIf(!hasShared)('mutated real chunks are read to the end', () => {
    const chunks = realChunks();
    expect(chunks.length).toBeGreaterThan(4);
    fc.assert(
      fc.property(
        fc.nat(chunks.length - 1),
        fc.array(mutation, { minLength: 1, maxLength: 20 }),
        (number, mutations) => {
          readAll(mutate(chunks[number]!, mutations));
        },
      ),
      { seed, numRuns: 400 },
    );
  });

  test('damage anywhere in one record leaves every other record as it was', () => {
    const records = Array.from({ length: 15 }, (_, i) => kinds[i % kinds.length]!);
    const log = buildLog({ records });
    const read = (bytes: Uint8Array): Map<number, string> => {
      const seen = new Map<number, string>();
      const buffer = new Uint8Array(bytes.length + SCRATCH_BYTES);
      buffer.set(bytes.subarray(4_096));
      cursor.open(buffer, bytes.length - 4_096, 0, 4_096);
      while (cursor.nextChunk()) {
        while (cursor.nextRecord()) {
          if (cursor.recordClass === 'torn') continue;
          cursor.resolveInner();
          seen.set(cursor.recordStart + 4_096, JSON.stringify(leafTexts(cursor)));
        }
      }
      return seen;
    };
    const expected = read(log);
    expect(expected.size).toBe(15);
    fc.assert(
      // The first five records hold the templates and names that the others refer to.
      fc.property(
        fc.integer({ min: 5, max: 14 }),
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        (number, mutations) => {
          const damaged = log.slice();
          const at = recordOffset(log, 0, number);
          const size = recordSize(log, at);
          for (const each of mutations) {
            const place = each.at % size;
            damaged.set(each.bytes.subarray(0, size - place), at + place);
          }
          const seen = read(damaged);
          for (const [offset, texts] of expected) if (offset !== at) expect(seen.get(offset)).toBe(texts);
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  test('templates that overlap in every byte cost bounded work', () => {
    const chunk = new ChunkWriter();
    const definition = chunk.at + 24 + 14;
    chunk.record(1n, 1n, (writer) => {
      writer.instance(
        { guid: '1'.repeat(32), root: { name: 'E', content: Array.from({ length: 800 }, () => ({ name: 'E' })) } },
        [],
      );
    });
    let records = 1;
    while (
      chunk.record(BigInt(++records), 1n, (writer) => {
        writer.u8(0x0c, 1, 0, 0, 0, 0);
        writer.u32(definition + records * 4);
        writer.u32(0);
      })
    );
    const chunks = Array.from({ length: 40 }, () => chunk.finish());
    const milliseconds = cpuMillisecondsOf(() => readAll(joinChunks(chunks).slice(4_096)));
    expect(records).toBeGreaterThan(500);
    expect(milliseconds).toBeLessThan(4_000);
  });

  test('an enormous number of values, depth or size costs nothing', () => {
    for (const count of [0xffff_ffff, 0x7fff_ffff, 4_097, 70_000]) {
      const log = buildLog({
        records: [
          {
            body: (writer) => {
              writer.instance({ guid: '1'.repeat(32), root: { name: 'E', content: [{ sub: 0, type: 1 }] } }, []);
              writer.view.setUint32(writer.at - 4, count, true);
            },
          },
        ],
      });
      expect(readAll(log.slice(4_096))).toBe(0);
    }
  });
});
