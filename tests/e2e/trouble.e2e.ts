import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { countFindings, holdScans, openView, scanFiles, startStands } from './app-page.ts';
import { largeLog, RULE_TITLE, smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';

const app = setUpApp();
/** 32 MiB: several runs for every worker. */
const large = largeLog(512);
let largePath: string;

beforeAll(async () => {
  largePath = await app.write('large.evtx', large.bytes);
});

/** Makes the first worker that starts a run die in the middle of it. */
async function killFirstWorker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const state = { killed: 0, ended: new Set<Worker>() };
    Object.assign(globalThis, { interference: state });
    class WatchedWorker extends Worker {
      readonly #scans: boolean;
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        // Others, such as the one that hashes the evidence, end when their work is done.
        this.#scans = options?.name === 'winnow scan';
      }
      override terminate(): void {
        if (this.#scans) state.ended.add(this);
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
        }, 10);
      }
    }
    globalThis.Worker = WatchedWorker;
  });
  await page.reload();
  await startStands(page);
}

describe('a large log', () => {
  test('is found out completely although a worker is killed on the way', async () => {
    const { page } = await app.open();
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
    await expect.poll(() => countFindings(page)).toBe(large.attacks);
    const records = new Intl.NumberFormat('en').format(large.records);
    await page.getByText(new RegExp(`${records} records`)).waitFor();
    await openView(page, 'Problems');
    await page.getByText('No problems.').waitFor();
  });

  test('is scanned to its end in a hidden tab, without animation frames', async () => {
    const { page } = await app.open();
    await page.evaluate(() => {
      const waiting: FrameRequestCallback[] = [];
      globalThis.requestAnimationFrame = (callback) => waiting.push(callback);
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    const other = await page.context().newPage();
    await other.bringToFront();
    await page.getByLabel('Event logs', { exact: true }).setInputFiles([largePath]);
    // Attached, not visible: nothing is drawn.
    await page.getByText(/Scanned in/).waitFor({ state: 'attached', timeout: 110_000 });
    await expect.poll(() => countFindings(page)).toBe(large.attacks);
  });

  test('can be stopped, and what was found stays', async () => {
    const { page } = await app.open();
    // However slow the page, the scan is still going on when it is stopped.
    const release = await holdScans(page, 2);
    await page.getByLabel('Event logs', { exact: true }).setInputFiles([largePath]);
    await page
      .getByRole('grid', { name: 'Findings' })
      .getByRole('row')
      .filter({ hasText: RULE_TITLE })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await release();
    // That it takes no longer than the slices at hand is measured without the page, in tests/pool.
    await page.getByText(/Not read to the end/).waitFor();
    await expect.poll(() => countFindings(page)).toBeGreaterThan(0);
  });
});

describe('what is no log', () => {
  test('is one line each, and the log beside it is scanned', async () => {
    const { page } = await app.open();
    const text = new TextEncoder();
    const names = ['empty.evtx', 'text.evtx', 'short.evtx', 'zeros.evtx'];
    await scanFiles(page, [
      await app.write('good.evtx', smallLog()),
      await app.write('empty.evtx', new Uint8Array(0)),
      await app.write('text.evtx', text.encode('this is no event log\n'.repeat(500))),
      await app.write('short.evtx', smallLog().subarray(0, 1_000)),
      await app.write('zeros.evtx', new Uint8Array(70_000)),
    ]);
    await expect.poll(() => countFindings(page)).toBe(1);
    await openView(page, 'Problems');
    for (const name of names) {
      const line = page.getByRole('listitem').filter({ hasText: name }).getByText(name, { exact: true });
      await expect.poll(() => line.count()).toBe(1);
    }
  });

  test('alone is said at once, and nothing is opened', async () => {
    const { page } = await app.open();
    const path = await app.write('notes.txt', new TextEncoder().encode('hello'));
    await page.getByLabel('Event logs', { exact: true }).setInputFiles([path]);
    await page.getByText('No event logs in what was dropped.').waitFor();
    await page.getByRole('heading', { name: 'Drop Windows event logs here' }).waitFor();
  });
});

test('a log with a torn chunk gives its other findings', async () => {
  const { page } = await app.open();
  const { bytes } = largeLog(21);
  const torn = bytes.slice();
  // The signature of the chunk with the second of three attacks.
  torn.fill(0xff, 4_096 + 10 * 65_536, 4_096 + 10 * 65_536 + 600);
  await scanFiles(page, [await app.write('torn.evtx', torn)]);
  await expect.poll(() => countFindings(page)).toBe(2);
  await openView(page, 'Problems');
  await page.getByText('chunk-bad-magic').waitFor();
});
