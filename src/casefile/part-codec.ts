// One part of a case file: JSON Lines, deflated, masked. Masked last, because masked bytes do not compress; masked at
// all, because findings quote attack tools, and antivirus removes files that do.

import { maskBytes } from '../base/mask.ts';
import { chunksOf } from '../base/read-stream.ts';

/** Gives the bytes of a part. */
export async function encodePart(lines: readonly string[], seed: number): Promise<Uint8Array<ArrayBuffer>> {
  const text = new Blob(lines.map((line) => `${line}\n`));
  const packed = await new Response(text.stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer();
  const bytes = new Uint8Array(packed);
  maskBytes(bytes, seed);
  return bytes;
}

/**
 * Gives the lines of a part and its bytes before compression, unmasking `bytes` in place. Throws when it is damaged or
 * unpacks to more than `limit` bytes.
 */
export async function decodePart(
  bytes: Uint8Array<ArrayBuffer>,
  seed: number,
  limit: number,
): Promise<{ readonly lines: readonly string[]; readonly size: number }> {
  maskBytes(bytes, seed);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const pieces: string[] = [];
  let total = 0;
  for await (const chunk of chunksOf(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')))) {
    total += chunk.length;
    if (total > limit) throw new Error('a part unpacks to more than is allowed');
    pieces.push(decoder.decode(chunk, { stream: true }));
  }
  const text = pieces.join('') + decoder.decode();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('a part is cut off');
  return { lines, size: total };
}
