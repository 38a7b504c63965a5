// A rule program asked about single records, for whoever looks at chosen records again (search-records.ts): the engine of
// a scan, so that a rule that is tried out finds what it will find.

import { RecordMatcher } from '../engine/match/record-matcher.ts';
import { loadProgram } from '../engine/program.ts';
import type { EventElement } from '../model/event.ts';
import type { RecordCursor } from '../model/record.ts';

/** Gives a test that is true on records that some event rule of the program matches. */
export function createRecordJudge(
  program: ArrayBuffer,
): (record: RecordCursor, eventOf: () => EventElement) => boolean {
  const loaded = loadProgram(program);
  const matcher = new RecordMatcher(loaded);
  matcher.startSlice();
  // Rules that only mark records for joins stand behind the real ones.
  const first = loaded.header.joins?.first ?? Infinity;
  return (record, eventOf) => matcher.match(record, eventOf, false) > 0 && matcher.rules[0]! < first;
}
