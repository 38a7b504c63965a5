// The runs of a scan in the order of the output: file after file, each cut into stretches of whole chunks. A file is
// opened when its turn comes, so that thousands of them cost nothing ahead.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileRecovery } from '../model/recovery.ts';
import { CHUNK_BYTES } from '../pool/run-plan.ts';
import { openLog, OPENING_BYTES } from '../scan/open-log.ts';
import { readHead, type LogFile } from './log-file.ts';
import type { ProblemReport } from './problem-report.ts';
import type { ThreadRun } from './thread-protocol.ts';

/** 2 MiB, as in the browser. */
const CHUNKS_PER_SLICE = 32;
const SHORTEST_RUN = 16 * CHUNK_BYTES;
/** Results wait for the run before theirs: longer runs would hold more of them. */
const LONGEST_RUN = 128 * CHUNK_BYTES;

/**
 * Yields the runs of all files, each with what is known for recovering its deleted records. What keeps a file from being
 * scanned goes to the report.
 */
export async function* planRuns(
  files: readonly LogFile[],
  workers: number,
  hash: boolean,
  report: Pick<ProblemReport, 'add'>,
  recoveryOf: (file: LogFile) => FileRecovery | undefined = () => undefined,
): AsyncGenerator<ThreadRun, undefined> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const share = Math.ceil(total / (workers * 8) / CHUNK_BYTES) * CHUNK_BYTES;
  const runBytes = Math.max(SHORTEST_RUN, Math.min(LONGEST_RUN, share));
  for (const file of files) {
    let fileHash: string | undefined;
    let opening;
    try {
      opening = openLog(readHead(file.diskPath, OPENING_BYTES), file.size);
      fileHash = hash ? await hashOf(file) : undefined;
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      report.add({ code: 'file-unreadable', severity: 'error', file: file.path, detail: error.message });
      continue;
    }
    for (const problem of opening.problems) report.add({ ...problem, file: file.path });
    if (!opening.scannable) continue;
    const recovery = recoveryOf(file);
    for (let start = opening.dataOffset; start < file.size; start += runBytes) {
      const byteLength = Math.min(runBytes, file.size - start);
      const run = { file, fileHash, start, byteLength, chunksPerSlice: CHUNKS_PER_SLICE };
      yield recovery === undefined ? run : { ...run, recovery };
    }
  }
}

async function hashOf({ diskPath }: LogFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(diskPath) as AsyncIterable<Uint8Array>) hash.update(part);
  return hash.digest('hex');
}
