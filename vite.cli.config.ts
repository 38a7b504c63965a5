// Builds dist-cli/winnow.mjs: the command line tool, its worker threads and the core rules in one file that runs on a
// bare Node 20.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import packageFile from './package.json' with { type: 'json' };
import { checksums, hashSources } from './scripts/vite-checksums.ts';
import { shippedRules } from './scripts/vite-shipped-rules.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  publicDir: false,
  define: {
    __WINNOW_VERSION__: JSON.stringify(packageFile.version),
    __WINNOW_BUILD__: JSON.stringify(hashSources(root)),
  },
  plugins: [shippedRules({ root, inline: true }), checksums()],
  ssr: { noExternal: true, target: 'node' },
  build: {
    ssr: 'src/cli/entry.ts',
    outDir: 'dist-cli',
    target: 'node20',
    minify: false,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { entryFileNames: 'winnow.mjs', codeSplitting: false, topLevelVar: false, banner: '#!/usr/bin/env node' },
    },
  },
});
