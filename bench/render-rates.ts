// Rates of the renderers over one log, in megabytes of log per CPU second (a busy machine distorts those least): JSON
// Lines straight from shapes, the same through the event tree, the tree alone, canonical lines, and the decoding of all
// embedded values. Asserts that the two JSON ways give the same bytes.
// Usage: node --import ./scripts/typescript.mjs bench/render-rates.ts LOG [MEGABYTES]

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { CHUNK_SIZE, FILE_HEADER_SIZE, SCRATCH_BYTES } from '../src/evtx/limits.ts';
import { createRecordCursor, type SliceCursor } from '../src/evtx/record-cursor.ts';
import { formatCanonical } from '../src/evtx/render/canonical.ts';
import { formatEvtxDumpJson } from '../src/evtx/render/evtx-dump-json.ts';
import { JsonLinesWriter } from '../src/evtx/render/json-lines-writer.ts';
import { renderEvent } from '../src/evtx/render/render-event.ts';
import { ShapeBank } from '../src/evtx/shape-bank.ts';
import { formatValue } from '../src/model/value-text.ts';

const SLICE_CHUNKS = 64;

/** Reads the log in slices into one buffer and calls `visit` for each record; gives bytes, records and CPU seconds, reading left out. */
function overLog(
  path: string,
  limit: number,
  visit: (cursor: SliceCursor) => void,
): { bytes: number; records: number; seconds: number } {
  const file = openSync(path, 'r');
  const size = Math.min(statSync(path).size, limit);
  const cursor = createRecordCursor(new ShapeBank(), { checksums: false });
  const buffer = new Uint8Array(SLICE_CHUNKS * CHUNK_SIZE + SCRATCH_BYTES);
  let records = 0;
  let microseconds = 0;
  let bytes = 0;
  for (let at = FILE_HEADER_SIZE; at < size; at += SLICE_CHUNKS * CHUNK_SIZE) {
    const length = readSync(file, buffer, 0, Math.min(SLICE_CHUNKS * CHUNK_SIZE, size - at), at);
    const started = process.cpuUsage();
    cursor.open(buffer, length, (at - FILE_HEADER_SIZE) / CHUNK_SIZE, at);
    while (cursor.nextChunk()) {
      while (cursor.nextRecord()) {
        records++;
        visit(cursor);
      }
    }
    const used = process.cpuUsage(started);
    microseconds += used.user + used.system;
    bytes += length;
  }
  closeSync(file);
  return { bytes, records, seconds: microseconds / 1e6 };
}

function measure(name: string, path: string, limit: number, visit: (cursor: SliceCursor) => void): void {
  const rates: number[] = [];
  let records = 0;
  for (let pass = 0; pass < 3; pass++) {
    const { bytes, records: seen, seconds } = overLog(path, limit, visit);
    rates.push(bytes / 1e6 / seconds);
    records = seen;
  }
  console.log(
    `${name.padEnd(34)} ${rates.map((rate) => rate.toFixed(0).padStart(6)).join(' ')} MB per CPU second (three passes), ${records} records`,
  );
}

const [path, megabytes = '200'] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: render-rates.ts LOG [MEGABYTES]');
  process.exit(2);
}
const limit = Number(megabytes) * 1e6;

const writer = new JsonLinesWriter();
const decoder = new TextDecoder();
let different = 0;
overLog(path, Math.min(limit, 30e6), (cursor) => {
  const line = `${formatEvtxDumpJson(renderEvent(cursor))}\n`;
  writer.clear();
  writer.write(cursor);
  if (decoder.decode(writer.peek()) !== line) different++;
});
if (different > 0) {
  console.error(`${different} records differ between the two ways of writing JSON`);
  process.exit(1);
}

let units = 0;
measure('walk only', path, limit, () => undefined);
measure('walk and resolve', path, limit, (cursor) => {
  cursor.resolveInner();
});
const lines = new JsonLinesWriter();
measure('JSON Lines from shapes', path, limit, (cursor) => {
  cursor.resolveInner();
  lines.write(cursor);
  if (lines.length > 1 << 20) {
    units += lines.length;
    lines.clear();
  }
});
console.log(`  records that went the slow way: ${lines.slowRecords}`);
measure('all embedded values as strings', path, limit, (cursor) => {
  cursor.resolveInner();
  for (let i = 0; i < cursor.innerCount; i++) {
    const { values } = cursor.inner[i]!;
    for (let k = 0; k < values.count; k++) {
      units += formatValue(cursor.bytes, cursor.view, values.type[k]!, values.offset[k]!, values.length[k]!).length;
    }
  }
});
measure('event tree', path, limit / 4, (cursor) => {
  units += renderEvent(cursor)[3].length;
});
measure('event tree, JSON', path, limit / 4, (cursor) => {
  units += formatEvtxDumpJson(renderEvent(cursor)).length;
});
measure('event tree, canonical', path, limit / 4, (cursor) => {
  units += formatCanonical(renderEvent(cursor)).length;
});
if (units === 0) process.exit(1);
