// The service worker of the built app, served from below a path: what it keeps, what it refuses, when it updates.

import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dist, holdScans, openView, scanFiles, scanOver, startStands } from './app-page.ts';
import { evaluateInServiceWorker } from './devtools.ts';
import { RULE_TITLE, smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';
import { ALL_STOPPED, startElsewhere, waysOutTo, type Elsewhere } from './ways-out.ts';

// A copy, below a path, that a test can change.
const root = mkdtempSync(join(tmpdir(), 'winnow-sw-'));
const place = join(root, 'a/b');
cpSync(dist, place, { recursive: true });
const app = setUpApp({ folder: root, path: 'a/b/' });
let log: string;
let elsewhere: Elsewhere;
/** For tests that leave it as it was. */
let page: Page;

beforeAll(async () => {
  log = await app.write('powershell.evtx', smallLog());
  elsewhere = await startElsewhere();
  ({ page } = await app.open({ keptOffline: true }));
  await controlled(page);
});

afterAll(() => {
  elsewhere.close();
  rmSync(root, { recursive: true, force: true });
});

/** Waits until the page is under the service worker. */
async function controlled(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

describe('the service worker', () => {
  test('below a path, keeps every file of the app and nothing else', async () => {
    await scanFiles(page, [log]);
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return { names, addresses: requests.flat().map((request) => request.url) };
    });
    const sums = await readFile(join(place, 'SHA256SUMS'), 'utf8');
    const files = sums
      .trim()
      .split('\n')
      .map((line) => line.slice(66))
      .filter((file) => file !== 'sw.js');
    expect(kept.names).toHaveLength(1);
    expect(kept.addresses.sort()).toEqual(files.map((file) => new URL(file, app.address).href).sort());
    // The rules and the tables of facts are among them.
    expect(files.filter((file) => file.endsWith('.pack')).length).toBeGreaterThan(5);
  });

  test('refuses what is no file of the app, and what is at another origin', async () => {
    const statuses = await page.evaluate(async () => ({
      stranger: (await fetch('./secret.txt')).status,
      above: (await fetch('../other')).status,
      posted: (await fetch('./index.html', { method: 'POST' })).status,
      own: (await fetch('./index.html')).status,
      sums: (await fetch('./SHA256SUMS')).status,
    }));
    // What lies above its scope is asked by a page within it, so it is refused as well.
    expect(statuses).toEqual({ stranger: 403, above: 403, posted: 403, own: 200, sums: 200 });
  });

  test('has no way out of its own scope', async () => {
    const before = elsewhere.visits();
    const address = new URL('sw.js', app.address).href;
    const outcomes = await evaluateInServiceWorker(app.browser, address, waysOutTo(elsewhere));
    expect(outcomes).toEqual(ALL_STOPPED);
    const more = await evaluateInServiceWorker(
      app.browser,
      address,
      `(${tryOwnWays.toString()})(${JSON.stringify(elsewhere.address)})`,
    );
    expect(more).toEqual({ add: 'stopped', timer: 'stopped', back: 'stopped', hidden: 'stopped' });
    expect(elsewhere.visits()).toBe(before);
  });

  test('takes a new version only on a click, and never in the middle of a scan', async () => {
    const { page, context } = await app.open({ keptOffline: true });
    await controlled(page);
    const other = await context.newPage();
    await other.goto(app.address);
    await startStands(other);
    await publishNewVersion();
    await page.evaluate(() => Object.assign(globalThis, { sameLoad: true }));
    await other.evaluate(() => Object.assign(globalThis, { sameLoad: true }));
    const sameLoad = (which: Page): Promise<boolean> => which.evaluate(() => 'sameLoad' in globalThis);

    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
    const update = page.getByRole('button', { name: 'Update' });
    await update.waitFor();
    const release = await holdScans(page);
    await page.getByLabel('Event logs', { exact: true }).setInputFiles([log]);
    await page.getByRole('button', { name: 'Stop' }).waitFor();
    await update.click();
    await page.getByText('A scan is running. Update when it is done').waitFor();
    await release();
    await scanOver(page);
    expect(await sameLoad(page)).toBe(true);

    // The other tab asks for the update; this one is told and not reloaded.
    await other.reload();
    await other.getByRole('button', { name: 'Update' }).click();
    await page.getByText('Winnow was updated; this tab goes on with the version before.').waitFor();
    expect(await sameLoad(page)).toBe(true);
    await openView(page, 'Overview');
    await other.getByText('Reload me').waitFor({ state: 'attached' });
  });
});

/** Attempts that only a service worker has a use for. Self-contained: it is sent there as text. */
async function tryOwnWays(other: string): Promise<Record<string, string>> {
  const outcome = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'worked';
    } catch {
      return 'stopped';
    }
  };
  const timer = setTimeout as unknown as (text: string) => void;
  return {
    add: await outcome(async () => (await caches.open('x')).add(`http://${other}/`)),
    timer: await outcome(() => timer('1')),
    back: await outcome(() => {
      Object.defineProperty(globalThis, 'fetch', { value: undefined });
    }),
    hidden: await outcome(() => {
      // The true functions stand on the prototypes of the scope.
      for (
        let at = Object.getPrototypeOf(self) as object | null;
        at !== null;
        at = Object.getPrototypeOf(at) as object | null
      ) {
        for (const name of ['fetch', 'importScripts', 'setTimeout']) if (Object.hasOwn(at, name)) return;
      }
      throw new Error('none left');
    }),
  };
}

/** Makes another build of the served one, as far as a browser can tell. */
async function publishNewVersion(): Promise<void> {
  const page = join(place, 'index.html');
  const html = await readFile(page);
  const changed = Buffer.from(html.toString().replace('</body>', '<p hidden>Reload me</p></body>'));
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');
  const worker = await readFile(join(place, 'sw.js'), 'utf8');
  await writeFile(page, changed);
  await writeFile(
    join(place, 'sw.js'),
    worker.replace(digest(html), digest(changed)).replace(/(["'`])[0-9a-f]{16}\1/, '"0123456789abcdef"'),
  );
}

test('the page works without its server, below a path, after the first visit', async () => {
  await app.stopServing();
  await page.evaluate(() => (location.hash = '#/'));
  await page.reload();
  await scanFiles(page, [log]);
  await page.getByRole('grid', { name: 'Findings' }).getByText(RULE_TITLE).waitFor();
  for (const name of ['Overview', 'Problems', 'Rules']) {
    await openView(page, name);
  }
});
