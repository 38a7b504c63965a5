// Drives the reader over a whole log in memory, as tests need it: one slice, scratch space behind it.

import { createRecordCursor } from '../../src/evtx/record-cursor.ts';
import type { ReaderOptions, SliceCursor } from '../../src/evtx/record-cursor.ts';
import { FILE_HEADER_SIZE, SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';

/** A slice buffer with everything behind the file header, and the number of its bytes that belong to the file. */
export function bufferOf(log: Uint8Array): { readonly bytes: Uint8Array; readonly length: number } {
  const length = Math.max(0, log.length - FILE_HEADER_SIZE);
  const bytes = new Uint8Array(length + SCRATCH_BYTES);
  bytes.set(log.subarray(FILE_HEADER_SIZE));
  return { bytes, length };
}

/** Calls `visit` at every record with the embedded parts resolved; gives the cursor, whose account and problems are complete. */
export function forEachRecord(
  log: Uint8Array,
  visit: (cursor: SliceCursor) => void,
  options: ReaderOptions & { readonly bank?: ShapeBank } = {},
): SliceCursor {
  const cursor = createRecordCursor(options.bank ?? new ShapeBank(), options);
  const { bytes, length } = bufferOf(log);
  cursor.open(bytes, length, 0, FILE_HEADER_SIZE);
  while (cursor.nextChunk()) {
    while (cursor.nextRecord()) {
      cursor.resolveInner();
      visit(cursor);
    }
  }
  return cursor;
}
