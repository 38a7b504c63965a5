import { afterEach, describe, expect, test } from 'vitest';
import { createEventIndex } from '../../src/pool/event-index-client.ts';
import type { SearchProgress } from '../../src/model/event-search.ts';
import type { EventIndex } from '../../src/pool/event-index.ts';
import { startInlineWorker } from '../../src/pool/inline-scanner.ts';
import { createLazyEventIndex } from '../../src/pool/lazy-event-index.ts';
import { serveEvents } from '../../src/pool/serve-events.ts';
import type { WorkerLike } from '../../src/pool/worker-handle.ts';
import { createEventCore } from '../../workers/event-core.ts';
import { createSearchCore } from '../../workers/search-core.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { partOf } from '../index/index-kit.ts';

const log = buildLog({
  records: Array.from({ length: 50 }, (_, i) => ({
    eventId: i % 2 === 0 ? 4688 : 4624,
    data: [['Image', i % 5 === 0 ? 'C:\\mimikatz.exe' : 'C:\\cmd.exe']] as [string, string][],
  })),
  recordsPerChunk: 7,
});
const blob = new Blob([log as Uint8Array<ArrayBuffer>]);
const BY_TIME = { by: 'time', descending: false } as const;

const opened: EventIndex[] = [];
afterEach(() => {
  for (const index of opened.splice(0)) index.dispose();
});

/** An index over workers in this thread; `fail` of a worker is what an error event does. */
function open(breakAfter = Infinity): { readonly index: EventIndex; readonly workers: { fail(): void }[] } {
  const workers: { fail(): void }[] = [];
  const index = createEventIndex({
    searchers: 2,
    startWorker: () => {
      if (workers.length >= breakAfter) throw new Error('no more workers');
      const worker = startInlineWorker((endpoint) =>
        serveEvents(endpoint, (readers) => createEventCore(readers, createSearchCore()), createSearchCore),
      );
      const errors: ((event: Event) => void)[] = [];
      const like: WorkerLike = {
        ...worker,
        addEventListener: (...[type, listener]: Parameters<WorkerLike['addEventListener']>) => {
          if (type === 'error') errors.push(listener as (event: Event) => void);
          else worker.addEventListener(type, listener);
        },
      };
      workers.push({ fail: () => errors.forEach((listener) => listener(new Event('error'))) });
      return like;
    },
  });
  opened.push(index);
  return { index, workers };
}

function fill(index: EventIndex): void {
  index.addFile({ number: 3, path: 'a.evtx', blob });
  index.add(3, partOf(log));
}

describe('the event index over workers', () => {
  test('answers from columns and from bytes, and tells progress to the end', async () => {
    const { index } = open();
    fill(index);
    expect(index.count).toBe(50);
    const heard: SearchProgress[] = [];
    const view = index.search({ query: 'eventid:4688 mimikatz', sort: BY_TIME }, (progress) => heard.push(progress));
    expect(await view.diagnostics).toEqual([]);
    expect(await view.done).toMatchObject({ matched: 5, isComplete: true });
    expect(heard.at(-1)).toMatchObject({ matched: 5, isComplete: true });
    const rows = await view.rows(1, 2, ['Image']);
    expect(rows.map(({ file, fields }) => [file, fields])).toEqual([
      [3, ['C:\\mimikatz.exe']],
      [3, ['C:\\mimikatz.exe']],
    ]);
    expect(await view.positionOf(3, rows[0]!.offset)).toBe(1);
    expect(await view.positionOf(3, 1)).toBeUndefined();
    expect((await view.facet({ field: 'Image' })).values).toEqual([{ value: 'C:\\mimikatz.exe', count: 5 }]);
    expect((await index.loadEvent(3, rows[0]!.offset))?.[0]).toBe('Event');
    view.close();
    expect(await view.rows(0, 1, [])).toEqual([]);
  });

  test('finds one of many terms, and says what is wrong with a query', async () => {
    const { index } = open();
    fill(index);
    const terms = ['nothing', 'MIMIKATZ.exe'];
    const view = index.search({ query: '', terms, sort: BY_TIME }, () => undefined);
    expect(await view.done).toMatchObject({ matched: 10, isComplete: true });
    const wrong = index.search({ query: '(a', sort: BY_TIME }, () => undefined);
    expect((await wrong.diagnostics)[0]).toMatchObject({ severity: 'error' });
    expect(await wrong.done).toMatchObject({ matched: 0 });
  });

  test('a lost searcher costs nothing: its job is done again', async () => {
    const { index, workers } = open();
    fill(index);
    await index.search({ query: 'x', sort: BY_TIME }, () => undefined).done;
    expect(workers).toHaveLength(3);
    workers[1]!.fail();
    workers[2]!.fail();
    const view = index.search({ query: 'mimikatz', sort: BY_TIME }, () => undefined);
    expect(await view.done).toMatchObject({ matched: 10, isComplete: true });
  });

  test('without searchers the index reads by itself', async () => {
    const { index } = open(1);
    fill(index);
    const view = index.search({ query: 'mimikatz', sort: BY_TIME }, () => undefined);
    expect(await view.done).toMatchObject({ matched: 10, isComplete: true });
  });

  test('a lost index settles everything and says so, and the next search starts a new one', async () => {
    const { index, workers } = open();
    fill(index);
    const view = index.search({ query: '', sort: BY_TIME }, () => undefined);
    await view.done;
    const lost = index.search({ query: 'mimikatz', sort: BY_TIME }, () => undefined);
    workers[0]!.fail();
    expect((await lost.done).problems?.[0]).toMatchObject({ code: 'worker-lost' });
    expect(await view.rows(0, 1, [])).toEqual([]);
    expect(index.count).toBe(0);
    fill(index);
    expect(await index.search({ query: '', sort: BY_TIME }, () => undefined).done).toMatchObject({ matched: 50 });
  });

  test('a file that cannot be read any more is a problem of the search', async () => {
    const { index } = open();
    fill(index);
    class Gone extends Blob {
      override slice(): Blob {
        throw new DOMException('gone', 'NotFoundError');
      }
    }
    // Structured clone would make it a Blob again, so it is read where it is: without workers.
    const core = createSearchCore();
    const problems = await core.run(
      {
        blob: new Gone(['x'.repeat(100_000)]),
        path: 'gone.evtx',
        dataOffset: 4_096,
        row: Uint32Array.of(0),
        chunk: Uint32Array.of(0),
        offset: Uint16Array.of(512),
        question: { query: 'x', terms: [], fields: [] },
      },
      () => undefined,
    );
    expect(problems).toMatchObject([{ code: 'file-unreadable', file: 'gone.evtx' }]);
  });

  test('a cancelled search settles', async () => {
    const { index } = open();
    fill(index);
    const view = index.search({ query: 'mimikatz', sort: BY_TIME }, () => undefined);
    view.cancel();
    expect((await view.done).matched).toBeLessThanOrEqual(10);
  });
});

test('an index that is loaded late gets every call in order, and one that cannot be loaded says so', async () => {
  const { index } = open();
  const late = createLazyEventIndex(() => Promise.resolve(index));
  fill(late);
  expect(await late.search({ query: 'mimikatz', sort: BY_TIME }, () => undefined).done).toMatchObject({ matched: 10 });
  expect(late.count).toBe(50);
  const never = createLazyEventIndex(() => Promise.reject(new Error('offline')));
  fill(never);
  const view = never.search({ query: '', sort: BY_TIME }, () => undefined);
  expect((await view.done).problems).toHaveLength(1);
  expect(await view.rows(0, 1, [])).toEqual([]);
});
