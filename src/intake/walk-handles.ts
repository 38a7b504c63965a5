// Walks FileSystemHandle trees: handles kept from an earlier visit, folder pickers, and drops in browsers
// that give handles. Same bounds as walk-entries.ts.

import type { Collector } from './collect.ts';
import { folderProblem, tooDeepProblem } from './folder-problem.ts';
import { MAX_DEPTH } from './limits.ts';

interface Place {
  readonly handle: FileSystemHandle;
  readonly path: string;
  readonly depth: number;
}

/** Whether a folder can be listed through its handle; a handle may exist and still be refused. Files always can. */
export async function canWalkHandle(handle: FileSystemHandle): Promise<boolean> {
  if (handle.kind === 'file') return true;
  try {
    await (handle as FileSystemDirectoryHandle).values().next();
    return true;
  } catch {
    return false;
  }
}

/** Hands every file below the handles to the collector. Settles when all are being looked at; never rejects. */
export async function walkHandles(roots: readonly FileSystemHandle[], collector: Collector): Promise<void> {
  const stack: Place[] = [...roots].reverse().map((handle) => ({ handle, path: handle.name, depth: 0 }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { handle, path, depth } = next;
    if (!collector.enter()) return;
    if (handle.kind === 'file') {
      await collector.add({ path, chosen: depth === 0, load: () => (handle as FileSystemFileHandle).getFile() });
    } else if (depth >= MAX_DEPTH) {
      collector.report(tooDeepProblem(path));
    } else {
      const children: Place[] = [];
      try {
        for await (const child of (handle as FileSystemDirectoryHandle).values()) {
          children.push({ handle: child, path: `${path}/${child.name}`, depth: depth + 1 });
        }
      } catch (error) {
        // What was listed before the failure is still walked.
        collector.report(folderProblem(path, error));
      }
      children.sort((a, b) => (a.path < b.path ? 1 : -1));
      stack.push(...children);
    }
  }
}
