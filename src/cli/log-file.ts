// A log of the command line, and reading bytes of it. Threads read synchronously into one buffer: at our speed a read
// from the page cache is a twentieth of the work, and nothing else waits for them.

import { closeSync, openSync, readSync } from 'node:fs';

export interface LogFile {
  /** As printed: the path the user gave, or the folder's with the rest below it. */
  readonly path: string;
  readonly size: number;
  /** Where the bytes are: the same path, or a temporary file for what was packed. */
  readonly diskPath: string;
}

/** Reads up to `length` bytes at `position` into the buffer; fewer at the end of the file. Throws what the system says. */
export function readAt(descriptor: number, buffer: Uint8Array, length: number, position: number): number {
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, buffer, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

/** The first bytes of a log, at most `length`. Throws what the system says. */
export function readHead(diskPath: string, length: number): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(length);
  const descriptor = openSync(diskPath, 'r');
  try {
    return buffer.subarray(0, readAt(descriptor, buffer, length, 0));
  } finally {
    closeSync(descriptor);
  }
}
