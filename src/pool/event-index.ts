// What the app sees of the events of a case: every record as a row of the index, searched, sorted, counted and read.
// The index lives in workers (pool implements it, tests implement it inline), so the page never walks it.

import type { Diagnostic } from '../model/diagnostic.ts';
import type { EventElement, RecordClass } from '../model/event.ts';
import type { IndexColumn } from '../model/index-column.ts';
import type { IndexPart } from '../model/index-part.ts';
import type { Problem } from '../model/problem.ts';

export type { IndexColumn };

export interface EventSort {
  readonly by: IndexColumn | { readonly field: string };
  readonly descending: boolean;
}

export interface EventSearch {
  /** In the language of the search bar (src/query); '' for every event. */
  readonly query: string;
  readonly sort: EventSort;
  /** Addresses, hashes, names, up to 10,000: only events in which one of them occurs. */
  readonly terms?: readonly string[];
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
  /** What the search could not look at, and why: unreadable files, lost workers. Left out where there is nothing. */
  readonly problems?: readonly Problem[];
}

/** The answer of one search: a list of rows that may still grow. A newer search does not disturb it; close it to free it. */
export interface EventView {
  /** What is wrong with the query, or the remarks on one that runs. With an error nothing matches. */
  readonly diagnostics: Promise<readonly Diagnostic[]>;
  /** Settles when the search is complete, cancelled or closed. */
  readonly done: Promise<SearchProgress>;
  /** Rows `from` up to `from + count` (at most 1,000) of the view as sorted, with values of `fields`. Fewer at its end. */
  rows(from: number, count: number, fields: readonly string[]): Promise<readonly EventRow[]>;
  /** Most frequent values among the view's rows, at most `limit` (default 50), and how many other values there are. */
  facet(
    by: IndexColumn | { readonly field: string },
    limit?: number,
  ): Promise<{ readonly values: readonly FacetCount[]; readonly others: number; readonly isComplete: boolean }>;
  /** Counts over time, in at most `buckets` buckets; between `from` and `to` (Unix milliseconds) where given. */
  histogram(buckets: number, from?: number, to?: number): Promise<EventHistogram>;
  /** Place in the view of the record at this offset of this file; undefined when the view lacks it. */
  positionOf(file: number, offset: number): Promise<number | undefined>;
  /** Stops a search that still runs; what has matched stays. */
  cancel(): void;
  close(): void;
}

export interface EventIndex {
  /** A number that is known already stands for new evidence: rows of that number so far are forgotten. */
  addFile(file: { readonly number: number; readonly path: string; readonly blob: Blob }): void;
  /** The file's bytes are elsewhere from now on (a packed log was unpacked); its rows stay. */
  moveFile(number: number, blob: Blob): void;
  /** Takes over the rows of a slice (its buffers are transferred away) while a scan runs. */
  add(file: number, part: IndexPart): void;
  /** Records in the index. */
  readonly count: number;
  /** Field names met so far, most frequent first, for completion and column choice. */
  fieldNames(): Promise<readonly string[]>;
  /** Starts a search; `progress` comes at most every 100 ms, and once at the end. */
  search(search: EventSearch, progress: (progress: SearchProgress) => void): EventView;
  /** The whole event of a row; undefined when its file cannot be read any more. */
  loadEvent(file: number, offset: number): Promise<EventElement | undefined>;
  /** Forgets everything: another case is opened, or the evidence is scanned anew. */
  clear(): void;
  dispose(): void;
}
