// Where something in unallocated space looks like a record: signature, a size that fits, its copy at the end (F63).
// Whether it is one, only reading it tells.

import { CHUNK_HEADER_SIZE, MIN_RECORD_SIZE } from '../limits.ts';
import type { SliceCursor } from '../record-cursor.ts';

const RECORD_SIGNATURE = 0x0000_2a2a;

/** The first candidate at or behind `from` that ends by `end`, or -1. Positions are in `bytes`. */
export function findCandidate(bytes: Uint8Array, view: DataView, from: number, end: number): number {
  const last = end - MIN_RECORD_SIZE;
  for (let at = bytes.indexOf(0x2a, from); at >= 0 && at <= last; at = bytes.indexOf(0x2a, at + 1)) {
    if (view.getUint32(at, true) !== RECORD_SIGNATURE) continue;
    const size = view.getUint32(at + 4, true);
    if (size >= MIN_RECORD_SIZE && size <= end - at && view.getUint32(at + size - 4, true) === size) return at;
  }
  return -1;
}

/** Where the unallocated space of the current chunk begins: behind its records, or in a chunk without a header (F14) behind where that was. */
export function slackStart(cursor: SliceCursor): number {
  return cursor.chunkStart + Math.max(CHUNK_HEADER_SIZE, cursor.chunkRecordsEnd);
}

/** Whether the unallocated space of the current chunk holds a candidate. */
export function hasCandidate(cursor: SliceCursor): boolean {
  return findCandidate(cursor.bytes, cursor.view, slackStart(cursor), cursor.chunkStart + cursor.chunkSize) >= 0;
}
