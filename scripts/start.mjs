// `npm start`: installs what is missing, builds what is stale, serves the app and prints its address.

import { join } from 'node:path';
import { installModules, isStale, npm, root, run } from './install.mjs';
import { HEADERS, serveFolder } from './serve.mjs';

const PORT = Number(process.env.PORT ?? 4173);
const INPUTS = [
  'src',
  'workers',
  'rules',
  'public',
  'scripts',
  'tests/builders',
  'index.html',
  'vite.config.ts',
  'package-lock.json',
];

try {
  installModules();
  if (isStale('dist/sw.js', INPUTS)) run(npm, ['run', 'build']);
  const { address } = await serveFolder(join(root, 'dist'), PORT, HEADERS);
  process.stdout.write(`Winnow is at ${address}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
