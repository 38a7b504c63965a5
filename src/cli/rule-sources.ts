// Where rules come from on the command line: files, folders with everything below them, zips. Reads bytes; what is in
// them is the compiler's affair.

import { openAsBlob } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { openZip } from '../intake/open-zip.ts';
import { unpackStream } from '../intake/unpack.ts';
import { opensWith, USUAL_PASSWORD } from '../intake/zip-keys.ts';
import type { RuleFile } from '../sigma/compile-rules.ts';

export interface RuleSources {
  /** In the order of the given paths; within a folder by path. */
  readonly files: readonly RuleFile[];
  /** Paths that could not be read, with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** Given paths that do not exist. */
  readonly missing: readonly string[];
}

const MAX_DEPTH = 64;
/** Beyond this a file is not even read; the compiler refuses it by its own limit. */
const MAX_BYTES = 11 * 1024 * 1024;
/** The whole public rule collection has under 10,000 files. */
const MAX_ZIP_RULES = 50_000;

/** Loads `.yml` and `.yaml` files below folders, and single files whatever their name. The pack is the given path's last part. */
export async function loadRuleSources(paths: readonly string[]): Promise<RuleSources> {
  const files: RuleFile[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  const missing: string[] = [];
  for (const path of paths) {
    const pack = basename(resolve(path));
    let isFolder: boolean;
    try {
      isFolder = (await stat(path)).isDirectory();
    } catch {
      missing.push(path);
      continue;
    }
    if (!isFolder && /\.zip$/i.test(path)) {
      await takeZip(path, pack, files, unreadable);
      continue;
    }
    const found = isFolder ? await listRules(path, unreadable) : [path];
    for (const file of found) {
      if (/\.zip$/i.test(file)) {
        unreadable.push({ path: file, reason: 'rules in a zip are not read; unpack it' });
        continue;
      }
      try {
        const { size } = await stat(file);
        // Only the length of such a file is looked at.
        const text = size > MAX_BYTES ? new Uint8Array(MAX_BYTES) : new Uint8Array(await readFile(file));
        files.push({ pack, file: file.replaceAll('\\', '/'), text });
      } catch (error) {
        unreadable.push({ path: file, reason: reasonOf(error) });
      }
    }
  }
  return { files, unreadable, missing };
}

/** Rule files of a zip, such as SigmaHQ's releases, by path. An entry that cannot be unpacked costs itself. */
async function takeZip(
  path: string,
  pack: string,
  files: RuleFile[],
  unreadable: { path: string; reason: string }[],
): Promise<void> {
  let entries;
  try {
    ({ entries } = await openZip(await openAsBlob(path)));
  } catch (error) {
    unreadable.push({ path, reason: `not a readable zip (${reasonOf(error)})` });
    return;
  }
  const rules = entries.filter((entry) => /\.ya?ml$/i.test(entry.path)).sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const entry of rules.slice(0, MAX_ZIP_RULES)) {
    const file = `${path.replaceAll('\\', '/')}/${entry.path}`;
    if (entry.isEncrypted && !(await opensWith(entry, USUAL_PASSWORD))) {
      unreadable.push({ path: file, reason: 'protected by a password' });
      continue;
    }
    const { blob, end } = await unpackStream(() => entry.stream(USUAL_PASSWORD, 'verified'), MAX_BYTES);
    if (end === 'damaged') {
      unreadable.push({ path: file, reason: 'packed data is damaged' });
      continue;
    }
    files.push({ pack, file, text: new Uint8Array(await blob.arrayBuffer()) });
  }
  if (rules.length > MAX_ZIP_RULES) {
    unreadable.push({ path, reason: `more than ${MAX_ZIP_RULES} rule files; the others were left out` });
  }
}

/** Rule files below a folder, sorted; links to folders are not followed, so that no circle can form. */
async function listRules(root: string, unreadable: { path: string; reason: string }[]): Promise<string[]> {
  const found: string[] = [];
  const open: { path: string; depth: number }[] = [{ path: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    try {
      for (const entry of await readdir(next.path, { withFileTypes: true })) {
        const path = join(next.path, entry.name);
        if (entry.isDirectory() && next.depth < MAX_DEPTH) open.push({ path, depth: next.depth + 1 });
        else if (!entry.isDirectory() && /\.ya?ml$/i.test(entry.name)) found.push(path);
      }
    } catch (error) {
      unreadable.push({ path: next.path, reason: reasonOf(error) });
    }
  }
  return found.sort();
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
