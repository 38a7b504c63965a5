// Vite plugin: builds workers/sw.ts into dist/sw.js once every other file is written, with the list of these files
// and their hashes inside. The list is sorted, so equal files give an equal service worker.

import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { listBuiltFiles } from './built-files.ts';
import { bundleScript } from './bundle-script.ts';

/** One file of the app as the service worker sees it: path from its own place, and its subresource integrity. */
export interface ShippedFile {
  readonly path: string;
  readonly integrity: string;
}

/** Lists the files below `folder` with forward slashes, sorted by path, without the service worker itself. */
export async function listShippedFiles(folder: string): Promise<ShippedFile[]> {
  const files = await listBuiltFiles(folder, ['sw.js', 'SHA256SUMS']);
  return files.map(({ path, sha256 }) => ({ path, integrity: `sha256-${sha256.toString('base64')}` }));
}

/** Writes the service worker at the end of a build. Does nothing under the development server. */
export function serviceWorker(options: { readonly root: string }): Plugin {
  let outDir = '';
  return {
    name: 'winnow-service-worker',
    apply: 'build',
    enforce: 'post',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler(error) {
        if (error !== undefined) return;
        const files = await listShippedFiles(outDir);
        const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
        const script = await bundleScript(resolve(options.root, 'workers/sw.ts'), {
          minify: true,
          define: { __SHIPPED_FILES__: JSON.stringify(files), __SHIPPED_VERSION__: JSON.stringify(version) },
        });
        await writeFile(join(outDir, 'sw.js'), script.code);
      },
    },
  };
}
