import { afterEach, describe, expect, test, vi } from 'vitest';
import type { IndexPart } from '../../src/model/index-part.ts';
import { createEventIndex } from '../../src/pool/event-index-client.ts';
import { createInlineScanner } from '../../src/pool/inline-scanner.ts';
import type { ScanFile, Scanner } from '../../src/pool/scanner.ts';
import { Chunk, chunkOffsets, fakeCores, fakeFile, Recorder } from './fake-core.ts';

const opened: Scanner[] = [];

function scannerOf(workers: number): Scanner {
  const loadProgram = (): Promise<ArrayBuffer> => Promise.resolve(new ArrayBuffer(8));
  const scanner = createInlineScanner({ createCore: fakeCores(), loadProgram, workers });
  opened.push(scanner);
  return scanner;
}

const smallFiles = (count: number): ScanFile[] =>
  Array.from({ length: count }, (_, number) => fakeFile(number, `${number}.evtx`, [Chunk.Good]));

afterEach(() => {
  vi.restoreAllMocks();
  for (const scanner of opened.splice(0)) scanner.dispose();
});

describe('a scan of a thousand files of one chunk', () => {
  test('reads and reports many of them at once', async () => {
    const files = smallFiles(1_000);
    const posted = vi.spyOn(MessagePort.prototype, 'postMessage');
    const read = vi.spyOn(Blob.prototype, 'arrayBuffer');
    const sliced = vi.spyOn(Blob.prototype, 'slice');
    const heard = new Recorder();
    const summary = await scannerOf(2).scan(files, { recovered: false }, heard).done;
    expect(summary.records).toBe(1_000);
    for (const { number } of files) expect(heard.sorted(number)).toEqual(chunkOffsets(1));
    expect(heard.reports.at(-1)!.files.every(({ state }) => state === 'done')).toBe(true);
    expect(read.mock.calls.length).toBeLessThan(100);
    expect(sliced).not.toHaveBeenCalled();
    expect(posted.mock.calls.length).toBeLessThan(250);
  });

  test('loses none to a worker that dies but the file that killed it twice', async () => {
    const files = [...smallFiles(100), fakeFile(100, 'bad.evtx', [Chunk.Throws]), ...smallFiles(100)].map(
      (file, number) => ({ ...file, number, path: `${number}.evtx` }),
    );
    const heard = new Recorder();
    await scannerOf(2).scan(files, { recovered: false }, heard).done;
    for (const { number } of files) expect(heard.sorted(number)).toEqual(chunkOffsets(number === 100 ? 0 : 1));
    expect(heard.problems).toMatchObject([{ code: 'worker-lost', file: '100.evtx' }]);
  });

  test('reads the others although one cannot be read', async () => {
    const unreadable = 77;
    // Whatever holds a byte of the file fails: the file itself, a part of it, and what it is put together with.
    vi.spyOn(Blob.prototype, 'arrayBuffer').mockImplementation(async function (this: Blob) {
      const bytes = await new Response(this.stream()).arrayBuffer();
      if (new Uint8Array(bytes).includes(unreadable)) throw new DOMException('moved away', 'NotReadableError');
      return bytes;
    });
    const files = [...smallFiles(30), fakeFile(30, 'moved.evtx', [unreadable])];
    const heard = new Recorder();
    await scannerOf(1).scan(files, { recovered: false }, heard).done;
    for (const { number } of files) expect(heard.sorted(number)).toEqual(chunkOffsets(number === 30 ? 0 : 1));
    expect(heard.problems).toMatchObject([{ code: 'file-unreadable', file: 'moved.evtx' }]);
  });
});

test('the event index gets files and rows that come at one moment in one message', async () => {
  const messages: unknown[] = [];
  const worker = {
    postMessage: (message: unknown) => void messages.push(message),
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    terminate: () => undefined,
  };
  const index = createEventIndex({ startWorker: () => worker, searchers: 1 });
  const column = new Uint32Array(1);
  const part = { count: 1 } as Record<string, unknown>;
  for (const name of ['timeHigh', 'timeLow', 'recordIdHigh', 'recordIdLow', 'eventId', 'level', 'flags'])
    part[name] = column;
  for (const name of ['provider', 'channel', 'computer', 'chunk', 'offset', 'size']) part[name] = column;
  for (let number = 0; number < 50; number++) {
    index.addFile({ number, path: `${number}.evtx`, blob: new Blob() });
    index.add(number, part as unknown as IndexPart);
  }
  await new Promise((resolve) => setTimeout(resolve));
  expect(index.count).toBe(50);
  expect(messages).toHaveLength(1);
});
