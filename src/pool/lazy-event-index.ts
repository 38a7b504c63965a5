// The event index before it is needed: its code is not part of what the first screen loads. Calls wait in order until it
// is there; when it cannot be loaded they come to nothing, and searches say so.

import type { SearchProgress } from '../model/event-search.ts';
import type { EventIndex, EventView } from './event-index.ts';

const NOTHING: SearchProgress = { matched: 0, bytesDone: 0, bytesTotal: 0, isComplete: false };

/** Gives an index that is loaded with the first file, row or search. */
export function createLazyEventIndex(load: () => Promise<EventIndex>): EventIndex {
  let loaded: EventIndex | undefined;
  let loading: Promise<EventIndex> | undefined;
  const index = (): Promise<EventIndex> => (loading ??= load().then((value) => (loaded = value)));
  const tell = (call: (index: EventIndex) => void): void => {
    if (loaded === undefined) index().then(call, () => undefined);
    else call(loaded);
  };
  const ask = <T>(call: (index: EventIndex) => Promise<T>, value: T): Promise<T> =>
    index()
      .then(call)
      .catch(() => value);

  const search: EventIndex['search'] = (question, progress) => {
    if (loaded !== undefined) return loaded.search(question, progress);
    const view = index().then((value) => value.search(question, progress));
    const inView = <T>(call: (view: EventView) => Promise<T>, value: T): Promise<T> =>
      view.then(call).catch(() => value);
    const tellView = (call: (view: EventView) => void): void => void view.then(call, () => undefined);
    const lost = (cause: unknown): SearchProgress => {
      const problem = { code: 'worker-lost', severity: 'error', detail: String(cause) } as const;
      const last = { ...NOTHING, problems: [problem] };
      progress(last);
      return last;
    };
    return {
      diagnostics: inView(({ diagnostics }) => diagnostics, []),
      done: view.then(({ done }) => done, lost),
      rows: (...args) => inView((each) => each.rows(...args), []),
      groups: (...args) => inView((each) => each.groups(...args), []),
      facet: (...args) => inView((each) => each.facet(...args), { values: [], others: 0, isComplete: false }),
      histogram: (...args) => inView((each) => each.histogram(...args), { start: 0, width: 1, counts: [] }),
      positionOf: (...args) => inView((each) => each.positionOf(...args), undefined),
      cancel: () => tellView((each) => each.cancel()),
      close: () => tellView((each) => each.close()),
    };
  };
  return {
    get count() {
      return loaded?.count ?? 0;
    },
    addFile: (file) => tell((each) => each.addFile(file)),
    moveFile: (number, blob) => tell((each) => each.moveFile(number, blob)),
    add: (file, part) => tell((each) => each.add(file, part)),
    fieldNames: () => ask((each) => each.fieldNames(), []),
    search,
    loadEvent: (file, offset) => ask((each) => each.loadEvent(file, offset), undefined),
    loadSources: (file, offset) => ask((each) => each.loadSources(file, offset), []),
    clear: () => {
      if (loading !== undefined) tell((each) => each.clear());
    },
    dispose: () => {
      if (loading !== undefined) tell((each) => each.dispose());
    },
  };
}
