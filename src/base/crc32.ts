// CRC-32 (IEEE 802.3, reflected, as in zip, gzip and EVTX), sixteen bytes a step through sixteen tables. One table and
// a byte a step is five times slower, and every chunk of a log is checked.

const POLYNOMIAL = 0xedb8_8320;
const TABLES = buildTables();

function buildTables(): Int32Array {
  const tables = new Int32Array(16 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256]!;
    tables[at] = (before >>> 8) ^ tables[before & 0xff]!;
  }
  return tables;
}

/** CRC-32 of bytes [start, end), going on from `before` (the result for the bytes in front, 0 for none); unsigned. */
export function crc32(bytes: Uint8Array, start = 0, end = bytes.length, before = 0): number {
  const t = TABLES;
  let crc = ~before;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    crc =
      t[0xf00 + ((crc ^ bytes[at]!) & 0xff)]! ^
      t[0xe00 + (((crc >>> 8) ^ bytes[at + 1]!) & 0xff)]! ^
      t[0xd00 + (((crc >>> 16) ^ bytes[at + 2]!) & 0xff)]! ^
      t[0xc00 + ((crc >>> 24) ^ bytes[at + 3]!)]! ^
      t[0xb00 + bytes[at + 4]!]! ^
      t[0xa00 + bytes[at + 5]!]! ^
      t[0x900 + bytes[at + 6]!]! ^
      t[0x800 + bytes[at + 7]!]! ^
      t[0x700 + bytes[at + 8]!]! ^
      t[0x600 + bytes[at + 9]!]! ^
      t[0x500 + bytes[at + 10]!]! ^
      t[0x400 + bytes[at + 11]!]! ^
      t[0x300 + bytes[at + 12]!]! ^
      t[0x200 + bytes[at + 13]!]! ^
      t[0x100 + bytes[at + 14]!]! ^
      t[bytes[at + 15]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ t[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
