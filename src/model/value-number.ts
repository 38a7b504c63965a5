// Numbers as text, written as ASCII bytes: exact 64-bit decimals without BigInt, unpadded hex, shortest floats.
// Knows nothing of BinXML types; value-text.ts decides which form a value takes.

const DIGIT_0 = 48;
const MINUS = 45;
/** Seven decimal digits: the step in which 64-bit values are taken apart (every intermediate stays below 2^53). */
const STEP = 10_000_000;

/** Writes an unsigned integer below 2^53 in decimal; gives the end position. */
export function writeDecimal(value: number, out: Uint8Array, at: number): number {
  let digits = 1;
  for (let limit = 10; limit <= value; limit *= 10) digits++;
  const end = at + digits;
  let rest = value;
  let place = end;
  // Above 2^31 the division is a float division; below it V8 keeps small integers.
  while (rest > 0x7fff_ffff) {
    const quotient = Math.floor(rest / 10);
    out[--place] = DIGIT_0 + (rest - quotient * 10);
    rest = quotient;
  }
  do {
    const quotient = (rest / 10) | 0;
    out[--place] = DIGIT_0 + (rest - quotient * 10);
    rest = quotient;
  } while (place > at);
  return end;
}

/** Writes an integer with leading zeros to exactly `digits` places; gives the end position. */
export function writePadded(value: number, digits: number, out: Uint8Array, at: number): number {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    const quotient = (rest / 10) | 0;
    out[place] = DIGIT_0 + (rest - quotient * 10);
    rest = quotient;
  }
  return at + digits;
}

/** Writes an unsigned 64-bit integer given as two unsigned halves, exactly; gives the end position. */
export function writeDecimal64(high: number, low: number, out: Uint8Array, at: number): number {
  if (high < 0x20_0000) return writeDecimal(high * 4_294_967_296 + low, out, at);
  const q1 = Math.floor(high / STEP);
  let rest = (high % STEP) * 65_536 + (low >>> 16);
  const q2 = Math.floor(rest / STEP);
  rest = (rest % STEP) * 65_536 + (low & 0xffff);
  const q3 = Math.floor(rest / STEP);
  const end = writeDecimal(q1 * 4_294_967_296 + q2 * 65_536 + q3, out, at);
  return writePadded(rest % STEP, 7, out, end);
}

/** Writes a two's complement 64-bit integer given as two unsigned halves, exactly; gives the end position. */
export function writeSignedDecimal64(high: number, low: number, out: Uint8Array, at: number): number {
  if (high < 0x8000_0000) return writeDecimal64(high, low, out, at);
  out[at] = MINUS;
  const negatedLow = (~low + 1) >>> 0;
  const negatedHigh = (~high + (negatedLow === 0 ? 1 : 0)) >>> 0;
  return writeDecimal64(negatedHigh, negatedLow, out, at + 1);
}

/** ASCII codes of the lower-case hex digits. */
export const LOWER_HEX = asciiOf('0123456789abcdef');
const UPPER_HEX = asciiOf('0123456789ABCDEF');

function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (digit) => digit.charCodeAt(0));
}

/** Writes `0x` and the lower-case hex digits of a 64-bit value without leading zeros (F56); gives the end position. */
export function writeHex64(high: number, low: number, out: Uint8Array, at: number): number {
  out[at] = DIGIT_0;
  out[at + 1] = 120;
  let place = at + 2;
  let started = false;
  for (let shift = 60; shift >= 0; shift -= 4) {
    const digit = (shift >= 32 ? high >>> (shift - 32) : low >>> shift) & 15;
    if (digit !== 0 || shift === 0) started = true;
    if (started) out[place++] = LOWER_HEX[digit]!;
  }
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
