// What the app sees of the events of a case: every record as a row of the index, searched, sorted, counted and read.
// The index lives in workers (pool implements it, tests implement it inline), so the page never walks it.

import type { EvidenceBytes } from '../model/packed-log.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { EventElement } from '../model/event.ts';
import type {
  ColumnOrField,
  EventHistogram,
  EventPlace,
  EventRow,
  EventSearch,
  FacetAnswer,
  SearchProgress,
  TrialGroup,
} from '../model/event-search.ts';
import type { IndexPart } from '../model/index-part.ts';

/** The answer of one search: a list of rows that may still grow. A newer search does not disturb it; close it to free it. */
export interface EventView {
  /** What is wrong with the query, or the remarks on one that runs. With an error nothing matches. */
  readonly diagnostics: Promise<readonly Diagnostic[]>;
  /** Settles when the search is complete, cancelled or closed. */
  readonly done: Promise<SearchProgress>;
  /** Rows `from` up to `from + count` (at most 1,000) of the view as sorted, with values of `fields`. Fewer at its end. */
  rows(from: number, count: number, fields: readonly string[]): Promise<readonly EventRow[]>;
  /** Correlations that a trial completed, from `from` on, at most 100; each with its first 100 records. */
  groups(from: number, count: number): Promise<readonly TrialGroup[]>;
  /** Most frequent values among the view's rows, at most `limit` (default 50), and how many other values there are. */
  facet(by: ColumnOrField, limit?: number): Promise<FacetAnswer>;
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
  addFile(file: { readonly number: number; readonly path: string; readonly blob: EvidenceBytes }): void;
  /** The file's bytes are elsewhere from now on (a packed log was unpacked); its rows stay. */
  moveFile(number: number, blob: EvidenceBytes): void;
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
  /** Where the record at a place stands: that place and those of its copies in other files; empty when it is unknown. */
  loadSources(file: number, offset: number): Promise<readonly EventPlace[]>;
  /** Forgets everything: another case is opened, or the evidence is scanned anew. */
  clear(): void;
  dispose(): void;
}
