// Archives in a real browser: unpack workers, the question for a password, and the same findings as from loose files.

import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildZip, storeAsDeflate64 } from '../builders/zip-builder.ts';
import { countFindings, dropFiles, exportAs, openView, scanFiles, scanOver } from './app-page.ts';
import { largeLog, smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';

const app = setUpApp();
/** Chunks of 8 MiB: more than one part, and runs for every worker. */
const MANY = 128;

async function zipOf(files: Readonly<Record<string, Uint8Array>>, options: object = {}): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options });
  for (const [name, bytes] of Object.entries(files)) await writer.add(name, new Uint8ArrayReader(bytes));
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

function deflate64(log: Uint8Array): Uint8Array {
  return buildZip([{ name: 'a.evtx', data: storeAsDeflate64(log), method: 9, size: log.length, crc: crc32(log) }]);
}

/** Kinds of archive, how many chunks the log in it has, and how it is made of that. */
const ARCHIVES: readonly (readonly [string, number, (log: Uint8Array) => Promise<Uint8Array> | Uint8Array])[] = [
  ['plain', MANY, (log) => zipOf({ 'C/Security.evtx': log, 'C/notes.txt': new Uint8Array(9) })],
  ['only stored', MANY, (log) => zipOf({ 'Security.evtx': log }, { level: 0 })],
  ['zip64', 1, (log) => zipOf({ 'a.evtx': log }, { zip64: true })],
  ['Deflate64', 1, deflate64],
  ['AES under the usual password', MANY / 2, (log) => zipOf({ 'a.evtx': log }, { password: 'infected' })],
  ['nested', 1, async (log) => zipOf({ 'host.zip': await zipOf({ 'a.evtx': log }) })],
];

test(`zips give all their findings: ${ARCHIVES.map(([name]) => name).join(', ')}`, async () => {
  const { page, requests } = await app.open();
  const paths: string[] = [];
  const expected = new Map<string, number>();
  for (const [at, [name, chunks, make]] of ARCHIVES.entries()) {
    // Attacks of its own: findings of the same event are one.
    const log = largeLog(chunks, (at + 1) * 1_000_000);
    paths.push(await app.write(`${name}.zip`, await make(log.bytes)));
    expected.set(`${name}.zip`, log.attacks);
  }
  await scanFiles(page, paths);
  await expect.poll(() => countFindings(page)).toBe([...expected.values()].reduce((sum, attacks) => sum + attacks, 0));
  const found = new Map<string, number>();
  for (const { file } of JSON.parse(await exportAs(page, 'JSON')) as { file: string }[]) {
    const [archive] = file.split('/');
    found.set(archive!, (found.get(archive!) ?? 0) + 1);
  }
  expect(found).toEqual(expected);
  await openView(page, 'Problems');
  await page.getByText('No problems.').waitFor();
  expect(requests.filter((address) => !address.startsWith(app.address) && !address.startsWith('blob:'))).toEqual([]);
});

test('a locked zip asks for its password until it is right', async () => {
  const { page } = await app.open();
  const zip = await zipOf({ 'a.evtx': smallLog() }, { password: 'Tr0ub4dor', zipCrypto: true });
  await page.getByLabel('Event logs', { exact: true }).setInputFiles([await app.write('locked.zip', zip)]);
  const dialog = page.getByRole('dialog', { name: 'This archive is locked' });
  const field = dialog.getByLabel('Password of the archive');
  await field.fill('wrong');
  await page.keyboard.press('Enter');
  await dialog.getByText('That password does not open it.').waitFor();
  const picture = process.env['PASSWORD_PICTURE'];
  if (picture !== undefined) await page.screenshot({ path: picture });
  await field.fill('Tr0ub4dor');
  await page.keyboard.press('Enter');
  await scanOver(page);
  await expect.poll(() => countFindings(page)).toBe(1);
});

test('a locked zip without a password is one problem, and a second drop adds to the case', async () => {
  const { page } = await app.open();
  const zip = await zipOf({ 'a.evtx': smallLog(), 'b.evtx': smallLog() }, { password: 'Tr0ub4dor', zipCrypto: true });
  const paths = [await app.write('locked.zip', zip), await app.write('one.evtx', smallLog())];
  await page.getByLabel('Event logs', { exact: true }).setInputFiles(paths);
  await page.getByRole('button', { name: 'Leave these files out' }).click();
  await scanOver(page);
  await expect.poll(() => countFindings(page)).toBe(1);
  const second = await app.write('two.zip', await zipOf({ 'two.evtx': largeLog(20).bytes }));
  await dropFiles(page, [second]);
  await expect.poll(() => countFindings(page)).toBe(1 + largeLog(20).attacks);
  await openView(page, 'Problems');
  await page.getByText('An archive is locked by a password').waitFor();
});
