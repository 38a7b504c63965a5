// Bundles scan-pass.ts into a folder, so that no loader is in its figures. Usage: bundle.ts FOLDER.

import { build } from 'vite';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: bundle.ts FOLDER');
await build({
  configFile: false,
  logLevel: 'error',
  publicDir: false,
  build: {
    ssr: 'bench/scan-pass.ts',
    outDir: folder,
    emptyOutDir: false,
    target: 'node20',
    rolldownOptions: { output: { entryFileNames: 'scan-pass.mjs', topLevelVar: false } },
  },
  ssr: { noExternal: true },
});
