// Builds dist-single/winnow.html: the whole app in one file, opened from a disk without a server. Same sources as the
// hosted app; workers and rules stand in the file itself, and there is no service worker.

import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import packageFile from './package.json' with { type: 'json' };
import { checksums, hashSources } from './scripts/vite-checksums.ts';
import { sampleCaseFile } from './scripts/vite-sample-case.ts';
import { shippedRules } from './scripts/vite-shipped-rules.ts';
import { singleFile } from './scripts/vite-single-file.ts';
import { workerTexts } from './scripts/vite-workers.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  base: './',
  define: {
    __WINNOW_VERSION__: JSON.stringify(packageFile.version),
    __WINNOW_BUILD__: JSON.stringify(hashSources(root)),
  },
  publicDir: false,
  plugins: [
    svelte(),
    workerTexts({ root, inline: true }),
    shippedRules({ root, inline: true, baked: true }),
    sampleCaseFile({ root, inline: true }),
    singleFile({ root, fileName: 'winnow.html' }),
    checksums(),
  ],
  build: {
    outDir: 'dist-single',
    target: 'es2023',
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: false, topLevelVar: false } },
  },
});
