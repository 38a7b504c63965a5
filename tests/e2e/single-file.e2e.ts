import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { exportAs, scanFiles } from './app-page.ts';
import { RULE_TITLE, smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';
import { ALL_STOPPED, startElsewhere, waysOutTo } from './ways-out.ts';

const single = new URL('../../dist-single/winnow.html', import.meta.url);
const app = setUpApp();

beforeAll(() => {
  if (!existsSync(fileURLToPath(single))) throw new Error('dist-single/ is missing: npm run build:single comes first');
});

test('the single file scans and exports from a disk, and asks for nothing', async () => {
  const context = await app.browser.newContext();
  const requests: string[] = [];
  const faults: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(single.href);
  await page.getByRole('heading', { name: 'Drop Windows event logs here' }).waitFor();
  await scanFiles(page, [await app.write('powershell.evtx', smallLog())]);
  const row = page.getByRole('grid', { name: 'Findings' }).getByRole('row').filter({ hasText: RULE_TITLE });
  await row.waitFor();
  await row.click();
  await page.getByText('GetTypeFromProgID').first().waitFor();
  expect(await exportAs(page, 'JSON')).toContain(RULE_TITLE);
  expect(faults).toEqual([]);
  expect(requests.filter((url) => url !== single.href && !/^(blob|data):/.test(url))).toEqual([]);
});

test('no script in the single file or its workers has a way out', async () => {
  const elsewhere = await startElsewhere();
  const context = await app.browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    Worker.prototype.terminate = () => undefined;
  });
  await page.goto(single.href);
  await scanFiles(page, [await app.write('again.evtx', smallLog())]);
  expect(await page.evaluate(waysOutTo(elsewhere))).toEqual(ALL_STOPPED);
  expect(page.workers().length).toBeGreaterThan(0);
  for (const worker of page.workers()) expect(await worker.evaluate(waysOutTo(elsewhere))).toEqual(ALL_STOPPED);
  expect(elsewhere.visits()).toBe(0);
  elsewhere.close();
});
