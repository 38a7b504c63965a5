// Hashes a file of evidence, streamed through one buffer. Runs in a worker of its own (workers/hash.worker.ts).

import { holdReader } from '../base/held-reader.ts';
import { createMd5 } from '../base/md5.ts';
import { createSha1 } from '../base/sha1.ts';
import { createSha256 } from '../base/sha256.ts';

export const HASH_NAMES = ['sha256', 'md5', 'sha1'] as const;
export type HashName = (typeof HASH_NAMES)[number];
/** Lower-case hex by name, of the hashes that were asked for. */
export type Digests = Partial<Record<HashName, string>>;

const CREATE = { sha256: createSha256, md5: createMd5, sha1: createSha1 };
/** A read is a way to the browser's file process: 1 MiB gives 500 MB/s and more. */
const READ_BYTES = 1_024 * 1_024;
/** Bytes between two reports of progress. */
const REPORT_BYTES = 16 * 1_024 * 1_024;

/** Gives the hashes of a blob; `report` hears the share that is done. Rejects when the blob cannot be read to its end. */
export async function hashFile(
  blob: Blob,
  names: readonly HashName[],
  report: (share: number) => void,
): Promise<Digests> {
  const hashes = names.map((name) => ({ name, hash: CREATE[name]() }));
  const reader = blob.stream().getReader({ mode: 'byob' });
  const release = holdReader(reader);
  let buffer = new ArrayBuffer(READ_BYTES);
  let done = 0;
  let reported = 0;
  try {
    for (;;) {
      const { value, done: isEnd } = await reader.read(new Uint8Array(buffer, 0, READ_BYTES));
      if (isEnd) break;
      for (const { hash } of hashes) hash.update(value);
      done += value.length;
      buffer = value.buffer;
      if (done - reported < REPORT_BYTES) continue;
      reported = done;
      report(done / blob.size);
    }
  } finally {
    release();
  }
  if (done !== blob.size) throw new Error(`${done} of ${blob.size} bytes could be read`);
  return Object.fromEntries(hashes.map(({ name, hash }) => [name, hash.hex()]));
}
