// What a scan hands over for correlation rules, and what they give. Workers emit rows: a few numbers per matching event
// and a dictionary of texts; all meaning across events is made afterwards, on rows in a total order, so that neither
// slicing nor the order of arrival can change a result (reference: engine algorithms 9).

import { foldText } from '../base/fold.ts';
import type { FieldKey } from './field-key.ts';

/** An event rule that correlations need, and the fields whose values its rows carry, in this order. */
export interface CorrelationSource {
  /** Rule number in the rule set. */
  readonly rule: number;
  readonly fields: readonly FieldKey[];
}

/**
 * Columns of a row, one u32 each: TimeCreated of the event, offset of its chunk in the file (in CHUNK_UNIT), offset of the
 * record from the chunk's start, EventRecordID, dictionary entries of computer and channel, then one dictionary entry per field of the
 * source. Entry 0 means that the field is absent.
 */
export const CorrelationColumn = {
  TimeHigh: 0,
  TimeLow: 1,
  Chunk: 2,
  Offset: 3,
  RecordIdHigh: 4,
  RecordIdLow: 5,
  Computer: 6,
  Channel: 7,
  Fields: 8,
} as const;

/** Rows of one source, all from one slice of one file; `rows` holds whole rows of 8 + fields numbers. */
export interface CorrelationBlock {
  readonly rule: number;
  readonly rows: Uint32Array;
}

/** The rows of one slice. Crosses threads as it is. */
export interface CorrelationRows {
  /** Texts as `correlationText` gives them; entry 0 is '' and stands for an absent value, a present empty text has an entry of its own. */
  readonly dictionary: readonly string[];
  readonly blocks: readonly CorrelationBlock[];
}

/** Longest text that rows carry in full, in UTF-16 units. */
export const CORRELATION_TEXT_LIMIT = 512;

/**
 * The text of a value as rows carry it: itself, or its start and a 128-bit digest of the whole (folded) text when it is longer
 * than CORRELATION_TEXT_LIMIT, so that memory is bounded and different values stay different.
 */
export function correlationText(text: string): string {
  if (text.length <= CORRELATION_TEXT_LIMIT) return text;
  const folded = foldText(text);
  return `${text.slice(0, CORRELATION_TEXT_LIMIT / 2)}… (${text.length} characters, ${digest(folded, 0)}${digest(folded, 1)})`;
}

function digest(text: string, seed: number): string {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return (b >>> 0).toString(16).padStart(8, '0') + (a >>> 0).toString(16).padStart(8, '0');
}

/** Where a record lies. `file` is the rank of its file: the files of a case in the order of (path, size). */
export interface CorrelationRecord {
  readonly file: number;
  /** Of its chunk, from the start of the file, in bytes. */
  readonly chunkOffset: number;
  /** From the chunk's start, in bytes. */
  readonly offset: number;
  readonly recordIdHigh: number;
  readonly recordIdLow: number;
  readonly timeHigh: number;
  readonly timeLow: number;
}

/** One window in which a correlation rule holds. */
export interface CorrelationFinding {
  /** Rule number of the correlation. */
  readonly rule: number;
  /** Group-by fields as the rule writes them, with the value they have in common (spelling of the earliest event). */
  readonly groupBy: readonly (readonly [field: string, value: string])[];
  /** Events in the window. */
  readonly count: number;
  /** What the rule's condition looked at: number of events, of distinct values, of rules; sum, average, percentile. */
  readonly value: number;
  /** The event at which the condition first held. */
  readonly completedBy: CorrelationRecord;
  /** The first 1,000 events of the window in order of time, and the last of all. */
  readonly records: readonly CorrelationRecord[];
  readonly last: CorrelationRecord;
}

/** What kept correlations from being complete; for the coverage account. */
export interface CorrelationShortfall {
  readonly kind:
    'too-many-rows' | 'too-many-findings' | 'too-much-work' | 'events-without-time' | 'events-without-field';
  /** Event rule (too-many-rows) or correlation rule it concerns. */
  readonly rule: number;
  readonly count: number;
}

export interface CorrelationResult {
  /** In order of rule, then of the completing event, then of the group. */
  readonly findings: readonly CorrelationFinding[];
  readonly shortfalls: readonly CorrelationShortfall[];
}
