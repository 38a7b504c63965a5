// Packed logs of the command line: unpacked one by one into temporary files, because in Node a Blob lies in memory. What
// does not start like an event log is not unpacked. The temporary folder goes when the scan is over.

import { createReadStream, openAsBlob, rmSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extensionOf, packedProblem } from '../intake/judge-file.ts';
import { MAX_ENTRIES, MAX_UNPACKED_BYTES, MAX_UNPACKED_TOTAL, SNIFF_BYTES } from '../intake/limits.ts';
import { openZip } from '../intake/open-zip.ts';
import { sniffFormat } from '../intake/sniff.ts';
import { readStreamHead, type OpenStream } from '../intake/unpack.ts';
import type { Problem } from '../model/problem.ts';
import type { LogFile } from './log-file.ts';

export interface Unpacker {
  takeGzip(path: string, chosen: boolean): Promise<void>;
  takeZip(path: string): Promise<void>;
  /** Removes the temporary files. */
  dispose(): Promise<void>;
}

export interface UnpackSink {
  log(file: LogFile): void;
  problem(problem: Problem): void;
}

/** Gives an unpacker. */
export function createUnpacker(sink: UnpackSink): Unpacker {
  let folder: Promise<string> | undefined;
  let files = 0;
  let budget = MAX_UNPACKED_TOTAL;

  const takeStream = async (path: string, openStream: OpenStream, refusal: Problem | undefined): Promise<void> => {
    const format = sniffFormat(await readStreamHead(openStream, SNIFF_BYTES));
    if (format !== 'evtx' && format !== 'evtx-headless') {
      if (refusal !== undefined) sink.problem(refusal);
      return;
    }
    folder ??= createFolder();
    files += 1;
    const target = join(await folder, `${files}.evtx`);
    const limit = Math.min(MAX_UNPACKED_BYTES, budget);
    const { size, end } = await writeStream(openStream, target, limit);
    budget -= size;
    if (end === 'limit') {
      const detail = `unpacks to more than ${limit} bytes; only that much is read`;
      sink.problem({
        code: 'limit-reached',
        severity: 'error',
        file: path,
        detail,
        hint: 'Unpack it and scan the folder.',
      });
    } else if (end === 'damaged') {
      const detail = `packed data is damaged; the first ${size} bytes are read`;
      sink.problem({ code: 'file-unreadable', severity: 'warning', file: path, detail });
    }
    sink.log({ path, size, diskPath: target });
  };

  return {
    async takeGzip(path, chosen) {
      const openStream: OpenStream = () => {
        const packed = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array<ArrayBuffer>>;
        return packed.pipeThrough(new DecompressionStream('gzip'));
      };
      // Folders of rotated text logs hold hundreds of .gz; only those that promise an event log get a line.
      const refusal = chosen || /\.evtx\.gz$/i.test(path) ? packedProblem(path, 'gzip') : undefined;
      await takeStream(path, openStream, refusal);
    },
    async takeZip(path) {
      let entries;
      try {
        entries = await openZip(await openAsBlob(path));
      } catch {
        sink.problem({ ...packedProblem(path, 'zip'), detail: 'damaged zip archive' });
        return;
      }
      for (const entry of entries.slice(0, MAX_ENTRIES)) {
        const inner = `${path}/${entry.path}`;
        const isLog = extensionOf(entry.path) === 'evtx';
        if (entry.isLocked) {
          if (isLog) sink.problem({ ...packedProblem(inner, 'zip'), detail: 'protected by a password' });
          continue;
        }
        const detail = 'not an event log';
        const refusal: Problem = { code: 'file-not-evtx', severity: 'warning', file: inner, detail };
        await takeStream(inner, () => entry.stream(), isLog ? refusal : undefined);
      }
    },
    async dispose() {
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
    },
  };
}

/** A temporary folder that is gone when the process is, however that ends (entry.ts turns signals into exits). */
async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-unpacked-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a stream to a file, at most `limit` bytes. Damage of the packed data ends it; what the system refuses rejects. */
async function writeStream(
  openStream: OpenStream,
  path: string,
  limit: number,
): Promise<{ readonly size: number; readonly end: 'whole' | 'damaged' | 'limit' }> {
  const file = await open(path, 'wx', 0o600);
  let size = 0;
  try {
    const reader = openStream().getReader();
    for (;;) {
      let next;
      try {
        next = await reader.read();
      } catch {
        // Damaged from here on: what came before is the log.
        return { size, end: 'damaged' };
      }
      if (next.done) return { size, end: 'whole' };
      const kept = next.value.subarray(0, limit - size);
      await file.writeFile(kept);
      size += kept.length;
      if (kept.length < next.value.length) {
        await reader.cancel().catch(() => undefined);
        return { size, end: 'limit' };
      }
    }
  } finally {
    await file.close();
  }
}
