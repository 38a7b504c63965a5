// A browser whose room for data runs out in the middle of a scan.

import { expect, test } from 'vitest';
import { exportAs, scanFiles } from './app-page.ts';
import { heavyLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';

const ATTACKS = 250;
/** Bytes: one case of so many attacks (1.3 MB) fits, a second one does not. */
const QUOTA = 2_000_000;
const app = setUpApp();

test('full: warned before, everything is shown and exported, and kept once another case is deleted', async () => {
  // The app's own files, which a service worker keeps, would take more room than the cases.
  const context = await app.browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  const { origin } = new URL(app.address);
  const devtools = await context.newCDPSession(page);
  // The refusal is the browser's own. Only the estimate is made up: Chromium tells pages of an allowance of its own making.
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: QUOTA });
  await page.addInitScript(() => {
    const room = { isFull: false };
    const estimate = (): Promise<StorageEstimate> =>
      Promise.resolve(room.isFull ? { usage: 93, quota: 100 } : { usage: 10, quota: 100 });
    Object.defineProperty(navigator.storage, 'estimate', { value: estimate });
    Object.assign(globalThis, { room });
  });
  await page.goto(app.address);
  await scanFiles(page, [await app.write('old.evtx', heavyLog(ATTACKS))]);
  await page.evaluate(() => {
    (globalThis as unknown as { room: { isFull: boolean } }).room.isFull = true;
    location.hash = '#/';
  });
  await page.getByText('that the browser gives are taken').waitFor();
  await scanFiles(page, [await app.write('new.evtx', heavyLog(ATTACKS))]);
  await page.getByText('room for kept cases is 93 % full').waitFor();
  const alert = page.getByRole('alert').filter({ hasText: 'not kept' });
  await alert.getByText('The browser has no room left for this case').waitFor();
  const grid = page.getByRole('grid', { name: 'Findings' });
  expect(await grid.getAttribute('aria-rowcount')).toBe(String(ATTACKS + 1));
  expect(JSON.parse(await exportAs(page, 'JSON'))).toHaveLength(ATTACKS);

  const address = page.url();
  await alert.getByRole('link', { name: 'Free other cases' }).click();
  // By key: messages about what else was refused may lie over the foot of the page.
  await page.getByRole('button', { name: /^Delete old\.evtx/ }).press('Enter');
  // Chromium counts deleted bytes until its database tidies up, at a moment of its own: the room comes back by hand.
  await devtools.send('Storage.overrideQuotaForOrigin', { origin });
  await page.getByRole('button', { name: 'Delete the case' }).click();
  await page.getByText(/The case is deleted/).waitFor();
  await page.evaluate((hash) => (location.hash = hash), new URL(address).hash);
  await page.getByRole('grid', { name: 'Findings' }).waitFor();
  await alert.waitFor({ state: 'detached' });
  await page.reload();
  await page.getByText(`${ATTACKS} findings`, { exact: true }).waitFor();
});
