// Walks dropped FileSystemEntry trees (webkitGetAsEntry): where there are no handles, and for folders that the File
// System Access API refuses, such as winevt\Logs. Depth and count are bounded; a folder that cannot be listed is a
// problem line. Iterative, because the depth is the evidence's.

import type { Collector } from './collect.ts';
import { MAX_DEPTH } from './limits.ts';
import { folderProblem, tooDeepProblem } from './folder-problem.ts';

/** Hands every file below the entries to the collector. Settles when all are being looked at; never rejects. */
export async function walkEntries(roots: readonly FileSystemEntry[], collector: Collector): Promise<void> {
  const stack: { readonly entry: FileSystemEntry; readonly depth: number }[] = [];
  for (const entry of [...roots].reverse()) stack.push({ entry, depth: 0 });
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { entry, depth } = next;
    if (!collector.enter()) return;
    const path = pathOf(entry);
    if (entry.isFile) {
      await collector.add({ path, chosen: depth === 0, load: () => loadFile(entry as FileSystemFileEntry) });
    } else if (depth >= MAX_DEPTH) {
      collector.report(tooDeepProblem(path));
    } else {
      let children: readonly FileSystemEntry[];
      try {
        children = await listEntries(entry as FileSystemDirectoryEntry, collector);
      } catch (error) {
        collector.report(folderProblem(path, error));
        continue;
      }
      for (const child of [...children].reverse()) stack.push({ entry: child, depth: depth + 1 });
    }
  }
}

function pathOf(entry: FileSystemEntry): string {
  return entry.fullPath.replace(/^\/+/, '') || entry.name;
}

function loadFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** Lists a folder by name. Chromium gives at most 100 entries per call, so the reader is asked until it has none. */
async function listEntries(
  folder: FileSystemDirectoryEntry,
  collector: Collector,
): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    let batch: readonly FileSystemEntry[];
    try {
      batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    } catch (error) {
      if (all.length === 0) throw error;
      // Part of the folder was listed: keep it and say that the rest is missing.
      collector.report(folderProblem(pathOf(folder), error));
      break;
    }
    if (batch.length === 0) break;
    all.push(...batch);
  }
  return all.sort((a, b) => compareNames(a.name, b.name));
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
