// The built app in a real Chromium, as a user meets it: served from a plain server, driven by roles and names. Every
// request of the page and its workers is recorded.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../../scripts/chromium-flags.ts';
import { serveFolder } from '../../scripts/serve.mjs';

// Another build where one is named: measurements compare two.
export const dist = process.env['WINNOW_DIST'] ?? fileURLToPath(new URL('../../dist', import.meta.url));

/** How long a page may take for anything that a test waits for: machines are busy. */
const PATIENCE_MS = 60_000;

export interface ServedApp {
  readonly address: string;
  readonly browser: Browser;
  /** A fresh profile with the app open; `requests` grows with every address that anything in it asks for. */
  open(options?: PageOptions): Promise<OpenPage>;
  /** Stops the server only: what works now works offline. */
  stopServing(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly requests: string[];
}

export interface PageOptions {
  /** With the service worker, unless this is false. It keeps all files of the app at the first visit, which takes seconds. */
  readonly keptOffline?: boolean;
}

export interface AppOptions {
  /** Folder to serve instead of dist/. */
  readonly folder?: string;
  /** Path of the app below the server's root, without the first slash. */
  readonly path?: string;
  /** Name to open the app by; the browser takes it for this machine. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves dist/ and starts a browser. */
export async function startApp(options: AppOptions = {}): Promise<ServedApp> {
  if (!existsSync(join(dist, 'index.html'))) throw new Error('dist/ is missing: npm run build comes first');
  const server = await serveFolder(options.folder ?? dist, 0, options.headers);
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  const mapped = options.host === undefined ? [] : [`--host-resolver-rules=MAP ${options.host} 127.0.0.1`];
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS, ...mapped] });
  const local = new URL(options.path ?? '', server.address);
  if (options.host !== undefined) local.hostname = options.host;
  const address = local.href;
  let serving = true;
  const stopServing = async (): Promise<void> => {
    if (serving) await server.close();
    serving = false;
  };
  return {
    address,
    browser,
    async open({ keptOffline = true } = {}) {
      const context = await browser.newContext({ serviceWorkers: keptOffline ? 'allow' : 'block' });
      context.setDefaultTimeout(PATIENCE_MS);
      const requests: string[] = [];
      context.on('request', (request) => requests.push(request.url()));
      const page = await context.newPage();
      await page.goto(address);
      await startStands(page);
      return { page, context, requests };
    },
    stopServing,
    async close() {
      await browser.close();
      await stopServing();
    },
  };
}

/** A folder for evidence that is gone when the test is over. */
export async function createEvidenceFolder(): Promise<{
  write(name: string, bytes: Uint8Array): Promise<string>;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'winnow-e2e-'));
  return {
    async write(name, bytes) {
      const path = join(folder, name);
      await writeFile(path, bytes);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Waits until the first screen stands. */
export async function startStands(page: Page): Promise<void> {
  await page.getByRole('heading', { name: 'Drop Windows event logs here' }).waitFor();
}

/** Goes to a view of the open case, or to the rules, by its link, and waits until it stands. */
export async function openView(page: Page, name: string): Promise<void> {
  await page
    .getByRole('navigation')
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .click();
  await page.getByRole('heading', { level: 1, name: new RegExp(name) }).waitFor();
}

/** Loads the page again with workers that live on after their work, so that a test can look into each. */
export async function keepWorkers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Worker.prototype.terminate = () => undefined;
  });
  await page.reload();
  await startStands(page);
}

/** Picks files as evidence and waits until their scan is over. */
export async function scanFiles(page: Page, paths: readonly string[]): Promise<void> {
  await page.getByLabel('Event logs', { exact: true }).setInputFiles([...paths]);
  await scanOver(page);
}

/** Waits until the strip of the open case says that the scan is over. */
export async function scanOver(page: Page): Promise<void> {
  // A lost worker can cost the 20 s of the watchdog, and machines are busy.
  await page.getByText(/Scanned in|Events read in|Not read to the end|The scan failed/).waitFor({ timeout: 110_000 });
}

/** Findings in the list, all of them, also those out of view. */
export async function countFindings(page: Page): Promise<number> {
  return Number(await page.getByRole('grid', { name: 'Findings' }).getAttribute('aria-rowcount')) - 1;
}

/**
 * Holds back what scans ask of their workers but for the first requests, so that a scan goes on until the function that
 * this gives is called.
 */
export async function holdScans(page: Page, firstRequests = 0): Promise<() => Promise<void>> {
  await page.evaluate((allowed) => {
    let asked = 0;
    const { prototype } = Worker;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the worker that it belongs to
    const post = prototype.postMessage as (message: unknown, transfer: unknown) => void;
    const held: (() => void)[] = [];
    prototype.postMessage = function (message: { path?: string[] }, transfer?: unknown) {
      const send = (): void => post.call(this, message, transfer);
      if (message.path?.[0] === 'startRuns' && ++asked > allowed) held.push(send);
      else send();
    };
    const releaseScans = (): void => {
      prototype.postMessage = post;
      for (const send of held) send();
    };
    Object.assign(globalThis, { releaseScans });
  }, firstRequests);
  return () => page.evaluate(() => (globalThis as unknown as { releaseScans: () => void }).releaseScans());
}

/** Drops files on the page, as from a file manager. */
export async function dropFiles(page: Page, paths: readonly string[]): Promise<void> {
  const files = await Promise.all(
    paths.map(async (path) => ({
      name: path.slice(dirname(path).length + 1),
      base64: (await readFile(path)).toString('base64'),
    })),
  );
  await page.evaluate((dropped) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of dropped) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0))], name));
    }
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
  }, files);
}

const EXPORT_BUTTONS = { CSV: /^CSV/, JSON: /^JSON one/, report: /^Report/ };

/** Exports the shown findings and gives the file's text. */
export async function exportAs(page: Page, format: 'CSV' | 'JSON' | 'report'): Promise<string> {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: EXPORT_BUTTONS[format] }).click(),
  ]);
  return readFile(await download.path(), 'utf8');
}
