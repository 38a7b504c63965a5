// Zips whose entries are stored as they are (APPNOTE 6.3, no zip64): the case file's parts are compressed already. Any
// unzip opens them. Knows zips, nothing of cases.

import { crc32 } from '../base/crc32.ts';

export interface ZipPart {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is kept of a part once its bytes are in a Blob. */
interface Written {
  readonly name: Uint8Array<ArrayBuffer>;
  readonly crc: number;
  readonly size: number;
}

const MAX_ZIP_BYTES = 0xffff_0000;
const MAX_ENTRIES = 65_000;
/** 1 January 1980, the first that zips know: equal cases give equal files. */
const DOS_DATE = 0x0021;

/** Collects parts outside the script heap and puts them together. */
export function createZipWriter() {
  const written: Written[] = [];
  const blobs: Blob[] = [];
  let size = 0;
  return {
    /** Adds a part; throws when the zip becomes larger than a zip may be (4 GiB, 65,000 parts). */
    add({ name, bytes }: ZipPart): void {
      const nameBytes = new TextEncoder().encode(name);
      const entry = { name: nameBytes, crc: crc32(bytes), size: bytes.length };
      size += 30 + nameBytes.length + bytes.length + 46 + nameBytes.length;
      if (size > MAX_ZIP_BYTES || written.length >= MAX_ENTRIES) throw new Error('the case is too large for one file');
      written.push(entry);
      blobs.push(new Blob([localHeader(entry), nameBytes, bytes]));
    },
    /** Gives the zip with `first` in front of everything. */
    finish(first: ZipPart): Blob {
      const nameBytes = new TextEncoder().encode(first.name);
      const entry = { name: nameBytes, crc: crc32(first.bytes), size: first.bytes.length };
      const head = new Blob([localHeader(entry), nameBytes, first.bytes]);
      const directory: Uint8Array<ArrayBuffer>[] = [];
      let offset = 0;
      for (const each of [entry, ...written]) {
        directory.push(directoryHeader(each, offset), each.name);
        offset += 30 + each.name.length + each.size;
      }
      const directorySize = directory.reduce((sum, bytes) => sum + bytes.length, 0);
      const end = new DataView(new ArrayBuffer(22));
      end.setUint32(0, 0x0605_4b50, true);
      end.setUint16(8, written.length + 1, true);
      end.setUint16(10, written.length + 1, true);
      end.setUint32(12, directorySize, true);
      end.setUint32(16, offset, true);
      return new Blob([head, ...blobs, ...directory, new Uint8Array(end.buffer)], { type: 'application/zip' });
    },
  };
}

function localHeader({ name, crc, size }: Written): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(30));
  view.setUint32(0, 0x0403_4b50, true);
  view.setUint16(4, 20, true);
  view.setUint16(6, 0x0800, true);
  view.setUint16(12, DOS_DATE, true);
  view.setUint32(14, crc, true);
  view.setUint32(18, size, true);
  view.setUint32(22, size, true);
  view.setUint16(26, name.length, true);
  return new Uint8Array(view.buffer);
}

function directoryHeader({ name, crc, size }: Written, offset: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(46));
  view.setUint32(0, 0x0201_4b50, true);
  view.setUint16(4, 20, true);
  view.setUint16(6, 20, true);
  view.setUint16(8, 0x0800, true);
  view.setUint16(14, DOS_DATE, true);
  view.setUint32(16, crc, true);
  view.setUint32(20, size, true);
  view.setUint32(24, size, true);
  view.setUint16(28, name.length, true);
  view.setUint32(42, offset, true);
  return new Uint8Array(view.buffer);
}

/** Longest directory that is read: 65,000 entries with short names. */
const MAX_DIRECTORY_BYTES = 16 * 1_024 * 1_024;

export interface StoredEntry {
  readonly name: string;
  readonly size: number;
  load(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Lists the stored entries of a zip; undefined when it is cut off or not such a zip. Rejects when it cannot be read. */
export async function readStoredZip(blob: Blob): Promise<readonly StoredEntry[] | undefined> {
  if (blob.size < 22) return undefined;
  // No comment: we write none, and a case file with something behind it is not as it was written.
  const end = await viewOf(blob, blob.size - 22, 22);
  const count = end.getUint16(10, true);
  const size = end.getUint32(12, true);
  const start = end.getUint32(16, true);
  if (end.getUint32(0, true) !== 0x0605_4b50 || size > MAX_DIRECTORY_BYTES) return undefined;
  if (start + size !== blob.size - 22) return undefined;
  const directory = await viewOf(blob, start, size);
  const entries: StoredEntry[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || directory.getUint32(at, true) !== 0x0201_4b50) return undefined;
    const nameLength = directory.getUint16(at + 28, true);
    const skipped = directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
    if (directory.getUint16(at + 10, true) !== 0 || at + 46 + nameLength > size) return undefined;
    const name = new TextDecoder().decode(new Uint8Array(directory.buffer, at + 46, nameLength));
    const bytes = directory.getUint32(at + 24, true);
    const offset = directory.getUint32(at + 42, true);
    if (offset + 30 + nameLength + bytes > start) return undefined;
    entries.push({
      name,
      size: bytes,
      load: async () => {
        const header = await viewOf(blob, offset, 30);
        const from = offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
        return new Uint8Array(await blob.slice(from, from + bytes).arrayBuffer());
      },
    });
    at += 46 + nameLength + skipped;
  }
  return entries;
}

async function viewOf(blob: Blob, from: number, length: number): Promise<DataView<ArrayBuffer>> {
  return new DataView(await blob.slice(from, from + length).arrayBuffer());
}
