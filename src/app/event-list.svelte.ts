// The events of the open case as the table shows them: one search at a time, read in windows of rows around what is in
// view. The index lives in workers, so every answer comes later: answers of an older search are dropped, and the rows
// before stay until the next search has its first ones. The page never holds more than MAX_WINDOWS windows.

import type { Diagnostic } from '../model/diagnostic.ts';
import type {
  EventHistogram,
  EventRow,
  EventSearch,
  EventSort,
  FacetAnswer,
  SearchProgress,
} from '../model/event-search.ts';
import type { EventIndex, EventView } from '../pool/event-index.ts';
import { dependsOn } from './depends-on.ts';
import type { EventPlace } from './event-list-query.ts';
import { isSameSort } from './event-list-query.ts';

/** Rows asked for at a time. */
export const WINDOW = 200;
/** 20 windows are 4,000 rows, about 4 MB with some field columns. */
const MAX_WINDOWS = 20;
/** Windows in flight; a bar that is dragged asks for hundreds, and only the last ones are still in view. */
const MAX_LOADS = 2;
const MAX_WAITING = 3;

interface RowWindow {
  readonly rows: readonly EventRow[];
  /** Rows that matched when it was asked for: while a search runs, later matches may come in between. */
  readonly matched: number;
  readonly fields: string;
}

/** One search and what has been read of it. */
interface Shown {
  readonly view: EventView;
  readonly windows: Map<number, RowWindow>;
  progress: SearchProgress;
  /** Position of the first row of the window that was last in view. */
  lastWanted: number;
}

export type { FacetAnswer } from '../model/event-search.ts';

const NOTHING: SearchProgress = { matched: 0, bytesDone: 0, bytesTotal: 0, isComplete: true };

export class EventList {
  readonly #index: EventIndex;
  #shown = $state.raw<Shown | undefined>(undefined);
  /** A search whose first rows are not here yet. */
  #next: Shown | undefined;
  #asked: EventSearch | undefined;
  #fields: readonly string[] = [];
  #fieldsKey = '';
  /** Changes with every window that comes in; reading a row reads it. */
  #version = $state(0);
  #progress = $state.raw<SearchProgress>(NOTHING);
  #diagnostics = $state.raw<readonly Diagnostic[]>([]);
  #failure = $state.raw<string | undefined>(undefined);
  #orderKey = $state(0);
  #pending = $state(false);
  readonly #loading = new Set<number>();
  readonly #waiting = new Set<number>();
  #pumping = false;
  /** Events in the index when the search was started. */
  #searchedCount = 0;

  constructor(index: EventIndex) {
    this.#index = index;
  }

