// Vite plugin and helpers that make a build checkable: the hash of everything it is made from, shown in the app, and
// SHA256SUMS beside the built files. The shown hash is over the sources, because one over the built files could not
// stand in them.

import { createHash, type Hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { readBakedSelection } from './baked-rules.ts';
import { byCodeUnit, listBuiltFiles, slashed } from './built-files.ts';

/** What goes into the builds, from the project's root. */
export const INPUTS = [
  'index.html',
  'layers.js',
  'package-lock.json',
  'package.json',
  'public',
  'rules',
  'scripts',
  'src',
  'svelte.config.js',
  // The sample case is made from it.
  'tests/builders',
  'tsconfig.base.json',
  'vite.cli.config.ts',
  'vite.config.ts',
  'vite.single.config.ts',
  'workers',
];

/**
 * Gives the first 16 hex digits of a SHA-256 over the names and bytes of all sources of a build, and over the rules
 * that a deployment bakes in (scripts/build.mjs).
 */
export function hashSources(root: string, baked = process.env['WINNOW_RULES']): string {
  const hash = createHash('sha256');
  const { core, paths } = readBakedSelection(baked);
  hash.update(`core ${core}\0`);
  for (const folder of paths) {
    // Where they lie is no part of the build.
    for (const path of listSources(folder, '').sort(byCodeUnit)) update(hash, path, join(folder, path));
  }
  for (const path of INPUTS.flatMap((input) => listSources(root, input)).sort(byCodeUnit)) {
    update(hash, path, join(root, path));
  }
  return hash.digest('hex').slice(0, 16);
}

function update(hash: Hash, name: string, path: string): void {
  const bytes = readFileSync(path);
  hash.update(`${name}\0${bytes.length}\0`).update(bytes);
}

function listSources(root: string, input: string): string[] {
  const path = join(root, input);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [input];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => slashed(relative(root, join(entry.parentPath, entry.name))));
}

/** Text of SHA256SUMS for the files below `folder`, as `sha256sum --check` reads it. */
export async function formatChecksums(folder: string): Promise<string> {
  const files = await listBuiltFiles(folder, ['SHA256SUMS']);
  return files.map(({ path, sha256 }) => `${sha256.toString('hex')}  ${path}\n`).join('');
}

/** Writes SHA256SUMS once everything else is written; must stand behind every plugin that writes files. */
export function checksums(): Plugin {
  let outDir = '';
  return {
    name: 'winnow-checksums',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler(error) {
        if (error === undefined) await writeFile(join(outDir, 'SHA256SUMS'), await formatChecksums(outDir));
      },
    },
  };
}
