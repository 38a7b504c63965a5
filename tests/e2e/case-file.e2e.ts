import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { dropFiles, exportAs, openView, scanFiles } from './app-page.ts';
import { smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';

const app = setUpApp();

test('a case is hashed, judged, saved as a file, and opened in a fresh profile with everything in it', async () => {
  const { page } = await app.open();
  const log = smallLog();
  const hash = createHash('sha256').update(log).digest('hex');
  await scanFiles(page, [await app.write('Security.evtx', log)]);
  await page.getByRole('grid', { name: 'Findings' }).getByRole('row').nth(1).click();
  await page.keyboard.press('c');
  await page.getByText('Who is judging?').waitFor();
  await openView(page, 'Evidence');
  await page.getByText(hash).waitFor();
  await page.getByLabel('Analyst').fill('Mo');
  await page.getByRole('button', { name: 'Keep the name' }).click();
  await page.getByText('Analyst named').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the case file' }).click(),
  ]);
  await page.getByText('The case file is saved and was read back').waitFor();
  const path = await download.path();
  await page.screenshot({ path: process.env['WINNOW_PICTURE'] ?? `${path}.png`, fullPage: true });
  await openView(page, 'Findings');
  const before = JSON.parse(await exportAs(page, 'JSON')) as unknown;

  const other = await app.open();
  await dropFiles(other.page, [path]);
  await other.page.getByRole('grid', { name: 'Findings' }).waitFor();
  const after = JSON.parse(await exportAs(other.page, 'JSON')) as unknown;
  expect(after).toEqual(before);
  await openView(other.page, 'Evidence');
  await other.page.getByText(hash).waitFor();
  await other.page.getByText('Findings judged').waitFor();
  await other.page.getByText('Case file opened').waitFor();
  await other.page.getByText('Mo', { exact: true }).first().waitFor();
  expect(other.requests.filter((address) => !address.startsWith(app.address) && !address.startsWith('blob:'))).toEqual(
    [],
  );
});
