// Joins of a scan, or of a trial on the index, put together: rows folded, and the few records that matter read again.

import type { ReadableBytes } from '../src/base/readable-bytes.ts';
import type { ReadEvidence } from '../src/intake/read-evidence.ts';
import { parseJoinPlan } from '../src/pool/join-plan-json.ts';
import type { JoinJob, JoinReport } from '../src/pool/protocol.ts';
import { decideJoins, type ReadChunk } from '../src/scan/joins/decide-joins.ts';
import { foldJoins } from '../src/scan/joins/fold-joins.ts';

/** What joins decide, with the events read again from their files. */
export async function* joinRecords(
  { plan: text, files, parts }: JoinJob,
  readEvidence: ReadEvidence,
): AsyncGenerator<JoinReport> {
  const plan = parseJoinPlan(text);
  if (plan === undefined) return;
  const folded = foldJoins(plan, parts);
  yield { found: [], correlation: [], problems: folded.problems };
  const sources = files.map(({ blob }) => readEvidence(blob));
  const readChunk: ReadChunk = (rank, offset, length) => readBytes(sources[rank]!, offset, length);
  for await (const { findings, correlation, problems } of decideJoins(plan, folded, readChunk)) {
    const found = findings.map(({ rank, row, joinedRank }) => {
      const isElsewhere = joinedRank !== undefined && joinedRank !== rank;
      const shown = isElsewhere ? { ...row, joinedFile: files[joinedRank]!.path } : row;
      return { file: files[rank]!.number, rows: [shown] };
    });
    yield { found, correlation, problems };
  }
}

/** Bytes of evidence; fewer at its end. */
export async function readBytes(blob: ReadableBytes, start: number, length: number): Promise<Uint8Array> {
  return new Uint8Array(await blob.slice(start, start + length).arrayBuffer());
}
