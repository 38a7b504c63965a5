// Builds dist/: the hosted app with relative addresses, so that it works from any path. Worker texts, shipped rules
// and the service worker come from the plugins in scripts/. Equal sources give equal files.

import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import packageFile from './package.json' with { type: 'json' };
import { checksums, hashSources } from './scripts/vite-checksums.ts';
import { developmentPolicy } from './scripts/vite-development-policy.ts';
import { serviceWorker } from './scripts/vite-service-worker.ts';
import { sampleCaseFile } from './scripts/vite-sample-case.ts';
import { shippedRules } from './scripts/vite-shipped-rules.ts';
import { workerTexts } from './scripts/vite-workers.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

export default defineConfig({
  base: './',
  define: {
    __WINNOW_VERSION__: JSON.stringify(packageFile.version),
    __WINNOW_BUILD__: JSON.stringify(hashSources(root)),
  },
  plugins: [
    svelte(),
    workerTexts({ root, inline: false }),
    shippedRules({ root, inline: false, baked: true }),
    sampleCaseFile({ root, inline: false }),
    serviceWorker({ root }),
    checksums(),
    developmentPolicy(),
  ],
  build: {
    target: 'es2023',
    // The policy of the page allows no data: addresses for scripts, and files of their own can be cached one by one.
    assetsInlineLimit: 0,
    // The polyfill would add an inline script that the policy refuses; every browser with our other needs preloads.
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { topLevelVar: false } },
  },
  server: { port: 4173, strictPort: true },
});
