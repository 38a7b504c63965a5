// Finds base64 and hex inside the values of an event and gives the bytes they stand for. Whether those are worth
// showing is decided by what they are (decode-bytes.ts): every path and most words are base64 by their letters alone.

export interface EncodedPart {
  readonly kind: 'base64' | 'hex';
  /** The argument of PowerShell's -EncodedCommand, or one of its short forms. */
  readonly isPowerShellCommand: boolean;
  /** Where it stands in the value. */
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** Values are looked at up to here: a script block part has at most 20,000 letters, crafted values have millions. */
const MAX_VALUE = 1_000_000;
const MAX_PARTS = 50;
/** 12 bytes: shorter ones are names and numbers by chance. */
const MIN_BASE64 = 16;
const MIN_HEX = 24;

const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const HEX = /(?:0x)?((?:[0-9A-Fa-f]{2}){12,})(?![0-9A-Za-z])/g;
/** PowerShell takes every beginning of EncodedCommand from -e on, with -, / or the long dashes, and a quoted argument. */
const SWITCH =
  /[-/\u2013\u2014\u2015]e(?:c|n(?:c(?:o(?:d(?:e(?:d(?:c(?:o(?:m(?:m(?:a(?:nd?)?)?)?)?)?)?)?)?)?)?)?)?[\s:]+["'^]*$/i;

/** Encoded parts of a value in their order, at most 50. Linear in the value's length. */
export function findEncodedParts(value: string): EncodedPart[] {
  const text = value.slice(0, MAX_VALUE);
  const parts: EncodedPart[] = [];
  for (const match of text.matchAll(HEX)) {
    if (parts.length >= MAX_PARTS) break;
    const digits = match[1]!;
    const start = match.index;
    // Part of a longer run of letters: no number of its own.
    if (digits.length < MIN_HEX || /[0-9A-Za-z+/=]/.test(text[start - 1] ?? ' ')) continue;
    parts.push({
      kind: 'hex',
      isPowerShellCommand: false,
      start,
      end: start + match[0].length,
      bytes: decodeHex(digits),
    });
  }
  for (const match of text.matchAll(BASE64)) {
    if (parts.length >= MAX_PARTS) break;
    const start = match.index;
    const end = start + match[0].length;
    if (
      match[0].length < MIN_BASE64 ||
      parts.some((part) => part.kind === 'hex' && start < part.end && part.start < end)
    )
      continue;
    const bytes = decodeBase64(match[0]);
    if (bytes === undefined) continue;
    const isPowerShellCommand = SWITCH.test(text.slice(Math.max(0, start - 40), start));
    parts.push({ kind: 'base64', isPowerShellCommand, start, end, bytes });
  }
  return parts.sort((a, b) => a.start - b.start);
}

/** Bytes of base64 in either alphabet, with or without padding; undefined when its length allows none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const letters = text.replace(/=+$/, '');
  if (letters.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < letters.length; i++) {
    const value = sixBitsOf(letters.charCodeAt(i));
    if (value < 0) return undefined;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  return bytes;
}

function sixBitsOf(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52;
  if (code === 0x2b || code === 0x2d) return 62;
  return code === 0x2f || code === 0x5f ? 63 : -1;
}

function decodeHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length >> 1 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
