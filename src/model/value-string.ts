// Character data of BinXML values: UTF-16 strings cut at their first NUL and windows-1252 strings without NULs
// (F44–F46). Nothing is replaced: lone surrogates are evidence.

import { SHORT_UNITS, textOfBytes, textOfUnits } from './text-of-units.ts';

/** Units that are turned into text in one call; fromCharCode.apply has an argument limit that differs between browsers. */
const BLOCK = 8_192;
const block = new Uint16Array(BLOCK);

/** What the bytes 80–9F mean in windows-1252; the five unassigned ones keep their number, as browsers decode them. */
const WINDOWS_1252_80_9F = Uint16Array.of(
  0x20ac,
  0x81,
  0x201a,
  0x0192,
  0x201e,
  0x2026,
  0x2020,
  0x2021,
  0x02c6,
  0x2030,
  0x0160,
  0x2039,
  0x0152,
  0x8d,
  0x017d,
  0x8f,
  0x90,
  0x2018,
  0x2019,
  0x201c,
  0x201d,
  0x2022,
  0x2013,
  0x2014,
  0x02dc,
  0x2122,
  0x0161,
  0x203a,
  0x0153,
  0x9d,
  0x017e,
  0x0178,
);

/** Bytes of the string at `offset` up to its first NUL unit; an odd last byte does not count. */
export function stringByteLength(bytes: Uint8Array, offset: number, length: number): number {
  const end = offset + (length & ~1);
  for (let at = offset; at < end; at += 2) {
    if (bytes[at] === 0 && bytes[at + 1] === 0) return at - offset;
  }
  return end - offset;
}

const wide = new TextDecoder('utf-16le', { ignoreBOM: true });
const narrow = new TextDecoder('utf-8', { ignoreBOM: true });
/** An ASCII string, packed to one byte a unit. Strings of more units are taken apart. */
const packed = new Uint8Array(32_768);
const packedView = new DataView(packed.buffer);

/**
 * Text of the UTF-16LE string at `offset` up to its first NUL; an odd last byte does not count. Lone surrogates and
 * U+FEFF are kept. `view` covers `bytes`.
 */
export function decodeString(bytes: Uint8Array, view: DataView, offset: number, length: number): string {
  const size = length & ~1;
  if (size <= 2 * SHORT_UNITS) {
    let units = 0;
    for (; 2 * units < size; units++) {
      if ((bytes[offset + 2 * units]! | bytes[offset + 2 * units + 1]!) === 0) break;
    }
    return textOfUnits(bytes, offset, units);
  }
  const ascii = size <= 2 * packed.length ? packAscii(view, offset, size) : -1;
  // One byte a unit: the packed text decodes twice as fast, and V8 stores it in half the memory.
  if (ascii >= 0) return narrow.decode(packed.subarray(0, ascii));
  let hasSurrogates = false;
  let at = offset;
  for (const end = offset + size; at < end; at += 2) {
    const high = bytes[at + 1]!;
    if (high === 0 && bytes[at] === 0) break;
    if ((high & 0xf8) === 0xd8) hasSurrogates = true;
  }
  // TextDecoder would replace lone surrogates.
  return hasSurrogates ? textInBlocks(bytes, offset, at) : wide.decode(bytes.subarray(offset, at));
}

/** Packs `size` bytes of UTF-16 up to their first NUL into `packed`; gives the units, -1 when they are not all ASCII. */
function packAscii(view: DataView, offset: number, size: number): number {
  const end = offset + size;
  let at = offset;
  let units = 0;
  for (; at + 8 <= end; at += 8, units += 4) {
    const low = view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    if (((low | high) & 0xff80_ff80) !== 0) return -1;
    const four = ((low | (low >>> 8)) & 0xffff) | ((high | (high >>> 8)) << 16);
    // A zero byte borrows from its top bit.
    if (((four - 0x0101_0101) & 0x8080_8080) !== 0) break;
    packedView.setInt32(units, four, true);
  }
  for (; at < end; at += 2) {
    const unit = view.getUint16(at, true);
    if (unit === 0) break;
    if (unit >= 0x80) return -1;
    packed[units++] = unit;
  }
  return units;
}

/** Text of bytes [start, end), whatever units they are. */
function textInBlocks(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end;) {
    let count = 0;
    for (const stop = Math.min(end, at + 2 * BLOCK); at < stop; at += 2)
      block[count++] = bytes[at]! | (bytes[at + 1]! << 8);
    text += textOfBlock(count);
  }
  return text;
}

function textOfBlock(count: number): string {
  return String.fromCharCode.apply(null, block.subarray(0, count) as unknown as number[]);
}

/** Writes the units of a UTF-16 string, cut at its first NUL; gives their number. `out` needs length / 2 places. */
export function writeStringUnits(bytes: Uint8Array, offset: number, length: number, out: Uint16Array): number {
  const end = offset + (length & ~1);
  let count = 0;
  for (let at = offset; at < end; at += 2) {
    const unit = bytes[at]! | (bytes[at + 1]! << 8);
    if (unit === 0) break;
    out[count++] = unit;
  }
  return count;
}

/** Writes the units of a windows-1252 string without its NULs; gives their number. `out` needs `length` places. */
export function writeAnsiUnits(bytes: Uint8Array, offset: number, length: number, out: Uint16Array): number {
  let count = 0;
  for (let at = offset; at < offset + length; at++) {
    const byte = bytes[at]!;
    if (byte === 0) continue;
    out[count++] = ansiUnit(byte);
  }
  return count;
}

/** The unit that a windows-1252 byte stands for. */
export function ansiUnit(byte: number): number {
  return byte >= 0x80 && byte < 0xa0 ? WINDOWS_1252_80_9F[byte - 0x80]! : byte;
}

/** Text of a windows-1252 string without its NULs. */
export function decodeAnsi(bytes: Uint8Array, offset: number, length: number): string {
  if (length <= packed.length) {
    let count = 0;
    let all = 0;
    for (let at = offset; at < offset + length; at++) {
      const byte = bytes[at]!;
      packed[count] = byte;
      if (byte !== 0) count++;
      all |= byte;
    }
    if (all < 0x80) return count <= SHORT_UNITS ? textOfBytes(packed, count) : narrow.decode(packed.subarray(0, count));
  }
  let text = '';
  for (let at = offset; at < offset + length; at += BLOCK) {
    text += textOfBlock(writeAnsiUnits(bytes, at, Math.min(BLOCK, offset + length - at), block));
  }
  return text;
}
