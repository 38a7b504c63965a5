// Reads a file as slices of whole chunks. The read call decides the speed of everything behind it: a byte stream into a
// reused buffer does 500–840 MB/s in Chromium, arrayBuffer() of small slices 17–190 MB/s (design, section 1).

import type { ReadableBytes } from '../base/readable-bytes.ts';
import { holdReader } from '../base/held-reader.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE, SCRATCH_BYTES } from '../evtx/limits.ts';
import type { Slice } from './slice-scanner.ts';

export interface ReadOptions {
  /** First byte to read, on a chunk border. Default: behind the file header. */
  readonly fileOffset?: number;
  /** Bytes to read. Default: to the end of the blob. */
  readonly byteLength?: number;
  /** Chunks per slice. Default 32 (2 MiB); the first slices of a large log are smaller. */
  readonly chunksPerSlice?: number;
  /** Ends the generator early. */
  readonly signal?: AbortSignal;
}

/** Chunks of a log's first slice, doubled until it is as large as asked for: so the first findings do not wait for 2 MiB. */
const FIRST_CHUNKS = 4;

/**
 * Yields the chunks of a blob in order. Slices share two buffers: each is valid until the next one is asked for, and that
 * one is read while the caller works. Read errors of the blob (a file that has vanished) are thrown.
 */
export async function* readSlices(
  blob: ReadableBytes,
  options: ReadOptions = {},
): AsyncGenerator<Omit<Slice, 'recovered'>> {
  const start = options.fileOffset ?? FILE_HEADER_SIZE;
  const end = Math.min(blob.size, start + (options.byteLength ?? Infinity));
  const sliceBytes = (options.chunksPerSlice ?? 32) * CHUNK_SIZE;
  if (start >= end) return;
  const part = blob.slice(start, end);
  // For a log of one chunk a stream and two buffers of 2 MiB cost more than its scan.
  const source =
    part.size > sliceBytes
      ? openSource(part, sliceBytes + SCRATCH_BYTES)
      : new BufferSource(part, [part.size + SCRATCH_BYTES]);
  const isBeginning = start <= FILE_HEADER_SIZE && part.size > sliceBytes;
  let next = isBeginning ? Math.min(sliceBytes, FIRST_CHUNKS * CHUNK_SIZE) : sliceBytes;
  try {
    let reading = source.read(Math.min(next, end - start));
    for (let at = start; at < end;) {
      const wanted = Math.min(next, end - at);
      next = Math.min(sliceBytes, next * 2);
      const { bytes, filled } = await reading;
      if (options.signal?.aborted === true || filled === 0) return;
      // A blob that ends early has shrunk since it was opened: what is left does not exist.
      const isLast = filled < wanted || at + wanted >= end;
      if (!isLast) {
        // The next slice is read while this one is scanned. Its failure is thrown when its turn comes, if it comes.
        reading = source.read(Math.min(next, end - at - wanted));
        reading.catch(() => undefined);
      }
      yield {
        bytes,
        byteLength: filled,
        chunkCount: Math.ceil(filled / CHUNK_SIZE),
        // The same for logs that begin with a chunk because their file header is lost.
        firstChunk: Math.floor(at / CHUNK_SIZE),
        fileOffset: at,
      };
      if (isLast) return;
      at += wanted;
    }
  } finally {
    await source.close();
  }
}

/** What a read gave: the buffer and how many bytes of it, fewer than wanted only at the end. */
interface Filled {
  readonly bytes: Uint8Array;
  readonly filled: number;
}

/** Reads a blob from its start, into two buffers in turn. */
interface Source {
  read(wanted: number): Promise<Filled>;
  close(): Promise<void>;
}

function openSource(blob: ReadableBytes, bufferBytes: number): Source {
  const stream = blob.stream?.();
  const reader = stream && openByteReader(stream);
  return reader === undefined
    ? new BufferSource(blob, [bufferBytes, bufferBytes])
    : new StreamSource(reader, bufferBytes);
}

/** A reader that fills the caller's buffers, or undefined where the browser has none for blobs. */
function openByteReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: 'byob' });
  } catch {
    // Not a byte stream: the caller takes another way, and nothing has been read yet.
    void stream.cancel().catch(() => undefined);
    return undefined;
  }
}

class StreamSource implements Source {
  private readonly reader: ReadableStreamBYOBReader;
  private readonly buffers: [ArrayBuffer, ArrayBuffer];
  private readonly release: () => void;
  private turn: 0 | 1 = 0;

  constructor(reader: ReadableStreamBYOBReader, bytes: number) {
    this.reader = reader;
    this.release = holdReader(reader);
    this.buffers = [new ArrayBuffer(bytes), new ArrayBuffer(bytes)];
  }

  async read(wanted: number): Promise<Filled> {
    const { turn } = this;
    this.turn = turn === 0 ? 1 : 0;
    let filled = 0;
    while (filled < wanted) {
      // Each read takes the buffer away and gives it back, filled further.
      const { value, done } = await this.reader.read(new Uint8Array(this.buffers[turn], filled, wanted - filled));
      // A cancelled stream keeps the buffer: nobody wants the rest.
      if (value === undefined) return { bytes: new Uint8Array(0), filled: 0 };
      this.buffers[turn] = value.buffer;
      filled += value.byteLength;
      if (done) break;
    }
    return { bytes: new Uint8Array(this.buffers[turn]), filled };
  }

  async close(): Promise<void> {
    // Cancelling a stream whose file has vanished rejects; the reason was thrown by read() already.
    await this.reader.cancel().catch(() => undefined);
    this.release();
  }
}

/** Reads into these buffers in turn. */
class BufferSource implements Source {
  private readonly blob: ReadableBytes;
  private readonly buffers: readonly Uint8Array[];
  private turn = 0;
  private at = 0;

  constructor(blob: ReadableBytes, sizes: readonly number[]) {
    this.blob = blob;
    this.buffers = sizes.map((bytes) => new Uint8Array(bytes));
  }

  async read(wanted: number): Promise<Filled> {
    const bytes = this.buffers[this.turn]!;
    this.turn = (this.turn + 1) % this.buffers.length;
    const from = this.at;
    this.at += wanted;
    // One buffer: all of the blob is wanted.
    const piece = this.buffers.length === 1 ? this.blob : this.blob.slice(from, from + wanted);
    const part = new Uint8Array(await piece.arrayBuffer());
    bytes.set(part);
    return { bytes, filled: part.length };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
