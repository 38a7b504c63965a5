// Finds the entries of a zip whose directory is lost, because the copy was cut off: each entry has a header of its own in
// front of its bytes. Where that does not know the size yet (archives written as a stream), the end is looked for.

import { decodeZipName } from './zip-name.ts';
import type { ListedEntry, ReadBytes } from './zip-listing.ts';

const LOCAL_HEADER = 30;
/** Room for a name and an extra field of the largest size. */
const HEADER_BYTES = LOCAL_HEADER + 2 * 65_535;
const SEARCH_BYTES = 4 * 1_024 * 1_024;
const ENTRY = 0x0403_4b50;
const DESCRIPTOR = 0x0807_4b50;
const MOST_32_BITS = 0xffff_ffff;
const SIZE_LATER = 8;
const ENCRYPTED = 1;
const UTF_8 = 0x800;

/** Lists entries from the start of the archive on, folders too, until something else stands where one should be. */
export async function* rebuildDirectory(size: number, read: ReadBytes): AsyncGenerator<ListedEntry> {
  for (let at = 0; at + LOCAL_HEADER <= size;) {
    const bytes = await read(at, Math.min(size, at + HEADER_BYTES));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (bytes.length < LOCAL_HEADER || view.getUint32(0, true) !== ENTRY) return;
    const flags = view.getUint16(6, true);
    const nameEnd = LOCAL_HEADER + view.getUint16(26, true);
    const dataStart = nameEnd + view.getUint16(28, true);
    if (dataStart > bytes.length) return;
    const nameBytes = bytes.slice(LOCAL_HEADER, nameEnd);
    const extra = bytes.slice(nameEnd, dataStart);
    const stated = sizesOf(view, extra);
    const start = at + dataStart;
    const found =
      (flags & SIZE_LATER) === 0 ? { ...stated, next: start + stated.packedSize } : await findEnd(start, size, read);
    yield {
      name: (flags & UTF_8) === 0 ? decodeZipName(nameBytes) : new TextDecoder().decode(nameBytes),
      offset: at,
      lastModified: 0,
      isEncrypted: (flags & ENCRYPTED) !== 0,
      flags,
      method: view.getUint16(8, true),
      time: view.getUint32(10, true),
      crc: found.crc,
      packedSize: found.packedSize,
      size: found.size,
      extra,
    };
    at = found.next;
  }
}

interface Sizes {
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
}

function sizesOf(view: DataView, extra: Uint8Array): Sizes {
  let packedSize = view.getUint32(18, true);
  let size = view.getUint32(22, true);
  const fields = new DataView(extra.buffer, extra.byteOffset, extra.length);
  for (let at = 0; at + 4 <= extra.length; at += 4 + fields.getUint16(at + 2, true)) {
    if (fields.getUint16(at, true) !== 1 || fields.getUint16(at + 2, true) < 16 || at + 20 > extra.length) continue;
    if (size === MOST_32_BITS) size = Number(fields.getBigUint64(at + 4, true));
    if (packedSize === MOST_32_BITS) packedSize = Number(fields.getBigUint64(at + 12, true));
  }
  return { crc: view.getUint32(14, true), packedSize, size };
}

/** The end of an entry without a size: a descriptor that states the distance to it. The end of the archive where there is none. */
async function findEnd(start: number, end: number, read: ReadBytes): Promise<Sizes & { readonly next: number }> {
  for (let from = start; from < end; from += SEARCH_BYTES) {
    // With an overlap, so that a descriptor on a border is seen whole.
    const bytes = await read(from, Math.min(end, from + SEARCH_BYTES + 24));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = bytes.indexOf(0x50); at >= 0 && at < SEARCH_BYTES; at = bytes.indexOf(0x50, at + 1)) {
      if (at + 16 > bytes.length) break;
      if (view.getUint32(at, true) !== DESCRIPTOR) continue;
      const packedSize = from + at - start;
      const crc = view.getUint32(at + 4, true);
      const place = from + at;
      // Zip64 first: with 32 bits the upper half of the packed size would be taken for the size.
      if (at + 24 <= bytes.length && view.getBigUint64(at + 8, true) === BigInt(packedSize)) {
        return { crc, packedSize, size: Number(view.getBigUint64(at + 16, true)), next: place + 24 };
      }
      if (view.getUint32(at + 8, true) === packedSize) {
        return { crc, packedSize, size: view.getUint32(at + 12, true), next: place + 16 };
      }
    }
  }
  return { crc: 0, packedSize: end - start, size: 0, next: end };
}
