// One record of a chunk, read again: for what is known by its place only, such as the events behind a correlation.

import { leafText } from '../engine/match/name-reader.ts';
import { SCRATCH_BYTES } from '../evtx/limits.ts';
import { createRecordCursor } from '../evtx/record-cursor.ts';
import { renderEvent } from '../evtx/render/render-event.ts';
import { ShapeBank } from '../evtx/shape-bank.ts';
import type { FindingRow } from '../model/finding.ts';
import type { RecordCursor } from '../model/record.ts';
import { readTime, recordIdText, timeText, type EventTime } from './record-facts.ts';

/**
 * Gives the record at `offset` (from the start of the file) out of the bytes of its chunk, which lies at `fileOffset`;
 * undefined when no readable record is there.
 */
export function readRecord(
  chunk: Uint8Array,
  fileOffset: number,
  offset: number,
): Omit<FindingRow, 'rule'> | undefined {
  const bytes = new Uint8Array(chunk.length + SCRATCH_BYTES);
  bytes.set(chunk);
  const cursor = createRecordCursor(new ShapeBank());
  cursor.open(bytes, chunk.length, 0, fileOffset);
  while (cursor.nextChunk()) {
    while (cursor.nextRecord()) {
      if (fileOffset + cursor.recordStart === offset) return rowOf(cursor, offset);
    }
  }
  return undefined;
}

function rowOf(cursor: RecordCursor, offset: number): Omit<FindingRow, 'rule'> {
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
