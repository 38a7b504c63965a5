// Numbers as text, written as ASCII bytes: exact 64-bit decimals without BigInt, unpadded hex, shortest floats.
// Knows nothing of BinXML types; value-text.ts decides which form a value takes. Output is a DataView, because two digits
// a store is twice as fast as one (measured on GUIDs).

const DIGIT_0 = 48;
const MINUS = 45;
/** Seven decimal digits: the step in which 64-bit values are taken apart (every intermediate stays below 2^53). */
const STEP = 10_000_000;
/** The two digits of the numbers below 100, as they lie in memory. */
const PAIRS = Uint16Array.from({ length: 100 }, (_, n) => DIGIT_0 + Math.floor(n / 10) + ((DIGIT_0 + (n % 10)) << 8));

/** Writes an unsigned integer below 2^53 in decimal; gives the end position. */
export function writeDecimal(value: number, out: DataView, at: number): number {
  if (value < 10) {
    out.setUint8(at, DIGIT_0 + value);
    return at + 1;
  }
  if (value > 0x7fff_ffff) {
    // V8 keeps small integers below 2^31; above it divisions are those of floats.
    const top = Math.floor(value / STEP);
    return writePadded(value - top * STEP, 7, out, writeDecimal(top, out, at));
  }
  return writePadded(value, digitsOf(value), out, at);
}

/** Decimal digits of an integer from 10 to 2^31. */
function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? 2 : value < 1_000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : value < 1_000_000_000 ? 9 : 10;
}

/** Writes an integer below 2^31 with leading zeros to exactly `digits` places; gives the end position. */
export function writePadded(value: number, digits: number, out: DataView, at: number): number {
  let rest = value | 0;
  let place = at + digits;
  while (place - at >= 2) {
    const quotient = (rest / 100) | 0;
    place -= 2;
    out.setUint16(place, PAIRS[rest - quotient * 100]!, true);
    rest = quotient;
  }
  if (place > at) out.setUint8(at, DIGIT_0 + rest);
  return at + digits;
}

/** Writes an unsigned 64-bit integer given as two unsigned halves, exactly; gives the end position. */
export function writeDecimal64(high: number, low: number, out: DataView, at: number): number {
  if (high < 0x20_0000) return writeDecimal(high * 4_294_967_296 + low, out, at);
  // Remainders by multiplication: `%` of floats is a call.
  const q1 = Math.floor(high / STEP);
  let rest = (high - q1 * STEP) * 65_536 + (low >>> 16);
  const q2 = Math.floor(rest / STEP);
  rest = (rest - q2 * STEP) * 65_536 + (low & 0xffff);
  const q3 = Math.floor(rest / STEP);
  const end = writeDecimal(q1 * 4_294_967_296 + q2 * 65_536 + q3, out, at);
  return writePadded(rest - q3 * STEP, 7, out, end);
}

/** Writes a two's complement 64-bit integer given as two unsigned halves, exactly; gives the end position. */
export function writeSignedDecimal64(high: number, low: number, out: DataView, at: number): number {
  if (high < 0x8000_0000) return writeDecimal64(high, low, out, at);
  out.setUint8(at, MINUS);
  const negatedLow = (~low + 1) >>> 0;
  const negatedHigh = (~high + (negatedLow === 0 ? 1 : 0)) >>> 0;
  return writeDecimal64(negatedHigh, negatedLow, out, at + 1);
}

/** The two hex digits of a byte, as they lie in memory. */
export const LOWER_HEX: Uint16Array = hexPairs('0123456789abcdef');
export const UPPER_HEX: Uint16Array = hexPairs('0123456789ABCDEF');

function hexPairs(digits: string): Uint16Array {
  return Uint16Array.from(
    { length: 256 },
    (_, byte) => digits.charCodeAt(byte >> 4) | (digits.charCodeAt(byte & 15) << 8),
  );
}

/** Writes `0x` and the lower-case hex digits of a 64-bit value without leading zeros (F56); gives the end position. */
export function writeHex64(high: number, low: number, out: DataView, at: number): number {
  out.setUint8(at, DIGIT_0);
  out.setUint8(at + 1, 120);
  if (high === 0) return writeHexDigits(low, low === 0 ? 1 : 8 - (Math.clz32(low) >> 2), out, at + 2);
  return writeHexDigits(low, 8, out, writeHexDigits(high, 8 - (Math.clz32(high) >> 2), out, at + 2));
}

function writeHexDigits(value: number, digits: number, out: DataView, at: number): number {
  let place = at;
  let shift = 4 * digits - 8;
  if ((digits & 1) !== 0) {
    out.setUint8(place++, LOWER_HEX[(value >>> (shift + 4)) & 15]! >>> 8);
    shift -= 4;
  }
  for (; shift >= 0; shift -= 8, place += 2) out.setUint16(place, LOWER_HEX[(value >>> shift) & 0xff]!, true);
  return place;
}

/** Writes bytes as upper-case hex without separators (F50); gives the end position. */
export function writeHexBytes(bytes: Uint8Array, offset: number, length: number, out: DataView, at: number): number {
  let place = at;
  for (let i = offset; i < offset + length; i++, place += 2) out.setUint16(place, UPPER_HEX[bytes[i]!]!, true);
  return place;
}

/** Shortest decimal that reads back as the same double (F48); `NaN`, `inf` and `-inf` as evtx_dump writes them. */
export function formatReal64(value: number): string {
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Shortest decimal that reads back as the same single-precision number (F48). */
export function formatReal32(value: number): string {
  if (!Number.isFinite(value)) return formatReal64(value);
  for (let precision = 6; precision < 9; precision++) {
    const rounded = Number(value.toPrecision(precision));
    // Fewer digits than asked for come out by themselves: Number drops trailing zeros.
    if (Math.fround(rounded) === value) return formatReal64(rounded);
  }
  return formatReal64(Number(value.toPrecision(9)));
}
