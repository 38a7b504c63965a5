// Runs after `npm ci`: builds the command line tool, so that `npx --no-install winnow` works in a fresh checkout.
// Does nothing while the built file is newer than everything it is made of.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isStale, root, run } from './install.mjs';

const vite = join(root, 'node_modules/vite/bin/vite.js');

if (!existsSync(vite)) {
  process.stderr.write('winnow: built without development packages, so the command line tool is not built\n');
} else if (
  isStale('dist-cli/winnow.mjs', ['src', 'rules/core', 'scripts', 'vite.cli.config.ts', 'package-lock.json'])
) {
  run(process.execPath, [vite, 'build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn']);
}
