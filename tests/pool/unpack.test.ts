// Packed logs in a scan: unpacked in workers of their own while what is there of them is scanned.

import { crc32 } from 'node:zlib';
import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js';
import { describe, expect, test, vi } from 'vitest';
import { openPacked } from '../../src/intake/open-packed.ts';
import { openZip } from '../../src/intake/open-zip.ts';
import { createEvidenceReader, openToEnd, openUnverified } from '../../src/intake/read-evidence.ts';
import type { EvidenceBytes, PackedLog } from '../../src/model/packed-log.ts';
import { createInlineScanner, startInlineUnpacker, startInlineWorker } from '../../src/pool/inline-scanner.ts';
import type { ScanFile } from '../../src/pool/scanner.ts';
import { hashFile } from '../../src/pool/hash-file.ts';
import { serveScanWorker } from '../../src/pool/serve-worker.ts';
import { unpackInParts, type Unpacker } from '../../src/pool/serve-unpacker.ts';
import type { UnpackWorker } from '../../src/pool/unpack-pass.ts';
import { createWorkerScanner } from '../../src/pool/worker-scanner.ts';
import { buildZip, storeAsDeflate64 } from '../builders/zip-builder.ts';
import { Chunk, chunkOffsets, fakeCores, fakeFile, Recorder } from './fake-core.ts';

const loadProgram = (): Promise<ArrayBuffer> => Promise.resolve(new ArrayBuffer(8));
const unpacker: Unpacker = { open: openPacked, openUnverified };
const good = (count: number): number[] => Array.from({ length: count }, () => Chunk.Good);

class Listener extends Recorder {
  readonly blobs = new Map<number, EvidenceBytes>();
  unpacked(file: number, blob: EvidenceBytes): void {
    this.blobs.set(file, blob);
  }
}

async function packed({ number, path, blob }: ScanFile, change?: (gzip: Uint8Array) => Uint8Array): Promise<ScanFile> {
  const stream = blob.stream().pipeThrough(new CompressionStream('gzip'));
  const gzip = new Uint8Array(await new Response(stream).arrayBuffer());
  const log: PackedLog = { form: 'gzip', blob: new Blob([new Uint8Array(change?.(gzip) ?? gzip)]), size: blob.size };
  return { number, path, blob: new Blob([]), packed: log };
}

async function scan(files: readonly ScanFile[], workers: number, own = unpacker) {
  const scanner = createInlineScanner({ createCore: fakeCores(), loadProgram, workers, unpacker: own });
  const heard = new Listener();
  const summary = await scanner.scan(files, { recovered: false }, heard).done;
  scanner.dispose();
  return { heard, summary };
}

