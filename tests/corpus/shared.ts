// Where the shared corpus lies, for tests that run over real logs and rules. Without it they skip and say so.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const candidate = fileURLToPath(new URL('../../../shared/', import.meta.url));

/** Folder of the shared corpus with a closing slash, or undefined where it is absent. */
export const sharedRoot: string | undefined = existsSync(`${candidate}evtx/manifest.json`) ? candidate : undefined;

/** Whether tests over the shared corpus can run. */
export const hasShared = sharedRoot !== undefined;

if (!hasShared) process.stderr.write('skipped: no ../shared beside the project, so tests over real logs do not run\n');
