import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dropFiles, exportAs, keepWorkers, openView, scanFiles } from './app-page.ts';
import { OWN_RULE, smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';
import { ALL_STOPPED, startElsewhere, waysOutTo, type Elsewhere } from './ways-out.ts';

const app = setUpApp();
let log: string;
let rule: string;
let elsewhere: Elsewhere;

beforeAll(async () => {
  log = await app.write('powershell.evtx', smallLog());
  rule = await app.write('own.yml', OWN_RULE);
  elsewhere = await startElsewhere();
});

afterAll(() => elsewhere.close());

test('no request leaves the origin while a log is scanned, looked at and exported', async () => {
  const { page, requests } = await app.open();
  await scanFiles(page, [log]);
  await page.getByRole('grid', { name: 'Findings' }).getByRole('row').nth(1).click();
  await exportAs(page, 'JSON');
  await exportAs(page, 'CSV');
  for (const name of ['Overview', 'Problems', 'Rules']) {
    await openView(page, name);
  }
  expect(requests.length).toBeGreaterThan(5);
  const strangers = requests.filter(
    (url) => !url.startsWith(app.address) && !url.startsWith(`blob:${app.address}`) && !url.startsWith('data:'),
  );
  expect(strangers).toEqual([]);
});

describe('the policy of the page', () => {
  test('holds in the page', async () => {
    const { page } = await app.open();
    const before = elsewhere.visits();
    expect(await page.evaluate(waysOutTo(elsewhere))).toEqual(ALL_STOPPED);
    expect(elsewhere.visits()).toBe(before);
  });

  test('holds in every worker, all of which start from blobs', async () => {
    const { page } = await app.open();
    await keepWorkers(page);
    await dropFiles(page, [rule]);
    await page.getByRole('heading', { name: 'own.yml' }).waitFor();
    await page.getByRole('link', { name: 'Cases' }).click();
    await scanFiles(page, [log]);
    const before = elsewhere.visits();
    const names = new Set<string>();
    for (const worker of page.workers()) {
      expect(worker.url()).toMatch(/^blob:/);
      names.add(await worker.evaluate(() => (globalThis as unknown as { name: string }).name));
      expect(await worker.evaluate(waysOutTo(elsewhere))).toEqual(ALL_STOPPED);
    }
    expect([...names]).toEqual(expect.arrayContaining(['winnow scan', 'winnow rules']));
    expect(elsewhere.visits()).toBe(before);
  });

  test('lets no text become a script where the browser knows Trusted Types', async () => {
    const { page } = await app.open();
    const outcomes = await page.evaluate(() => {
      const outcome = (work: () => unknown): string => {
        try {
          work();
          return 'worked';
        } catch {
          return 'stopped';
        }
      };
      type Factory = { createPolicy(name: string, rules: object): unknown };
      const { trustedTypes } = globalThis as unknown as { trustedTypes: Factory };
      return {
        html: outcome(() => (document.createElement('p').innerHTML = '<b>x</b>')),
        worker: outcome(() => new Worker(URL.createObjectURL(new Blob(['1'])))),
        policy: outcome(() => trustedTypes.createPolicy('other', {})),
        second: outcome(() => trustedTypes.createPolicy('winnow-scripts', {})),
      };
    });
    expect(outcomes).toEqual({ html: 'stopped', worker: 'stopped', policy: 'stopped', second: 'stopped' });
  });

  test('is what stops them: elsewhere the same attempts succeed', async () => {
    const page: Page = await app.browser.newPage();
    await page.goto(`http://${elsewhere.address}/`);
    const before = elsewhere.visits();
    const worked = await page.evaluate(waysOutTo(elsewhere));
    for (const way of ['beacon', 'fetch', 'request', 'connection', 'module', 'worker', 'eval', 'compile']) {
      expect(worked, way).toHaveProperty(way, 'worked');
    }
    expect(elsewhere.visits()).toBeGreaterThan(before);
    await page.close();
  });
});
