// A log of the command line: where its bytes are, and reading them in slices. On disk they are read synchronously into
// one buffer by the thread that scans them; unpacked archives are Blobs and are read like in the browser.

import { closeSync, openSync, readSync } from 'node:fs';

export interface LogFile {
  /** As printed: the path the user gave, or the folder's with the rest below it. */
  readonly path: string;
  readonly size: number;
  readonly source: { readonly kind: 'disk'; readonly path: string } | { readonly kind: 'blob'; readonly blob: Blob };
}

/** Reads up to `buffer.length` bytes at `position`; fewer at the end of the file. Throws what the system says. */
export function readAt(descriptor: number, buffer: Uint8Array, length: number, position: number): number {
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, buffer, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** The first bytes of a log, at most `length`. Rejects with what the system says. */
export async function readHead(file: LogFile, length: number): Promise<Uint8Array> {
  if (file.source.kind === 'blob') return new Uint8Array(await file.source.blob.slice(0, length).arrayBuffer());
  const buffer = new Uint8Array(length);
  const descriptor = openSync(file.source.path, 'r');
  try {
    return buffer.subarray(0, readAt(descriptor, buffer, length, 0));
  } finally {
    closeSync(descriptor);
  }
}
