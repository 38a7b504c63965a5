// Reads a drop. The DataTransfer is empty after the event handler returns, so everything is taken from it before the
// first await: entries for walking, handles for opening the same evidence again after a reload.

import { createCollector, type IntakeOptions } from './collect.ts';
import type { Intake } from './evidence.ts';
import { walkEntries } from './walk-entries.ts';
import { walkHandles } from './walk-handles.ts';

/** Not in TypeScript's DOM library: Chromium has it, Firefox and Safari do not. */
type ItemWithHandle = DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> };

interface TakenItem {
  readonly entry: FileSystemEntry | undefined;
  readonly file: File | undefined;
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
  const file = entry === undefined ? (item.getAsFile() ?? undefined) : undefined;
  return { entry, file, handle: takeHandle(item) };
}

async function takeHandle(item: ItemWithHandle): Promise<FileSystemHandle | undefined> {
  // Refused for system folders and in some contexts; the entry still works then, only the way back is missing.
  return (await item.getAsFileSystemHandle?.().catch(() => null)) ?? undefined;
}

/** The handle if it comes within two seconds: a browser may hold it back behind a question about system folders. */
async function settledHandle(handle: Promise<FileSystemHandle | undefined>): Promise<FileSystemHandle[]> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), 2_000)));
  const kept = await Promise.race([handle, patience]);
  clearTimeout(timer);
  return kept === undefined ? [] : [kept];
}

async function readTaken(items: readonly TakenItem[], files: readonly File[], options: IntakeOptions): Promise<Intake> {
  const collector = createCollector(options);
  const roots: FileSystemHandle[] = [];
  for (const { entry, file, handle } of items) {
    if (entry !== undefined) await walkEntries([entry], collector);
    else if (file === undefined) await walkHandles(await settledHandle(handle), collector);
    else if (collector.enter()) await collector.add({ path: file.name, chosen: true, load: () => file });
  }
  for (const { handle } of items) roots.push(...(await settledHandle(handle)));
  for (const file of files) {
    if (!collector.enter()) break;
    await collector.add({ path: file.name, chosen: true, load: () => file });
  }
  return collector.finish(roots);
}
