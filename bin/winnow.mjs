#!/usr/bin/env node
// The command line tool. Everything is in the built file; without it there is nothing to run.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../dist-cli/winnow.mjs', import.meta.url);
if (existsSync(fileURLToPath(built))) await import(built.href);
else {
  process.stderr.write('winnow is not built here: run `npm run build:cli` in its folder\n');
  process.exitCode = 3;
}
