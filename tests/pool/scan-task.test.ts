import { afterEach, describe, expect, test, vi } from 'vitest';
import { createInlineScanner, startInlineWorker } from '../../src/pool/inline-scanner.ts';
import type { JoinRows } from '../../src/model/join-plan.ts';
import type { CreateScanCore, ScanCore } from '../../src/pool/protocol.ts';
import type { Scanner } from '../../src/pool/scanner.ts';
import { serveScanWorker } from '../../src/pool/serve-worker.ts';
import type { WorkerLike } from '../../src/pool/worker-handle.ts';
import { createWorkerScanner } from '../../src/pool/worker-scanner.ts';
import { Chunk, chunkOffsets, fakeCores, fakeFile, fakeRow, Recorder } from './fake-core.ts';

const loadProgram = (): Promise<ArrayBuffer> => Promise.resolve(new ArrayBuffer(8));
const loadCorrelations = (): Promise<never[]> => Promise.resolve([]);
const good = (count: number): number[] => Array.from({ length: count }, () => Chunk.Good);
const opened: Scanner[] = [];

function inlineScanner(createCore: CreateScanCore, workers: number): Scanner {
  const scanner = createInlineScanner({ createCore, loadProgram, workers });
  opened.push(scanner);
  return scanner;
}

class JoinRecorder extends Recorder {
  joined: (() => void) | undefined;
}

/** A scan of a large file whose first slice leaves a row to join; `joined` of the listener hears of its findings. */
function scanWithJoins(heard: JoinRecorder, join: NonNullable<ScanCore['join']>): ReturnType<Scanner['scan']> {
  const cores = fakeCores();
  const createCore: CreateScanCore = async (program) => {
    const core = await cores(program);
    return {
      ...core,
      join,
      async *scanRun(run, signal) {
        for await (const slice of core.scanRun(run, signal))
          yield { ...slice, joins: { rows: Uint32Array.of(1), sets: [], hosts: [] } as unknown as JoinRows };
      },
    };
  };
  const take = heard.found.bind(heard);
  heard.found = (rows): void => {
    take(rows);
    heard.joined?.();
  };
  return inlineScanner(createCore, 2).scan([fakeFile(0, 'a.evtx', good(2_000))], { recovered: false }, heard);
}

/** Lets messages and file reads through while the clock is ours, until `done` settles. */
async function runClock(done: Promise<unknown>, stepMilliseconds: number, steps: number): Promise<void> {
  const state = { settled: false };
  const settle = (): void => {
    state.settled = true;
  };
  done.then(settle, settle);
  for (let step = 0; step < steps && !state.settled; step += 1) {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(stepMilliseconds);
  }
}

function useOwnClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
}

afterEach(() => {
  vi.useRealTimers();
  for (const scanner of opened.splice(0)) scanner.dispose();
});

describe('a scan', () => {
  test.each([1, 2, 4])('with %i workers delivers every slice once and adds up', async (workers) => {
    const files = [
      fakeFile(0, 'Security.evtx', good(100)),
      fakeFile(1, 'b.evtx', good(3)),
      fakeFile(2, 'empty.evtx', []),
    ];
    const heard = new Recorder();
    const summary = await inlineScanner(fakeCores(), workers).scan(files, { recovered: false }, heard).done;
    expect(heard.sorted(0)).toEqual(chunkOffsets(100));
    expect(heard.sorted(1)).toEqual(chunkOffsets(3));
    expect(heard.records).toBe(103);
    expect(summary).toMatchObject({ outcome: 'done', records: 103, findings: 103 });
    expect(summary.bytes).toBe(files.reduce((sum, file) => sum + file.blob.size, 0));
    const last = heard.reports.at(-1)!;
    expect(last.bytesDone).toBe(last.bytesTotal);
    expect(last.files.map((file) => file.state)).toEqual(['done', 'done', 'done']);
  });

  test('of nothing is done at once', async () => {
    const summary = await inlineScanner(fakeCores(), 2).scan([], { recovered: false }, new Recorder()).done;
    expect(summary).toMatchObject({ outcome: 'done', bytes: 0, records: 0 });
  });

  test('reports progress at most every 100 ms', async () => {
    useOwnClock();
    const heard = new Recorder();
    const times: number[] = [];
    heard.progress = (): void => void times.push(performance.now());
    const { done } = inlineScanner(fakeCores(), 2).scan(
      [fakeFile(0, 'a.evtx', good(300))],
      { recovered: false },
      heard,
    );
    await runClock(done, 10, 2_000);
    await done;
    const gaps = times.slice(1, -1).map((time, index) => time - times[index]!);
    expect(Math.min(...gaps, 100)).toBeGreaterThanOrEqual(100);
  });
});

