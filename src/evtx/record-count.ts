// How many records a slice has, by their headers alone: what a caller needs to size its arrays. Each header says where the
// next one is, so a walk waits for memory; several chunks are walked in turns, whose waits overlap.

import { chunkKindAt, recordsEnd } from './chunk-header.ts';
import { CHUNK_HEADER_SIZE, CHUNK_SIZE, MIN_RECORD_SIZE } from './limits.ts';

/** Chunks walked in turns. */
const LANES = 8;
const RECORD_SIGNATURE = 0x2a2a;

const places = new Int32Array(LANES);
const lasts = new Int32Array(LANES);
const ends = new Int32Array(LANES);

/**
 * Intact records in the chunks of `length` bytes at `start`; in each chunk only those in front of the first damage. For
 * the real count walk with a cursor.
 */
export function countRecords(view: DataView, start: number, length: number): number {
  const end = start + length;
  let next = start;
  let count = 0;
  let lanes = 0;
  for (;;) {
    for (; lanes < LANES && next < end; next += CHUNK_SIZE) {
      const size = Math.min(CHUNK_SIZE, end - next);
      if (chunkKindAt(view, next, size) !== 'valid') continue;
      places[lanes] = next + CHUNK_HEADER_SIZE;
      lasts[lanes] = next + recordsEnd(view, next, size);
      ends[lanes] = next + size;
      lanes++;
    }
    if (lanes === 0) return count;
    for (let lane = 0; lane < lanes; lane++) {
      const at = places[lane]!;
      const room = ends[lane]! - at;
      if (at < lasts[lane]! && room >= MIN_RECORD_SIZE && view.getUint32(at, true) === RECORD_SIGNATURE) {
        const size = view.getUint32(at + 4, true);
        if (size >= MIN_RECORD_SIZE && size <= room && view.getUint32(at + size - 4, true) === size) {
          places[lane] = at + size;
          count++;
          continue;
        }
      }
      // This chunk is done: the last lane takes its place, and its turn.
      lanes--;
      places[lane] = places[lanes]!;
      lasts[lane] = lasts[lanes]!;
      ends[lane] = ends[lanes]!;
      lane--;
    }
  }
}
