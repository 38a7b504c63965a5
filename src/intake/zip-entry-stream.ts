// Unpacks a zip of one entry with the zip reader: encrypted entries and Deflate64. Runs in workers; in the page only for
// the first bytes, to see what an entry is.

import type { FileEntry } from './zip-library.ts';

/** The unpacked bytes as a stream, which errors where the data is damaged or the password is wrong. */
export function openZipEntry(zip: Blob, password: string | undefined): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pipe = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const work = async (): Promise<void> => {
    const entry = await onlyEntry(zip);
    await entry.getData(pipe.writable, password === undefined ? {} : { password });
  };
  // Damage shows as an error of the stream; a reader that has had enough cancels it, and then nobody waits for the rest.
  work().catch((error: unknown) => {
    pipe.writable.abort(error).catch(() => undefined);
  });
  return pipe.readable;
}

/**
 * Whether a password fits, as far as the archive lets it be checked: AES keeps 16 bits for it and ZipCrypto 8, so one
 * wrong password in 256 passes here and shows when the bytes are read.
 */
export async function fitsPassword(zip: Blob, password: string): Promise<boolean> {
  const entry = await onlyEntry(zip);
  try {
    await entry.getData(new WritableStream(), { password, checkPasswordOnly: true });
    return true;
  } catch (error) {
    // The library ends a password check by an abort when the password was right.
    return error instanceof Error && error.name === 'AbortError';
  }
}

async function onlyEntry(zip: Blob): Promise<FileEntry> {
  const { BlobReader, ZipReader } = await import('./zip-library.ts');
  const [entry] = await new ZipReader(new BlobReader(zip), { filenameValidation: 'tolerant' }).getEntries();
  if (entry === undefined || entry.directory) throw new Error('no file in the zip');
  return entry;
}
