// From the PATHs of the command line to the logs to scan: files, folders (recursively), packed files. What counts as a
// log is decided by content, with the same judge as in the browser (src/intake).

import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { formatProblem, judgeFile } from '../intake/judge-file.ts';
import { MAX_DEPTH, SNIFF_BYTES } from '../intake/limits.ts';
import type { Problem } from '../model/problem.ts';
import { readHead, type LogFile } from './log-file.ts';
import { createUnpacker } from './unpack-files.ts';

export interface CollectedLogs {
  /** In the order of the output: by path, as code units compare. */
  readonly files: readonly LogFile[];
  readonly problems: readonly Problem[];
  /** PATHs that are not there: the arguments are wrong. */
  readonly missing: readonly string[];
  /** Removes what was unpacked for the scan. */
  dispose(): Promise<void>;
}

/** Gives the logs below some paths. A file that is reached twice (links, overlapping paths) is taken once. */
export async function collectLogs(paths: readonly string[]): Promise<CollectedLogs> {
  const files: LogFile[] = [];
  const problems: Problem[] = [];
  const missing: string[] = [];
  const seen = new Set<string>();
  const unpacker = createUnpacker({
    log: (file) => void files.push(file),
    problem: (problem) => void problems.push(problem),
  });

  const takeFile = async (path: string, chosen: boolean): Promise<void> => {
    const real = await realpath(path);
    if (seen.has(real)) return;
    seen.add(real);
    const { size } = await stat(path);
    const disk: LogFile = { path, size, diskPath: path };
    const verdict = await judgeFile(path, new Blob([readHead(path, SNIFF_BYTES)]), chosen);
    if (verdict.kind === 'log') files.push(disk);
    else if (verdict.kind === 'problem') problems.push(verdict.problem);
    else if (verdict.kind === 'case-file') problems.push(formatProblem(path, 'case-file'));
    else if (verdict.kind === 'gzip') await unpacker.takeGzip(path, chosen);
    else if (verdict.kind === 'zip') await unpacker.takeZip(path, chosen);
  };

  const takeFolder = async (path: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) {
      problems.push({
        code: 'limit-reached',
        severity: 'error',
        file: path,
        detail: `more than ${MAX_DEPTH} folders deep`,
      });
      return;
    }
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inner = join(path, entry.name);
      // Links to folders are left alone: they may lead back to where we came from.
      if (entry.isDirectory()) await guarded(inner, () => takeFolder(inner, depth + 1));
      else if (entry.isFile()) await guarded(inner, () => takeFile(inner, false));
      else if (entry.isSymbolicLink()) {
        await guarded(inner, async () => {
          if ((await stat(inner)).isFile()) await takeFile(inner, false);
        });
      }
    }
  };

  /** What the system refuses below a folder costs that file, never the rest. */
  const guarded = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
      const code = error.syscall === 'scandir' ? 'folder-unreadable' : 'file-unreadable';
      problems.push({ code, severity: 'error', file: path, detail: error.message });
    }
  };

  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (info === undefined) missing.push(path);
    else if (info.isDirectory()) await guarded(path, () => takeFolder(path, 0));
    else await guarded(path, () => takeFile(path, true));
  }
  files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { files, problems, missing, dispose: () => unpacker.dispose() };
}
