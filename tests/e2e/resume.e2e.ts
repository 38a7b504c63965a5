// Evidence that is given again after a reload: what was done is recognised, and nothing is counted twice.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { sampleCase } from '../builders/sample-case.ts';
import { openView, scanOver } from './app-page.ts';
import { setUpApp } from './set-up-app.ts';

/** Drops files with a modified time that stays the same, as from a disk. */
async function dropKept(page: Page, paths: readonly string[]): Promise<void> {
  const files = await Promise.all(
    paths.map(async (path) => ({ name: basename(path), base64: (await readFile(path)).toString('base64') })),
  );
  await page.evaluate((dropped) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of dropped) {
      const bytes = Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { lastModified: 1_700_000_000_000 }));
    }
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
  }, files);
}

async function stripOf(page: Page): Promise<string> {
  await scanOver(page);
  return (await page.locator('.strip .numbers').innerText()).replace(/ · .*/, '');
}

const app = setUpApp();

test('evidence given again is recognised: the rest is scanned, and nothing is counted twice', async () => {
  const paths: string[] = [];
  const hashes: string[] = [];
  for (const [name, bytes] of sampleCase()) {
    paths.push(await app.write(name.replaceAll('/', '_'), bytes));
    hashes.push(createHash('sha256').update(bytes).digest('hex'));
  }
  const { page } = await app.open();
  await dropKept(page, paths);
  const whole = await stripOf(page);
  await page.goto(app.address);
  await dropKept(page, paths.slice(0, 2));
  await stripOf(page);
  await page.reload();
  await page.locator('.strip').waitFor();
  await dropKept(page, paths);
  const rest = paths.length - 2;
  await page.getByText(`2 of ${paths.length} files were done; scanning the other ${rest}.`).waitFor();
  expect(await stripOf(page)).toBe(whole);
  await page.getByText('Scanned in').waitFor();
  // A scan that ended is known as such when its end is on disk; hashes come behind that.
  await page.getByRole('link', { name: 'Evidence' }).click();
  for (const hash of hashes) await page.getByText(hash).first().waitFor();
  // Complete, and given once more after a reload: nothing is judged again, and the events are there.
  await page.reload();
  await page.locator('.strip').waitFor();
  await dropKept(page, paths);
  await page.getByText('Events read in').waitFor();
  expect(await stripOf(page)).toBe(whole);
  await openView(page, 'Events');
  await page.getByRole('grid', { name: 'Events' }).getByRole('row').nth(1).waitFor();
});
