// The bytes of a packed log, from its start. Used by the unpack worker for whole logs, by the page for first bytes.

import type { PackedLog } from '../model/packed-log.ts';
import { openZipEntry } from './zip-entry-stream.ts';
import { GZIP_BACK, GZIP_FRONT } from './gzip-frame.ts';

/** Unpacks as a stream that errors where the data is damaged. Chunks are 64 KiB to 2 MiB. */
export function openPacked({ form, blob, password }: PackedLog): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (form === 'zip-entry') return openZipEntry(blob, password);
  return blob.stream().pipeThrough(new DecompressionStream('gzip'));
}

/**
 * The same for what openPacked() breaks off although its bytes may be sound: only the checksum behind them is wrong, and the
 * browser then withholds what it had just unpacked. Undefined where there is no such second way.
 */
export function openUnverified({ form, blob }: PackedLog): ReadableStream<Uint8Array<ArrayBuffer>> | undefined {
  if (form !== 'gzip' || blob.size < GZIP_FRONT + GZIP_BACK) return undefined;
  const deflated = blob.slice(GZIP_FRONT, blob.size - GZIP_BACK);
  return deflated.stream().pipeThrough(new DecompressionStream('deflate-raw'));
}