describe('packed logs', () => {
  test.each([1, 2, 4])('give every chunk once with %i workers, beside loose ones', async (workers) => {
    const loose = fakeFile(1, 'b.evtx', good(20));
    const files = [
      await packed(fakeFile(0, 'Security.evtx', good(500))),
      loose,
      await packed(fakeFile(2, 'c.evtx', good(3))),
    ];
    const { heard, summary } = await scan(files, workers);
    expect(heard.sorted(0)).toEqual(chunkOffsets(500));
    expect(heard.sorted(1)).toEqual(chunkOffsets(20));
    expect(heard.sorted(2)).toEqual(chunkOffsets(3));
    expect(heard.problems).toEqual([]);
    expect(summary).toMatchObject({ outcome: 'done', records: 523 });
    expect(heard.blobs.get(0)?.size).toBe(4_096 + 500 * 65_536);
    expect(heard.reports.at(-1)?.files.map((file) => file.state)).toEqual(['done', 'done', 'done']);
  });

  test('a wrong size in the archive is only a claim', async () => {
    const file = await packed(fakeFile(0, 'a.evtx', good(40)));
    for (const size of [0, 10, 2 ** 40]) {
      const { heard, summary } = await scan([{ ...file, packed: { ...file.packed!, size } }], 2);
      expect(heard.sorted(0)).toEqual(chunkOffsets(40));
      expect(summary.bytes).toBe(4_096 + 40 * 65_536);
    }
  });

  test('a wrong checksum costs a line and no chunk', async () => {
    const wrong = (gzip: Uint8Array): Uint8Array => gzip.with(gzip.length - 6, gzip[gzip.length - 6]! ^ 1);
    const { heard } = await scan([await packed(fakeFile(0, 'a.evtx', good(40)), wrong)], 2);
    expect(heard.sorted(0)).toEqual(chunkOffsets(40));
    expect(heard.problems).toMatchObject([{ code: 'archive-damaged', file: 'a.evtx' }]);
  });

  test('what breaks off gives what came before', async () => {
    const cut = (gzip: Uint8Array): Uint8Array => gzip.subarray(0, Math.floor(gzip.length / 2));
    const { heard, summary } = await scan([await packed(fakeFile(0, 'a.evtx', good(400)), cut)], 2);
    expect(summary.outcome).toBe('done');
    expect(heard.sorted(0).length).toBeGreaterThan(50);
    expect(heard.sorted(0)).toEqual(chunkOffsets(heard.sorted(0).length));
    expect(heard.problems).toMatchObject([{ code: 'archive-damaged' }]);
  });

  test('a bomb ends at its ceiling', async () => {
    const endless = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_048_576)) });
    const order = { packed: { form: 'gzip' as const, blob: new Blob(['x']), size: 1 }, skip: 0, limit: 2 ** 33 };
    let bytes = 0;
    const count = (part: Uint8Array): Promise<void> => Promise.resolve(void (bytes += part.length));
    expect(await unpackInParts(order, { open: endless, openUnverified: () => undefined }, count)).toBe('bomb');
    expect(bytes).toBe(256 * 1_048_576);
    expect(await unpackInParts({ ...order, limit: 5 }, { open: endless, openUnverified: () => undefined }, count)).toBe(
      'limit',
    );
  });

  test('an unpacker that dies is replaced, and no byte comes twice', async () => {
    let started = 0;
    const scanner = createWorkerScanner({
      startWorker: () => startInlineWorker((endpoint) => serveScanWorker(endpoint, fakeCores())),
      loadProgram,
      loadCorrelations: () => Promise.resolve([]),
      workers: 2,
      startUnpacker: () => (started++ === 0 ? dyingUnpacker() : startInlineUnpacker(unpacker)),
    });
    const heard = new Listener();
    await scanner.scan([await packed(fakeFile(0, 'a.evtx', good(600)))], { recovered: false }, heard).done;
    scanner.dispose();
    expect(started).toBe(2);
    expect(heard.sorted(0)).toEqual(chunkOffsets(600));
    expect(heard.problems).toEqual([]);
  });

  test('an unpacker is started while the page is idle, and the first packed log takes it', async () => {
    const started: UnpackWorker[] = [];
    const ended = new Set<UnpackWorker>();
    const scanner = createWorkerScanner({
      startWorker: () => startInlineWorker((endpoint) => serveScanWorker(endpoint, fakeCores())),
      loadProgram,
      loadCorrelations: () => Promise.resolve([]),
      workers: 1,
      startUnpacker() {
        const worker = startInlineUnpacker(unpacker);
        const end = worker.terminate.bind(worker);
        worker.terminate = () => {
          ended.add(worker);
          end();
        };
        started.push(worker);
        return worker;
      },
    });
    await scanner.warm();
    expect(started).toHaveLength(1);
    const heard = new Listener();
    await scanner.scan([await packed(fakeFile(0, 'a.evtx', good(30)))], { recovered: false }, heard).done;
    expect(started).toHaveLength(1);
    expect(ended.size).toBe(1);
    expect(heard.sorted(0)).toEqual(chunkOffsets(30));
    await scanner.warm();
    scanner.dispose();
    await vi.waitFor(() => expect(ended.size).toBe(2));
  });

  test('the first parts of a log are short, so that its scan begins at once', async () => {
    const { packed: log } = await packed(fakeFile(0, 'a.evtx', good(200)));
    const sizes: number[] = [];
    const note = (part: Uint8Array): Promise<void> => Promise.resolve(void sizes.push(part.length));
    expect(await unpackInParts({ packed: log!, skip: 0, limit: 2 ** 30 }, unpacker, note)).toBe('whole');
    expect(sizes.slice(0, 3)).toEqual([4_096 + 4 * 65_536, 16 * 65_536, 64 * 65_536]);
  });

  test('a scan worker that dies on a packed log costs a repeat of its slice and no chunk', async () => {
    const chunks = good(300).with(40, Chunk.Throws).with(299, Chunk.Throws);
    const { heard } = await scan([await packed(fakeFile(0, 'Security.evtx', chunks))], 2);
    const expected = chunkOffsets(300).filter((_, at) => at !== 40 && at !== 299);
    expect(heard.sorted(0)).toEqual(expected);
    expect(heard.problems.map(({ code }) => code)).toEqual(['worker-lost', 'worker-lost']);
  });

  test.each<readonly [string, (file: ScanFile) => Promise<ScanFile>]>([
    ['deflated', packed],
    ['encrypted by AES', (file) => encrypted(file, {})],
    ['encrypted by ZipCrypto', (file) => encrypted(file, { zipCrypto: true })],
    ['packed by Deflate64', deflated64],
  ])('a log that is too large to be kept is unpacked again when its bytes are wanted: %s', async (_name, pack) => {
    const loose = fakeFile(0, 'a.evtx', good(40));
    const log = await pack(loose);
    const heard = new Listener();
    const scanner = createInlineScanner({ createCore: fakeCores(), loadProgram, workers: 2, unpacker });
    // What it claims decides, and this one claims more than anything kept.
    await scanner.scan([{ ...log, packed: { ...log.packed!, size: 2 ** 33 } }], { recovered: false }, heard).done;
    scanner.dispose();
    expect(heard.sorted(0)).toEqual(chunkOffsets(40));
    const bytes = heard.blobs.get(0)!;
    expect(bytes).not.toBeInstanceOf(Blob);
    expect(bytes.size).toBe(4_096 + 40 * 65_536);
    const again = createEvidenceReader()(bytes);
    const chunk = new Uint8Array(await again.slice(4_096 + 39 * 65_536).arrayBuffer());
    expect(chunk).toHaveLength(65_536);
    const digests = await hashFile(bytes, ['sha256'], () => undefined, openToEnd);
    const { sha256 } = await hashFile(loose.blob, ['sha256'], () => undefined);
    expect(digests.sha256).toBe(sha256);
  });

  test('a log that is too large to be kept needs nothing that plain http does not have', async () => {
    const file = await packed(fakeFile(0, 'Security.evtx', good(20)));
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const large = { ...file, packed: { ...file.packed!, size: 1_000_000_000 } };
    const { heard, summary } = await scan([large], 1).finally(() => vi.unstubAllGlobals());
    expect(summary.outcome).toBe('done');
    expect(heard.sorted(0)).toEqual(chunkOffsets(20));
  });

  test('a scan is cancelled while a log is being unpacked', async () => {
    const hanging: Unpacker = { open: () => new ReadableStream({}), openUnverified: () => undefined };
    const scanner = createInlineScanner({ createCore: fakeCores(), loadProgram, workers: 2, unpacker: hanging });
    const handle = scanner.scan([await packed(fakeFile(0, 'a.evtx', good(6)))], { recovered: false }, new Listener());
    setTimeout(() => handle.cancel(), 20);
    expect((await handle.done).outcome).toBe('cancelled');
    scanner.dispose();
  });
});

