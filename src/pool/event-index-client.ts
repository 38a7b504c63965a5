// The page's side of the event index: one worker that holds it, started with the first rows or the first search, and
// searchers, started with the first search. Every promise settles: when the index's worker is lost its rows are gone,
// views end with a problem that says so, and the next search starts a new, empty index.

import * as Comlink from 'comlink';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SearchProgress } from '../model/event-search.ts';
import { transferablesOf } from '../model/index-part.ts';
import type { EventIndex, EventView } from './event-index.ts';
import type { EventWorkerApi, IndexEntry } from './event-protocol.ts';
import type { WorkerLike } from './worker-handle.ts';

export interface EventIndexOptions {
  /** Starts a worker (workers/events.worker.ts). */
  startWorker(): WorkerLike | Promise<WorkerLike>;
  /** Number of searchers. */
  readonly searchers: number;
}

/** A searcher that keeps dying is not started for ever. */
const MOST_STARTS = 16;

type Api = Comlink.Remote<EventWorkerApi>;

/** One life of the index: from the start of its worker to its loss or the next clear(). */
class Life {
  readonly #options: EventIndexOptions;
  readonly #workers = new Set<WorkerLike>();
  /** Rejects when this life is over. */
  readonly lost: Promise<never>;
  #lose: (cause: Error) => void = () => undefined;
  #isOver = false;
  #starts = 0;
  #hasSearchers = false;
  #nextSearcher = 0;
  readonly api: Promise<Api>;

