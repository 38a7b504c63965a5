// What crosses the boundary of the events worker. Types only. One worker holds the index; searchers, workers of the same
// text, look through the evidence for it, each over a port of its own.

import type { EvidenceBytes } from '../model/packed-log.ts';
import type { ByteJob, ByteReaders, JobFound } from '../model/byte-job.ts';
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
import type { Problem } from '../model/problem.ts';

/** Progress of a search; nothing follows the one that is over. */
export type ReportProgress = (progress: SearchProgress, isOver: boolean) => void;

/** The index without threads or messages; workers/event-core.ts makes one, views are known by the caller's numbers. */
export interface EventCore {
  addFile(number: number, path: string, blob: EvidenceBytes): void;
  moveFile(number: number, blob: EvidenceBytes): void;
  add(file: number, part: IndexPart): void;
  fieldNames(): Promise<readonly string[]>;
  search(view: number, search: EventSearch, report: ReportProgress): readonly Diagnostic[];
  rows(view: number, from: number, count: number, fields: readonly string[]): Promise<readonly EventRow[]>;
  groups(view: number, from: number, count: number): Promise<readonly TrialGroup[]>;
  facet(view: number, by: ColumnOrField, limit: number): Promise<FacetAnswer>;
  histogram(view: number, buckets: number, from?: number, to?: number): EventHistogram;
  positionOf(view: number, file: number, offset: number): number | undefined;
  sourcesOf(file: number, offset: number): readonly EventPlace[];
  loadEvent(file: number, offset: number): Promise<EventElement | undefined>;
  cancel(view: number): void;
  close(view: number): void;
}

export type CreateEventCore = (readers: ByteReaders) => EventCore;

/** A file for the index, or rows of one. */
export type IndexEntry =
  | { readonly number: number; readonly path: string; readonly blob: EvidenceBytes }
  | { readonly number: number; readonly part: IndexPart };

/** The calls that the events worker answers (through comlink). */
export interface EventWorkerApi extends Omit<EventCore, 'addFile' | 'add'> {
  /** Takes files and rows in order. */
  addAll(entries: readonly IndexEntry[]): void;
  /** Makes this worker a searcher that answers on a port; it is nothing else then. */
  serveSearches(port: MessagePort): void;
  /** Gives the index a searcher, by the caller's number. */
  addSearcher(number: number, port: MessagePort): void;
  /** A searcher was lost; what it had in hand is done once more. With `last` no other one will come. */
  dropSearcher(number: number, detail: string, last: boolean): void;
}

/** Index to searcher. */
export type SearcherRequest = { readonly kind: 'job'; readonly job: ByteJob } | { readonly kind: 'stop' };

/** Searcher to index, about the job in hand. */
export type SearcherMessage =
  | { readonly kind: 'found'; readonly found: JobFound; readonly bytes: number }
  | { readonly kind: 'end'; readonly problems: readonly Problem[] }
  /** A bug: the searcher's state is unknown. */
  | { readonly kind: 'crashed'; readonly detail: string };
