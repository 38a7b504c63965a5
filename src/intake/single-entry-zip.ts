// A zip made of one entry of another: its own header and bytes, a directory of one line behind. A worker can open it without
// listing the archive of 100,000 entries that it came from, and the zip reader still does everything it knows how to do.

/** What the directory of the archive says about the entry. */
export interface EntryFacts {
  readonly flags: number;
  readonly method: number;
  /** DOS time and date, 32 bits; ZipCrypto checks passwords against it. */
  readonly time: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** The extra field of the directory; AES keeps its parameters there. */
  readonly extra: Uint8Array;
}

const ZIP64_FIELD = 0x0001;
const MOST_32_BITS = 0xffff_ffff;

/** Largest packed entry in bytes that the frame can hold: its directory has to begin below 4 GiB. */
export const MAX_FRAMED_BYTES = MOST_32_BITS - 70_000;

/** Puts a directory behind an entry: `local` is the piece of the archive from the entry's header to its last byte. */
export function frameAsZip(local: Blob, facts: EntryFacts): Blob {
  const extra = extraOf(facts);
  const isLarge = facts.size >= MOST_32_BITS;
  const central = new DataView(new ArrayBuffer(47 + extra.length));
  central.setUint32(0, 0x0201_4b50, true);
  central.setUint16(4, 45, true);
  central.setUint16(6, 45, true);
  central.setUint16(8, facts.flags, true);
  central.setUint16(10, facts.method, true);
  central.setUint32(12, facts.time >>> 0, true);
  central.setUint32(16, facts.crc >>> 0, true);
  central.setUint32(20, facts.packedSize, true);
  central.setUint32(24, isLarge ? MOST_32_BITS : facts.size, true);
  central.setUint16(28, 1, true);
  central.setUint16(30, extra.length, true);
  central.setUint8(46, 'e'.charCodeAt(0));
  new Uint8Array(central.buffer).set(extra, 47);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x0605_4b50, true);
  end.setUint16(8, 1, true);
  end.setUint16(10, 1, true);
  end.setUint32(12, central.byteLength, true);
  end.setUint32(16, local.size, true);
  return new Blob([local, central.buffer, end.buffer]);
}

/** The extra field without its zip64 part, which the frame says anew where it is needed. */
function extraOf({ extra, size }: EntryFacts): Uint8Array {
  const kept: number[] = [];
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  for (let at = 0; at + 4 <= extra.length;) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > extra.length) break;
    if (view.getUint16(at, true) !== ZIP64_FIELD) kept.push(...extra.subarray(at, end));
    at = end;
  }
  if (size >= MOST_32_BITS) {
    const field = new DataView(new ArrayBuffer(12));
    field.setUint16(0, ZIP64_FIELD, true);
    field.setUint16(2, 8, true);
    field.setBigUint64(4, BigInt(size), true);
    kept.push(...new Uint8Array(field.buffer));
  }
  return Uint8Array.from(kept);
}
