// The app on other kinds of hosts: over plain http on a name, where browsers keep many things back; with the headers
// that docs/hosting.md asks for; and opened by the system with files.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { HEADERS } from '../../scripts/serve.mjs';
import { createEvidenceFolder, exportAs, scanFiles, scanOver, startApp, type ServedApp } from './app-page.ts';
import { RULE_TITLE, smallLog } from './logs.ts';

let evidence: Awaited<ReturnType<typeof createEvidenceFolder>>;
let log: string;
const open: ServedApp[] = [];

beforeAll(async () => {
  evidence = await createEvidenceFolder();
  log = await evidence.write('powershell.evtx', smallLog());
});

afterAll(async () => {
  for (const app of open) await app.close();
  await evidence.remove();
});

async function start(options: Parameters<typeof startApp>[0]): Promise<ServedApp> {
  const app = await startApp(options);
  open.push(app);
  return app;
}

test('over plain http on a name, the main path works and the page says what is missing', async () => {
  const app = await start({ host: 'winnow.test' });
  const { page, context } = await app.open();
  const missing = await page.evaluate(() => ({
    secure: isSecureContext,
    serviceWorker: 'serviceWorker' in navigator,
    locks: 'locks' in navigator,
    storage: 'storage' in navigator,
    subtle: 'subtle' in crypto,
  }));
  expect(missing).toEqual({ secure: false, serviceWorker: false, locks: false, storage: false, subtle: false });
  await page.getByText('not kept for use without a network').waitFor();
  await scanFiles(page, [log]);
  const grid = page.getByRole('grid', { name: 'Findings' });
  await grid.getByText(RULE_TITLE).click();
  await page.getByText('GetTypeFromProgID').first().waitFor();
  expect(await exportAs(page, 'JSON')).toContain(RULE_TITLE);
  await page.reload();
  await grid.getByText(RULE_TITLE).waitFor();
  await context.close();
});

test('the headers that a host should send do not get in the way', async () => {
  const app = await start({ headers: HEADERS });
  const { page, context } = await app.open();
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.reload();
  await scanFiles(page, [log]);
  await page.getByRole('grid', { name: 'Findings' }).getByText(RULE_TITLE).waitFor();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  expect(faults).toEqual([]);
  await context.close();
});

test('files that the system opens with the installed app are scanned', async () => {
  const app = await start({});
  const { page, context } = await app.open({ keptOffline: false });
  await page.addInitScript(() => {
    const setConsumer = (consume: unknown): void => {
      Object.assign(globalThis, { launch: consume });
    };
    Object.defineProperty(globalThis, 'launchQueue', { value: { setConsumer } });
  });
  await page.reload();
  await page.getByRole('heading', { name: 'Drop Windows event logs here' }).waitFor();
  await page.waitForFunction(() => 'launch' in globalThis);
  await page.evaluate(
    async (bytes) => {
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle('opened.evtx', { create: true });
      const stream = await handle.createWritable();
      await stream.write(Uint8Array.from(bytes));
      await stream.close();
      (globalThis as unknown as { launch: (launch: object) => void }).launch({ files: [handle] });
    },
    [...smallLog()],
  );
  await scanOver(page);
  await page.getByRole('grid', { name: 'Findings' }).getByText(RULE_TITLE).waitFor();
  await context.close();
});
