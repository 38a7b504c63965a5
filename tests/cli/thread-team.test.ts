import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { emptyFileAccount } from '../../src/model/coverage.ts';
import type { ThreadMessage, ThreadRequest, ThreadRun } from '../../src/cli/thread-protocol.ts';
import { scanRuns, type ThreadLike } from '../../src/cli/thread-team.ts';
import type { Problem } from '../../src/model/problem.ts';

const CHUNK = 65_536;
const file = { path: 'a.evtx', size: 0, diskPath: 'a.evtx' };

async function* runsOf(count: number, chunks: number): AsyncGenerator<ThreadRun, undefined> {
  for (let i = 0; i < count; i++) {
    await Promise.resolve();
    yield { file, fileHash: undefined, start: i * chunks * CHUNK, byteLength: chunks * CHUNK, chunksPerSlice: 4 };
  }
}

type Trouble = 'dies' | 'hangs' | undefined;

/** A thread that reports slices at once, in a random order of turns, and misbehaves where it is told to. */
class FakeThread extends EventEmitter implements ThreadLike {
  static started = 0;
  readonly #troubleAt: (chunk: number) => Trouble;
  #alive = true;

  constructor(troubleAt: (chunk: number) => Trouble) {
    super();
    this.#troubleAt = troubleAt;
    FakeThread.started += 1;
    this.#say({ kind: 'ready' });
  }

  postMessage(request: ThreadRequest): void {
    setImmediate(() =>
      request.kind === 'run'
        ? this.#scan(request.run)
        : this.#say({ kind: 'finished', phases: { read: 1, scan: 2, render: 3 }, setup: 4 }),
    );
  }

  terminate(): Promise<void> {
    this.#alive = false;
    return Promise.resolve();
  }

  #scan({ start, byteLength, chunksPerSlice }: ThreadRun): void {
    const step = chunksPerSlice * CHUNK;
    for (let at = start; at < start + byteLength; at += step) {
      const size = Math.min(step, start + byteLength - at);
      for (let chunk = at / CHUNK; chunk < (at + size) / CHUNK; chunk++) {
        const trouble = this.#troubleAt(chunk);
        if (trouble === 'dies') this.#emitLater('error', new Error('out of memory'));
        if (trouble !== undefined) return;
      }
      this.#say({
        kind: 'slice',
        slice: {
          start: at,
          byteLength: size,
          findings: [],
          account: emptyFileAccount(),
          problems: [],
          correlation: undefined,
        },
      });
    }
    this.#say({ kind: 'end' });
  }

  #say(message: ThreadMessage): void {
    this.#emitLater('message', message);
  }

  #emitLater(event: string, value: unknown): void {
    setImmediate(() => {
      if (this.#alive) this.emit(event, value);
    });
  }
}

interface Heard {
  readonly slices: { readonly start: number; readonly byteLength: number }[];
  readonly problems: Problem[];
}

async function scan(
  threads: number,
  runs: AsyncIterator<ThreadRun>,
  troubleAt: (chunk: number) => Trouble,
): Promise<Heard> {
  const heard: Heard = { slices: [], problems: [] };
  await scanRuns(runs, threads, () => new FakeThread(troubleAt), {
    slice: (_run, { start, byteLength }) => void heard.slices.push({ start, byteLength }),
    problem: (_run, problem) => void heard.problems.push(problem),
  });
  return heard;
}

/** Every chunk of the slices, in the order in which they came. */
const chunksOf = ({ slices }: Heard): number[] =>
  slices.flatMap(({ start, byteLength }) => Array.from({ length: byteLength / CHUNK }, (_, i) => start / CHUNK + i));

const upTo = (count: number, without: readonly number[] = []): number[] =>
  Array.from({ length: count }, (_, i) => i).filter((i) => !without.includes(i));

afterEach(() => {
  vi.useRealTimers();
});

describe('a team of threads', () => {
  test.each([1, 3, 8])('of %i hands slices on in order', async (threads) => {
    expect(chunksOf(await scan(threads, runsOf(40, 10), () => undefined))).toEqual(upTo(400));
  });

  test('goes on in order when a thread dies, and loses only the chunk that kills twice', async () => {
    const heard = await scan(3, runsOf(6, 10), (chunk) => (chunk === 23 ? 'dies' : undefined));
    expect(chunksOf(heard)).toEqual(upTo(60, [23]));
    expect(heard.problems).toMatchObject([{ code: 'worker-lost', offset: 23 * CHUNK, detail: 'out of memory' }]);
  });

  test('tries a chunk again before it gives it up', async () => {
    let deaths = 0;
    const heard = await scan(2, runsOf(3, 10), (chunk) => (chunk === 7 && deaths++ === 0 ? 'dies' : undefined));
    expect(chunksOf(heard)).toEqual(upTo(30));
    expect(heard.problems).toEqual([]);
  });

  test('replaces a thread that falls silent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const done = scan(2, runsOf(3, 10), (chunk) => (chunk === 12 ? 'hangs' : undefined));
    for (let step = 0; step < 4; step++) {
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(21_000);
    }
    const heard = await done;
    expect(chunksOf(heard)).toEqual(upTo(30, [12]));
    expect(heard.problems).toMatchObject([{ code: 'worker-lost', detail: 'no progress for 20 s' }]);
  });

  test('fails when threads cannot start', async () => {
    class Broken extends FakeThread {
      override postMessage(): void {
        setImmediate(() => this.emit('error', new Error('no such file')));
      }
      override emit(event: string, ...values: unknown[]): boolean {
        return event === 'message' ? false : super.emit(event, ...values);
      }
    }
    const sink = { slice: () => undefined, problem: () => undefined };
    await expect(scanRuns(runsOf(3, 10), 2, () => new Broken(() => undefined), sink)).rejects.toThrow(
      'worker threads cannot start',
    );
  });

  test('does not run ahead of a slow reader', async () => {
    let taken = 0;
    async function* counted(): AsyncGenerator<ThreadRun, undefined> {
      for await (const run of runsOf(200, 4)) {
        taken += 1;
        yield run;
      }
      return undefined;
    }
    let most = 0;
    let written = 0;
    await scanRuns(counted(), 2, () => new FakeThread(() => undefined), {
      slice: async () => {
        most = Math.max(most, taken - written);
        await new Promise((resolve) => setImmediate(resolve));
        written += 1;
      },
      problem: () => undefined,
    });
    expect(written).toBe(200);
    expect(most).toBeLessThanOrEqual(10);
  });

  test('ends with what its reader throws', async () => {
    const sink = {
      slice: () => {
        throw new Error('disk full');
      },
      problem: () => undefined,
    };
    await expect(scanRuns(runsOf(30, 4), 2, () => new FakeThread(() => undefined), sink)).rejects.toThrow('disk full');
  });
});
