// The sample case: one click on the first screen, with the server, without it, and from the single file.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { scanOver } from './app-page.ts';
import { setUpApp } from './set-up-app.ts';

const single = new URL('../../dist-single/winnow.html', import.meta.url);
const app = setUpApp();

async function trySample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try it with a sample case' }).click();
  await scanOver(page);
  const grid = page.getByRole('grid', { name: 'Findings' });
  await grid.getByText('DCOM lateral movement (via MMC20)').first().waitFor();
  // Each of the three hosts has its part in the story.
  for (const host of ['DC-01', 'FILESRV-02', 'WS-014']) await grid.getByText(host).first().waitFor();
  await page
    .getByText(/^Sample case, \d{4}-/)
    .first()
    .waitFor();
}

test('a click opens the sample case, and the page does not fetch its file before', async () => {
  const { page, requests } = await app.open();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  // By the page itself: the service worker keeps every file of the app, this one too.
  const fetched = (): Promise<number> =>
    page.evaluate(
      () => performance.getEntriesByType('resource').filter(({ name }) => /sample-case.*\.pack/.test(name)).length,
    );
  expect(await fetched()).toBe(0);
  await trySample(page);
  expect(await fetched()).toBe(1);
  expect(requests.filter((url) => !url.startsWith(app.address) && !/^(blob|data):/.test(url))).toEqual([]);
  // How the list is laid out stands in the address: a reload shows the same, and so does the way back from elsewhere.
  const grid = page.getByRole('grid', { name: 'Findings' });
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('host');
  await grid.getByRole('checkbox', { name: /^Pick the \d+ findings? of WS-014$/ }).waitFor();
  await grid.focus();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('c');
  await page.getByRole('button', { name: /^confirmed 11$/i }).waitFor();
  await page.keyboard.press('u');
  await page.getByRole('button', { name: /^new 11$/i }).waitFor();
  await page.reload();
  await grid.getByRole('checkbox', { name: /^Pick the \d+ findings? of WS-014$/ }).waitFor();
  await page.getByRole('link', { name: /^Overview/ }).click();
  await page.goBack();
  await grid.getByRole('checkbox', { name: /^Pick the \d+ findings? of WS-014$/ }).waitFor();
  expect(faults).toEqual([]);
});

test('the single file has the sample case in it', async () => {
  if (!existsSync(fileURLToPath(single))) throw new Error('dist-single/ is missing: npm run build:single comes first');
  const context = await app.browser.newContext();
  const page = await context.newPage();
  await page.goto(single.href);
  await trySample(page);
});

test('the sample case opens without the server after the first visit', async () => {
  const { page } = await app.open({ keptOffline: true });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await app.stopServing();
  await page.reload();
  await trySample(page);
});
