// The core of the events worker: src/index behind the interface that the pool serves. Views are kept by number, and
// progress is told at once when there is something to show, then a few times a second.

import { EventStore, type RecordSource } from '../src/index/event-store.ts';
import type { Conclude, EventView } from '../src/index/event-view.ts';
import type { RuleTrial } from '../src/model/event-search.ts';
import type { ByteReaders } from '../src/model/byte-job.ts';
import type { EventCore } from '../src/pool/event-protocol.ts';
import { concludeTrial, type FoundGroup } from './trial-core.ts';

/** Every report makes the page read and draw its rows again, on the cores that search. */
const PROGRESS_EVERY_MS = 250;
/** Rows of one call. */
const MOST_ROWS = 1_000;
/** Groups of one call. */
const MOST_GROUPS = 100;

/** Makes the core from who looks through everything and who reads what is shown. */
export function createEventCore(readers: ByteReaders, source: RecordSource): EventCore {
  const store = new EventStore(readers, source);
  const views = new Map<number, EventView>();
  const groups = new Map<number, readonly FoundGroup[]>();
  return {
    addFile: (number, path, blob) => store.addFile(number, path, blob),
    moveFile: (number, blob) => store.moveFile(number, blob),
    add: (file, part) => store.add(file, part),
    fieldNames: () => store.fieldNames(),
    search(number, search, report) {
      const { view, diagnostics } = store.search(search);
      views.set(number, view);
      let last = -Infinity;
      let isEmpty = true;
      const changed = (): void => {
        const now = performance.now();
        const { progress } = view;
        const isFirst = isEmpty && progress.matched > 0;
        if (!isFirst && now - last < PROGRESS_EVERY_MS) return;
        isEmpty = progress.matched === 0;
        last = now;
        report(progress, false);
      };
      const concludeOf =
        (trial: RuleTrial): Conclude =>
        async (parts) => {
          const { found, ...concluded } = await concludeTrial(trial, store.columns, parts);
          if (views.get(number) === view) groups.set(number, found);
          return concluded;
        };
      void view.run(changed, search.rules && concludeOf(search.rules)).then(
        () => report(view.progress, true),
        (cause: unknown) => {
          const detail = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
          const { progress } = view;
          const problems = [...(progress.problems ?? []), { code: 'internal', severity: 'error', detail } as const];
          report({ ...progress, isComplete: false, problems }, true);
        },
      );
      return diagnostics;
    },
    async rows(number, from, count, fields) {
      const view = views.get(number);
      return view === undefined ? [] : store.loadRows(view.rows(from, Math.min(MOST_ROWS, count)), fields);
    },
    async groups(number, from, count) {
      const found = (groups.get(number) ?? []).slice(from, from + Math.min(MOST_GROUPS, count));
      return Promise.all(found.map(async (group) => ({ ...group, rows: await store.loadRows(group.rows, []) })));
    },
    async facet(number, by, limit) {
      const view = views.get(number);
      return view === undefined ? { values: [], others: 0, isComplete: false } : view.facet(by, limit);
    },
    histogram: (number, buckets, from, to) =>
      views.get(number)?.histogram(buckets, from, to) ?? { start: 0, width: 1, counts: [] },
    positionOf(number, file, offset) {
      const position = views.get(number)?.positionOf(store.columns.rowAt(file, offset)) ?? -1;
      return position < 0 ? undefined : position;
    },
    sourcesOf: (file, offset) => store.sourcesOf(file, offset),
    loadEvent: (file, offset) => store.loadEvent(file, offset),
    cancel: (number) => views.get(number)?.cancel(),
    close(number) {
      views.get(number)?.cancel();
      views.delete(number);
      groups.delete(number);
    },
  };
}
