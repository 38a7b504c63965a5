// A scanner: reader and engine put together for slices of logs (README.md has the contract). Pure: bytes in, plain data
// out. What one slice finds does not depend on the slices before it; only the speed does.

import type { EngineLimits } from '../engine/limits.ts';
import { RecordMatcher } from '../engine/match/record-matcher.ts';
import { RuleFlag, type Program } from '../engine/program.ts';
import { IndexColumns } from '../evtx/index-columns.ts';
import { createRecordCursor } from '../evtx/record-cursor.ts';
import { ShapeBank } from '../evtx/shape-bank.ts';
import { SystemReader } from '../evtx/system-reader.ts';
import type { CorrelationRows } from '../model/correlation.ts';
import { emptyFileAccount } from '../model/coverage.ts';
import type { EventKindCount, FileAccount } from '../model/coverage.ts';
import type { EventElement } from '../model/event.ts';
import type { FindingRow } from '../model/finding.ts';
import type { IndexPart } from '../model/index-part.ts';
import type { JoinRows } from '../model/join-plan.ts';
import type { RecordCursor } from '../model/record.ts';
import type { Problem } from '../model/problem.ts';
import { countKinds } from './count-kinds.ts';
import { EventTrees } from './event-trees.ts';
import { MatchRows } from './match-rows.ts';
import { CHUNK_SIZE } from '../evtx/limits.ts';
import { pause } from './pause.ts';
import { RecoveredRecords } from './recovered-records.ts';
import { readTime, recordIdText, timeText, type EventTime } from './record-facts.ts';

/** Whole chunks of one file, and room behind them. */
export interface Slice {
  /** Chunk bytes first (`byteLength` of them), at least SCRATCH_BYTES of scratch space behind. */
  readonly bytes: Uint8Array;
  readonly byteLength: number;
  readonly chunkCount: number;
  readonly firstChunk: number;
  /** Offset in the file of the first byte. */
  readonly fileOffset: number;
  /** Also read records from unallocated space; 'only': nothing else, and nothing else is counted or reported. */
  readonly recovered: boolean | 'only';
  /** Also collect the rows of an event index. */
  readonly index?: boolean;
}

export interface SliceResult {
  readonly rows: FindingRow[];
  readonly account: FileAccount;
  readonly problems: Problem[];
  readonly kinds: EventKindCount[];
  readonly correlation: CorrelationRows | undefined;
  /** Undefined when no rule needs fields of other records. */
  readonly joins: JoinRows | undefined;
  /** Of a slice with `index`: a row for every record that was judged. */
  readonly index?: IndexPart;
  readonly timing: { readonly milliseconds: number };
}

/** Only events of this time count; FILETIME halves, both ends included. Events without a time always do. */
export interface TimeRange {
  readonly from: Readonly<EventTime>;
  readonly to: Readonly<EventTime>;
}

export interface SliceScannerOptions {
  readonly program: Program;
  readonly limits?: Partial<EngineLimits>;
  readonly timeRange?: TimeRange;
}

export interface SliceScanner {
  /** Everything of the slice in one go. */
  scanSlice(slice: Slice): SliceResult;
  /** The same with a pause at least every 20 ms of work; undefined when `signal` was aborted: then nothing of the slice counts. */
  scanSliceInSteps(slice: Slice, signal?: AbortSignal): Promise<SliceResult | undefined>;
  /** Records from unallocated space: tell it what the surveys learned before slices with `recovered`. */
  readonly recovered: RecoveredRecords;
  /** The engine inside, for counters. */
  readonly matcher: RecordMatcher;
}

/** Work between two pauses, in milliseconds. */
const STEP = 20;

/** Creates a scanner for one rule program. One per worker; it keeps shapes, memos and plans between slices and files. */
export function createSliceScanner(options: SliceScannerOptions): SliceScanner {
  return new Scanner(options);
}

class Scanner implements SliceScanner {
  readonly matcher: RecordMatcher;
  private readonly program: Program;
  private readonly timeRange: TimeRange | undefined;
  private readonly bank = new ShapeBank();
  private readonly cursor = createRecordCursor(this.bank);
  private readonly trees = new EventTrees();
  readonly recovered = new RecoveredRecords(this.bank);
  private readonly matchRows: MatchRows;
  private readonly time: EventTime = { high: 0, low: 0 };
  private columns: IndexColumns | undefined;
  /** The columns, while the slice wants rows. */
  private indexing: IndexColumns | undefined;
  private readonly facts = { timeHigh: 0, timeLow: 0, eventId: 0, provider: 0, channel: 0, computer: 0 };
  private rows: FindingRow[] = [];
  private event: EventElement | undefined;

  constructor(options: SliceScannerOptions) {
    this.program = options.program;
    this.timeRange = options.timeRange;
    this.matcher = new RecordMatcher(options.program, options.limits);
    this.matchRows = new MatchRows(options.program, this.matcher);
  }

