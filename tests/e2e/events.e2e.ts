import { describe, expect, test } from 'vitest';
import { sharedRoot } from '../corpus/shared.ts';
import { openView, scanFiles } from './app-page.ts';
import { setUpApp } from './set-up-app.ts';

const app = setUpApp();

const LOG =
  'evtx/evtx-to-mitre-attack/TA0008-Lateral Movement/T1021.003-Distributed Component Object Model (DCOM)/ID4103,4104-DCOMexec native via PowerShell.evtx';

describe.skipIf(sharedRoot === undefined)('the events of a real log', () => {
  test('are all there, searched, narrowed by a cell, sorted, opened, and reached from a finding', async () => {
    const { page } = await app.open();
    await scanFiles(page, [`${sharedRoot ?? ''}${LOG}`]);
    const records = /([\d,]+) records/.exec((await page.locator('main').textContent()) ?? '')?.[1]?.replaceAll(',', '');
    await openView(page, 'Events');
    const grid = page.getByRole('grid', { name: 'Events' });
    await grid.waitFor();
    const rows = async (): Promise<number> => Number(await grid.getAttribute('aria-rowcount')) - 1;
    await expect.poll(rows).toBe(Number(records));
    const all = await rows();

    await page.keyboard.press('/');
    await page.keyboard.type('scriptblocktext~mmc20');
    await page.keyboard.press('Enter');
    await expect.poll(rows).toBeLessThan(all);
    expect(await rows()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await expect.poll(rows).toBe(all);

    await grid.getByRole('gridcell', { name: /^4104/ }).first().click({ button: 'right' });
    await page.getByRole('button', { name: /^Only Event 4104/ }).click();
    await expect.poll(() => page.getByRole('combobox', { name: 'Search events' }).inputValue()).toBe('eventid:4104');

    const firstTime = async (): Promise<string> => (await grid.getByRole('gridcell').nth(1).textContent()) ?? '';
    const earliest = await firstTime();
    await grid.getByRole('button', { name: 'Time (UTC)' }).click();
    await expect.poll(firstTime).not.toBe(earliest);

    await grid.getByRole('row').nth(1).click();
    await page.getByRole('heading', { name: 'Event', exact: true }).waitFor();
    await page.reload();
    // The address is kept, the evidence is not: the page says so.
    await page.getByText('The evidence of this case is not open.').waitFor();
  });

  test('lie around a finding, one link away', async () => {
    const { page } = await app.open();
    await scanFiles(page, [`${sharedRoot ?? ''}${LOG}`]);
    await page.getByRole('grid', { name: 'Findings' }).getByRole('row').nth(1).click();
    await page.getByRole('link', { name: 'Around this time' }).click();
    await page.getByRole('grid', { name: 'Events' }).waitFor();
    await page.getByRole('list', { name: 'Findings on this event' }).waitFor();
    await page
      .getByText(/^\d+ of \d+$/)
      .first()
      .waitFor();
  });
});
