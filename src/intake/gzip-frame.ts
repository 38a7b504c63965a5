// A deflated zip entry as a gzip file: gzip's ten bytes in front, the checksum and size of the zip's directory behind. The
// browser's own gunzip then unpacks and verifies it at full speed, and nothing is copied.

const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

/** Bytes of the frame in front of and behind the deflated bytes. */
export const GZIP_FRONT = GZIP_HEADER.length;
export const GZIP_BACK = 8;

/** Puts a gzip frame around deflated bytes. */
export function frameAsGzip(deflated: Blob, crc: number, size: number): Blob {
  return new Blob(gzipPieces(deflated, crc, size));
}

/** The frame and what is in it, in order. */
export function gzipPieces<T>(
  deflated: T,
  crc: number,
  size: number,
): [Uint8Array<ArrayBuffer>, T, Uint8Array<ArrayBuffer>] {
  const trailer = new DataView(new ArrayBuffer(GZIP_BACK));
  trailer.setUint32(0, crc >>> 0, true);
  trailer.setUint32(4, size % 2 ** 32, true);
  return [GZIP_HEADER, deflated, new Uint8Array(trailer.buffer)];
}

/** The size that the end of a gzip file states: modulo 4 GiB, and of its last member only; a guess to begin with. */
export async function statedGzipSize(blob: Blob): Promise<number> {
  if (blob.size < GZIP_FRONT + GZIP_BACK) return 0;
  try {
    return new DataView(await blob.slice(blob.size - 4).arrayBuffer()).getUint32(0, true);
  } catch {
    // Unreadable now: unpacking will say so.
    return 0;
  }
}
