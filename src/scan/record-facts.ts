// The facts of a record that rows carry beside the event itself: its id and its time, from the System leaves of the
// outer fragment. Names come from the matcher, which has read them already for routing.

import { leafText } from '../engine/match/name-reader.ts';
import type { RecordCursor } from '../model/record.ts';
import { ValueType } from '../model/shape.ts';
import { asciiText, textOfAscii } from '../model/value-text.ts';
import { writeFiletime } from '../model/value-time.ts';

/** Time of an event as two halves of a FILETIME; both 0 when it has none. */
export interface EventTime {
  high: number;
  low: number;
}

const ISO_TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z?$/;

/** Reads System/TimeCreated of the current record into `time`. */
export function readTime(cursor: RecordCursor, time: EventTime): void {
  const { shape, values, view } = cursor;
  const { timeCreated, timeValue: index } = shape.system;
  if (index >= 0 && index < values.count && values.type[index] === ValueType.FileTime && values.length[index]! >= 8) {
    const offset = values.offset[index]!;
    time.low = view.getUint32(offset, true);
    time.high = view.getUint32(offset + 4, true);
    return;
  }
  time.high = 0;
  time.low = 0;
  const leaf = shape.leaves[timeCreated];
  if (leaf === undefined) return;
  const { bytes } = cursor;
  parseTime(leafText(leaf, bytes, view, values), time);
}

/** Parses an ISO time (up to nine digits of fraction, UTC); leaves 0 for anything else. */
export function parseTime(text: string, time: EventTime): void {
  const match = ISO_TIME.exec(text);
  if (match === null) return;
  const at = (i: number): number => Number(match[i]);
  const milliseconds = Date.UTC(at(1), at(2) - 1, at(3), at(4), at(5), at(6));
  const ticks = BigInt((match[7] ?? '').padEnd(7, '0').slice(0, 7) || '0');
  const filetime = BigInt(milliseconds) * 10_000n + 116_444_736_000_000_000n + ticks;
  if (filetime <= 0n) return;
  time.high = Number(filetime >> 32n);
  time.low = Number(filetime & 0xffff_ffffn);
}

/** `YYYY-MM-DDTHH:MM:SS.fffffffZ`, '' where there is no time or none before the year 10000. */
export function timeText(time: EventTime): string {
  if (time.high === 0 && time.low === 0) return '';
  const end = writeFiletime(time.high, time.low, asciiText, 0);
  return end < 0 ? '' : textOfAscii(end);
}

/** System/EventRecordID as text, '' when absent. */
export function recordIdText(cursor: RecordCursor): string {
  const leaf = cursor.shape.leaves[cursor.shape.system.eventRecordId];
  return leaf === undefined ? '' : leafText(leaf, cursor.bytes, cursor.view, cursor.values);
}
