// Files of a case that come again from another place or under another name: told by size and SHA-256. What has kept
// its path, size and modified time is not hashed before the scan; its hash is checked behind it (evidence-book).

import type { EvidenceFile } from '../intake/evidence.ts';
import type { CaseFile } from '../model/case.ts';
import { identityOf, numbersByIdentity } from './resumed-files.ts';

/** Gives the SHA-256 of a blob as lower-case hex, undefined when it cannot be read. */
export type HashBlob = (blob: Blob) => Promise<string | undefined>;

/** Bytes hashed before a scan may begin: some seconds. What is beyond is taken for new; its records are merged all the same. */
const MOST_HASHED_BYTES = 2 * 1_024 ** 3;

/** Gives the number in the case of each file that is known by its content alone. `startHash` is called when one has to be hashed. */
export async function recogniseEvidence(
  known: readonly CaseFile[],
  given: readonly EvidenceFile[],
  startHash: () => Promise<HashBlob>,
): Promise<ReadonlyMap<EvidenceFile, number>> {
  const recognised = new Map<EvidenceFile, number>();
  const numbers = numbersByIdentity(known);
  const taken = new Set(given.map((file) => numbers.get(identityOf(file))));
  const bySize = new Map<number, Map<string, number>>();
  for (const [number, { size, hashes }] of known.entries()) {
    if (taken.has(number) || hashes?.sha256.state !== 'done') continue;
    const list = bySize.get(size) ?? new Map<string, number>();
    bySize.set(size, list.set(hashes.sha256.value, number));
  }
  const candidates = given
    .filter((file) => file.packed === undefined && !numbers.has(identityOf(file)) && bySize.has(file.size))
    .sort((a, b) => a.size - b.size);
  let bytes = 0;
  let hash: HashBlob | undefined;
  for (const file of candidates) {
    const list = bySize.get(file.size)!;
    bytes += file.size;
    if (bytes > MOST_HASHED_BYTES) break;
    if (list.size === 0) continue;
    hash ??= await startHash();
    const value = (await hash(file.blob)) ?? '';
    const number = list.get(value);
    if (number === undefined) continue;
    recognised.set(file, number);
    // Two equal files are two files: the second one stands for itself.
    list.delete(value);
  }
  return recognised;
}
