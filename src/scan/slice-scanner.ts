// A scanner: reader and engine put together for slices of logs (README.md has the contract). Pure: bytes in, plain data
// out. What one slice finds does not depend on the slices before it; only the speed does.

import { createRowWriter } from '../engine/correlate/row-writer.ts';
import type { EngineLimits } from '../engine/limits.ts';
import { RecordMatcher } from '../engine/match/record-matcher.ts';
import type { Program } from '../engine/program.ts';
import { CarveCursor } from '../evtx/carve/carve-cursor.ts';
import { TemplateLibrary } from '../evtx/carve/template-library.ts';
import { createRecordCursor } from '../evtx/record-cursor.ts';
import { renderEvent } from '../evtx/render/render-event.ts';
import { ShapeBank } from '../evtx/shape-bank.ts';
import type { CorrelationRows } from '../model/correlation.ts';
import type { EventKindCount, FileAccount } from '../model/coverage.ts';
import type { EventElement } from '../model/event.ts';
import type { FindingRow } from '../model/finding.ts';
import type { RecordCursor } from '../model/record.ts';
import type { Problem } from '../model/problem.ts';
import { countKinds } from './count-kinds.ts';
import { pause } from './pause.ts';
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
  /** Also read records from unallocated space. */
  readonly recovered: boolean;
}

export interface SliceResult {
  readonly rows: FindingRow[];
  readonly account: FileAccount;
  readonly problems: Problem[];
  readonly kinds: EventKindCount[];
  readonly correlation: CorrelationRows | undefined;
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
  /**
   * Recovery reads better with the templates of the whole file: call this for all of its slices first, and
   * forgetTemplates() before the next file. Without it a record is read with the templates of its own chunk and of `addTemplates`.
   */
  collectTemplates(slice: Slice): void;
  forgetTemplates(): void;
  /** The templates collected since, as bytes for another worker's addTemplates(). */
  exportTemplates(): Uint8Array;
  /** Takes up exported templates for all files; gives how many were sound, undefined for bytes of another version. */
  addTemplates(bytes: Uint8Array): number | undefined;
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
  private readonly library = new TemplateLibrary(this.bank);
  private carver = new CarveCursor(this.bank, this.library);
  private readonly correlations;
  private readonly sourceOf = new Map<number, number>();
  private readonly time: EventTime = { high: 0, low: 0 };
  private rows: FindingRow[] = [];
  private carveProblems: Problem[] = [];
  private event: EventElement | undefined;

  constructor(options: SliceScannerOptions) {
    this.program = options.program;
    this.timeRange = options.timeRange;
    this.matcher = new RecordMatcher(options.program, options.limits);
    const sources = options.program.header.correlationSources;
    this.correlations = sources.length > 0 ? createRowWriter(sources) : undefined;
    sources.forEach((source, number) => this.sourceOf.set(source.rule, number));
  }

  scanSlice(slice: Slice): SliceResult {
    const started = performance.now();
    this.open(slice);
    while (this.cursor.nextChunk()) this.scanChunk(slice);
    return this.close(performance.now() - started);
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
    return this.close(spent + performance.now() - started);
  }

  collectTemplates(slice: Slice): void {
    this.cursor.open(slice.bytes, slice.byteLength, slice.firstChunk, slice.fileOffset);
    while (this.cursor.nextChunk()) this.carver.collect(this.cursor, slice.byteLength);
  }

  forgetTemplates(): void {
    this.carver = new CarveCursor(this.bank, this.library);
  }

  exportTemplates(): Uint8Array {
    return this.carver.fileTemplates.exportBytes();
  }

  addTemplates(bytes: Uint8Array): number | undefined {
    return this.library.importBytes(bytes);
  }

  private open(slice: Slice): void {
    this.rows = [];
    this.carveProblems = [];
    this.correlations?.take();
    this.cursor.open(slice.bytes, slice.byteLength, slice.firstChunk, slice.fileOffset);
    this.matcher.startSlice();
  }

  private close(milliseconds: number): SliceResult {
    const { cursor, matcher } = this;
    const rows = this.rows;
    this.rows = [];
    return {
      rows,
      account: { ...cursor.account },
      problems: [...cursor.problems, ...this.carveProblems],
      kinds: countKinds(matcher),
      correlation: this.correlations?.take(),
      timing: { milliseconds },
    };
  }

  private scanChunk(slice: Slice): void {
    const { cursor } = this;
    while (cursor.nextRecord()) this.scanRecord(cursor, this.eventOf, true);
    if (!slice.recovered) return;
    const { carver } = this;
    carver.enterChunk(cursor, slice.byteLength);
    while (carver.nextRecord()) {
      cursor.account.recordsRecovered++;
      this.scanRecord(carver, () => carver.event, false);
    }
    for (const problem of carver.problems) this.carveProblems.push(problem);
  }

  /** `counts`: the record is part of the log, so it is counted and correlated; a recovered one is only judged. */
  private scanRecord(record: RecordCursor, eventOf: () => EventElement, counts: boolean): void {
    const { matcher, time } = this;
    readTime(record, time);
    if (this.timeRange !== undefined && !isWithin(time, this.timeRange)) return;
    this.event = undefined;
    const found = matcher.match(record, eventOf, counts);
    if (counts) matcher.tallies.addTime(matcher.kind, time.high, time.low);
    if (found > 0) this.addRows(record, eventOf, counts);
  }

  /** Renders the cursor's current record once, however many ask for it. */
  private readonly eventOf = (): EventElement => (this.event ??= renderEvent(this.cursor));

  private addRows(record: RecordCursor, eventOf: () => EventElement, counts: boolean): void {
    const { cursor, matcher, time, program } = this;
    const { names, kind, rules } = matcher;
    if (kind === undefined) return;
    const channel = names.channels.texts[kind.channel]!;
    const computer = names.computers.texts[matcher.computer]!;
    const recordId = recordIdText(record);
    const facts = {
      offset: cursor.fileOffset + record.recordStart,
      size: record.recordSize,
      recordClass: record.recordClass,
      recordId,
      time: timeText(time),
      channel,
      provider: names.providers.texts[kind.provider]!,
      eventId: Math.max(0, kind.eventId),
      computer,
    };
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i]!;
      const source = this.sourceOf.get(rule);
      if (source !== undefined && counts && this.correlations !== undefined) {
        const id = /^\d{1,20}$/.test(recordId) ? BigInt(recordId) : 0n;
        const place = {
          timeHigh: time.high,
          timeLow: time.low,
          chunk: cursor.chunkNumber,
          offset: record.recordStart - cursor.chunkStart,
          recordIdHigh: Number((id >> 32n) & 0xffff_ffffn),
          recordIdLow: Number(id & 0xffff_ffffn),
          computer,
          channel,
        };
        this.correlations.add(source, place, matcher.readSource(i));
      }
      if ((program.ruleFlags[rule]! & 1) !== 0) this.rows.push({ rule, ...facts, event: eventOf() });
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
