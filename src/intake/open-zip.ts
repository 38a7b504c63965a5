// The zip reader: lists entries by random access on a Blob, zip64 included, and finds them by their own headers where the
// directory is lost. What is worth unpacking is decided in packed.ts. The library is loaded when the first zip is met.

import { createPacer } from './pacer.ts';
import { gzipPieces } from './gzip-frame.ts';
import { inPieces } from './gzip-members.ts';
import { openPacked } from './open-packed.ts';
import { openUnverified } from './read-evidence.ts';
import { rebuildDirectory } from './rebuild-directory.ts';
import type { OpenZip, ZipArchive, ZipEntry } from './zip.ts';
import type { Entry } from './zip-library.ts';
import {
  AES,
  contentOf,
  dataStartOf,
  DEFLATED,
  STORED,
  unknownMethodOf,
  type ListedEntry,
  type ReadBytes,
} from './zip-listing.ts';
import { decodeZipName, shownName } from './zip-name.ts';

/** Entries listed of one archive; a triage zip has up to some 100,000. */
const MAX_ZIP_ENTRIES = 500_000;
/** Zips up to this size are read at once. */
const IN_MEMORY_BYTES = 32 * 1_024 * 1_024;

/** Lists the files of a zip. */
export const openZip: OpenZip = async (blob) => {
  // Each read from a Blob is a way to the browser's file process and back (1 ms): 3,000 rules would take 17 s.
  const bytes = blob.size <= IN_MEMORY_BYTES ? new Uint8Array(await blob.arrayBuffer()) : undefined;
  const read: ReadBytes = async (start, end) =>
    bytes?.subarray(start, end) ?? new Uint8Array(await blob.slice(start, end).arrayBuffer());
  const listed: ListedEntry[] = [];
  const pace = createPacer();
  const gather = async (source: AsyncIterable<ListedEntry>): Promise<boolean> => {
    for await (const entry of source) {
      await pace();
      if (listed.length >= MAX_ZIP_ENTRIES) return true;
      if (!/[\\/]$/.test(entry.name)) listed.push(entry);
    }
    return false;
  };
  let isRebuilt = false;
  let isCut: boolean;
  try {
    isCut = await gather(readDirectory(blob, bytes));
  } catch (error) {
    // Lost, cut or damaged: what it listed before that is found again, together with the rest.
    listed.length = 0;
    isRebuilt = true;
    isCut = await gather(rebuildDirectory(blob.size, read));
    if (listed.length === 0) throw error;
  }
  return archiveOf(listed, { isRebuilt, isCut }, blob, bytes, read);
};

async function* readDirectory(blob: Blob, bytes: Uint8Array | undefined): AsyncGenerator<ListedEntry> {
  const { BlobReader, Uint8ArrayReader, ZipReader } = await import('./zip-library.ts');
  const reader = new ZipReader(bytes === undefined ? new BlobReader(blob) : new Uint8ArrayReader(bytes), {
    // Unsafe names are made safe where they are shown; refusing one would lose the whole archive.
    filenameValidation: 'tolerant',
    normalizeFilename: (name) => (name.includes('\0') ? name.replaceAll('\0', '\uFFFD') : undefined),
    decodeText: (value, encoding) => (encoding === 'utf-8' ? undefined : decodeZipName(value)),
  });
  for await (const entry of reader.getEntriesGenerator()) if (!entry.directory) yield listedOf(entry);
}

function listedOf(entry: Entry): ListedEntry {
  const time = entry.lastModDate.getTime();
  return {
    name: entry.filename,
    offset: entry.offset,
    lastModified: Number.isFinite(time) ? time : 0,
    isEncrypted: entry.encrypted,
    flags: entry.rawBitFlag ?? 0,
    // The library tells the method below the encryption; the header says that it is encrypted by AES.
    method: entry.encrypted && entry.extraFieldAES !== undefined ? AES : entry.compressionMethod,
    time: Number(entry.rawLastModDate),
    crc: entry.crc32 ?? 0,
    packedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    extra: entry.rawExtraField,
  };
}

function archiveOf(
  listed: readonly ListedEntry[],
  state: { readonly isRebuilt: boolean; readonly isCut: boolean },
  blob: Blob,
  bytes: Uint8Array<ArrayBuffer> | undefined,
  read: ReadBytes,
): ZipArchive {
  let trickyNames = 0;
  let firstTrickyName: string | undefined;
  const entries = listed.map((entry): ZipEntry => {
    const { path, isTricky } = shownName(entry.name);
    if (isTricky) {
      trickyNames += 1;
      firstTrickyName ??= path;
    }
    const { size, lastModified, isEncrypted, method } = entry;
    const unknownMethod = unknownMethodOf(method);
    return {
      path,
      size,
      lastModified,
      isEncrypted,
      ...(unknownMethod === undefined ? {} : { unknownMethod }),
      content: (password) => contentOf(entry, blob, read, password),
      stream: (password, verified) => streamOf(entry, { blob, bytes, read }, password, verified !== undefined),
    };
  });
  const oddities = { ...state, overlapping: countOverlaps(listed), trickyNames };
  return { entries, oddities: firstTrickyName === undefined ? oddities : { ...oddities, firstTrickyName } };
}

interface Archive {
  readonly blob: Blob;
  /** All of it, where it is small. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  readonly read: ReadBytes;
}

/** The bytes of an entry from its start; of a small archive they come from memory, without a way to the file process. */
async function streamOf(
  entry: ListedEntry,
  { blob, bytes, read }: Archive,
  password: string | undefined,
  isVerified: boolean,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const isPlain = !entry.isEncrypted && (entry.method === STORED || entry.method === DEFLATED);
  if (bytes === undefined || !isPlain) {
    const content = await contentOf(entry, blob, read, password);
    if (content instanceof Blob) return content.stream();
    return (isVerified ? undefined : openUnverified(content)) ?? openPacked(content);
  }
  const start = await dataStartOf(entry, read);
  const piece = bytes.subarray(start, start + entry.packedSize);
  const isFramed = isVerified && entry.method === DEFLATED;
  const source = inPieces(isFramed ? gzipPieces(piece, entry.crc, entry.size) : [piece]);
  return entry.method === STORED
    ? source
    : source.pipeThrough(new DecompressionStream(isFramed ? 'gzip' : 'deflate-raw'));
}

/** Entries that begin before the one in front of them ends. A packer never writes that; a bomb is small because of it. */
function countOverlaps(listed: readonly ListedEntry[]): number {
  const places = listed.map(({ offset, packedSize }) => ({ offset, end: offset + 30 + packedSize }));
  places.sort((a, b) => a.offset - b.offset);
  let end = 0;
  let overlaps = 0;
  for (const place of places) {
    if (place.offset < end) overlaps += 1;
    end = Math.max(end, place.end);
  }
  return overlaps;
}
