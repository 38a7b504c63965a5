// The bytes of a log once it was scanned, by place and in any thread; a packed one is unpacked again for it.

import { chunksOf, partBehind, streamOf } from '../base/read-stream.ts';
import { readHeld, readStreamed, type ReadableBytes } from '../base/readable-bytes.ts';
import type { EvidenceBytes, HeldBytes, PackedLog } from '../model/packed-log.ts';
import { GZIP_BACK, GZIP_FRONT } from './gzip-frame.ts';
import { inPieces } from './gzip-members.ts';
import { openPacked } from './open-packed.ts';

/**
 * The same for what openPacked() breaks off although its bytes may be sound: only the checksum behind them is wrong, and the
 * browser then withholds what it had just unpacked. Undefined where there is no such second way.
 */
export function openUnverified({ form, blob }: PackedLog): ReadableStream<Uint8Array<ArrayBuffer>> | undefined {
  if (form !== 'gzip' || blob.size < GZIP_FRONT + GZIP_BACK) return undefined;
  const deflated = blob.slice(GZIP_FRONT, blob.size - GZIP_BACK);
  return inPieces(deflated).pipeThrough(new DecompressionStream('deflate-raw'));
}

/** Reads bytes of a log by place, wherever they are; of a packed one all that came out when it was scanned. */
export type ReadEvidence = (bytes: EvidenceBytes | HeldBytes) => ReadableBytes;

/** Packed logs of which a thread keeps the open stream and what was read last. */
const MOST_OPEN = 2;

/** Creates a reader for one thread. */
export function createEvidenceReader(): ReadEvidence {
  const open = new Map<string, ReadableBytes>();
  return (bytes) => {
    if (bytes instanceof Blob) return bytes;
    if ('data' in bytes) return readHeld(bytes.data, bytes.offset);
    const { key = '' } = bytes;
    const known = open.get(key);
    const readable = known ?? readStreamed(() => openToEnd(bytes), bytes.size);
    if (key === '') return readable;
    open.delete(key);
    open.set(key, readable);
    for (const oldest of open.keys()) {
      if (open.size <= MOST_OPEN) break;
      open.delete(oldest);
    }
    return readable;
  };
}

/** Unpacks a log again as the scan did: without verifying it where the verified bytes break off. */
export function openToEnd(packed: PackedLog): ReadableStream<Uint8Array<ArrayBuffer>> {
  return streamOf(allChunks(packed));
}

async function* allChunks(packed: PackedLog): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
  let given = 0;
  try {
    for await (const chunk of chunksOf(openPacked(packed))) {
      yield chunk;
      given += chunk.length;
    }
    return;
  } catch (error) {
    const second = openUnverified(packed);
    if (second === undefined) throw error;
    let at = 0;
    for await (const chunk of chunksOf(second)) {
      const fresh = partBehind(chunk, at, given);
      at += chunk.length;
      if (fresh.length > 0) yield fresh;
    }
  }
}