describe('a worker that dies', () => {
  test('loses and doubles nothing but the chunk that killed it twice', async () => {
    const chunks = good(70);
    chunks[40] = Chunk.Throws;
    const heard = new Recorder();
    const summary = await inlineScanner(fakeCores(), 2).scan(
      [fakeFile(0, 'a.evtx', chunks)],
      { recovered: false },
      heard,
    ).done;
    expect(heard.sorted(0)).toEqual(chunkOffsets(70, [40]));
    expect(heard.problems).toMatchObject([
      { code: 'worker-lost', file: 'a.evtx', chunk: 40, offset: 4_096 + 40 * 65_536 },
    ]);
    expect(summary).toMatchObject({ outcome: 'done', records: 69 });
  });

  test('of a silent chunk is replaced after 20 s, and the chunk is tried again', async () => {
    useOwnClock();
    const chunks = good(40);
    chunks[5] = Chunk.HangsOnce;
    const heard = new Recorder();
    const { done } = inlineScanner(fakeCores(), 1).scan([fakeFile(0, 'a.evtx', chunks)], { recovered: false }, heard);
    await runClock(done, 1_000, 60);
    await done;
    expect(heard.sorted(0)).toEqual(chunkOffsets(40));
    expect(heard.problems).toEqual([]);
  });

  test('twice of the same silent chunk costs that chunk', async () => {
    useOwnClock();
    const chunks = good(40);
    chunks[5] = Chunk.Hangs;
    const heard = new Recorder();
    const { done } = inlineScanner(fakeCores(), 2).scan([fakeFile(0, 'a.evtx', chunks)], { recovered: false }, heard);
    await runClock(done, 1_000, 90);
    await done;
    expect(heard.sorted(0)).toEqual(chunkOffsets(40, [5]));
    expect(heard.problems).toMatchObject([{ code: 'worker-lost', chunk: 5, detail: 'no progress for 20 s' }]);
  });

  test('by an error event is replaced', async () => {
    const cores = fakeCores();
    let failures = 0;
    const startWorker = (): WorkerLike => {
      const worker = startInlineWorker((endpoint) => serveScanWorker(endpoint, cores));
      const onError: ((event: Event) => void)[] = [];
      const post = worker.postMessage.bind(worker);
      worker.addEventListener = ((add) => (type: string, listener: (event: Event) => void) => {
        if (type === 'error') onError.push(listener);
        else add(type, listener);
      })(worker.addEventListener.bind(worker));
      worker.postMessage = (message: { path?: string[] }, transfer) => {
        post(message, transfer);
        if (failures > 0 || message.path?.[0] !== 'startRuns') return;
        failures += 1;
        for (const listener of onError) listener(new Event('error'));
      };
      return worker;
    };
    const scanner = createWorkerScanner({ startWorker, loadProgram, loadCorrelations, workers: 2 });
    opened.push(scanner);
    const heard = new Recorder();
    await scanner.scan([fakeFile(0, 'a.evtx', good(50))], { recovered: false }, heard).done;
    expect(failures).toBe(1);
    expect(heard.sorted(0)).toEqual(chunkOffsets(50));
    expect(heard.problems).toEqual([]);
  });

  test('before it has started ends the scan with an error, not with silence', async () => {
    const broken: CreateScanCore = () => {
      throw new Error('bad program');
    };
    const { done } = inlineScanner(broken, 2).scan(
      [fakeFile(0, 'a.evtx', good(2))],
      { recovered: false },
      new Recorder(),
    );
    await expect(done).rejects.toThrow('the scan failed');
  });
});

