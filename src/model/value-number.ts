// Numbers as text, written as ASCII bytes: exact 64-bit decimals without BigInt, unpadded hex, shortest floats.
// Knows nothing of BinXML types; value-text.ts decides which form a value takes.

const DIGIT_0 = 48;
const MINUS = 45;
/** Seven decimal digits: the step in which 64-bit values are taken apart (every intermediate stays below 2^53). */
const STEP = 10_000_000;
/** Digits of the numbers below 100: two digits a division instead of one. */
const TENS = Uint8Array.from({ length: 100 }, (_, n) => DIGIT_0 + Math.floor(n / 10));
const ONES = Uint8Array.from({ length: 100 }, (_, n) => DIGIT_0 + (n % 10));

/** Writes an unsigned integer below 2^53 in decimal; gives the end position. */
export function writeDecimal(value: number, out: Uint8Array, at: number): number {
  if (value < 10) {
    out[at] = DIGIT_0 + value;
    return at + 1;
  }
  if (value > 0x7fff_ffff) {
    // V8 keeps small integers below 2^31; above it divisions are those of floats.
    const top = Math.floor(value / STEP);
    return writePadded(value - top * STEP, 7, out, writeDecimal(top, out, at));
  }
  let rest = value | 0;
  const end = at + digitsOf(rest);
  let place = end;
  while (rest >= 100) {
    const quotient = (rest / 100) | 0;
    const pair = rest - quotient * 100;
    place -= 2;
    out[place] = TENS[pair]!;
    out[place + 1] = ONES[pair]!;
    rest = quotient;
  }
  out[place - 1] = ONES[rest]!;
  if (rest >= 10) out[place - 2] = TENS[rest]!;
  return end;
}

/** Decimal digits of an integer from 10 to 2^31. */
function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? 2 : value < 1_000 ? 3 : 4;
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : value < 1_000_000_000 ? 9 : 10;
}

/** Writes an integer below 2^31 with leading zeros to exactly `digits` places; gives the end position. */
export function writePadded(value: number, digits: number, out: Uint8Array, at: number): number {
  let rest = value | 0;
  let place = at + digits;
  while (place - at >= 2) {
    const quotient = (rest / 100) | 0;
    const pair = rest - quotient * 100;
    place -= 2;
    out[place] = TENS[pair]!;
    out[place + 1] = ONES[pair]!;
    rest = quotient;
  }
  if (place > at) out[at] = ONES[rest]!;
  return at + digits;
}

/** Writes an unsigned 64-bit integer given as two unsigned halves, exactly; gives the end position. */
export function writeDecimal64(high: number, low: number, out: Uint8Array, at: number): number {
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
export function writeSignedDecimal64(high: number, low: number, out: Uint8Array, at: number): number {
  if (high < 0x8000_0000) return writeDecimal64(high, low, out, at);
  out[at] = MINUS;
  const negatedLow = (~low + 1) >>> 0;
  const negatedHigh = (~high + (negatedLow === 0 ? 1 : 0)) >>> 0;
  return writeDecimal64(negatedHigh, negatedLow, out, at + 1);
}

/** ASCII codes of the hex digits. */
export const LOWER_HEX: Uint8Array = asciiOf('0123456789abcdef');
export const UPPER_HEX: Uint8Array = asciiOf('0123456789ABCDEF');

function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (digit) => digit.charCodeAt(0));
}

/** Writes `0x` and the lower-case hex digits of a 64-bit value without leading zeros (F56); gives the end position. */
export function writeHex64(high: number, low: number, out: Uint8Array, at: number): number {
  out[at] = DIGIT_0;
  out[at + 1] = 120;
  if (high === 0) return writeHexDigits(low, low === 0 ? 1 : 8 - (Math.clz32(low) >> 2), out, at + 2);
  return writeHexDigits(low, 8, out, writeHexDigits(high, 8 - (Math.clz32(high) >> 2), out, at + 2));
}

function writeHexDigits(value: number, digits: number, out: Uint8Array, at: number): number {
  let place = at;
  for (let shift = 4 * digits - 4; shift >= 0; shift -= 4) out[place++] = LOWER_HEX[(value >>> shift) & 15]!;
  return place;
}

/** Writes bytes as upper-case hex without separators (F50); gives the end position. */
export function writeHexBytes(bytes: Uint8Array, offset: number, length: number, out: Uint8Array, at: number): number {
  let place = at;
  for (let i = offset; i < offset + length; i++) {
    const byte = bytes[i]!;
    out[place] = UPPER_HEX[byte >>> 4]!;
    out[place + 1] = UPPER_HEX[byte & 15]!;
    place += 2;
  }
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