/** A log in a zip of its own, as intake gives it. */
async function inZip({ number, path }: ScanFile, zip: Blob, password?: string): Promise<ScanFile> {
  const { entries } = await openZip(zip);
  const log = (await entries[0]!.content(password)) as PackedLog;
  expect(log.form).toBe('zip-entry');
  return { number, path, blob: new Blob([]), packed: log };
}

async function encrypted(file: ScanFile, options: object): Promise<ScanFile> {
  const password = 'infected';
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, password, ...options });
  await writer.add(file.path, new BlobReader(file.blob));
  return inZip(file, await writer.close(), password);
}

async function deflated64(file: ScanFile): Promise<ScanFile> {
  const log = new Uint8Array(await file.blob.arrayBuffer());
  const part = { name: file.path, data: storeAsDeflate64(log), method: 9, size: log.length, crc: crc32(log) };
  return inZip(file, new Blob([buildZip([part])]));
}

/** Sends one part, then an error as of a worker that crashed. */
function dyingUnpacker(): UnpackWorker {
  const worker = startInlineUnpacker(unpacker);
  let crash: (event: Event) => void = () => undefined;
  return {
    postMessage(message) {
      if (message.kind === 'taken') crash(new Event('error'));
      else worker.postMessage(message, []);
    },
    addEventListener(type: string, listener: (event: never) => void) {
      if (type === 'error') crash = listener as typeof crash;
      else worker.addEventListener(type as 'message', listener as never);
    },
    terminate: () => worker.terminate(),
  };
}
