// Packed logs of the command line: found as in the browser (src/intake), then unpacked one by one into temporary files,
// because in Node a Blob lies in memory. The temporary folder goes when the scan is over.

import { openAsBlob, rmSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EvidenceFile } from '../intake/evidence.ts';
import { FreePaths } from '../intake/free-paths.ts';
import { MAX_ENTRIES, MAX_UNPACKED_BYTES, MAX_UNPACKED_TOTAL } from '../intake/limits.ts';
import { openPacked } from '../intake/open-packed.ts';
import { openZip } from '../intake/open-zip.ts';
import { createPackedTaker } from '../intake/packed.ts';
import { openUnverified } from '../intake/read-evidence.ts';
import type { Problem } from '../model/problem.ts';
import { unpackInParts } from '../pool/serve-unpacker.ts';
import { unpackProblem } from '../pool/unpack-problem.ts';
import type { UnpackEnd } from '../pool/unpack-protocol.ts';
import type { LogFile } from './log-file.ts';

/** Password of encrypted archives, where `infected` does not open them. Not an argument: those are seen by every user. */
const PASSWORD_VARIABLE = 'WINNOW_ZIP_PASSWORD';
/** An archive in an archive is unpacked in memory. */
const MAX_INNER_ARCHIVE = 2 * 1_024 ** 3;

export interface Unpacker {
  takeGzip(path: string, chosen: boolean): Promise<void>;
  takeZip(path: string, chosen: boolean): Promise<void>;
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
  let entries = 0;
  let budget = MAX_UNPACKED_TOTAL;
  const found: EvidenceFile[] = [];
  const paths = new FreePaths();
  const taker = createPackedTaker({
    openZip,
    askPassword: ({ wasWrong }) => Promise.resolve(wasWrong ? undefined : process.env[PASSWORD_VARIABLE]),
    maxUnpackedBytes: MAX_INNER_ARCHIVE,
    enter: () => entries++ < MAX_ENTRIES,
    looksInto: () => true,
    addLog: (_rank, log) => void found.push(log),
    // Rules are given by --rules; those that lie in evidence are not used.
    wantsRule: () => false,
    addRule: () => undefined,
    report: (_rank, problem) => sink.problem(problem),
    skip: () => undefined,
  });

  /** Writes what was found to disk. */
  const unpackFound = async (): Promise<void> => {
    for (const log of found.splice(0)) {
      folder ??= createFolder();
      files += 1;
      const target = join(await folder, `${files}.evtx`);
      const limit = Math.min(MAX_UNPACKED_BYTES, budget);
      const { size, end } = await writeLog(log, target, limit);
      budget -= size;
      const path = paths.take(log.path);
      const problem = unpackProblem(end, size);
      if (problem !== undefined) sink.problem({ ...problem, file: path });
      if (size > 0) sink.log({ path, size, diskPath: target });
    }
  };

  const take = async (kind: 'takeGzip' | 'takeZip', path: string, chosen: boolean): Promise<void> => {
    await taker[kind]({ path, blob: await openAsBlob(path), lastModified: 0, rank: 0, chosen, depth: 0 });
    // Printed as it was given; the browser leaves the .gz out.
    if (kind === 'takeGzip') for (const [place, log] of found.entries()) found[place] = { ...log, path };
    await unpackFound();
  };

  return {
    takeGzip: (path, chosen) => take('takeGzip', path, chosen),
    takeZip: (path, chosen) => take('takeZip', path, chosen),
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

/** Writes a log to a file, at most `limit` bytes. Damage of the packed data ends it; what the system refuses rejects. */
async function writeLog(
  { blob, packed }: EvidenceFile,
  path: string,
  limit: number,
): Promise<{ readonly size: number; readonly end: UnpackEnd }> {
  const file = await open(path, 'wx', 0o600);
  let size = 0;
  const write = async (part: Uint8Array): Promise<void> => {
    await file.writeFile(part);
    size += part.length;
  };
  try {
    // A stored entry is a piece of the archive.
    const source = packed ?? { form: 'gzip', blob, size: blob.size };
    const openStored = packed === undefined ? () => blob.stream() : openPacked;
    const second = packed === undefined ? () => undefined : openUnverified;
    const end = await unpackInParts(
      { packed: source, skip: 0, limit },
      { open: openStored, openUnverified: second },
      write,
    );
    return { size, end };
  } finally {
    await file.close();
  }
}