  constructor(options: EventIndexOptions, over: (life: Life) => void) {
    this.#options = options;
    this.lost = new Promise<never>((_, reject) => {
      this.#lose = (cause) => {
        if (this.#isOver) return;
        this.#isOver = true;
        for (const worker of this.#workers) worker.terminate();
        over(this);
        reject(cause);
      };
    });
    this.lost.catch(() => undefined);
    this.api = this.#start((detail) => this.end(detail)).then((worker) => Comlink.wrap<EventWorkerApi>(worker));
    this.api.catch((cause: unknown) => this.end(cause instanceof Error ? cause.message : String(cause)));
  }

  end(detail: string): void {
    this.#lose(new Error(detail));
  }

  /** A call that also rejects when the worker is lost. */
  call<T>(work: (api: Api) => PromiseLike<T>): Promise<T> {
    return Promise.race([this.api.then(work), this.lost]);
  }

  startSearchers(): void {
    if (this.#hasSearchers) return;
    this.#hasSearchers = true;
    for (let i = 0; i < this.#options.searchers; i++) void this.#startSearcher();
  }

  async #startSearcher(): Promise<void> {
    const number = this.#nextSearcher++;
    this.#starts++;
    const drop = (detail: string): void => {
      if (this.#isOver) return;
      const again = this.#starts < MOST_STARTS;
      this.tell((api) => api.dropSearcher(number, detail, !again));
      if (again) void this.#startSearcher();
    };
    try {
      const worker = await this.#start((detail) => {
        worker.terminate();
        this.#workers.delete(worker);
        drop(detail);
      });
      const { port1, port2 } = new MessageChannel();
      void Comlink.wrap<EventWorkerApi>(worker).serveSearches(Comlink.transfer(port1, [port1]));
      this.tell((api) => api.addSearcher(number, Comlink.transfer(port2, [port2])));
    } catch (cause) {
      drop(cause instanceof Error ? cause.message : String(cause));
    }
  }

  /** A call nobody waits for; a throw on the other side is a bug there, and the index's state is unknown. */
  tell(work: (api: Api) => PromiseLike<unknown>): void {
    this.api.then(work).catch((cause: unknown) => this.end(cause instanceof Error ? cause.message : String(cause)));
  }

  async #start(lose: (detail: string) => void): Promise<WorkerLike> {
    const worker = await this.#options.startWorker();
    if (this.#isOver) worker.terminate();
    else this.#workers.add(worker);
    worker.addEventListener('error', (event) => {
      const detail = 'message' in event && typeof event.message === 'string' ? event.message : '';
      lose(detail === '' ? 'the worker failed' : detail);
    });
    worker.addEventListener('messageerror', () => lose('a message could not be read'));
    return worker;
  }
}

/** Gives the index over workers. */
export function createEventIndex(options: EventIndexOptions): EventIndex {
  const counts = new Map<number, number>();
  let count = 0;
  let life: Life | undefined;
  let nextView = 1;

  /** Files and rows that wait for others that come at the same moment: a message each would cost more than the rows. */
  let queue: IndexEntry[] = [];

  const forget = (): void => {
    counts.clear();
    count = 0;
    queue = [];
  };
  const use = (): Life =>
    (life ??= new Life(options, (over) => {
      if (over !== life) return;
      life = undefined;
      forget();
    }));
  const flush = (): void => {
    const entries = queue;
    queue = [];
    if (entries.length === 0) return;
    const buffers = entries.flatMap((entry) => ('part' in entry ? transferablesOf(entry.part) : []));
    use().tell((api) => api.addAll(Comlink.transfer(entries, buffers)));
  };
  const enqueue = (entry: IndexEntry): void => {
    if (queue.push(entry) === 1) queueMicrotask(flush);
  };
  /** The life for a question: everything that was added comes before it. */
  const ask = (): Life => {
    flush();
    return use();
  };
  const end = (): void => {
    const old = life;
    life = undefined;
    forget();
    old?.end('the index was cleared');
  };

  return {
    get count() {
      return count;
    },
    addFile({ number, path, blob }) {
      count -= counts.get(number) ?? 0;
      counts.set(number, 0);
      enqueue({ number, path, blob });
    },
    moveFile(number, blob) {
      if (counts.has(number)) ask().tell((api) => api.moveFile(number, blob));
    },
    add(file, part) {
      const known = counts.get(file);
      // The index that knew the file is gone.
      if (known === undefined) return;
      counts.set(file, known + part.count);
      count += part.count;
      enqueue({ number: file, part });
    },
    fieldNames: () =>
      settled(
        ask().call((api) => api.fieldNames()),
        [],
      ),
    search(search, progress) {
      const current = ask();
      current.startSearchers();
      return openView(current, nextView++, search, progress);
    },
    loadEvent: (file, offset) =>
      settled(
        ask().call((api) => api.loadEvent(file, offset)),
        undefined,
      ),
    loadSources: (file, offset) =>
      settled(
        ask().call((api) => api.sourcesOf(file, offset)),
        [],
      ),
    clear: end,
    dispose: end,
  };
}

function openView(
  life: Life,
  view: number,
  search: Parameters<EventIndex['search']>[0],
  progress: (progress: SearchProgress) => void,
): EventView {
  let last: SearchProgress = { matched: 0, bytesDone: 0, bytesTotal: 0, isComplete: false };
  let isClosed = false;
  let settle: (progress: SearchProgress) => void = () => undefined;
  const done = new Promise<SearchProgress>((resolve) => {
    settle = resolve;
  });
  const report = (next: SearchProgress, isOver: boolean): void => {
    last = next;
    if (!isClosed) progress(next);
    if (isOver) settle(next);
  };
  const lose = (cause: unknown): void => {
    const detail = `the event index was lost: ${cause instanceof Error ? cause.message : String(cause)}`;
    const hint = 'Scan the evidence again to build it anew; findings are not affected.';
    const problems = [...(last.problems ?? []), { code: 'worker-lost', severity: 'error', detail, hint } as const];
    if (isClosed) settle(last);
    else report({ ...last, matched: 0, isComplete: false, problems }, true);
  };
  life.lost.catch(lose);
  const diagnostics = settled<readonly Diagnostic[]>(
    life.call((api) => api.search(view, search, Comlink.proxy(report))),
    [],
  );
  return {
    diagnostics,
    done,
    rows: (from, count, fields) =>
      settled(
        life.call((api) => api.rows(view, from, count, fields)),
        [],
      ),
    groups: (from, count) =>
      settled(
        life.call((api) => api.groups(view, from, count)),
        [],
      ),
    facet: (by, limit = 50) =>
      settled(
        life.call((api) => api.facet(view, by, limit)),
        { values: [], others: 0, isComplete: false },
      ),
    histogram: (buckets, from, to) =>
      settled(
        life.call((api) => api.histogram(view, buckets, from, to)),
        { start: 0, width: 1, counts: [] },
      ),
    positionOf: (file, offset) =>
      settled(
        life.call((api) => api.positionOf(view, file, offset)),
        undefined,
      ),
    cancel: () => life.tell((api) => api.cancel(view)),
    close() {
      isClosed = true;
      settle(last);
      life.tell((api) => api.close(view));
    },
  };
}

/** The answer, or `value` where the index was lost: views say why, nobody else has to. */
function settled<T>(answer: Promise<T>, value: T): Promise<T> {
  return answer.catch(() => value);
}
