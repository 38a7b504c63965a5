// The files of a build, for whatever lists them with their hashes.

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

export interface BuiltFile {
  /** From the folder, with forward slashes. */
  readonly path: string;
  readonly sha256: Buffer;
}

/** Gives the files below `folder` but those named, sorted by path: equal files give an equal list. */
export async function listBuiltFiles(folder: string, without: readonly string[]): Promise<BuiltFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => slashed(relative(folder, join(entry.parentPath, entry.name))))
    .filter((path) => !without.includes(path))
    .sort(byCodeUnit);
  return Promise.all(
    paths.map(async (path) => {
      return {
        path,
        sha256: createHash('sha256')
          .update(await readFile(join(folder, path)))
          .digest(),
      };
    }),
  );
}

/** A path with forward slashes. */
export function slashed(path: string): string {
  return path.split(sep).join('/');
}

/** Order of texts that no locale changes. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
