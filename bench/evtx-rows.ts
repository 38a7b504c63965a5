// One row of bench/evtx-read.ts in a process of its own, because V8 fits shared code to whoever calls it first. Reads a
// log into memory as slices, runs a row pass by pass, prints one JSON line.
// Usage: evtx-rows ROW LOG PASSES

import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { crc32 } from '../src/base/crc32.ts';
import { IndexColumns } from '../src/evtx/index-columns.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE, SCRATCH_BYTES } from '../src/evtx/limits.ts';
import { countRecords } from '../src/evtx/record-count.ts';
import { createRecordCursor, type SliceCursor } from '../src/evtx/record-cursor.ts';
import { formatCanonical } from '../src/evtx/render/canonical.ts';
import { formatEventXml } from '../src/evtx/render/event-xml.ts';
import { formatEvtxDumpJson } from '../src/evtx/render/evtx-dump-json.ts';
import { JsonLinesWriter } from '../src/evtx/render/json-lines-writer.ts';
import { renderEvent } from '../src/evtx/render/render-event.ts';
import { XmlLinesWriter } from '../src/evtx/render/xml-lines-writer.ts';
import { ShapeBank } from '../src/evtx/shape-bank.ts';
import { SystemReader } from '../src/evtx/system-reader.ts';
import { formatValue, MAX_VALUE_UNITS, writeValueUnits } from '../src/model/value-text.ts';

export interface RowFigures {
  readonly bytes: number;
  readonly records: number;
  /** CPU milliseconds of the reading thread per pass. */
  readonly thread: number[];
  /** User milliseconds of the process per pass: what `time` counts, compilation and garbage collection included. */
  readonly user: number[];
  /** What the row asserted about its answer. */
  readonly check: string;
}

interface Slice {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly firstChunk: number;
  readonly fileOffset: number;
}

interface Row {
  pass(slices: readonly Slice[]): number;
  /** Asserts the answer; throws when it is wrong. */
  check?(slices: readonly Slice[]): string;
}

const SLICE = 32 * CHUNK_SIZE;
/** Bytes of log whose lines are compared with those of the tree. */
const SAMPLE = 33e6;
const BLOCK = 1 << 18;

function threadCpu(): number {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e3;
  }
}

