// One run of the built app in a real Chromium over logs full of addresses, while recorders watch. Gives what they saw
// after the page was loaded. What to do with the answer is prove-offline.ts's business, or a test's.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { buildLog, type EventSpec } from '../tests/builders/evtx-builder.ts';
import { CHROMIUM_FLAGS } from './chromium-flags.ts';
import { recordingListeners, recordingNameServer, recordingProxy, type Recorder } from './network-recorders.ts';
import { serveFolder } from './serve.mjs';

export interface Sightings {
  /** The browser's own sign-in check, which no switch turns off; it is no work of the page, and listed apart. */
  readonly errands: number;
  /** Requests at the proxy, or connections at the listeners. */
  readonly requests: readonly string[];
  readonly lookUps: readonly string[];
  /** Whether the recorders saw the one request that the proof makes at its end, to show that they can see. */
  readonly recordersSee: boolean;
  readonly findings: number;
  readonly records: number;
}

export interface ProofOptions {
  /** Folder of the built app. */
  readonly folder: string;
  /** `proxy`: everything goes through a recording proxy. `closed`: no proxy; name server and listeners of a closed network. */
  readonly network: 'proxy' | 'closed';
  /** Asks for an address in the middle of the scan, as a leak would. */
  readonly plant?: boolean;
}

const LURES = [
  'http://lure-a.example/track.gif',
  'https://lure-b.example/?q=1',
  '\\\\lure-c.example\\share\\file.exe',
  '\\\\203.0.113.77\\c$\\x.dll',
  '//lure-d.example/protocol-relative.js',
  '<img src="http://lure-e.example/x.png">',
  '<link rel="prefetch" href="http://lure-f.example/">',
  '<script src="http://lure-g.example/x.js"></script>',
  '"><iframe src="http://lure-h.example/"></iframe>',
  'file://lure-i.example/share',
  '[click](http://lure-j.example)',
  'url(http://lure-k.example/background.png)',
  '@import "http://lure-l.example/x.css";',
  'ws://lure-m.example/socket',
  'ftp://203.0.113.78/file',
];
const ERRAND = 'CONNECT accounts.google.com:443';
const RECORDS = 600;
const PORTS = [21, 80, 139, 443, 445, 8080];
const FLAGS = [
  ...CHROMIUM_FLAGS,
  '--dns-over-https-mode=off',
  // The browser's own errands, which are not the page's: form statistics, sign-in, translation, suggestions.
  '--disable-features=AutofillServerCommunication,OptimizationHints,OptimizationGuideModelDownloading,MediaRouter,DialMediaRouteProvider,Translate,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,NetworkTimeServiceQuerying',
  '--allow-browser-signin=false',
];

function lureLog(): Uint8Array {
  const records = Array.from({ length: RECORDS }, (_, i): EventSpec => {
    const lure = LURES[i % LURES.length]!;
    return {
      channel: 'Microsoft-Windows-PowerShell/Operational',
      provider: 'Microsoft-Windows-PowerShell',
      eventId: 4_104,
      computer: i % 7 === 0 ? 'lure-n.example' : 'HOST-1',
      recordId: i + 1,
      data: [
        ['MessageNumber', 1],
        ['MessageTotal', 1],
        [
          'ScriptBlockText',
          `[System.Activator]::CreateInstance([type]::GetTypeFromProgID("MMC20.Application","${lure}")) # ${lure} ${i}`,
        ],
        ['Path', lure],
      ],
    };
  });
  return buildLog({ records });
}

/** Runs the proof. Throws when the app does not do its work, because then nothing is proved. */
export async function proveOffline(options: ProofOptions): Promise<Sightings> {
  const server = await serveFolder(options.folder, 0);
  const evidence = await mkdtemp(join(tmpdir(), 'winnow-proof-'));
  const recorders: Recorder[] = [];
  const add = <T extends Recorder>(recorder: T): T => (recorders.push(recorder), recorder);
  const flags = [...FLAGS];
  let names: Recorder | undefined;
  let requests: Recorder;
  if (options.network === 'proxy') {
    const proxy = add(await recordingProxy(new URL(server.address).host));
    requests = proxy;
    // Chromium would go around a proxy for this machine's own addresses.
    flags.push(`--proxy-server=${proxy.address}`, '--proxy-bypass-list=<-loopback>');
  } else {
    names = add(await recordingNameServer());
    requests = add(await recordingListeners(PORTS));
  }
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: flags });
  try {
    const paths = await Promise.all(
      ['lures.evtx', 'http~~lure-o.example.evtx', '<img src=x onerror=alert(1)>.evtx'].map(async (name) => {
        const path = join(evidence, name);
        await writeFile(path, lureLog());
        return path;
      }),
    );
    const page = await (await browser.newContext()).newPage();
    await page.goto(server.address);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.getByText(/\d rules loaded/).waitFor();
    const loaded = requests.seen.length;
    const askedBefore = names?.seen.length ?? 0;
    const plant = options.plant === true ? askFor(page, 'http://planted.example/') : undefined;
    const { findings, records } = await useEverything(page, paths);
    await plant;
    const all = requests.seen.slice(loaded);
    const seen = all.filter((line) => line !== ERRAND);
    const errands = all.length - seen.length;
    const asked = names?.seen.slice(askedBefore) ?? [];
    await askFor(page, 'http://self-test.example/');
    const recordersSee =
      options.network === 'proxy'
        ? requests.seen.some((line) => line.includes('self-test.example'))
        : (names?.seen.some((line) => line.startsWith('self-test.example')) ?? false) &&
          requests.seen.some((line) => line.startsWith('203.0.113.1:'));
    return { errands, requests: seen, lookUps: asked, recordersSee, findings, records };
  } finally {
    await browser.close();
    await server.close();
    for (const recorder of recorders) await recorder.close();
    await rm(evidence, { recursive: true, force: true });
  }
}

/** Opens an address in a page of its own, which no policy of ours covers. */
async function askFor(page: Page, address: string): Promise<void> {
  const other = await page.context().newPage();
  await other.goto(address).catch(() => undefined);
  await other.close();
}

/** Scans, and opens every view. */
async function useEverything(page: Page, paths: readonly string[]): Promise<{ findings: number; records: number }> {
  await page.getByLabel('Event logs', { exact: true }).setInputFiles([...paths]);
  await page.getByText(/Scanned in/).waitFor({ timeout: 110_000 });
  const grid = page.getByRole('grid', { name: 'Findings' });
  const findings = Number(await grid.getAttribute('aria-rowcount')) - 1;
  if (findings < 1) throw new Error('the logs gave no finding, so nothing was shown');
  await grid.getByRole('row').nth(1).click();
  await page
    .getByText(/GetTypeFromProgID/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^JSON one/ }).click()]);
  const strip = await page
    .getByText(/ records/)
    .first()
    .innerText();
  const views = page.getByRole('navigation', { name: 'Views' }).getByRole('link');
  const addresses = await views.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  for (const address of addresses) {
    await page.evaluate((hash) => (location.hash = hash), address);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
  }
  return { findings, records: Number(/([\d,]+) records/.exec(strip)?.[1]?.replaceAll(',', '') ?? 0) };
}
