// An event index that keeps what it is given and finds nothing.

import type { EventElement } from '../../src/model/event.ts';
import type { IndexPart } from '../../src/model/index-part.ts';
import type { SearchProgress } from '../../src/model/event-search.ts';
import type { EventIndex, EventView } from '../../src/pool/event-index.ts';

const NOTHING: SearchProgress = { matched: 0, bytesDone: 0, bytesTotal: 0, isComplete: true };

const EMPTY_VIEW: EventView = {
  diagnostics: Promise.resolve([]),
  done: Promise.resolve(NOTHING),
  rows: () => Promise.resolve([]),
  groups: () => Promise.resolve([]),
  facet: () => Promise.resolve({ values: [], others: 0, isComplete: true }),
  histogram: () => Promise.resolve({ start: 0, width: 1, counts: [] }),
  positionOf: () => Promise.resolve(undefined),
  cancel: () => undefined,
  close: () => undefined,
};

export class FakeEvents implements EventIndex {
  files: { readonly number: number; readonly path: string }[] = [];
  parts: { readonly file: number; readonly part: IndexPart }[] = [];
  cleared = 0;
  /** Calls back with each part. */
  onAdd: (() => void) | undefined;

  get count(): number {
    return this.parts.reduce((sum, { part }) => sum + part.count, 0);
  }
  addFile({ number, path }: { readonly number: number; readonly path: string }): void {
    // As the real index does: a file that comes again replaces its rows.
    this.files = [...this.files.filter((file) => file.number !== number), { number, path }];
    this.parts = this.parts.filter((part) => part.file !== number);
  }
  moveFile(): void {}
  add(file: number, part: IndexPart): void {
    this.parts.push({ file, part });
    this.onAdd?.();
  }
  fieldNames(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }
  search(_search: unknown, progress: (progress: SearchProgress) => void): EventView {
    progress(NOTHING);
    return EMPTY_VIEW;
  }
  loadEvent(): Promise<EventElement | undefined> {
    return Promise.resolve(undefined);
  }
  loadSources(): Promise<readonly []> {
    return Promise.resolve([]);
  }
  clear(): void {
    this.files = [];
    this.parts = [];
    this.cleared++;
  }
  dispose(): void {}
}
