import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEvidenceFolder, scanFiles, scanOver, startApp, type ServedApp } from './app-page.ts';
import { largeLog, RULE_TITLE, smallLog } from './logs.ts';

let app: ServedApp;
let evidence: Awaited<ReturnType<typeof createEvidenceFolder>>;
/** 128 MiB: several runs for every worker. */
const large = largeLog(2_048);
let largePath: string;

beforeAll(async () => {
  app = await startApp();
  evidence = await createEvidenceFolder();
  largePath = await evidence.write('large.evtx', large.bytes);
});

afterAll(async () => {
  await app.close();
  await evidence.remove();
});

/** Rows of the findings table, all of them, also those out of view. */
async function findingCount(page: Page): Promise<number> {
  const grid = page.getByRole('grid', { name: 'Findings' });
  await grid.waitFor();
  return Number(await grid.getAttribute('aria-rowcount')) - 1;
}

/** Makes the first worker that starts a run die in the middle of it. */
async function killFirstWorker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const state = { killed: 0, ended: new Set<Worker>() };
    Object.assign(globalThis, { interference: state });
    class WatchedWorker extends Worker {
      override terminate(): void {
        state.ended.add(this);
        super.terminate();
      }
      override postMessage(message: { path?: string[] }, transfer?: unknown): void {
        super.postMessage(message, transfer as Transferable[]);
        if (state.killed > 0 || message.path?.[0] !== 'startRuns') return;
        state.killed += 1;
        // Gone without a word, then the error that a browser reports for a crash.
        setTimeout(() => {
          this.terminate();
          this.dispatchEvent(new ErrorEvent('error', { message: 'killed by the test' }));
        }, 30);
      }
    }
    globalThis.Worker = WatchedWorker;
  });
  await page.reload();
  await page.getByRole('heading', { name: 'Drop Windows event logs here' }).waitFor();
}

describe('a large log', () => {
  test('is found out completely although a worker is killed on the way', async () => {
    const { page, context } = await app.open();
    await killFirstWorker(page);
    await scanFiles(page, [largePath]);
    const { killed, ended } = await page.evaluate(() => {
      const { killed, ended } = (globalThis as unknown as { interference: { killed: number; ended: Set<Worker> } })
        .interference;
      return { killed, ended: ended.size };
    });
    expect(killed).toBe(1);
    // The error event replaced it; the watchdog, which waits 20 s, had nothing to do for it or for the others.
    expect(ended).toBe(1);
    expect(await findingCount(page)).toBe(large.attacks);
    const records = new Intl.NumberFormat('en').format(large.records);
    await page.getByText(new RegExp(`${records} records`)).waitFor();
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /Problems/ })
      .click();
    await page.getByText('No problems.').waitFor();
    await context.close();
  });

  test('is scanned to its end in a hidden tab, without animation frames', async () => {
    const { page, context } = await app.open();
    await page.evaluate(() => {
      const waiting: FrameRequestCallback[] = [];
      globalThis.requestAnimationFrame = (callback) => waiting.push(callback);
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    const other = await context.newPage();
    await other.bringToFront();
    await page.getByLabel('Event logs', { exact: true }).setInputFiles([largePath]);
    // Attached, not visible: nothing is drawn.
    await page.getByText(/Scanned in/).waitFor({ state: 'attached', timeout: 110_000 });
    expect(await findingCount(page)).toBe(large.attacks);
    await context.close();
  });

  test('can be stopped, and what was found stays', async () => {
    const { page, context } = await app.open();
    await page.getByLabel('Event logs', { exact: true }).setInputFiles([largePath, largePath]);
    await page
      .getByRole('grid', { name: 'Findings' })
      .getByRole('row')
      .filter({ hasText: RULE_TITLE })
      .first()
      .waitFor();
    const stop = page.getByRole('button', { name: 'Stop' });
    await stop.click();
    await scanOver(page);
    // That it ends within half a second is measured without the page in tests/pool: machines are busy.
    expect(await findingCount(page)).toBeGreaterThan(0);
    await context.close();
  });
});

describe('what is no log', () => {
  test('is one line each, and the log beside it is scanned', async () => {
    const { page, context } = await app.open();
    const text = new TextEncoder();
    const names = ['empty.evtx', 'text.evtx', 'short.evtx', 'zeros.evtx'];
    await scanFiles(page, [
      await evidence.write('good.evtx', smallLog()),
      await evidence.write('empty.evtx', new Uint8Array(0)),
      await evidence.write('text.evtx', text.encode('this is no event log\n'.repeat(500))),
      await evidence.write('short.evtx', smallLog().subarray(0, 1_000)),
      await evidence.write('zeros.evtx', new Uint8Array(70_000)),
    ]);
    expect(await findingCount(page)).toBe(1);
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /Problems/ })
      .click();
    await page.getByRole('heading', { level: 1, name: 'Problems' }).waitFor();
    for (const name of names)
      expect(await page.getByRole('listitem').filter({ hasText: name }).getByText(name, { exact: true }).count()).toBe(
        1,
      );
    await context.close();
  });

  test('alone is said at once, and nothing is opened', async () => {
    const { page, context } = await app.open();
    const path = await evidence.write('notes.txt', new TextEncoder().encode('hello'));
    await page.getByLabel('Event logs', { exact: true }).setInputFiles([path]);
    await page.getByText('No event logs in what was dropped.').waitFor();
    await page.getByRole('heading', { name: 'Drop Windows event logs here' }).waitFor();
    await context.close();
  });
});

test('a log with a torn chunk gives its other findings', async () => {
  const { page, context } = await app.open();
  const { bytes } = largeLog(21);
  const torn = bytes.slice();
  // The signature of the chunk with the second of three attacks.
  torn.fill(0xff, 4_096 + 10 * 65_536, 4_096 + 10 * 65_536 + 600);
  await scanFiles(page, [await evidence.write('torn.evtx', torn)]);
  expect(await findingCount(page)).toBe(2);
  await page
    .getByRole('navigation')
    .getByRole('link', { name: /Problems/ })
    .click();
  await page.getByText('chunk-bad-magic').waitFor();
  await context.close();
});