  /** Rows of the search that is shown. */
  get count(): number {
    return this.#shown === undefined ? 0 : this.#progress.matched;
  }
  /** How far the search that was asked for last has come. */
  get progress(): SearchProgress {
    return this.#progress;
  }
  /** True while the rows on screen are those of the search before. */
  get pending(): boolean {
    return this.#pending;
  }
  get running(): boolean {
    return this.#pending || !this.#progress.isComplete;
  }
  /** What is wrong with the query, and remarks on one that runs. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }
  /** Why the search could not be carried out, undefined while it can. */
  get failure(): string | undefined {
    return this.#failure;
  }
  /** Changes when rows are others or stand in another order by the analyst's will: the table starts at the top then. */
  get orderKey(): string {
    return String(this.#orderKey);
  }
  /** Events that came into the index after the search. */
  get missed(): number {
    return Math.max(0, this.#index.count - this.#searchedCount);
  }

  /** Shows a search; the same one again changes nothing. Fields are columns whose values rows shall carry. */
  ask(search: EventSearch, fields: readonly string[]): void {
    this.#setFields(fields);
    const asked = this.#asked;
    if (
      asked !== undefined &&
      asked.query === search.query &&
      asked.terms === search.terms &&
      asked.copies === search.copies &&
      isSameSort(asked.sort, search.sort)
    ) {
      return;
    }
    this.#asked = search;
    this.#search(search, true);
  }

  /** Searches again, for events that came in since; what is being read stays where it is. */
  refresh(): void {
    if (this.#asked !== undefined) this.#search(this.#asked, false);
  }

  /** The row at a position, undefined until it has come; asking for it makes it come. */
  rowAt(position: number): EventRow | undefined {
    dependsOn(this.#version);
    const shown = this.#shown;
    if (shown === undefined) return undefined;
    const number = Math.floor(position / WINDOW);
    const known = shown.windows.get(number);
    if (known === undefined || this.#isStale(known, shown)) this.#want(number);
    return known?.rows[position - number * WINDOW];
  }

  /** The row at a position, read if need be; undefined when there is none. */
  async loadRow(position: number): Promise<EventRow | undefined> {
    const known = this.rowAt(position);
    if (known !== undefined) return known;
    const rows = await this.#shown?.view.rows(position, 1, this.#fields);
    return rows?.[0];
  }

  /** Place of a record among the rows shown, -1 when they lack it. */
  async positionOf(place: EventPlace): Promise<number> {
    const position = await this.#shown?.view.positionOf(place.file, place.offset);
    return position ?? -1;
  }

  /** Counts of the values of a column or field among the rows shown; undefined when there are no rows to count. */
  async facet(by: EventSort['by'], limit: number): Promise<FacetAnswer | undefined> {
    return this.#shown?.view.facet(by, limit);
  }

  async histogram(buckets: number): Promise<EventHistogram | undefined> {
    return this.#shown?.view.histogram(buckets);
  }

  /** Stops the search that runs; what it has found stays. */
  cancel(): void {
    (this.#next ?? this.#shown)?.view.cancel();
  }

  close(): void {
    this.#next?.view.close();
    this.#shown?.view.close();
    this.#next = undefined;
    this.#shown = undefined;
    this.#asked = undefined;
    this.#waiting.clear();
  }

  #setFields(fields: readonly string[]): void {
    const key = JSON.stringify(fields);
    if (key === this.#fieldsKey) return;
    this.#fields = fields;
    this.#fieldsKey = key;
    // Rows stay with the values they have until they come again.
    this.#version++;
  }

  #search(search: EventSearch, isNewOrder: boolean): void {
    this.#next?.view.close();
    this.#failure = undefined;
    this.#pending = true;
    this.#searchedCount = this.#index.count;
    let next: Shown | undefined = undefined;
    const view = this.#index.search(search, (progress) => {
      if (next !== undefined) this.#follow(next, progress, isNewOrder);
    });
    next = { view, windows: new Map(), progress: { ...NOTHING, isComplete: false }, lastWanted: 0 };
    this.#next = next;
    void this.#listen(next, isNewOrder);
  }

  async #listen(shown: Shown, isNewOrder: boolean): Promise<void> {
    try {
      const diagnostics = await shown.view.diagnostics;
      if (!this.#isCurrent(shown)) return;
      this.#diagnostics = diagnostics;
      const progress = await shown.view.done;
      // A cancelled search is as complete as it will get.
      this.#follow(shown, { ...progress, isComplete: true }, isNewOrder);
    } catch (error) {
      if (!this.#isCurrent(shown)) return;
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#pending = false;
    }
  }

  #follow(shown: Shown, progress: SearchProgress, isNewOrder: boolean): void {
    if (!this.#isCurrent(shown)) return;
    shown.progress = progress;
    if (shown === this.#shown) {
      this.#progress = progress;
      this.#version++;
    } else if (progress.matched > 0 || progress.isComplete) {
      void this.#takeOver(shown, isNewOrder);
    }
  }

  /** Puts a search in the place of the one before once the rows in view are here, so that nothing flickers. */
  async #takeOver(next: Shown, isNewOrder: boolean): Promise<void> {
    if (this.#loading.has(-1)) return;
    this.#loading.add(-1);
    try {
      const number = isNewOrder ? 0 : (this.#shown?.lastWanted ?? 0);
      if (next.progress.matched > 0) await this.#load(next, number);
      if (next !== this.#next) return;
      const before = this.#shown;
      next.lastWanted = number;
      this.#next = undefined;
      this.#shown = next;
      this.#progress = next.progress;
      this.#pending = false;
      this.#version++;
      if (isNewOrder) this.#orderKey++;
      before?.view.close();
    } catch (error) {
      if (next !== this.#next) return;
      this.#failure = error instanceof Error ? error.message : String(error);
      this.#pending = false;
    } finally {
      this.#loading.delete(-1);
      // Another search came while this one was read.
      const later = this.#next;
      if (later !== undefined && later !== next && (later.progress.matched > 0 || later.progress.isComplete)) {
        void this.#takeOver(later, true);
      }
    }
  }

  #isCurrent(shown: Shown): boolean {
    return shown === this.#next || (shown === this.#shown && this.#next === undefined);
  }

  /** Later matches of a search that runs come in between those that are here. */
  #isStale(window: RowWindow, shown: Shown): boolean {
    return window.fields !== this.#fieldsKey || window.matched !== shown.progress.matched;
  }

  #want(number: number): void {
    if (this.#loading.has(number)) return;
    this.#waiting.delete(number);
    this.#waiting.add(number);
    for (const old of this.#waiting) {
      if (this.#waiting.size <= MAX_WAITING) break;
      this.#waiting.delete(old);
    }
    if (this.#pumping) return;
    this.#pumping = true;
    // Rows ask while they are drawn, when no state may change.
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    while (this.#waiting.size > 0 && this.#loading.size < MAX_LOADS) {
      const number = [...this.#waiting].at(-1)!;
      this.#waiting.delete(number);
      this.#loading.add(number);
      shown.lastWanted = number;
      void this.#load(shown, number)
        .catch((error: unknown) => {
          // A view that was closed meanwhile has nothing to say.
          if (shown !== this.#shown) return;
          this.#failure = error instanceof Error ? error.message : String(error);
          // Not again at once: the table asks with every frame.
          shown.windows.set(number, { rows: [], matched: shown.progress.matched, fields: this.#fieldsKey });
        })
        .finally(() => {
          this.#loading.delete(number);
          this.#pump();
        });
    }
  }

  async #load(shown: Shown, number: number): Promise<void> {
    const { matched } = shown.progress;
    const fields = this.#fieldsKey;
    const rows = await shown.view.rows(number * WINDOW, WINDOW, this.#fields);
    shown.windows.delete(number);
    shown.windows.set(number, { rows, matched, fields });
    // A Map keeps the order of insertion: the first are those that were read longest ago.
    for (const old of shown.windows.keys()) {
      if (shown.windows.size <= MAX_WINDOWS) break;
      shown.windows.delete(old);
    }
    if (shown === this.#shown) this.#version++;
  }
}
