// Gives the user a file. Where the browser can, a large one is streamed to a place that the user picks; otherwise parts
// become blobs, which the browser keeps outside the script heap, and a download takes them. Loaded with the first export.

import type { SaveFile } from './ports.ts';

/** Parts are gathered into blobs and writes of this size. */
const BLOB_SIZE = 8 * 1_024 * 1_024;

interface PickedFile {
  createWritable(): Promise<{
    write(data: Blob): Promise<void>;
    close(): Promise<void>;
    abort(): Promise<void>;
  }>;
}
type SavePicker = (options: { readonly suggestedName: string }) => Promise<PickedFile>;

/**
 * Saves a file. A small one goes to the downloads without a question; a `large` one asks for a place, where the browser
 * has a dialog for it. Rejects with an AbortError when the user closes that dialog.
 */
export const saveFile: SaveFile = async (name, type, parts, large = false) => {
  const pick = large ? (window as { showSaveFilePicker?: SavePicker }).showSaveFilePicker : undefined;
  const picked = pick === undefined ? undefined : await askForPlace(pick, name);
  if (picked === undefined) await download(name, type, parts);
  else await stream(picked, parts);
};

/** Undefined where the dialog may not open: a frame, or a click too long ago. A closed dialog is the user's no. */
async function askForPlace(pick: SavePicker, suggestedName: string): Promise<PickedFile | undefined> {
  try {
    return await pick.call(window, { suggestedName });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    return undefined;
  }
}

async function stream(picked: PickedFile, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const writable = await picked.createWritable();
  try {
    for await (const blob of gather(parts)) await writable.write(blob);
  } catch (error) {
    // Leaves what was at that place before: half an export must not look like a whole one.
    await writable.abort();
    throw error;
  }
  await writable.close();
}

async function download(name: string, type: string, parts: AsyncIterable<Uint8Array>): Promise<void> {
  const blobs: Blob[] = [];
  for await (const blob of gather(parts)) blobs.push(blob);
  const address = URL.createObjectURL(new Blob(blobs, { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has taken hold of the blob long before that.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function* gather(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Blob> {
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const part of parts) {
    pending.push(part as Uint8Array<ArrayBuffer>);
    size += part.length;
    if (size < BLOB_SIZE) continue;
    yield new Blob(pending);
    pending = [];
    size = 0;
  }
  if (size > 0) yield new Blob(pending);
}
