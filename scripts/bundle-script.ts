// Bundles one entry file into one self-contained classic script, for workers and the service worker. Knows Vite's
// library build and nothing of what the script does. Used by the build plugins beside it.

import { build, type Plugin } from 'vite';

export interface BundledScript {
  readonly code: string;
  /** Absolute paths of the project's files that went into it. */
  readonly inputs: readonly string[];
}

/**
 * Gives the text of `entry` and everything it imports as one IIFE: no import, no chunk, so that it can start from a
 * blob. `define` replaces identifiers by expressions. Throws what Vite throws.
 */
export async function bundleScript(
  entry: string,
  options: { readonly minify: boolean; readonly define?: Record<string, string>; readonly plugins?: readonly Plugin[] },
): Promise<BundledScript> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [...(options.plugins ?? [])],
    define: { 'process.env.NODE_ENV': JSON.stringify('production'), ...options.define },
    build: {
      write: false,
      target: 'es2023',
      minify: options.minify,
      sourcemap: false,
      reportCompressedSize: false,
      // Vite would make `var` of top-level `const`, which V8 cannot treat as constants: CRC32 lost 40 % by it.
      rolldownOptions: { output: { topLevelVar: false } },
      lib: { entry, formats: ['iife'], name: 'winnowScript', fileName: () => 'script.js' },
    },
  });
  const bundles = Array.isArray(output) ? output : [output];
  for (const bundle of bundles) {
    if (!('output' in bundle)) continue;
    for (const chunk of bundle.output) {
      if (chunk.type !== 'chunk' || !chunk.isEntry) continue;
      return { code: chunk.code, inputs: chunk.moduleIds.filter((id) => id.startsWith('/') || /^[A-Z]:/i.test(id)) };
    }
  }
  throw new Error(`no script came out of ${entry}`);
}