function loadSlices(path: string): Slice[] {
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

const bank = new ShapeBank();
const cursor = createRecordCursor(bank, { checksums: false });

/** A row that visits every record. */
function visiting(visit: (at: SliceCursor) => void, check?: Row['check']): Row {
  return {
    pass(slices) {
      let count = 0;
      for (const slice of slices) {
        cursor.open(slice.bytes, slice.length, slice.firstChunk, slice.fileOffset);
        while (cursor.nextChunk()) {
          while (cursor.nextRecord()) {
            visit(cursor);
            count++;
          }
        }
      }
      return count;
    },
    ...(check === undefined ? {} : { check }),
  };
}

/** The first slices of a log, SAMPLE bytes at most. */
function sampleOf(slices: readonly Slice[]): readonly Slice[] {
  return slices.slice(0, Math.ceil(SAMPLE / SLICE));
}

/** A row of a line writer; checked by the SHA-256 of what the event tree gives for a sample. */
function writing(
  writer: JsonLinesWriter | XmlLinesWriter,
  format: (event: ReturnType<typeof renderEvent>) => string,
): Row {
  let bytes = 0;
  return visiting(
    (at) => {
      at.resolveInner();
      writer.write(at);
      if (writer.length < BLOCK) return;
      bytes += writer.length;
      writer.clear();
    },
    (slices) => {
      const fast = createHash('sha256');
      const tree = createHash('sha256');
      let records = 0;
      writer.clear();
      visiting((at) => {
        records++;
        tree.update(`${format(renderEvent(at))}\n`);
        writer.write(at);
        fast.update(writer.peek());
        writer.clear();
      }).pass(sampleOf(slices));
      const digest = fast.digest('hex');
      if (digest !== tree.digest('hex')) throw new Error('the lines differ from those of the event tree');
      if (bytes === 0) throw new Error('nothing was written');
      return `SHA-256 of ${records} lines equals the tree's: ${digest.slice(0, 16)}`;
    },
  );
}

/** The text of every value of the embedded parts. */
function decoding(): Row {
  let units = 0;
  const forEach = (at: SliceCursor, take: (type: number, offset: number, length: number) => void): void => {
    at.resolveInner();
    for (let i = 0; i < at.innerCount; i++) {
      const { values } = at.inner[i]!;
      for (let k = 0; k < values.count; k++) take(values.type[k]!, values.offset[k]!, values.length[k]!);
    }
  };
  return {
    ...visiting((at) => {
      at.resolveInner();
      for (let i = 0; i < at.innerCount; i++) {
        const { values } = at.inner[i]!;
        for (let k = 0; k < values.count; k++)
          units += formatValue(at.bytes, at.view, values.type[k]!, values.offset[k]!, values.length[k]!).length;
      }
    }),
    check(slices) {
      const out = new Uint16Array(MAX_VALUE_UNITS);
      let values = 0;
      visiting((at) => {
        forEach(at, (type, offset, length) => {
          values++;
          const text = formatValue(at.bytes, at.view, type, offset, length);
          const count = writeValueUnits(at.bytes, at.view, type, offset, length, out);
          let same = count === text.length;
          for (let i = 0; i < count && same; i++) same = text.charCodeAt(i) === out[i];
          if (!same) throw new Error(`text of a value differs from its units: ${text}`);
        });
      }).pass(sampleOf(slices));
      if (units === 0) throw new Error('nothing was decoded');
      return `${values} texts equal their units`;
    },
  };
}

/** Where the time of these rows goes is told in docs/evtx-format.md. */
function rowOf(name: string): Row {
  switch (name) {
    case 'walk':
      return {
        pass(slices) {
          let count = 0;
          for (const slice of slices) count += countRecords(new DataView(slice.bytes.buffer), 0, slice.length);
          return count;
        },
      };
    case 'outer':
      return visiting(() => undefined);
    case 'index': {
      const columns = new IndexColumns(new SystemReader(bank));
      let rows = 0;
      return {
        pass(slices) {
          let count = 0;
          for (const slice of slices) {
            visiting((at) => columns.add(at)).pass([slice]);
            count += columns.take().count;
          }
          rows = count;
          return count;
        },
        check: () => `${rows} rows`,
      };
    }
    case 'embedded':
      return visiting((at) => at.resolveInner());
    case 'strings':
      return decoding();
    case 'json':
      return writing(new JsonLinesWriter(), formatEvtxDumpJson);
    case 'xml':
      return writing(new XmlLinesWriter(), formatEventXml);
    case 'tree':
      return visiting((at) => renderEvent(at));
    case 'canonical':
      return visiting((at) => formatCanonical(renderEvent(at)));
    case 'checksums': {
      let wrong = 0;
      return {
        pass(slices) {
          for (const slice of slices) {
            for (let at = 0; at < slice.length; at += CHUNK_SIZE) crc32(slice.bytes, at, at + CHUNK_SIZE);
          }
          return 0;
        },
        check(slices) {
          const checked = createRecordCursor(bank);
          for (const slice of slices) {
            checked.open(slice.bytes, slice.length, slice.firstChunk, slice.fileOffset);
            while (checked.nextChunk()) while (checked.nextRecord());
            wrong += checked.problems.filter(({ code }) => code.endsWith('-checksum')).length;
          }
          if (wrong > 0) throw new Error(`${wrong} wrong checksums in a sound log`);
          return 'all checksums of the log are right';
        },
      };
    }
    default:
      throw new Error(`no row ${name}`);
  }
}

const [name, path, passes = '5'] = process.argv.slice(2);
if (name === undefined || path === undefined) throw new Error('usage: evtx-rows ROW LOG PASSES');
const slices = loadSlices(path);
const row = rowOf(name);
const thread: number[] = [];
const user: number[] = [];
let records = 0;
for (let i = 0; i < Number(passes); i++) {
  const before = threadCpu();
  const beforeUser = process.cpuUsage().user;
  records = row.pass(slices);
  thread.push(threadCpu() - before);
  user.push((process.cpuUsage().user - beforeUser) / 1e3);
}
const figures: RowFigures = {
  bytes: slices.reduce((sum, slice) => sum + slice.length, 0),
  records,
  thread,
  user,
  check: row.check?.(slices) ?? '',
};
console.log(JSON.stringify(figures));
