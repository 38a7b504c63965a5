// Turns bytes out of an encoded value into text, or says that they are none. Decides by what is there, not by what the
// value claims: PowerShell takes UTF-16, most other tools write UTF-8 or plain ASCII.

export interface BytesAsText {
  readonly text: string;
  readonly encoding: 'UTF-16' | 'UTF-8';
}

/** Share of the characters that must be printable. Random bytes come to less than half. */
const PRINTABLE_SHARE = 0.95;
const MIN_LENGTH = 4;

/** Gives the text of bytes, undefined when they are not one (a program, a key, compressed data). */
export function readBytesAsText(bytes: Uint8Array): BytesAsText | undefined {
  if (bytes.length < MIN_LENGTH) return undefined;
  if (looksLikeUtf16(bytes)) {
    const text = new TextDecoder('utf-16le').decode(bytes.subarray(0, bytes.length & ~1));
    if (isReadable(text)) return { text, encoding: 'UTF-16' };
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return isReadable(text) ? { text, encoding: 'UTF-8' } : undefined;
  } catch {
    // Not UTF-8: not a text that anything on Windows would have run from base64.
    return undefined;
  }
}

/** What the first bytes say of data that is no text: `gzip`, `a program (MZ)`, …; undefined when they say nothing. */
export function kindOfBytes(bytes: Uint8Array): 'gzip' | 'zlib' | 'zip' | 'program' | undefined {
  const [a = 0, b = 0, c = 0] = bytes;
  if (a === 0x1f && b === 0x8b && c === 0x08) return 'gzip';
  if (a === 0x78 && (a * 256 + b) % 31 === 0) return 'zlib';
  if (a === 0x50 && b === 0x4b && (c === 0x03 || c === 0x05)) return 'zip';
  return a === 0x4d && b === 0x5a && bytes.length >= 64 ? 'program' : undefined;
}

/** Mostly letters of one byte and a zero: UTF-16 of a script. Scripts in other alphabets still hold ASCII keywords. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return true;
  const pairs = Math.min(bytes.length >> 1, 512);
  let zeros = 0;
  for (let i = 0; i < pairs; i++) if (bytes[2 * i + 1] === 0 && bytes[2 * i] !== 0) zeros++;
  return zeros / pairs > 0.6;
}

function isReadable(text: string): boolean {
  let printable = 0;
  let seen = 0;
  // The beginning of a megabyte decides for all of it.
  for (const character of text.slice(0, 20_000)) {
    seen++;
    const code = character.codePointAt(0)!;
    const isControl = code < 0x20 ? code !== 9 && code !== 10 && code !== 13 : code >= 0x7f && code < 0xa0;
    const isOdd = code === 0xfffd || (code >= 0xe000 && code <= 0xf8ff) || (code >= 0xfff0 && code <= 0xffff);
    if (!isControl && !isOdd) printable++;
  }
  return seen >= MIN_LENGTH && printable / seen >= PRINTABLE_SHARE;
}
