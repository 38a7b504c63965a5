// The wrapping of shipped rules and the sample case: deflated and masked. Rules quote what malware writes, and virus scanners have removed
// plain rule files from web servers and memory sticks; masking keeps them from matching. It hides nothing.

const MAGIC = 0x4b50_4e57;
const HEADER_BYTES = 8;
/** Shipped packs are a few megabytes; more is a damaged file. */
const MOST_BYTES = 256 * 1_024 * 1_024;

/** Applies the mask in place; twice gives the original. Any byte stream without repetition would do as a mask. */
export function applyMask(bytes: Uint8Array): void {
  let state = 0x9e37_79b9;
  for (let i = 0; i < bytes.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = bytes[i]! ^ (state & 0xff);
  }
}

/** Gives the pack around deflated bytes (raw deflate); `length` is their size before deflating. */
export function wrapPack(deflated: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const pack = new Uint8Array(HEADER_BYTES + deflated.length);
  const view = new DataView(pack.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, length, true);
  const body = pack.subarray(HEADER_BYTES);
  body.set(deflated);
  applyMask(body);
  return pack;
}

/** Gives the bytes in a pack. Rejects when it is none or is damaged: the app's own files are broken then. */
export async function openPack(pack: Uint8Array): Promise<ArrayBuffer> {
  const view = new DataView(pack.buffer, pack.byteOffset, pack.byteLength);
  const length = pack.length >= HEADER_BYTES && view.getUint32(0, true) === MAGIC ? view.getUint32(4, true) : -1;
  if (length < 0 || length > MOST_BYTES) throw new Error('a file of the app is damaged');
  const body = pack.slice(HEADER_BYTES);
  applyMask(body);
  const inflated = new Blob([body]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const bytes = await new Response(inflated).arrayBuffer();
  if (bytes.byteLength !== length) throw new Error('a file of the app is damaged');
  return bytes;
}
