// Archives in a real browser: unpack workers, the question for a password, and the same findings as from loose files.

import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import type { Page } from 'playwright-core';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildZip, storeAsDeflate64 } from '../builders/zip-builder.ts';
import { createEvidenceFolder, dropFiles, scanFiles, scanOver, startApp, type ServedApp } from './app-page.ts';
import { largeLog, RULE_TITLE, smallLog } from './logs.ts';

let app: ServedApp;
let evidence: Awaited<ReturnType<typeof createEvidenceFolder>>;
/** 16 MiB: more than one part, and runs for every worker. */
const large = largeLog(256);

beforeAll(async () => {
  app = await startApp();
  evidence = await createEvidenceFolder();
});

afterAll(async () => {
  await app.close();
  await evidence.remove();
});

async function zipOf(files: Readonly<Record<string, Uint8Array>>, options: object = {}): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options });
  for (const [name, bytes] of Object.entries(files)) await writer.add(name, new Uint8ArrayReader(bytes));
  return new Uint8Array(await (await writer.close()).arrayBuffer());
}

async function findingCount(page: Page): Promise<number> {
  const grid = page.getByRole('grid', { name: 'Findings' });
  await grid.getByRole('row').filter({ hasText: RULE_TITLE }).first().waitFor();
  return Number(await grid.getAttribute('aria-rowcount')) - 1;
}

function deflate64(): Uint8Array {
  const log = smallLog();
  return buildZip([{ name: 'a.evtx', data: storeAsDeflate64(log), method: 9, size: log.length, crc: crc32(log) }]);
}

test.each<readonly [string, () => Promise<Uint8Array> | Uint8Array, number]>([
  ['plain', () => zipOf({ 'C/Security.evtx': large.bytes, 'C/b.evtx': smallLog() }), large.attacks + 1],
  ['only stored', () => zipOf({ 'Security.evtx': large.bytes }, { level: 0 }), large.attacks],
  ['zip64', () => zipOf({ 'a.evtx': smallLog() }, { zip64: true }), 1],
  ['Deflate64', deflate64, 1],
  ['AES under the usual password', () => zipOf({ 'a.evtx': large.bytes }, { password: 'infected' }), large.attacks],
  ['nested', async () => zipOf({ 'host.zip': await zipOf({ 'a.evtx': smallLog() }) }), 1],
])('a zip: %s', async (name, make, findings) => {
  const { page, context, requests } = await app.open();
  await scanFiles(page, [await evidence.write(`${name}.zip`, await make())]);
  expect(await findingCount(page)).toBe(findings);
  await page
    .getByRole('navigation')
    .getByRole('link', { name: /Problems/ })
    .click();
  await page.getByText('No problems.').waitFor();
  expect(requests.filter((address) => !address.startsWith(app.address) && !address.startsWith('blob:'))).toEqual([]);
  await context.close();
});

test('a locked zip asks for its password until it is right', async () => {
  const { page, context } = await app.open();
  const zip = await zipOf({ 'a.evtx': smallLog() }, { password: 'Tr0ub4dor', zipCrypto: true });
  await page.getByLabel('Event logs', { exact: true }).setInputFiles([await evidence.write('locked.zip', zip)]);
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
  expect(await findingCount(page)).toBe(1);
  await context.close();
});

test('a locked zip without a password is one problem, and a second drop adds to the case', async () => {
  const { page, context } = await app.open();
  const zip = await zipOf({ 'a.evtx': smallLog(), 'b.evtx': smallLog() }, { password: 'Tr0ub4dor', zipCrypto: true });
  const paths = [await evidence.write('locked.zip', zip), await evidence.write('one.evtx', smallLog())];
  await page.getByLabel('Event logs', { exact: true }).setInputFiles(paths);
  await page.getByRole('button', { name: 'Leave these files out' }).click();
  await scanOver(page);
  expect(await findingCount(page)).toBe(1);
  const second = await evidence.write('two.zip', await zipOf({ 'two.evtx': largeLog(20).bytes }));
  await dropFiles(page, [second]);
  await expect.poll(() => findingCount(page), { timeout: 20_000 }).toBe(1 + largeLog(20).attacks);
  await page
    .getByRole('navigation')
    .getByRole('link', { name: /Problems/ })
    .click();
  await page.getByText('An archive is locked by a password').waitFor();
  await context.close();
});
