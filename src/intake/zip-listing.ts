// One entry as a directory lists it, whichever directory that is, and what to do to get at its bytes.

import type { PackedLog } from '../model/packed-log.ts';
import { frameAsGzip } from './gzip-frame.ts';
import { frameAsZip, MAX_FRAMED_BYTES, type EntryFacts } from './single-entry-zip.ts';

export interface ListedEntry extends EntryFacts {
  readonly name: string;
  /** Where its own header begins, in bytes from the start of the archive. */
  readonly offset: number;
  readonly lastModified: number;
  readonly isEncrypted: boolean;
}

export const STORED = 0;
export const DEFLATED = 8;
export const DEFLATED_64 = 9;
export const AES = 99;

const LOCAL_HEADER = 30;

/** The bytes of an archive are not what its directory says. */
export class ZipDamage extends Error {
  override readonly name = 'ZipDamage';
}

/** Names of methods that this reader does not unpack, for the advice. */
const METHODS: ReadonlyMap<number, string> = new Map([
  [1, 'Shrink'],
  [6, 'Implode'],
  [12, 'bzip2'],
  [14, 'LZMA'],
  [93, 'Zstandard'],
  [95, 'xz'],
  [98, 'PPMd'],
]);

/** What the method is called when nothing here unpacks it; undefined for those that are. */
export function unknownMethodOf(method: number): string | undefined {
  if (method === STORED || method === DEFLATED || method === DEFLATED_64 || method === AES) return undefined;
  return METHODS.get(method) ?? `method ${method}`;
}

/** Reads bytes of an archive; fewer at its end. */
export type ReadBytes = (start: number, end: number) => Promise<Uint8Array>;

/** Where the bytes of an entry begin. Rejects where there is no header. */
export async function dataStartOf({ offset }: ListedEntry, read: ReadBytes): Promise<number> {
  const head = await read(offset, offset + LOCAL_HEADER);
  if (head.length < LOCAL_HEADER) throw new ZipDamage('the entry lies beyond the end of the archive');
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (view.getUint32(0, true) !== 0x0403_4b50) throw new ZipDamage('no entry where the directory says');
  return offset + LOCAL_HEADER + view.getUint16(26, true) + view.getUint16(28, true);
}

/** The bytes of an entry: see ZipEntry.content(). */
export async function contentOf(
  entry: ListedEntry,
  archive: Blob,
  read: ReadBytes,
  password: string | undefined,
): Promise<Blob | PackedLog> {
  const start = await dataStartOf(entry, read);
  const end = start + entry.packedSize;
  // A cut archive: what is there of the entry is still worth reading.
  const isWhole = end <= archive.size;
  if (!entry.isEncrypted && entry.method === STORED) return archive.slice(start, Math.min(end, archive.size));
  if (!entry.isEncrypted && entry.method === DEFLATED) {
    return {
      form: 'gzip',
      blob: frameAsGzip(archive.slice(start, Math.min(end, archive.size)), entry.crc, entry.size),
      size: entry.size,
    };
  }
  if (!isWhole || entry.packedSize > MAX_FRAMED_BYTES) throw new ZipDamage('cut off, or too large to be unpacked here');
  const blob = frameAsZip(archive.slice(entry.offset, end), entry);
  return { form: 'zip-entry', blob, size: entry.size, ...(password === undefined ? {} : { password }) };
}
