// Hashes a file of evidence, streamed through one buffer. Runs in a worker of its own (workers/hash.worker.ts).

import { chunksOf } from '../base/read-stream.ts';
import type { EvidenceBytes, PackedLog } from '../model/packed-log.ts';
import { holdReader } from '../base/held-reader.ts';
import { createMd5 } from '../base/md5.ts';
import { createSha1 } from '../base/sha1.ts';
import { createSha256, digestSha256 } from '../base/sha256.ts';

export const HASH_NAMES = ['sha256', 'md5', 'sha1'] as const;
export type HashName = (typeof HASH_NAMES)[number];
/** Lower-case hex by name, of the hashes that were asked for. */
export type Digests = Partial<Record<HashName, string>>;

const CREATE = { sha256: createSha256, md5: createMd5, sha1: createSha1 };
/** Unpacks a log from its start, as it was when it was scanned. */
export type OpenPacked = (packed: PackedLog) => ReadableStream<Uint8Array<ArrayBuffer>>;

/** A read is a way to the browser's file process: 1 MiB gives 500 MB/s and more. */
const READ_BYTES = 1_024 * 1_024;
/** Files up to this size are read whole: most logs, and little beside what a scan took. */
const MOST_AT_ONCE = 32 * 1_024 * 1_024;
/** Bytes between two reports of progress. */
const REPORT_BYTES = 16 * 1_024 * 1_024;

/** Gives the hashes of a log; `report` hears the share that is done. Rejects when it cannot be read to its end. */
export async function hashFile(
  bytes: EvidenceBytes,
  names: readonly HashName[],
  report: (share: number) => void,
  open: OpenPacked = cannotUnpack,
): Promise<Digests> {
  if (!(bytes instanceof Blob)) return hashPacked(bytes, names, report, open);
  const blob = bytes;
  if ('subtle' in globalThis.crypto && blob.size <= MOST_AT_ONCE) return hashAtOnce(blob, names);
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

async function hashAtOnce(blob: Blob, names: readonly HashName[]): Promise<Digests> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  if (bytes.length !== blob.size) throw new Error(`${bytes.length} of ${blob.size} bytes could be read`);
  const digests: Digests = {};
  for (const name of names) {
    digests[name] = name === 'sha256' ? await digestSha256(bytes) : CREATE[name]().update(bytes).hex();
  }
  return digests;
}

async function hashPacked(
  packed: PackedLog,
  names: readonly HashName[],
  report: (share: number) => void,
  open: OpenPacked,
): Promise<Digests> {
  const hashes = names.map((name) => ({ name, hash: CREATE[name]() }));
  let done = 0;
  let reported = 0;
  for await (const chunk of chunksOf(open(packed))) {
    // What was scanned is hashed: a ceiling may have cut it.
    const part = chunk.subarray(0, packed.size - done);
    for (const { hash } of hashes) hash.update(part);
    done += part.length;
    if (done === packed.size) break;
    if (done - reported < REPORT_BYTES) continue;
    reported = done;
    report(done / packed.size);
  }
  if (done !== packed.size) throw new Error(`${done} of ${packed.size} bytes could be read`);
  return Object.fromEntries(hashes.map(({ name, hash }) => [name, hash.hex()]));
}

function cannotUnpack(): never {
  throw new Error('packed logs cannot be hashed here');
}
