// Cuts the rows whose bytes must be looked at into jobs: some of one file, in order of place.

import type { ByteJob, ByteQuestion } from '../model/byte-job.ts';
import { BLOCK_BITS, BLOCK_ROWS, type EventColumns, type IndexedFile } from './event-columns.ts';

const BLOCK_MASK = BLOCK_ROWS - 1;
const CHUNK_BYTES = 65_536;
/** Chunks that one job reads at most: a tenth of a second of work. */
const CHUNKS_PER_JOB = 192;
const FIRST_CHUNKS = 32;

/** Jobs over `rows`, which stand in order of file and place. The first ones are small, so that results show at once. */
export function* cutJobs(columns: EventColumns, rows: Uint32Array, question: ByteQuestion): Generator<ByteJob> {
  let made = 0;
  for (let from = 0; from < rows.length;) {
    const file = fileAt(columns, rows[from]!);
    const most = made++ < 4 ? FIRST_CHUNKS : CHUNKS_PER_JOB;
    let to = from;
    let chunks = 0;
    let last = -1;
    for (; to < rows.length; to++) {
      const row = rows[to]!;
      if (fileAt(columns, row) !== file) break;
      const chunk = columns.blocks[row >>> BLOCK_BITS]!.chunk[row & BLOCK_MASK]!;
      if (chunk === last) continue;
      if (chunks === most) break;
      last = chunk;
      chunks++;
    }
    yield jobOf(columns, columns.files[file]!, rows.slice(from, to), question);
    from = to;
  }
}

/** One job over rows of one file. */
export function jobOf(
  columns: EventColumns,
  { blob, path, dataOffset }: IndexedFile,
  row: Uint32Array,
  question: ByteQuestion,
): ByteJob {
  const chunk = new Uint32Array(row.length);
  const offset = new Uint16Array(row.length);
  const at = (i: number): number => row[i]! & BLOCK_MASK;
  for (let i = 0; i < row.length; i++) {
    const block = columns.blocks[row[i]! >>> BLOCK_BITS]!;
    chunk[i] = block.chunk[at(i)]!;
    offset[i] = block.offset[at(i)]!;
  }
  return { blob, path, dataOffset, row, chunk, offset, question };
}

/** Bytes of the chunks in which these rows lie. */
export function bytesOfRows(columns: EventColumns, rows: Uint32Array): number {
  let bytes = 0;
  let file = -1;
  let chunk = -1;
  for (const row of rows) {
    const block = columns.blocks[row >>> BLOCK_BITS]!;
    const at = row & BLOCK_MASK;
    if (block.chunk[at] === chunk && block.file[at] === file) continue;
    chunk = block.chunk[at]!;
    file = block.file[at]!;
    bytes += CHUNK_BYTES;
  }
  return bytes;
}

/** Position in `files` of a row's file. */
export function fileAt({ blocks }: EventColumns, row: number): number {
  return blocks[row >>> BLOCK_BITS]!.file[row & BLOCK_MASK]!;
}
