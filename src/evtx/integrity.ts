// What the order of records says about a log: missing record ids, ids that go back, a clock that was set back (F7, F25).
// Counted, never listed one by one. Parts of neighbouring slices are joined in chunk order, so slicing does not matter.

import type { Problem } from '../model/problem.ts';
import type { RecordCursor } from '../model/record.ts';
import type { SystemReader } from './system-reader.ts';

/** Counters of one sequence of ids in file order. */
export interface IdSequence {
  first: number;
  last: number;
  /** Places where ids are missing, and how many are missing there. */
  gaps: number;
  missing: number;
  /** Id before the first gap. */
  firstGapAfter: number;
  /** Places where an id is not above the one before. */
  regressions: number;
  firstRegressionAfter: number;
}

/** Facts about a run of neighbouring chunks. Plain data, so that it crosses threads. */
export interface IntegrityPart {
  firstChunk: number;
  records: number;
  /** System/EventRecordID, and the ids of the record headers (exports renumber these, F25). */
  readonly eventIds: IdSequence;
  readonly headerIds: IdSequence;
  /** TimeCreated in seconds since 1601, of the first and the last record that has one; -1 = none. */
  firstTime: number;
  lastTime: number;
  /** Steps back of more than a second, and the largest of them in seconds. */
  clockSteps: number;
  largestStep: number;
}

/** Times closer than this are not in order in healthy logs either: several threads write. */
const CLOCK_TOLERANCE = 1;
const TICKS_PER_SECOND = 1e7;

function emptySequence(): IdSequence {
  return { first: -1, last: -1, gaps: 0, missing: 0, firstGapAfter: -1, regressions: 0, firstRegressionAfter: -1 };
}

function emptyPart(): IntegrityPart {
  return {
    firstChunk: -1,
    records: 0,
    eventIds: emptySequence(),
    headerIds: emptySequence(),
    firstTime: -1,
    lastTime: -1,
    clockSteps: 0,
    largestStep: 0,
  };
}

/** Collects the facts of one slice. Torn and recovered records are left out: their ids may be false. */
export class IntegrityWatch {
  #part = emptyPart();

  /** Takes note of the current record, whose System fields have just been read. */
  add(cursor: RecordCursor, system: SystemReader): void {
    if (cursor.recordClass === 'torn' || cursor.recordClass === 'recovered') return;
    const part = this.#part;
    if (part.firstChunk < 0) part.firstChunk = cursor.chunkNumber;
    part.records++;
    addId(part.headerIds, cursor.headerIdHigh * 4_294_967_296 + cursor.headerIdLow);
    addId(part.eventIds, system.recordIdHigh * 4_294_967_296 + system.recordIdLow);
    if (system.timeHigh === 0 && system.timeLow === 0) return;
    const time = (system.timeHigh * 4_294_967_296 + system.timeLow) / TICKS_PER_SECOND;
    if (part.firstTime < 0) part.firstTime = time;
    else addStep(part, part.lastTime - time);
    part.lastTime = time;
  }

  /** The facts so far; begins anew. */
  take(): IntegrityPart {
    const part = this.#part;
    this.#part = emptyPart();
    return part;
  }
}

function addId(ids: IdSequence, id: number): void {
  if (ids.first < 0) ids.first = id;
  else addPair(ids, ids.last, id);
  ids.last = id;
}

function addPair(ids: IdSequence, before: number, after: number): void {
  if (after === before + 1) return;
  if (after > before) {
    if (ids.gaps === 0) ids.firstGapAfter = before;
    ids.gaps++;
    ids.missing += after - before - 1;
  } else {
    if (ids.regressions === 0) ids.firstRegressionAfter = before;
    ids.regressions++;
  }
}

function addStep(part: IntegrityPart, back: number): void {
  if (back <= CLOCK_TOLERANCE) return;
  part.clockSteps++;
  part.largestStep = Math.max(part.largestStep, back);
}

/** The facts of a whole file, from the parts of its slices in any order. */
export function joinIntegrity(parts: readonly IntegrityPart[]): IntegrityPart {
  const sum = emptyPart();
  const used = parts.filter((part) => part.records > 0);
  for (const part of [...used].sort((a, b) => a.firstChunk - b.firstChunk)) {
    if (sum.firstChunk < 0) sum.firstChunk = part.firstChunk;
    sum.records += part.records;
    joinIds(sum.eventIds, part.eventIds);
    joinIds(sum.headerIds, part.headerIds);
    if (part.firstTime < 0) continue;
    if (sum.firstTime < 0) sum.firstTime = part.firstTime;
    else addStep(sum, sum.lastTime - part.firstTime);
    sum.lastTime = part.lastTime;
    sum.clockSteps += part.clockSteps;
    sum.largestStep = Math.max(sum.largestStep, part.largestStep);
  }
  return sum;
}

function joinIds(sum: IdSequence, part: IdSequence): void {
  if (sum.first < 0) sum.first = part.first;
  else addPair(sum, sum.last, part.first);
  sum.last = part.last;
  if (sum.gaps === 0) sum.firstGapAfter = part.firstGapAfter;
  if (sum.regressions === 0) sum.firstRegressionAfter = part.firstRegressionAfter;
  sum.gaps += part.gaps;
  sum.missing += part.missing;
  sum.regressions += part.regressions;
}

/**
 * Problem lines of a file's facts, at most one of each code. Gaps are a warning where the headers have them too: an
 * export with a filter renumbers its headers and so has gaps in the events' ids only. The one step back of a circular
 * log, whose newest records lie before its oldest (F7), is no problem.
 */
export function integrityProblems(facts: IntegrityPart): Problem[] {
  const problems: Problem[] = [];
  const { eventIds, headerIds } = facts;
  const isCircular = headerIds.regressions === 1 && headerIds.last < headerIds.first;
  if (headerIds.gaps > 0) {
    const detail = `${headerIds.missing} record ids are missing, the first after ${headerIds.firstGapAfter}`;
    problems.push({ code: 'record-id-gap', severity: 'warning', count: headerIds.gaps, detail });
  } else if (eventIds.gaps > 0 && eventIds.missing > 0) {
    const detail = `${eventIds.missing} record ids are missing, the first after ${eventIds.firstGapAfter}; the file is an export with renumbered records`;
    problems.push({ code: 'record-id-gap', severity: 'info', count: eventIds.gaps, detail });
  }
  if (headerIds.regressions > 0 && !isCircular) {
    const detail = `record ids go back, the first time after ${headerIds.firstRegressionAfter}`;
    problems.push({ code: 'record-id-regression', severity: 'warning', count: headerIds.regressions, detail });
  }
  if (facts.clockSteps > (isCircular ? 1 : 0)) {
    const detail = `times go back between neighbouring records, by up to ${Math.round(facts.largestStep)} s`;
    problems.push({ code: 'clock-backwards', severity: 'info', count: facts.clockSteps, detail });
  }
  return problems;
}