describe('cancelling', () => {
  test('settles within half a second although a worker hangs, and keeps what was found', async () => {
    useOwnClock();
    const chunks = good(100);
    chunks[90] = Chunk.Hangs;
    const heard = new Recorder();
    const handle = inlineScanner(fakeCores(), 1).scan([fakeFile(0, 'a.evtx', chunks)], { recovered: false }, heard);
    await runClock(handle.done, 10, 100);
    const before = performance.now();
    handle.cancel();
    await runClock(handle.done, 10, 100);
    const summary = await handle.done;
    expect(performance.now() - before).toBeLessThanOrEqual(500);
    expect(summary.outcome).toBe('cancelled');
    const found = heard.sorted(0);
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(chunkOffsets(found.length));
    expect(found.length).toBeLessThan(90);
    expect(heard.reports.at(-1)!.files[0]!.state).toBe('cancelled');
  });

  test('gives what waits for other records as it stands', async () => {
    const heard = new JoinRecorder();
    const handle = scanWithJoins(heard, async function* ({ parts }) {
      const found = [...parts].flatMap(({ rows }) => [{ file: 0, rows: [fakeRow(900_000_000 + rows.rows.length)] }]);
      yield await Promise.resolve({ found, correlation: [], problems: [] });
    });
    heard.joined = () => handle.cancel();
    const summary = await handle.done;
    expect(summary.outcome).toBe('cancelled');
    expect(heard.sorted(0).at(-1)).toBeGreaterThan(900_000_000);
    expect(heard.problems).toEqual([]);
    expect(summary.findings).toBe(heard.sorted(0).length);
  });

  test('settles although a join hangs, and says what was not judged', async () => {
    useOwnClock();
    const heard = new JoinRecorder();
    const handle = scanWithJoins(heard, async function* () {
      await new Promise(() => undefined);
      yield { found: [], correlation: [], problems: [] };
    });
    heard.joined = () => handle.cancel();
    const before = performance.now();
    await runClock(handle.done, 10, 500);
    expect((await handle.done).outcome).toBe('cancelled');
    expect(performance.now() - before).toBeLessThanOrEqual(3_000);
    expect(heard.problems).toMatchObject([{ code: 'cancelled' }]);
  });

  test('settles although workers never get to start', async () => {
    const scanner = createWorkerScanner({
      startWorker: () => new Promise<WorkerLike>(() => undefined),
      loadProgram,
      loadCorrelations,
      workers: 2,
    });
    const handle = scanner.scan([fakeFile(0, 'a.evtx', good(2))], { recovered: false }, new Recorder());
    handle.cancel();
    expect((await handle.done).outcome).toBe('cancelled');
    scanner.dispose();
  });

  test('leaves the scanner ready for the next scan', async () => {
    const scanner = inlineScanner(fakeCores(), 2);
    const first = scanner.scan([fakeFile(0, 'a.evtx', good(500))], { recovered: false }, new Recorder());
    first.cancel();
    await first.done;
    const heard = new Recorder();
    await scanner.scan([fakeFile(0, 'a.evtx', good(40))], { recovered: false }, heard).done;
    expect(heard.sorted(0)).toEqual(chunkOffsets(40));
  });
});

test('a file that can no longer be read is one problem, and the other files go on', async () => {
  const cores = fakeCores();
  const failing: CreateScanCore = async (program) => {
    const core = await cores(program);
    return {
      ...core,
      async *scanRun(run, signal) {
        if (run.blob.size === 4_096 + 60 * 65_536) throw new DOMException('gone', 'NotReadableError');
        yield* core.scanRun(run, signal);
      },
    };
  };
  const heard = new Recorder();
  const files = [fakeFile(0, 'gone.evtx', good(60)), fakeFile(1, 'b.evtx', good(10))];
  await inlineScanner(failing, 1).scan(files, { recovered: false }, heard).done;
  expect(heard.problems).toMatchObject([{ code: 'file-unreadable', file: 'gone.evtx', detail: 'gone' }]);
  expect(heard.sorted(1)).toEqual(chunkOffsets(10));
  expect(heard.reports.at(-1)!.files.map((file) => file.state)).toEqual(['failed', 'done']);
});

test('a listener that throws makes the scan reject', async () => {
  const heard = new Recorder();
  heard.found = (): void => {
    throw new Error('bug in the app');
  };
  const { done } = inlineScanner(fakeCores(), 2).scan([fakeFile(0, 'a.evtx', good(50))], { recovered: false }, heard);
  await expect(done).rejects.toThrow('the scan failed');
});
