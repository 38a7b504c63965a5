// Builds can be checked: equal sources give equal bytes, and SHA256SUMS says which.

import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listBuiltFiles } from '../../scripts/built-files.ts';
import { formatChecksums, hashSources, INPUTS } from '../../scripts/vite-checksums.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let place: string;

/**
 * A copy of what builds are made from, so that no path of this machine and no date of a file can matter. Packages are
 * copied too: modules behind a link have other paths, and a bundler may order them by these.
 */
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'winnow-build-'));
  for (const input of [...INPUTS, 'node_modules']) {
    await cp(join(root, input), join(place, input), { recursive: true, verbatimSymlinks: true });
  }
});

afterAll(() => rm(place, { recursive: true, force: true }));

/** SHA256SUMS of a build, after a look at whether they are true. */
async function checksumsOf(folder: string): Promise<string> {
  const sums = await readFile(join(folder, 'SHA256SUMS'), 'utf8');
  expect(sums).toBe(await formatChecksums(folder));
  return sums;
}

/** Whether a built file says that it was made from the sources as they are now. */
async function isOfTheseSources(folder: string): Promise<boolean> {
  const hash = hashSources(root, undefined);
  const paths = (await listBuiltFiles(folder, [])).map(({ path }) => path).filter((path) => /\.(js|html)$/.test(path));
  const texts = await Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8')));
  return texts.some((text) => text.includes(hash));
}

test.each([
  ['hosted app', 'vite.config.ts', 'dist', /^[0-9a-f]{64} {2}sw\.js$/m],
  ['single file', 'vite.single.config.ts', 'dist-single', /^[0-9a-f]{64} {2}winnow\.html\n$/],
])('the %s built again, in another folder and at another time, has the same bytes', async (_, config, output, form) => {
  const built = join(root, output);
  if (!(await isOfTheseSources(built))) throw new Error(`${output}/ is of other sources: build it first`);
  // Without what the test runner says of itself: with NODE_ENV=test a build is another.
  const env = { PATH: process.env['PATH'] };
  const args = ['node_modules/vite/bin/vite.js', 'build', '--config', config, '--logLevel', 'error'];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: place, encoding: 'utf8', env });
  if (status !== 0) throw new Error(stderr);
  const sums = await checksumsOf(join(place, output));
  expect(sums).toMatch(form);
  expect(sums).toBe(await checksumsOf(built));
});

test('the hash that the app shows changes with what goes into a build', () => {
  const hash = hashSources(root, undefined);
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  expect(hashSources(root, undefined)).toBe(hash);
  expect(hashSources(root, JSON.stringify({ core: true, paths: [join(root, 'docs')] }))).not.toBe(hash);
});
