// The zip reader (owner of @zip.js/zip.js): random access on a Blob, zip64, AES, ZipCrypto, Deflate64. Gives entries;
// what is worth unpacking is decided in packed.ts. The library is loaded when the first zip is met.

import type { Entry, FileEntry } from '@zip.js/zip.js';
import { createPacer } from './pacer.ts';
import type { OpenZip, ZipEntry } from './zip.ts';

/** Evidence is exchanged under this password by convention, so that mail filters let it pass. */
const USUAL_PASSWORD = 'infected';
/** Entries listed of one archive; a triage zip has up to some 100,000. */
const MAX_ZIP_ENTRIES = 500_000;
/** Zips up to this size are read at once. */
const IN_MEMORY_BYTES = 32 * 1_024 * 1_024;
/** The longest path that is kept of an entry (UTF-16 units); a zip allows 65,535 bytes. */
const MAX_PATH_UNITS = 1_024;

/** Lists the files of a zip. Entries that the usual password does not open are marked as locked. */
export const openZip: OpenZip = async (blob) => {
  const { BlobReader, Uint8ArrayReader, ZipReader, configure } = await import('@zip.js/zip.js/lib/zip-core-native.js');
  // Its own workers would start from other URLs than the policy of the page allows.
  configure({ useWebWorkers: false });
  // Each read from a Blob is a way to the browser's file process and back (1 ms): 3,000 rules would take 17 s.
  const source =
    blob.size <= IN_MEMORY_BYTES
      ? new Uint8ArrayReader(new Uint8Array(await blob.arrayBuffer()))
      : new BlobReader(blob);
  const reader = new ZipReader(source);
  const found: ZipEntry[] = [];
  // One password opens an archive as a rule: after the first entry that it does not open, the others are not tried.
  let isLocked: boolean | undefined;
  const pace = createPacer();
  for await (const entry of reader.getEntriesGenerator()) {
    await pace();
    if (found.length >= MAX_ZIP_ENTRIES) break;
    if (!isFile(entry)) continue;
    if (entry.encrypted) isLocked ??= !(await opensWithUsualPassword(entry));
    found.push({
      path: shownPath(entry.filename),
      size: entry.uncompressedSize,
      lastModified: lastModifiedOf(entry),
      isLocked: entry.encrypted && isLocked === true,
      stream: () => streamOf(entry),
    });
  }
  return found;
};

function isFile(entry: Entry): entry is FileEntry {
  return !entry.directory;
}

async function opensWithUsualPassword(entry: FileEntry): Promise<boolean> {
  try {
    await entry.getData(new WritableStream(), { password: USUAL_PASSWORD, checkPasswordOnly: true });
    return true;
  } catch (error) {
    // The library ends a password check by an abort when the password was right.
    return error instanceof Error && error.name === 'AbortError';
  }
}

function streamOf(entry: FileEntry): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pipe = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const options = entry.encrypted ? { password: USUAL_PASSWORD } : {};
  // Damage shows as an error of the stream; a reader that has had enough cancels it, and then nobody waits for the rest.
  entry.getData(pipe.writable, options).catch((error: unknown) => {
    pipe.writable.abort(error).catch(() => undefined);
  });
  return pipe.readable;
}

function lastModifiedOf(entry: FileEntry): number {
  const time = entry.lastModDate.getTime();
  return Number.isFinite(time) ? time : 0;
}

/** The path to show: slashes one way, bounded, Velociraptor's percent signs turned back (`C%3A`, `%254Operational`). */
function shownPath(name: string): string {
  const path = name.replaceAll('\\', '/').slice(0, MAX_PATH_UNITS);
  if (!path.startsWith('uploads/')) return path;
  return path.replace(/%([0-9A-Fa-f]{2})/g, (text, hex: string) => {
    const unit = Number.parseInt(hex, 16);
    return unit >= 0x20 && unit < 0x7f ? String.fromCharCode(unit) : text;
  });
}
