// Every screen in light and dark, wide and narrow: what axe-core finds wrong with it, and what jumps while a log is scanned.

import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import type * as Axe from 'axe-core';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { dropFiles, holdScans, openView, scanFiles, scanOver } from './app-page.ts';
import { largeLog, smallLog } from './logs.ts';
import { listScreens, writeScreenLogs } from './screens.ts';
import { setUpApp } from './set-up-app.ts';

const WIDE = { width: 1_440, height: 640 };
const NARROW = { width: 480, height: 640 };

const app = setUpApp();

/** Faults of a part of the page as it stands, one line each. */
async function faultsOf(page: Page, part: string, rules: readonly string[] | undefined): Promise<string[]> {
  return page.evaluate(
    async ([selector, only]) => {
      const { axe: checker } = globalThis as unknown as { axe: typeof Axe };
      const { violations } = await checker.run(document.querySelector(selector) ?? document, {
        resultTypes: ['violations'],
        // The policy of the page forbids what axe would load.
        preload: false,
        ...(only === undefined ? {} : { runOnly: [...only] }),
      });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, target }) => `${id}: ${target.join(' ')}: ${html.slice(0, 200)}`),
      );
    },
    [part, rules] as const,
  );
}

/** Ways to other views and buttons of the top bar that lie beyond the window's edge. */
async function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('header.bar > *, nav > *')]
      .filter((element) => element.getBoundingClientRect().right > window.innerWidth)
      .map((element) => `out of reach: ${element.textContent.trim() || element.getAttribute('aria-label')}`),
  );
}

/** Looks at a screen in both windows and both themes. A theme changes nothing but colours, so in the second these alone are looked at. */
async function lookAt(page: Page, name: string, part: string, faults: string[]): Promise<void> {
  const looks = [
    ['wide, light', WIDE, 'light', undefined],
    ['wide, dark', WIDE, 'dark', ['color-contrast']],
    ['narrow, dark', NARROW, 'dark', undefined],
  ] as const;
  for (const [look, size, colorScheme, rules] of looks) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    const found = [...(await faultsOf(page, part, rules)), ...(await outOfReach(page))];
    faults.push(...found.map((fault) => `${name}, ${look}: ${fault}`));
  }
  await page.setViewportSize(WIDE);
}

test('axe finds no fault on any screen, in light and dark, wide and narrow', async () => {
  const { page } = await app.open();
  await page.setViewportSize(WIDE);
  await scanFiles(page, await writeScreenLogs((name, bytes) => app.write(name, bytes)));
  await page.evaluate(axe.source);
  const faults: string[] = [];
  for (const { name, part, open } of listScreens(page)) {
    await open(page);
    await lookAt(page, name, part, faults);
  }
  const locked = new ZipWriter(new BlobWriter(), { useWebWorkers: false, password: 'Tr0ub4dor', zipCrypto: true });
  await locked.add('a.evtx', new Uint8ArrayReader(smallLog()));
  const zip = new Uint8Array(await (await locked.close()).arrayBuffer());
  await dropFiles(page, [await app.write('locked.zip', zip)]);
  await page.getByRole('dialog', { name: 'This archive is locked' }).waitFor();
  await lookAt(page, 'password of an archive', 'dialog', faults);
  expect(faults).toEqual([]);
});

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}

test.each([
  ['findings', WIDE],
  ['overview', NARROW],
] as const)('nothing jumps on the %s while a log is scanned', async (screen, size) => {
  const { page } = await app.open();
  await page.setViewportSize(size);
  await page.evaluate(() => {
    const seen = { score: 0 };
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      for (const shift of list.getEntries() as LayoutShift[]) if (!shift.hadRecentInput) seen.score += shift.value;
    }).observe({ type: 'layout-shift' });
  });
  // Long enough to be watched, with several rules that match.
  const long = await app.write('long.evtx', largeLog(128).bytes);
  const paths = await writeScreenLogs((name, bytes) => app.write(name, bytes));
  const release = await holdScans(page);
  await page.getByLabel('Event logs', { exact: true }).setInputFiles([...paths, long]);
  await page.getByRole('progressbar', { name: 'Bytes scanned' }).waitFor();
  // Closing the tab now would lose the scan: the browser asks first.
  const asksFirst = page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
  expect(await asksFirst).toBe(true);
  if (screen === 'overview') await openView(page, 'Overview');
  await release();
  await scanOver(page);
  // Lists of rules grow and change their order; that counts a little, and nothing else may.
  expect(await page.evaluate(() => (globalThis as unknown as { seen: { score: number } }).seen.score)).toBeLessThan(
    0.1,
  );
});
