// Builds can be checked: equal sources give equal bytes, and SHA256SUMS says which.

import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { formatChecksums, hashSources, INPUTS } from '../../scripts/vite-checksums.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const places: string[] = [];

/** Copies what a build is made from to a place of its own, so that no path of this machine can matter. */
async function copySources(from: string, name: string): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), `winnow-${name}-`));
  places.push(place);
  for (const input of INPUTS) await cp(join(from, input), join(place, input), { recursive: true });
  await symlink(join(root, 'node_modules'), join(place, 'node_modules'));
  return place;
}

/** Builds; gives SHA256SUMS after a look at whether they are true. */
async function build(place: string, config: string, output: string): Promise<string> {
  const args = ['build', '--config', config, '--logLevel', 'error'];
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), ...args], {
    cwd: place,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const sums = await readFile(join(place, output, 'SHA256SUMS'), 'utf8');
  expect(sums).toBe(await formatChecksums(join(place, output)));
  return sums;
}

afterAll(async () => {
  for (const place of places) await rm(place, { recursive: true, force: true });
});

test('two builds of the same sources in different places give the same bytes', async () => {
  const first = await copySources(root, 'one');
  const second = await copySources(first, 'another');
  for (const [config, output] of [
    ['vite.config.ts', 'dist'],
    ['vite.single.config.ts', 'dist-single'],
  ] as const) {
    const sums = await build(first, config, output);
    expect(sums).toMatch(output === 'dist' ? /^[0-9a-f]{64} {2}sw\.js$/m : /^[0-9a-f]{64} {2}winnow\.html\n$/);
    expect(await build(second, config, output)).toBe(sums);
  }
});

test('the hash that the app shows changes with what goes into a build', () => {
  const hash = hashSources(root, undefined);
  expect(hash).toMatch(/^[0-9a-f]{16}$/);
  expect(hashSources(root, undefined)).toBe(hash);
  expect(hashSources(root, JSON.stringify({ core: true, paths: [join(root, 'docs')] }))).not.toBe(hash);
});
