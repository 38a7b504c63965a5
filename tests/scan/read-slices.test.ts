import { describe, expect, test } from 'vitest';
import { SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import { readSlices, type ReadOptions } from '../../src/scan/read-slices.ts';

const CHUNK = 65_536;

/** A blob of `chunks` chunks behind a header, every chunk filled with its own number. */
function blobOf(chunks: number, extra = 0): Blob {
  const bytes = new Uint8Array(4_096 + chunks * CHUNK + extra);
  for (let at = 4_096; at < bytes.length; at++) bytes[at] = 1 + Math.floor((at - 4_096) / CHUNK);
  return new Blob([bytes]);
}

/** A blob whose stream cannot fill the caller's buffers, as in browsers without byte streams for blobs. */
function withoutByteStream(blob: Blob): Blob {
  const plain = (part: Blob): Blob =>
    new Proxy(part, {
      get(target, name) {
        if (name === 'stream') return () => new ReadableStream();
        if (name === 'slice') return (start?: number, end?: number) => plain(target.slice(start, end));
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
      },
    });
  return plain(blob);
}

interface Seen {
  readonly firstChunk: number;
  readonly fileOffset: number;
  readonly byteLength: number;
  readonly chunkCount: number;
  readonly first: number;
  readonly last: number;
}

async function collect(blob: Blob, options?: ReadOptions): Promise<Seen[]> {
  const seen: Seen[] = [];
  for await (const { bytes, byteLength, chunkCount, firstChunk, fileOffset } of readSlices(blob, options)) {
    expect(bytes.length).toBeGreaterThanOrEqual(byteLength + SCRATCH_BYTES);
    seen.push({ firstChunk, fileOffset, byteLength, chunkCount, first: bytes[0]!, last: bytes[byteLength - 1]! });
  }
  return seen;
}

describe.each([
  ['with byte streams', (blob: Blob) => blob],
  ['without byte streams', withoutByteStream],
])('readSlices %s', (_, adapt) => {
  test('cuts a log into slices of whole chunks and gives the rest last', async () => {
    const seen = await collect(adapt(blobOf(7)), { chunksPerSlice: 3 });
    expect(seen.map(({ firstChunk, chunkCount, first, last }) => [firstChunk, chunkCount, first, last])).toEqual([
      [0, 3, 1, 3],
      [3, 3, 4, 6],
      [6, 1, 7, 7],
    ]);
    expect(seen[1]!.fileOffset).toBe(4_096 + 3 * CHUNK);
  });

  test('begins with small slices, so that the first findings come soon', async () => {
    const seen = await collect(adapt(blobOf(100)));
    expect(seen.map(({ chunkCount }) => chunkCount)).toEqual([4, 8, 16, 32, 32, 8]);
    expect(seen.map(({ first }) => first)).toEqual([1, 5, 13, 29, 61, 93]);
    const later = await collect(adapt(blobOf(100)), { fileOffset: 4_096 + CHUNK });
    expect(later.map(({ chunkCount }) => chunkCount)).toEqual([32, 32, 32, 3]);
  });

  test('gives the short chunk of a log that was cut off', async () => {
    const seen = await collect(adapt(blobOf(1, 100)), { chunksPerSlice: 4 });
    expect(seen).toEqual([
      { firstChunk: 0, fileOffset: 4_096, byteLength: CHUNK + 100, chunkCount: 2, first: 1, last: 2 },
    ]);
  });

  test('reads only the range it is asked for', async () => {
    const seen = await collect(adapt(blobOf(9)), {
      fileOffset: 4_096 + 2 * CHUNK,
      byteLength: 4 * CHUNK,
      chunksPerSlice: 3,
    });
    expect(seen.map(({ firstChunk, chunkCount, first }) => [firstChunk, chunkCount, first])).toEqual([
      [2, 3, 3],
      [5, 1, 6],
    ]);
  });

  test('numbers the chunks of a log without a file header from its start', async () => {
    const seen = await collect(adapt(blobOf(2).slice(4_096)), { fileOffset: 0, chunksPerSlice: 1 });
    expect(seen.map(({ firstChunk, first }) => [firstChunk, first])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  test('gives nothing for a file that ends with its header', async () => {
    expect(await collect(adapt(blobOf(0)))).toEqual([]);
    expect(await collect(adapt(new Blob([])))).toEqual([]);
  });

  test('leaves a slice alone while the next one is read', async () => {
    const slices = readSlices(adapt(blobOf(5)), { chunksPerSlice: 1 });
    for (let number = 1; number <= 5; number++) {
      const next = await slices.next();
      if (next.done === true) throw new Error('a slice is missing');
      await new Promise((resolve) => setImmediate(resolve));
      const { bytes, byteLength } = next.value;
      expect(bytes.subarray(0, byteLength).every((byte) => byte === number)).toBe(true);
    }
    expect((await slices.next()).done).toBe(true);
  });

  test('ends early when it is aborted', async () => {
    const abort = new AbortController();
    let slices = 0;
    for await (const slice of readSlices(adapt(blobOf(6)), { chunksPerSlice: 1, signal: abort.signal })) {
      expect(slice.firstChunk).toBe(slices++);
      if (slices === 2) abort.abort();
    }
    expect(slices).toBe(2);
  });
});

test.each([1, 32])(
  'readSlices rejects when the file cannot be read any more, in slices of %i',
  async (chunksPerSlice) => {
    const failing = blobOf(3);
    const arrayBuffer = (): Promise<never> => Promise.reject(new Error('the file has vanished'));
    failing.slice = () => Object.assign(blobOf(3), { stream: brokenStream, arrayBuffer });
    await expect(collect(failing, { chunksPerSlice })).rejects.toThrow('vanished');
  },
);

function brokenStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: 'bytes',
    pull() {
      throw new Error('the file has vanished');
    },
  });
}
