// Reads the beginnings of many files. In Chromium each read costs about a millisecond however little it reads, and each
// slice of a file as much again: small files are read whole, and files that are asked for together are read together.

import { SNIFF_BYTES } from './limits.ts';

/** Gives the first SNIFF_BYTES of a file, or all of a shorter one. Rejects with what reading throws. */
export type ReadHead = (file: Blob) => Promise<Uint8Array>;

/** Up to this size reading all of a file costs less than a slice of it. */
const SMALL_FILE = 96 * 1_024;
/** Files of one read. */
const MOST_TOGETHER = 32;

interface Waiting {
  readonly file: Blob;
  resolve(head: Uint8Array): void;
  reject(reason: unknown): void;
}

/** Reads the head of one file by itself. */
export const readHeadAlone: ReadHead = async (file) => new Uint8Array(await file.slice(0, SNIFF_BYTES).arrayBuffer());

/** Gives a reader that joins what is asked for at one moment; what fails jointly is read one by one. */
export function createHeadReader(): ReadHead {
  let waiting: Waiting[] = [];
  const flush = (): void => {
    const all = waiting;
    waiting = [];
    for (let at = 0; at < all.length; at += MOST_TOGETHER) void readTogether(all.slice(at, at + MOST_TOGETHER));
  };
  return (file) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ file, resolve, reject }) === 1) inNextTask(flush);
    });
}

/** A walk that has many files at hand asks for them one promise after the other: a microtask would come too early. */
function inNextTask(work: () => void): void {
  // Not a timer: those of a hidden page wait for a second or more.
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    work();
  };
  port2.postMessage(undefined);
}

/** Settles all of them. Where one cannot be read, each is read by itself, and the one at fault says so. */
async function readTogether(all: readonly Waiting[]): Promise<void> {
  const parts = all.map(({ file }) => (file.size <= SMALL_FILE ? file : file.slice(0, SNIFF_BYTES)));
  try {
    const bytes = new Uint8Array(await (parts.length === 1 ? parts[0]! : new Blob(parts)).arrayBuffer());
    const total = parts.reduce((sum, { size }) => sum + size, 0);
    // A file that was cut since it was listed: which one it is shows when each is read alone.
    if (parts.length > 1 && bytes.length !== total) throw new Error('a file became shorter');
    let at = 0;
    for (const [place, { size }] of parts.entries()) {
      all[place]!.resolve(bytes.slice(at, at + Math.min(size, SNIFF_BYTES)));
      at += size;
    }
  } catch (reason) {
    if (all.length === 1) all[0]!.reject(reason);
    else for (const one of all) void readTogether([one]);
  }
}
