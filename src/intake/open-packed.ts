// The bytes of a packed log, from its start. Used by workers for whole logs, by the page for first bytes.

import type { PackedLog } from '../model/packed-log.ts';
import { openGzip } from './gzip-members.ts';
import { openZipEntry } from './zip-entry-stream.ts';

/** Unpacks as a stream that errors where the data is damaged. Chunks are 64 KiB to 2 MiB. */
export function openPacked({ form, blob, password }: PackedLog): ReadableStream<Uint8Array<ArrayBuffer>> {
  if (form === 'zip-entry') return openZipEntry(blob, password);
  return openGzip(blob);
}
