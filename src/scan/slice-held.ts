// Slices of a log whose bytes are in memory, in the shape of read-slices.ts: small files that were read together, and logs
// that are being unpacked.

import { CHUNK_SIZE, FILE_HEADER_SIZE, SCRATCH_BYTES } from '../evtx/limits.ts';
import type { ReadOptions } from './read-slices.ts';
import type { Slice } from './slice-scanner.ts';

/** A buffer for one slice after the other, as large as the largest needed. */
export class SliceBuffer {
  #bytes = new Uint8Array(0);

  /** The buffer with at least this much room. */
  ofSize(bytes: number): Uint8Array {
    if (this.#bytes.length < bytes) this.#bytes = new Uint8Array(bytes);
    return this.#bytes;
  }
}

/** Bytes of a log from `offset` on. */
export interface LogPart {
  readonly data: Uint8Array;
  readonly offset: number;
}

/** Yields the chunks of a log in order; each slice is valid until the next one is asked for. */
export function* sliceHeld(
  { data, offset }: LogPart,
  buffer: SliceBuffer,
  { fileOffset = FILE_HEADER_SIZE, byteLength = Infinity, chunksPerSlice = 32, signal }: ReadOptions = {},
): Generator<Omit<Slice, 'recovered'>> {
  const end = Math.min(offset + data.length, fileOffset + byteLength);
  const sliceBytes = chunksPerSlice * CHUNK_SIZE;
  for (let at = fileOffset; at < end && signal?.aborted !== true; at += sliceBytes) {
    const filled = Math.min(sliceBytes, end - at);
    // The scanner writes behind the slice: other logs may lie there.
    const bytes = buffer.ofSize(filled + SCRATCH_BYTES);
    bytes.set(data.subarray(at - offset, at - offset + filled));
    yield {
      bytes,
      byteLength: filled,
      chunkCount: Math.ceil(filled / CHUNK_SIZE),
      firstChunk: Math.floor(at / CHUNK_SIZE),
      fileOffset: at,
    };
  }
}
