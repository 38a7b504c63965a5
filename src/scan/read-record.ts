// Records of a chunk, read again: for what is known by its place only, such as the events behind a correlation.

import { leafText } from '../engine/match/name-reader.ts';
import { SCRATCH_BYTES } from '../evtx/limits.ts';
import { createRecordCursor } from '../evtx/record-cursor.ts';
import { renderEvent } from '../evtx/render/render-event.ts';
import { ShapeBank } from '../evtx/shape-bank.ts';
import type { FindingRow } from '../model/finding.ts';
import type { RecordCursor } from '../model/record.ts';
import { readTime, recordIdText, timeText, type EventTime } from './record-facts.ts';

export type ReadRow = Omit<FindingRow, 'rule'>;

/** Reads records of many chunks; keeps what it learned of their templates. */
export interface RecordReader {
  /**
   * Gives the records at `offsets` (from the start of the file) out of the bytes of their chunk, which lies at
   * `fileOffset`, by offset. Where no readable record is, there is no entry.
   */
  read(chunk: Uint8Array, fileOffset: number, offsets: ReadonlySet<number>): ReadonlyMap<number, ReadRow>;
}

/** Creates a reader. */
export function createRecordReader(): RecordReader {
  // Damage was reported when the file was scanned.
  const cursor = createRecordCursor(new ShapeBank(), { checksums: false });
  let bytes = new Uint8Array(0);
  return {
    read(chunk, fileOffset, offsets) {
      if (bytes.length < chunk.length + SCRATCH_BYTES) bytes = new Uint8Array(chunk.length + SCRATCH_BYTES);
      bytes.set(chunk);
      const rows = new Map<number, ReadRow>();
      cursor.open(bytes, chunk.length, 0, fileOffset);
      while (rows.size < offsets.size && cursor.nextChunk()) {
        while (rows.size < offsets.size && cursor.nextRecord()) {
          const offset = fileOffset + cursor.recordStart;
          if (offsets.has(offset)) rows.set(offset, rowOf(cursor, offset));
        }
      }
      return rows;
    },
  };
}

/**
 * Gives the record at `offset` (from the start of the file) out of the bytes of its chunk, which lies at `fileOffset`;
 * undefined when no readable record is there.
 */
export function readRecord(chunk: Uint8Array, fileOffset: number, offset: number): ReadRow | undefined {
  return createRecordReader()
    .read(chunk, fileOffset, new Set([offset]))
    .get(offset);
}

function rowOf(cursor: RecordCursor, offset: number): ReadRow {
  const { leaves, system } = cursor.shape;
  const text = (leaf: number): string => {
    const place = leaves[leaf];
    return place === undefined ? '' : leafText(place, cursor.bytes, cursor.view, cursor.values);
  };
  const time: EventTime = { high: 0, low: 0 };
  readTime(cursor, time);
  const eventId = Number(text(system.eventId));
  return {
    offset,
    size: cursor.recordSize,
    recordClass: cursor.recordClass,
    recordId: recordIdText(cursor),
    time: timeText(time),
    channel: text(system.channel),
    provider: text(system.providerName),
    eventId: Number.isInteger(eventId) ? eventId : 0,
    computer: text(system.computer),
    event: renderEvent(cursor),
  };
}
