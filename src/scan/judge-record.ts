// A rule program asked about single records, for whoever looks at chosen records again (search-records.ts): the engine of
// a scan, so that a rule that is tried out finds what it will find.

import { RecordMatcher } from '../engine/match/record-matcher.ts';
import { loadProgram } from '../engine/program.ts';
import type { SliceCursor } from '../evtx/record-cursor.ts';
import type { EventElement } from '../model/event.ts';
import type { RecordCursor } from '../model/record.ts';
import { MatchRows, type TakenRows } from './match-rows.ts';
import { readTime, type EventTime } from './record-facts.ts';

export interface RecordJudge {
  /** True on records that some event rule matches on its own; `cursor` stands in the record's chunk. */
  matches(record: RecordCursor, cursor: SliceCursor, eventOf: () => EventElement): boolean;
  /** What correlations and joins keep of the records since the last call. */
  take(): TakenRows;
}

/** Gives a judge for a rule program. */
export function createRecordJudge(program: ArrayBuffer): RecordJudge {
  const loaded = loadProgram(program);
  const matcher = new RecordMatcher(loaded);
  matcher.startSlice();
  const rows = new MatchRows(loaded, matcher);
  const time: EventTime = { high: 0, low: 0 };
  return {
    matches(record, cursor, eventOf) {
      const found = matcher.match(record, eventOf, false);
      if (found === 0) return false;
      readTime(record, time);
      // A recovered record has no part in what several records decide.
      return rows.note(record, cursor, time, found, record === cursor).length > 0;
    },
    take: () => rows.take(),
  };
}
