// A browser whose room for data runs out in the middle of a scan.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvidenceFolder, exportAs, scanFiles, startApp, type ServedApp } from './app-page.ts';
import { heavyLog } from './logs.ts';

const ATTACKS = 250;
let app: ServedApp;
let evidence: Awaited<ReturnType<typeof createEvidenceFolder>>;

beforeAll(async () => {
  app = await startApp();
  evidence = await createEvidenceFolder();
});

afterAll(async () => {
  await app.close();
  await evidence.remove();
});

test('full: warned before, everything is shown and exported, and kept once another case is deleted', async () => {
  const { page, context } = await app.open();
  // Chromium lets writes go on past a quota set over its debugging protocol, and tells pages of an allowance of its own
  // making: so the database itself refuses here, until blocks of another case are deleted.
  await page.addInitScript(() => {
    const room = { isFull: false };
    Object.assign(globalThis, { room });
    const plain = { ...Object.getOwnPropertyDescriptors(IDBObjectStore.prototype) };
    const put = plain.put.value as IDBObjectStore['put'];
    const remove = plain.delete.value as IDBObjectStore['delete'];
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args) {
      if (room.isFull && this.name === 'blocks') throw new DOMException('full', 'QuotaExceededError');
      return put.apply(this, args);
    };
    IDBObjectStore.prototype.delete = function (this: IDBObjectStore, ...args) {
      if (this.name === 'blocks') room.isFull = false;
      return remove.apply(this, args);
    };
    const estimate = (): Promise<StorageEstimate> =>
      Promise.resolve(room.isFull ? { usage: 93, quota: 100 } : { usage: 10, quota: 100 });
    Object.defineProperty(navigator.storage, 'estimate', { value: estimate });
  });
  await page.reload();
  await scanFiles(page, [await evidence.write('old.evtx', heavyLog(ATTACKS))]);
  await page.evaluate(() => {
    (globalThis as unknown as { room: { isFull: boolean } }).room.isFull = true;
    location.hash = '#/';
  });
  await page.getByText('that the browser gives are taken').waitFor();
  await scanFiles(page, [await evidence.write('new.evtx', heavyLog(ATTACKS))]);
  await page.getByText('room for kept cases is 93 % full').waitFor();
  const alert = page.getByRole('alert').filter({ hasText: 'not kept' });
  await alert.getByText('The browser has no room left for this case').waitFor();
  const grid = page.getByRole('grid', { name: 'Findings' });
  expect(await grid.getAttribute('aria-rowcount')).toBe(String(ATTACKS + 1));
  expect(JSON.parse(await exportAs(page, 'JSON'))).toHaveLength(ATTACKS);

  await page.getByRole('button', { name: 'Dismiss the message' }).first().click();
  const address = page.url();
  await alert.getByRole('link', { name: 'Free other cases' }).click();
  await page.getByRole('button', { name: /^Delete old\.evtx/ }).click();
  await page.getByRole('button', { name: 'Delete the case' }).click();
  await page.getByText(/The case is deleted/).waitFor();
  await page.evaluate((hash) => (location.hash = hash), new URL(address).hash);
  await page.getByRole('grid', { name: 'Findings' }).waitFor();
  await alert.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByText(`${ATTACKS} findings`, { exact: true }).waitFor();
  await context.close();
});
