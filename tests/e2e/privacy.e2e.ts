import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEvidenceFolder, exportAs, scanFiles, startApp, type ServedApp } from './app-page.ts';
import { smallLog } from './logs.ts';

let app: ServedApp;
let evidence: Awaited<ReturnType<typeof createEvidenceFolder>>;
let log: string;
/** Somebody else's server, which would answer anybody. */
let elsewhere: Server;
let elsewhereAddress: string;
let visits = 0;

beforeAll(async () => {
  app = await startApp();
  evidence = await createEvidenceFolder();
  log = await evidence.write('powershell.evtx', smallLog());
  elsewhere = createServer((_request, response) => {
    visits += 1;
    response
      .writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/javascript' })
      .end('self.stolen = 1;');
  });
  elsewhere.on('upgrade', (_request, socket) => {
    visits += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  elsewhereAddress = `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await app.close();
  await evidence.remove();
  elsewhere.close();
});

test('no request leaves the origin while a log is scanned, looked at and exported', async () => {
  const { page, context, requests } = await app.open();
  await scanFiles(page, [log]);
  await page.getByRole('grid', { name: 'Findings' }).getByRole('row').nth(1).click();
  await exportAs(page, 'JSON');
  await exportAs(page, 'CSV');
  for (const name of ['Overview', 'Problems', 'Rules']) {
    await page
      .getByRole('navigation')
      .getByRole('link', { name: new RegExp(name) })
      .click();
    await page.getByRole('heading', { level: 1, name: new RegExp(name) }).waitFor();
  }
  expect(requests.length).toBeGreaterThan(5);
  const strangers = requests.filter(
    (url) => !url.startsWith(app.address) && !url.startsWith(`blob:${app.address}`) && !url.startsWith('data:'),
  );
  expect(strangers).toEqual([]);
  await context.close();
});

/** What a script can do in a place: each attempt gives `stopped` or what it got. */
const attempts = async (other: string): Promise<Record<string, string>> => {
  const outcome = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'worked';
    } catch {
      return 'stopped';
    }
  };
  const scope = globalThis as unknown as { importScripts?: (url: string) => void };
  return {
    fetch: await outcome(() => fetch(`http://${other}/`)),
    socket: await outcome(
      () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket(`ws://${other}/`);
          socket.onopen = resolve;
          socket.onerror = reject;
        }),
    ),
    script: await outcome(() => {
      if (scope.importScripts === undefined) throw new Error('a page has none');
      scope.importScripts(`http://${other}/`);
    }),
    eval: await outcome(() => (0, eval)('1 + 1') as number),
  };
};

const ALL_STOPPED = { fetch: 'stopped', socket: 'stopped', script: 'stopped', eval: 'stopped' };

describe('the policy of the page', () => {
  test('holds in the page', async () => {
    const { page, context } = await app.open();
    expect(await page.evaluate(attempts, elsewhereAddress)).toEqual(ALL_STOPPED);
    await context.close();
  });

  test('holds in the scan workers, which start from blobs', async () => {
    const { page, context } = await app.open();
    await scanFiles(page, [log]);
    const workers = page.workers();
    expect(workers.length).toBeGreaterThan(0);
    for (const worker of workers) {
      expect(worker.url()).toMatch(/^blob:/);
      expect(await worker.evaluate(attempts, elsewhereAddress)).toEqual(ALL_STOPPED);
    }
    await context.close();
  });

  test('is what stops them: elsewhere the same attempts succeed', async () => {
    const page: Page = await app.browser.newPage();
    await page.goto(`http://${elsewhereAddress}/`);
    const before = visits;
    const worked = await page.evaluate(attempts, elsewhereAddress);
    expect(worked).toMatchObject({ fetch: 'worked', eval: 'worked' });
    expect(visits).toBeGreaterThan(before);
    await page.close();
  });

  test('lets no attempt through to the other server', async () => {
    const { page, context } = await app.open();
    await scanFiles(page, [log]);
    const before = visits;
    await page.evaluate(attempts, elsewhereAddress);
    for (const worker of page.workers()) await worker.evaluate(attempts, elsewhereAddress);
    expect(visits).toBe(before);
    await context.close();
  });
});
