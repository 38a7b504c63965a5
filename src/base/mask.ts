// A keystream over stored bytes. It is no encryption and hides nothing from a person: events quote attack tools, and
// antivirus that finds such text in the browser's profile quarantines the whole database (seen with the rule files of
// several native hunters). Applying it twice gives the bytes back.

/** XORs the bytes with the keystream of a seed, in place. Words are little-endian, as on every machine browsers run on. */
export function maskBytes(bytes: Uint8Array, seed: number): void {
  let state = seed >>> 0 || 0x9e37_79b9;
  const isAligned = bytes.byteOffset % 4 === 0;
  const wordCount = isAligned ? bytes.length >>> 2 : 0;
  const words = new Uint32Array(bytes.buffer, isAligned ? bytes.byteOffset : 0, wordCount);
  for (let i = 0; i < wordCount; i++) {
    state = nextState(state);
    words[i] = words[i]! ^ state;
  }
  for (let i = wordCount * 4; i < bytes.length; i++) {
    if (i % 4 === 0) state = nextState(state);
    bytes[i] = bytes[i]! ^ ((state >>> ((i % 4) * 8)) & 255);
  }
}

/** A seed for a new block. Different blocks get different streams, so equal texts do not look equal on disk. */
export function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** xorshift32: four billion steps before it repeats, one block has at most a few million. */
function nextState(state: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

/** Text as masked bytes; lone surrogates become U+FFFD, so callers pass JSON, which escapes them. */
export function maskText(text: string, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  maskBytes(bytes, seed);
  return bytes;
}

/** The text behind masked bytes; the bytes are left as they are. */
export function unmaskText(bytes: Uint8Array, seed: number): string {
  const plain = bytes.slice();
  maskBytes(plain, seed);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain);
}
