// Hashes the files of a case one after the other, once nobody else needs the disk. Loaded when the first scan is over.

import type { FileHashes } from '../model/evidence-account.ts';
import type { EvidenceBytes } from '../model/packed-log.ts';
import type { FileHasher } from '../pool/file-hasher.ts';
import type { HashName } from '../pool/hash-file.ts';

export interface HashJob {
  /** Number of the file in the case. */
  readonly file: number;
  readonly blob: EvidenceBytes;
  /** What is known of the file so far. */
  readonly hashes: FileHashes;
}

/**
 * Hashes the files in the order given and reports each state. Gives how many were hashed; ends early, with the file
 * under way back at `waiting`, when the signal is aborted. Never rejects.
 */
export async function hashEvidence(
  jobs: readonly HashJob[],
  names: readonly HashName[],
  hasher: FileHasher,
  report: (file: number, hashes: FileHashes) => void,
  signal: AbortSignal,
): Promise<number> {
  let hashed = 0;
  for (const { file, blob, hashes } of jobs) {
    if (signal.aborted) break;
    const show = (share: number): void => {
      if (!signal.aborted) report(file, { ...hashes, sha256: { state: 'hashing', share } });
    };
    show(0);
    try {
      const { sha256, ...more } = await hasher.hash(blob, names, show, signal);
      report(file, {
        ...hashes,
        ...more,
        ...(sha256 === undefined ? {} : { sha256: { state: 'done', value: sha256 } }),
      });
      hashed++;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isOurs = hashes.sha256.state === 'done' || signal.aborted;
      report(file, isOurs ? hashes : { ...hashes, sha256: { state: 'failed', reason } });
    }
  }
  return hashed;
}
