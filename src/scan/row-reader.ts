// Rows of the event index and nothing else: for evidence that was judged before. The same records in the same order as
// the slice scanner gives (a test compares them), without rules, checksums and counts of kinds.

import { IndexColumns } from '../evtx/index-columns.ts';
import { CHUNK_SIZE } from '../evtx/limits.ts';
import { createRecordCursor } from '../evtx/record-cursor.ts';
import { ShapeBank } from '../evtx/shape-bank.ts';
import { SystemReader } from '../evtx/system-reader.ts';
import type { FileAccount } from '../model/coverage.ts';
import type { IndexPart } from '../model/index-part.ts';
import { pause } from './pause.ts';
import type { Slice } from './slice-scanner.ts';

export interface RowReader {
  /** The rows of a slice, read with a pause at least every 20 ms; undefined when `signal` was aborted. */
  readRows(
    slice: Omit<Slice, 'recovered'>,
    signal?: AbortSignal,
  ): Promise<{ readonly index: IndexPart; readonly account: FileAccount } | undefined>;
}

/** Work between two pauses, in milliseconds. */
const STEP = 20;

/** Creates a reader. One per worker; it keeps the shapes of templates between slices and files. */
export function createRowReader(): RowReader {
  const bank = new ShapeBank();
  // Damage was reported when the file was judged.
  const cursor = createRecordCursor(bank, { checksums: false });
  const columns = new IndexColumns(new SystemReader(bank));
  return {
    async readRows({ bytes, byteLength, firstChunk, fileOffset }, signal) {
      const isAborted = (): boolean => signal?.aborted === true;
      columns.restart();
      cursor.open(bytes, byteLength, firstChunk, fileOffset);
      let started = performance.now();
      while (cursor.nextChunk()) {
        while (cursor.nextRecord()) columns.add(cursor);
        if (performance.now() - started < STEP) continue;
        await pause();
        if (isAborted()) return undefined;
        started = performance.now();
      }
      if (isAborted()) return undefined;
      return { index: columns.take(fileOffset - CHUNK_SIZE * firstChunk), account: { ...cursor.account } };
    },
  };
}
