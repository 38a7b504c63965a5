// Values as the content of JSON strings in UTF-8, written straight from the log's bytes. Equals formatJsonString of the
// text: same escapes, lone surrogates as U+FFFD. Needs no string in between.

import { ansiUnit } from '../../model/value-string.ts';

/** Bytes of output that one byte of a UTF-16 or ANSI value can need at most (a control character as \u00xx is 6 for 2). */
export const MAX_GROWTH = 6;

const QUOTE = 34;
const BACKSLASH = 92;
const PLAIN = 0;
const SHORT = 1;
const LONG = 2;
const WIDE = 3;

/** How a unit below 256 is written. */
const KIND = new Uint8Array(256);
/** Letter of the two-character escapes. */
const SHORT_ESCAPE = new Uint8Array(256);
for (let unit = 0; unit < 256; unit++) KIND[unit] = unit < 0x20 ? LONG : unit < 0x80 ? PLAIN : WIDE;
for (const [unit, letter] of [
  [QUOTE, QUOTE],
  [BACKSLASH, BACKSLASH],
  [8, 98],
  [9, 116],
  [10, 110],
  [12, 102],
  [13, 114],
] as const) {
  KIND[unit] = SHORT;
  SHORT_ESCAPE[unit] = letter;
}
const HEX = Uint8Array.from('0123456789ABCDEF', (digit) => digit.charCodeAt(0));

/**
 * Writes UTF-16LE bytes [start, end) up to the first NUL; `end - start` must be even. `view` covers `bytes`, `outView`
 * covers `out`, which needs four bytes more than the text. Gives the end position in `out`. Most of a log is ASCII, so
 * four units are looked at together, one byte of a 32-bit word each.
 */
export function writeUtf16AsJson(
  view: DataView,
  start: number,
  end: number,
  out: Uint8Array,
  outView: DataView,
  at: number,
): number {
  let place = at;
  let i = start;
  while (i < end) {
    if (i + 8 <= end) {
      const low = view.getInt32(i, true);
      const high = view.getInt32(i + 4, true);
      if (((low | high) & 0xff80_ff80) === 0) {
        const four = (low & 0x7f) | ((low >>> 8) & 0x7f00) | ((high & 0x7f) << 16) | ((high & 0x7f_0000) << 8);
        if (isPlain(four)) {
          outView.setInt32(place, four, true);
          place += 4;
          i += 8;
          continue;
        }
      }
    }
    // One of the next four needs care: unit by unit past them.
    for (const stop = Math.min(end, i + 8); i < stop;) {
      const unit = view.getUint16(i, true);
      i += 2;
      if (unit < 0x80 && KIND[unit] === PLAIN) {
        out[place++] = unit;
        continue;
      }
      if (unit === 0) return place;
      const next = unit >= 0xd800 && unit < 0xdc00 && i < end ? view.getUint16(i, true) : 0;
      place = writeUnit(unit, next, out, place);
      if (isPair(unit, next)) i += 2;
    }
  }
  return place;
}

/** Whether none of four ASCII bytes is a control character, a quote or a backslash (each test borrows from bit 7). */
function isPlain(four: number): boolean {
  const control = four - 0x2020_2020;
  const quote = (four ^ 0x2222_2222) - 0x0101_0101;
  const backslash = (four ^ 0x5c5c_5c5c) - 0x0101_0101;
  return ((control | quote | backslash) & 0x8080_8080) === 0;
}

/** Writes a windows-1252 string without its NULs; gives the end position in `out`. */
export function writeAnsiAsJson(
  bytes: Uint8Array,
  offset: number,
  length: number,
  out: Uint8Array,
  at: number,
): number {
  let place = at;
  for (let i = offset; i < offset + length; i++) {
    const byte = bytes[i]!;
    if (KIND[byte] === PLAIN) out[place++] = byte;
    else if (byte !== 0) place = writeUnit(ansiUnit(byte), 0, out, place);
  }
  return place;
}

function isPair(unit: number, next: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000;
}

/** Writes one unit, or the pair that it makes with the next one. */
function writeUnit(unit: number, next: number, out: Uint8Array, at: number): number {
  if (unit < 0x80) {
    const kind = KIND[unit]!;
    if (kind === PLAIN) {
      out[at] = unit;
      return at + 1;
    }
    out[at] = BACKSLASH;
    if (kind === SHORT) {
      out[at + 1] = SHORT_ESCAPE[unit]!;
      return at + 2;
    }
    out[at + 1] = 117;
    out[at + 2] = 48;
    out[at + 3] = 48;
    out[at + 4] = HEX[unit >>> 4]!;
    out[at + 5] = HEX[unit & 15]!;
    return at + 6;
  }
  if (unit < 0x800) {
    out[at] = 0xc0 | (unit >>> 6);
    out[at + 1] = 0x80 | (unit & 63);
    return at + 2;
  }
  let point = unit;
  if (unit >= 0xd800 && unit < 0xe000) {
    if (isPair(unit, next)) {
      point = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
      out[at] = 0xf0 | (point >>> 18);
      out[at + 1] = 0x80 | ((point >>> 12) & 63);
      out[at + 2] = 0x80 | ((point >>> 6) & 63);
      out[at + 3] = 0x80 | (point & 63);
      return at + 4;
    }
    point = 0xfffd;
  }
  out[at] = 0xe0 | (point >>> 12);
  out[at + 1] = 0x80 | ((point >>> 6) & 63);
  out[at + 2] = 0x80 | (point & 63);
  return at + 3;
}
