// Lets plain Node run the TypeScript of this project: `node --import ./scripts/typescript.mjs bench/run.ts`.
// The code is erasable TypeScript with `.ts` in its imports, so stripping types file by file is all that is needed.
// Chosen over a bundle in .cache because stack traces, relative paths and worker threads then work as they are.

import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
