// Reader speed on one core: record walk, outer values, System index, embedded parts, checksums; CPU time, best of
// several passes over a log in memory. Usage: build with rolldown, run with the path of a log and the number of passes.

import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { crc32 } from '../src/base/crc32.ts';
import { IndexColumns } from '../src/evtx/index-columns.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE, SCRATCH_BYTES } from '../src/evtx/limits.ts';
import { createRecordCursor } from '../src/evtx/record-cursor.ts';
import { countRecords } from '../src/evtx/record-count.ts';
import { ShapeBank } from '../src/evtx/shape-bank.ts';
import { SystemReader } from '../src/evtx/system-reader.ts';

const SLICE = 32 * CHUNK_SIZE;

/** CPU nanoseconds of this thread so far. */
function threadCpu(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]);
}

/** The log as slice buffers, each with scratch space. */
function loadSlices(path: string): { bytes: Uint8Array; length: number; firstChunk: number; fileOffset: number }[] {
  const file = openSync(path, 'r');
  const size = statSync(path).size;
  const slices = [];
  for (let at = FILE_HEADER_SIZE; at < size; at += SLICE) {
    const length = Math.min(SLICE, size - at);
    const bytes = new Uint8Array(length + SCRATCH_BYTES);
    readSync(file, bytes, 0, length, at);
    slices.push({ bytes, length, firstChunk: (at - FILE_HEADER_SIZE) / CHUNK_SIZE, fileOffset: at });
  }
  closeSync(file);
  return slices;
}

const [path, passes = '5'] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: evtx-read LOG [PASSES]');
const slices = loadSlices(path);
const bytes = slices.reduce((sum, slice) => sum + slice.length, 0);
let expected = -1;

function measure(name: string, pass: () => number): void {
  let best = Infinity;
  let first = 0;
  let result = 0;
  for (let i = 0; i < Number(passes); i++) {
    const before = threadCpu();
    result = pass();
    const spent = (threadCpu() - before) / 1e6;
    if (i === 0) first = spent;
    best = Math.min(best, spent);
  }
  if (name !== 'checksums' && expected >= 0 && result !== expected)
    throw new Error(`${name}: ${result} records, not ${expected}`);
  if (name === 'record walk') expected = result;
  const rate = (ms: number): string => `${Math.round(bytes / 1e3 / ms).toLocaleString('en')} MB/s`;
  console.log(
    `${name.padEnd(22)} first ${first.toFixed(0).padStart(5)} ms ${rate(first).padStart(12)}   best ${best.toFixed(0).padStart(5)} ms ${rate(best).padStart(12)}   ${result} records`,
  );
}

console.log(`${path}: ${bytes} bytes`);
measure('record walk', () => {
  let count = 0;
  for (const slice of slices) {
    const view = new DataView(slice.bytes.buffer);
    for (let at = 0; at < slice.length; at += CHUNK_SIZE)
      count += countRecords(view, at, Math.min(CHUNK_SIZE, slice.length - at));
  }
  return count;
});
const bank = new ShapeBank();
const cursor = createRecordCursor(bank, { checksums: false });
measure('outer values', () => {
  let count = 0;
  for (const slice of slices) {
    cursor.open(slice.bytes, slice.length, slice.firstChunk, slice.fileOffset);
    while (cursor.nextChunk()) while (cursor.nextRecord()) count++;
  }
  return count;
});
const system = new SystemReader(bank);
const columns = new IndexColumns(system);
measure('System index', () => {
  let count = 0;
  for (const slice of slices) {
    cursor.open(slice.bytes, slice.length, slice.firstChunk, slice.fileOffset);
    while (cursor.nextChunk()) while (cursor.nextRecord()) columns.add(cursor);
    count += columns.take().count;
  }
  return count;
});
measure('outer and embedded', () => {
  let count = 0;
  for (const slice of slices) {
    cursor.open(slice.bytes, slice.length, slice.firstChunk, slice.fileOffset);
    while (cursor.nextChunk()) {
      while (cursor.nextRecord()) {
        cursor.resolveInner();
        count++;
      }
    }
  }
  return count;
});
measure('checksums', () => {
  for (const slice of slices)
    for (let at = 0; at < slice.length; at += CHUNK_SIZE) crc32(slice.bytes, at, at + CHUNK_SIZE);
  return 0;
});
console.log(
  `${bank.shapes.length} shapes, bank started over ${bank.overflows} times, ${system.computers.texts.length} computers`,
);
