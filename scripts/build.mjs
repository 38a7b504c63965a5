// `npm run build`: the hosted app and the command line tool. `--rules PATH` (a folder, a zip or a file; repeatable)
// bakes Sigma rules into the app beside the core pack, `--no-core` leaves the core pack out, `--out DIR` writes the
// hosted app (and only that) elsewhere, `--single` builds the app as one file instead.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const USAGE = 'usage: npm run build -- [--rules PATH]… [--no-core] [--out DIR | --single]';

function stop(message) {
  process.stderr.write(`${message}\n${USAGE}\n`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        rules: { type: 'string', multiple: true, default: [] },
        'no-core': { type: 'boolean', default: false },
        out: { type: 'string' },
        single: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return stop(error.message);
  }
}

const { rules, 'no-core': noCore, out, single } = readArguments();
// npm sets the working directory to the package; what the user typed is relative to where it was typed.
const paths = rules.map((path) => resolve(process.env.INIT_CWD ?? process.cwd(), path));
for (const path of paths) if (!existsSync(path)) stop(`no such rules: ${path}`);
if (noCore && paths.length === 0) stop('--no-core needs --rules: an app without rules finds nothing');
if (single && out !== undefined) stop('--single writes dist-single/: it takes no --out');

const app = out === undefined ? [] : ['--outDir', resolve(process.env.INIT_CWD ?? process.cwd(), out), '--emptyOutDir'];
const builds = single
  ? [['--config', 'vite.single.config.ts']]
  : out === undefined
    ? [app, ['--config', 'vite.cli.config.ts']]
    : [app];
for (const options of builds) {
  const { status, error } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', ...options],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, WINNOW_RULES: JSON.stringify({ core: !noCore, paths }) },
    },
  );
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
