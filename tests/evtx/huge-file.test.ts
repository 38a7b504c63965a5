// Logs beyond 4 GiB and 65,535 chunks (F5), without having one: a blob that makes its bytes up when they are read.

import { expect, test } from 'vitest';
import { IndexColumns } from '../../src/evtx/index-columns.ts';
import { createRecordCursor } from '../../src/evtx/record-cursor.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { SystemReader } from '../../src/evtx/system-reader.ts';
import { parseFileHeader } from '../../src/evtx/file-header.ts';
import { readSlices } from '../../src/scan/read-slices.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { breakRecordSignature } from '../builders/damage.ts';

const CHUNK = 65_536;
const HEADER = 4_096;

/** A blob of `size` bytes: unused chunks everywhere, but `chunk` as chunk number `number`. Counts what is read of it. */
class SparseBlob implements Pick<Blob, 'size' | 'slice' | 'arrayBuffer' | 'stream'> {
  static read = 0;
  readonly size: number;
  readonly #start: number;
  readonly #chunk: Uint8Array;
  readonly #at: number;

  constructor(size: number, chunk: Uint8Array, number: number, start = 0) {
    this.size = size;
    this.#start = start;
    this.#chunk = chunk;
    this.#at = HEADER + number * CHUNK;
  }

  slice(start = 0, end = this.size): Blob {
    const number = (this.#at - HEADER) / CHUNK;
    const part = new SparseBlob(Math.min(end, this.size) - start, this.#chunk, number, this.#start + start);
    return part as unknown as Blob;
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    SparseBlob.read += this.size;
    const bytes = new Uint8Array(this.size);
    const from = this.#at - this.#start;
    for (let i = Math.max(0, -from); i < CHUNK && from + i < this.size; i++) bytes[from + i] = this.#chunk[i]!;
    return Promise.resolve(bytes.buffer);
  }

  /** Not a byte stream, so slices are read one by one. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream();
  }
}

test('F5 a log of 70,000 chunks is read at places beyond 4 GiB, with exact offsets and numbers', async () => {
  const log = breakRecordSignature(buildLog({ records: Array.from({ length: 5 }, () => ({ eventId: 7 })) }), 0, 2);
  const number = 69_990;
  const size = HEADER + 70_000 * CHUNK;
  expect(size).toBeGreaterThan(2 ** 32);
  const header = parseFileHeader(log.subarray(0, HEADER), size);
  expect(header).toMatchObject({ chunks: 70_000 });

  const blob = new SparseBlob(size, log.subarray(HEADER, HEADER + CHUNK), number) as unknown as Blob;
  const bank = new ShapeBank();
  const cursor = createRecordCursor(bank);
  const columns = new IndexColumns(new SystemReader(bank));
  const places: number[] = [];
  const problems: (number | undefined)[] = [];
  let chunks = 0;
  for await (const slice of readSlices(blob, { fileOffset: HEADER + 69_960 * CHUNK })) {
    cursor.open(slice.bytes, slice.byteLength, slice.firstChunk, slice.fileOffset);
    while (cursor.nextChunk()) {
      while (cursor.nextRecord()) {
        columns.add(cursor);
        places.push(cursor.fileOffset + cursor.recordStart);
      }
    }
    chunks += slice.chunkCount;
    problems.push(...cursor.problems.filter(({ code }) => code === 'record-corrupt').map(({ offset }) => offset));
  }
  expect(chunks).toBe(40);
  // Nothing but those 40 chunks was touched.
  expect(SparseBlob.read).toBe(40 * CHUNK);
  const part = columns.take();
  expect([...part.chunk]).toEqual([number, number, number, number]);
  const first = HEADER + number * CHUNK + 512;
  expect(places[0]).toBe(first);
  expect(part.offset[0]).toBe(512);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toBeGreaterThan(first);
  expect(problems[0]).toBeLessThan(places[2]!);
});
