// A search over the events of a case and what it answers: the words that the index, its workers and the screens share.

import type { RecordClass } from './event.ts';
import type { IndexColumn } from './index-column.ts';
import type { Problem } from './problem.ts';
import type { CorrelationRule } from './rule-set.ts';

/** A column of the index, or a field that is read from the records. */
export type ColumnOrField = IndexColumn | { readonly field: string };

export interface EventPlace {
  /** Number of the file among the case's files. */
  readonly file: number;
  /** Byte offset of the record in it. */
  readonly offset: number;
}

export interface EventSort {
  readonly by: ColumnOrField;
  readonly descending: boolean;
}

/** A kind of event; undefined parts accept anything, texts are folded. */
export interface EventRoute {
  readonly channel: string | undefined;
  readonly provider: string | undefined;
  readonly eventIds: readonly number[] | undefined;
}

/** Compiled rules that events are tried on. */
export interface RuleTrial {
  /** The engine's program; an event passes when one of its event rules matches. */
  readonly program: ArrayBuffer;
  /** Events of no other kind can match: they are not read. */
  readonly routes: readonly EventRoute[];
  /** Correlations to complete, by rule number; undefined for event rules. */
  readonly correlations?: readonly (CorrelationRule | undefined)[];
  /** The join plan that belongs to the program, as JSON text. */
  readonly joins?: string;
}

/** A correlation that was completed in a trial. */
export interface TrialGroup {
  /** Rule number. */
  readonly rule: number;
  readonly groupBy: readonly (readonly [field: string, value: string])[];
  /** What the correlation counted: events, values, …. */
  readonly count: number;
  /** Times of its first and its last event. */
  readonly first: string;
  readonly last: string;
  /** Its first events in order of time. */
  readonly rows: readonly EventRow[];
}

export interface EventSearch {
  /** In the language of the search bar (src/query); '' for every event. */
  readonly query: string;
  readonly sort: EventSort;
  /** Addresses, hashes, names, up to 10,000: only events in which one of them occurs. */
  readonly terms?: readonly string[];
  /** Only events that these rules match, as a scan would judge them. */
  readonly rules?: RuleTrial;
  /** `all`: every copy of a record that is in several files; otherwise one row stands for them. */
  readonly copies?: 'once' | 'all';
}

/** One row as the table shows it. */
export interface EventRow {
  /** The record's number in the index; stays the same as long as the index lives. */
  readonly number: number;
  /** Number of the file, as given to addFile. */
  readonly file: number;
  /** Byte offset of the record in its file. */
  readonly offset: number;
  readonly recordId: string;
  /** ISO, UTC, seven digits and Z; '' when absent. */
  readonly time: string;
  readonly eventId: number;
  /** System/Level, 0 when absent. */
  readonly level: number;
  readonly provider: string;
  readonly channel: string;
  readonly computer: string;
  readonly recordClass: RecordClass;
  /** Values of the fields asked for, in their order; undefined where the event lacks one. Several values are joined. */
  readonly fields: readonly (string | undefined)[];
}

export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** The most frequent values among the rows of a search. */
export interface FacetAnswer {
  readonly values: readonly FacetCount[];
  /** Different values that are not listed. */
  readonly others: number;
  readonly isComplete: boolean;
}

export interface EventHistogram {
  /** Unix milliseconds of the first bucket's start, and the width of each. */
  readonly start: number;
  readonly width: number;
  readonly counts: readonly number[];
}

export interface SearchProgress {
  /** Rows that match so far; the view can be read up to here at any time. */
  readonly matched: number;
  readonly bytesDone: number;
  /** 0 when the index alone answers. */
  readonly bytesTotal: number;
  readonly isComplete: boolean;
  /** Copies of listed records that match too and are not listed. Left out where there are none. */
  readonly copies?: number;
  /** Correlations completed; of a trial with correlations, once every record has been looked at. */
  readonly groups?: number;
  /** What the search could not look at, and why: unreadable files, lost workers. Left out where there is nothing. */
  readonly problems?: readonly Problem[];
}