  scanSlice(slice: Slice): SliceResult {
    const started = performance.now();
    this.open(slice);
    while (this.cursor.nextChunk()) this.scanChunk(slice);
    return this.close(slice, performance.now() - started);
  }

  async scanSliceInSteps(slice: Slice, signal?: AbortSignal): Promise<SliceResult | undefined> {
    let spent = 0;
    let started = performance.now();
    if (isAborted(signal)) return undefined;
    this.open(slice);
    while (this.cursor.nextChunk()) {
      this.scanChunk(slice);
      const now = performance.now();
      if (now - started < STEP) continue;
      spent += now - started;
      await pause();
      if (isAborted(signal)) return undefined;
      started = performance.now();
    }
    return this.close(slice, spent + performance.now() - started);
  }

  private open(slice: Slice): void {
    this.rows = [];
    this.recovered.startSlice();
    this.matchRows.take();
    this.cursor.open(slice.bytes, slice.byteLength, slice.firstChunk, slice.fileOffset);
    this.matcher.startSlice();
    this.indexing = undefined;
    if (slice.index !== true) return;
    this.indexing = this.columns ??= new IndexColumns(new SystemReader(this.bank), this.matcher.names);
    this.indexing.restart();
  }

  private close(slice: Slice, milliseconds: number): SliceResult {
    const { cursor, matcher, recovered } = this;
    const isWhole = slice.recovered !== 'only';
    const rows = this.rows;
    this.rows = [];
    return {
      rows,
      account: { ...(isWhole ? cursor.account : emptyFileAccount()), recordsRecovered: recovered.found },
      problems: [...(isWhole ? cursor.problems : []), ...recovered.takeProblems()],
      kinds: countKinds(matcher),
      ...this.matchRows.take(),
      ...(this.indexing && { index: this.indexing.take(slice.fileOffset - CHUNK_SIZE * slice.firstChunk) }),
      timing: { milliseconds },
    };
  }

  private scanChunk(slice: Slice): void {
    const { cursor } = this;
    if (slice.recovered !== 'only') while (cursor.nextRecord()) this.scanRecord(cursor, this.eventOf, true);
    if (slice.recovered === false) return;
    const { recovered } = this;
    recovered.enterChunk(cursor, slice.byteLength);
    const { carver } = recovered;
    while (recovered.nextRecord()) this.scanRecord(carver, () => carver.event, false);
  }

  /** `counts`: the record is part of the log, so it is counted and correlated; a recovered one is only judged. */
  private scanRecord(record: RecordCursor, eventOf: () => EventElement, counts: boolean): void {
    const { matcher, time } = this;
    readTime(record, time);
    if (this.timeRange !== undefined && !isWithin(time, this.timeRange)) return;
    this.event = undefined;
    const found = matcher.match(record, eventOf, counts);
    if (this.indexing !== undefined) this.addRow(this.indexing, record);
    if (counts) matcher.tallies.addTime(matcher.kind, time.high, time.low);
    if (found === 0) return;
    const places = this.matchRows.note(record, this.cursor, time, found, counts);
    if (places.length > 0) this.addRows(record, eventOf, counts, places);
  }

  private addRow(indexing: IndexColumns, record: RecordCursor): void {
    const { facts, time, matcher } = this;
    const { kind } = matcher;
    facts.timeHigh = time.high;
    facts.timeLow = time.low;
    facts.eventId = kind === undefined || kind.eventId < 0 ? 0 : kind.eventId & 0xffff;
    facts.provider = kind?.provider ?? 0;
    facts.channel = kind?.channel ?? 0;
    facts.computer = matcher.computer;
    indexing.addKnown(record, facts);
  }

  /** Renders the cursor's current record once, however many ask for it. */
  private readonly eventOf = (): EventElement => (this.event ??= this.trees.render(this.cursor));

  private addRows(record: RecordCursor, eventOf: () => EventElement, counts: boolean, places: readonly number[]): void {
    const { cursor, matcher, time, program } = this;
    const { names, kind, rules } = matcher;
    if (kind === undefined) return;
    const facts = {
      offset: cursor.fileOffset + record.recordStart,
      size: record.recordSize,
      recordClass: record.recordClass,
      recordId: recordIdText(record),
      time: timeText(time),
      channel: names.channels.texts[kind.channel]!,
      provider: names.providers.texts[kind.provider]!,
      eventId: Math.max(0, kind.eventId),
      computer: names.computers.texts[matcher.computer]!,
      ...(counts ? {} : { recovered: this.recovered.how }),
    };
    for (const place of places) {
      const rule = rules[place]!;
      if ((program.ruleFlags[rule]! & RuleFlag.Generates) !== 0) this.rows.push({ rule, ...facts, event: eventOf() });
    }
  }
}

/** A call, because a signal can change while the scanner pauses. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function isWithin(time: EventTime, { from, to }: TimeRange): boolean {
  if (time.high === 0 && time.low === 0) return true;
  if (time.high < from.high || (time.high === from.high && time.low < from.low)) return false;
  return time.high < to.high || (time.high === to.high && time.low <= to.low);
}
