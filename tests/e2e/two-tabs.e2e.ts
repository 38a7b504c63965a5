// Two tabs on one case: with Web Locks, and on a page where browsers give none (plain http on a name).

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvidenceFolder, dropFiles, scanFiles, scanOver, startApp, type ServedApp } from './app-page.ts';
import { RULE_TITLE, smallLog } from './logs.ts';

let evidence: Awaited<ReturnType<typeof createEvidenceFolder>>;
const open: ServedApp[] = [];

beforeAll(async () => {
  evidence = await createEvidenceFolder();
});

afterAll(async () => {
  for (const app of open) await app.close();
  await evidence.remove();
});

async function showFinding(page: Page): Promise<void> {
  await page.getByRole('grid', { name: 'Findings' }).getByText(RULE_TITLE).first().click();
  await page.getByText('GetTypeFromProgID').first().waitFor();
}

/** The note of the finding on screen, opened where it is closed. */
async function noteField(page: Page): Promise<ReturnType<Page['getByLabel']>> {
  const field = page.getByRole('textbox', { name: 'Note' });
  if ((await field.count()) === 0) await page.getByRole('button', { name: 'Add a note' }).click();
  return field;
}

function banner(page: Page, text: string): Promise<void> {
  return page.getByRole('status').filter({ hasText: text }).waitFor();
}

function findingsShown(page: Page, count: number): Promise<void> {
  return page.getByText(`${count} finding${count === 1 ? '' : 's'}`, { exact: true }).waitFor();
}

test.each([
  ['with Web Locks', undefined],
  ['without Web Locks', 'winnow.test'],
])('%s: one tab writes, both judge, the case changes hands, and is deleted under the other', async (_name, host) => {
  const app = await startApp(host === undefined ? {} : { host });
  open.push(app);
  const { page: first, context } = await app.open({ keptOffline: false });
  expect(await first.evaluate(() => 'locks' in navigator)).toBe(host === undefined);
  await scanFiles(first, [await evidence.write('first.evtx', smallLog())]);
  const address = first.url();

  const second = await context.newPage();
  await second.goto(address);
  await banner(second, 'Another tab has this case open');
  await showFinding(first);
  await showFinding(second);

  // Both judge and note the same finding.
  await first.getByTitle('confirmed (c)').click();
  await second.locator('[aria-pressed=true][title^=confirmed]').waitFor();
  await (await noteField(first)).fill('seen on the server');
  const secondNote = await noteField(second);
  await second.waitForFunction(() => document.querySelector('textarea')?.value === 'seen on the server');
  await secondNote.press('End');
  await secondNote.pressSequentially(', and in the proxy log');
  await first.waitForFunction(
    () => document.querySelector('textarea')?.value === 'seen on the server, and in the proxy log',
  );

  const log = await evidence.write('second.evtx', smallLog('Get-Host'));
  await dropFiles(second, [log]);
  await second.getByText('nothing was added to it').waitFor();

  await second.getByRole('button', { name: 'Take over' }).click();
  await banner(first, 'Another tab took this case over');
  await second.getByRole('button', { name: 'Take over' }).waitFor({ state: 'detached' });
  await findingsShown(second, 1);
  await dropFiles(second, [log]);
  await scanOver(second);

  // A tab that is gone without a word does not keep the case.
  await second.close({ runBeforeUnload: false });
  const third = await context.newPage();
  await third.goto(address);
  await showFinding(third);
  expect(await (await noteField(third)).inputValue()).toBe('seen on the server, and in the proxy log');
  await third.waitForFunction(() => document.body.innerText.includes('2 files'));
  await dropFiles(third, [await evidence.write('third.evtx', smallLog('Get-Help'))]);
  await scanOver(third);

  await third.evaluate(() => (location.hash = '#/'));
  await third
    .getByRole('button', { name: /^Delete/ })
    .first()
    .click();
  await third.getByRole('button', { name: 'Delete the case' }).click();
  await banner(first, 'This case was deleted in another tab');
  await findingsShown(first, 1);
  await third.goto(address);
  await third.getByText('This case is not kept in this browser.').waitFor();
  await context.close();
});
