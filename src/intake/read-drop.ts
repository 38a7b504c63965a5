// Reads a drop. The DataTransfer is empty after the event handler returns, so everything is taken from it before the
// first await. Each item can be had in up to three ways, and none of them works everywhere: a page opened from a file
// (the single-file build) gets no listing from entries (EncodingError in Chromium, measured), folders of the system are
// refused as handles, and Firefox and Safari have no handles at all.

import { createCollector, type Collector, type IntakeOptions } from './collect.ts';
import type { Intake } from './evidence.ts';
import { walkEntries } from './walk-entries.ts';
import { canWalkHandle, walkHandles } from './walk-handles.ts';

/** Not in TypeScript's DOM library: Chromium has it, Firefox and Safari do not. */
type ItemWithHandle = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

interface TakenItem {
  /** Set for files; a folder's File cannot be read. */
  readonly file: File | undefined;
  readonly entry: FileSystemEntry | undefined;
  readonly handle: Promise<FileSystemHandle | undefined>;
}

/**
 * Gives the logs of a drop and a line for everything that should have been one. Must be called within the event
 * handler of the drop. Never rejects for what was dropped.
 */
export function readDrop(dataTransfer: DataTransfer, options: IntakeOptions = {}): Promise<Intake> {
  // Not async: the taking has to happen in the caller's turn.
  const items: TakenItem[] = [];
  for (const item of dataTransfer.items) if (item.kind === 'file') items.push(takeItem(item));
  const files = items.length === 0 ? [...dataTransfer.files] : [];
  return readTaken(items, files, options);
}

function takeItem(item: ItemWithHandle): TakenItem {
  const entry = item.webkitGetAsEntry() ?? undefined;
  const file = entry?.isDirectory === true ? undefined : (item.getAsFile() ?? undefined);
  return { file, entry, handle: takeHandle(item) };
}

async function takeHandle(item: ItemWithHandle): Promise<FileSystemHandle | undefined> {
  return (await item.getAsFileSystemHandle?.().catch(() => null)) ?? undefined;
}

/** The handle if it comes within two seconds: a browser may hold it back behind a question about system folders. */
async function settledHandle(handle: Promise<FileSystemHandle | undefined>): Promise<FileSystemHandle | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), 2_000)));
  const kept = await Promise.race([handle, patience]);
  clearTimeout(timer);
  return kept;
}

async function readTaken(items: readonly TakenItem[], files: readonly File[], options: IntakeOptions): Promise<Intake> {
  const collector = createCollector(options);
  const roots: FileSystemHandle[] = [];
  for (const item of items) {
    const handle = await settledHandle(item.handle);
    if (handle !== undefined) roots.push(handle);
    if (item.file !== undefined) await addFile(item.file, collector);
    else if (handle !== undefined && (item.entry === undefined || (await canWalkHandle(handle)))) {
      await walkHandles([handle], collector);
    } else if (item.entry !== undefined) await walkEntries([item.entry], collector);
  }
  for (const file of files) await addFile(file, collector);
  return collector.finish(roots);
}

async function addFile(file: File, collector: Collector): Promise<void> {
  if (collector.enter()) await collector.add({ path: file.name, chosen: true, load: () => file });
}
