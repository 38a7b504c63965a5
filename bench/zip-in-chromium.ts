// A zip in the real app on a real browser, from the choice of the file to the end of the scan: rate in bytes of logs, time to
// the first row, and the most memory that the tab's process held. Needs dist/ (npm run build) and logs:
// node --import ./scripts/typescript.mjs bench/zip-in-chromium.ts LOG… [--filler MB] [--encrypted] [--loose] [--private]
// [--app DIR] [--json]
// --encrypted makes a zip under the password that is tried first; --loose takes the logs as they are, for comparison; --app
// serves another build than dist/. CPU seconds tell more than wall time on a machine that is busy.
// The zip is made beside the first log and kept for the next run. Linux only: memory comes from /proc.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../scripts/chromium-flags.ts';
import { USUAL_PASSWORD } from '../src/intake/zip-keys.ts';
import { startApp } from '../tests/e2e/app-page.ts';
import { makeZip } from './make-zip.ts';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const { values, positionals } = parseArgs({
  options: {
    filler: { type: 'string', default: '0' },
    private: { type: 'boolean', default: false },
    encrypted: { type: 'boolean', default: false },
    loose: { type: 'boolean', default: false },
    app: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
if (positionals.length === 0) {
  process.stderr.write('usage: bench/zip-in-chromium.ts LOG… [--filler MB] [--encrypted] [--loose] [--json]\n');
  process.exit(2);
}
// A log that is there twice is read once, so each counts once.
const logs = [...new Set(positionals.map((path) => resolve(path)))];
const logBytes = logs.reduce((sum, log) => sum + statSync(log).size, 0);
const kind = `${values.filler}${values.encrypted ? '-encrypted' : ''}`;
const path = join(dirname(logs[0]!), `logs-${logs.length}x${Math.round(logBytes / 1e6)}-${kind}.zip`);
const password = values.encrypted ? USUAL_PASSWORD : undefined;
if (!values.loose && !existsSync(path))
  await makeZip(path, { logs, fillerBytes: Number(values.filler) * 1e6, password });

const app = await startApp(values.app === undefined ? {} : { folder: resolve(values.app) });
// A profile on disk, as people have: a context of its own is like a private window, where browsers keep Blobs in memory.
const profile = values.private ? undefined : mkdtempSync(join(tmpdir(), 'winnow-profile-'));
const context =
  profile === undefined
    ? await app.browser.newContext()
    : await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
const peaks = { renderer: 0, rendererOwn: 0, browser: 0 };
let sampling = true;
try {
  const page = await context.newPage();
  await page.goto(app.address);
  await page.getByRole('heading', { name: 'Drop Windows event logs here' }).waitFor();
  await page.evaluate(() => {
    const state = globalThis as unknown as { longest: number; firstRow: number };
    state.longest = 0;
    state.firstRow = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) state.longest = Math.max(state.longest, entry.duration);
    }).observe({ type: 'longtask' });
    new MutationObserver(() => {
      if (state.firstRow === 0 && document.querySelector('[role="row"][aria-rowindex="2"]') !== null) {
        state.firstRow = performance.now();
      }
    }).observe(document.body, { childList: true, subtree: true });
  });
  await page.waitForLoadState('networkidle');
  const processInfo = browserProcesses();
  const sample = (): void => {
    for (const { id, type } of processInfo) {
      const status = statusOf(id);
      if (type === 'renderer') {
        peaks.renderer = Math.max(peaks.renderer, status.resident);
        peaks.rendererOwn = Math.max(peaks.rendererOwn, status.own);
      } else if (type === 'browser') peaks.browser = Math.max(peaks.browser, status.resident);
    }
    if (sampling) setTimeout(sample, 100);
  };
  sample();
  const cpuBefore = cpuOf(processInfo);
  const before = await page.evaluate(() => performance.now());
  await page.getByLabel('Event logs', { exact: true }).setInputFiles(values.loose ? logs : path);
  // Looked for by a timer: what Playwright waits with reads all texts of the page in every frame, which is garbage there.
  await page.waitForFunction(
    () => /Scanned in|Not read to the end|The scan failed/.test(document.querySelector('.strip')?.textContent ?? ''),
    undefined,
    { polling: 200, timeout: 1_800_000 },
  );
  const after = await page.evaluate(() => performance.now());
  const cpu = cpuOf(processInfo);
  const { longest, firstRow } = await page.evaluate(() => {
    const { longest, firstRow } = globalThis as unknown as { longest: number; firstRow: number };
    return { longest, firstRow };
  });
  const findings = Number(await page.getByRole('grid', { name: 'Findings' }).getAttribute('aria-rowcount')) - 1;
  const strip = await page.locator('.strip .numbers').innerText();
  if (!strip.includes('Scanned in')) {
    await page
      .getByRole('navigation')
      .getByRole('link', { name: /Problems/ })
      .click();
    process.stderr.write(`${await page.locator('main').innerText()}\n`);
  }
  const seconds = (after - before) / 1_000;
  const figures = {
    zipBytes: values.loose ? 0 : statSync(path).size,
    logBytes,
    seconds: Number(seconds.toFixed(2)),
    megabytesPerSecond: Math.round(logBytes / 1e6 / seconds),
    firstRowSeconds: Number(((firstRow - before) / 1_000).toFixed(2)),
    rendererCpuSeconds: Number((cpu.renderer - cpuBefore.renderer).toFixed(1)),
    browserCpuSeconds: Number((cpu.browser - cpuBefore.browser).toFixed(1)),
    longestTaskMilliseconds: Math.round(longest),
    rendererPeakMegabytes: Math.round(peaks.renderer / 1e6),
    rendererPeakWithoutSharedMegabytes: Math.round(peaks.rendererOwn / 1e6),
    browserPeakMegabytes: Math.round(peaks.browser / 1e6),
    findings,
    strip,
  };
  process.stdout.write(
    values.json
      ? `${JSON.stringify(figures)}\n`
      : `${Object.entries(figures)
          .map(([name, value]) => `${name.padEnd(36)} ${value}`)
          .join('\n')}\n`,
  );
} finally {
  sampling = false;
  await context.close();
  await app.close();
  if (profile !== undefined) rmSync(profile, { recursive: true, force: true });
}

interface BrowserProcess {
  readonly id: number;
  readonly type: string;
}

/** Browser and renderers below this process. */
function browserProcesses(): readonly BrowserProcess[] {
  const parents = new Map<number, number>();
  const types = new Map<number, string>();
  for (const name of readdirSync('/proc')) {
    const id = Number(name);
    if (!Number.isInteger(id)) continue;
    try {
      const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
      parents.set(id, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
      const command = readFileSync(`/proc/${id}/cmdline`, 'utf8');
      if (!command.includes('chromium')) continue;
      types.set(id, /--type=(\w+)/.exec(command)?.[1] ?? 'browser');
    } catch {
      // Ended since the folder was listed.
      continue;
    }
  }
  const isOurs = (id: number): boolean => {
    let at: number | undefined = id;
    for (let steps = 0; steps < 20 && at !== undefined; steps++) {
      if (at === process.pid) return true;
      at = parents.get(at);
    }
    return false;
  };
  return [...types].filter(([id]) => isOurs(id)).map(([id, type]) => ({ id, type }));
}

/** Seconds of CPU by kind of process, user and system. */
function cpuOf(
  processes: readonly { readonly id: number; readonly type: string }[],
): Record<'renderer' | 'browser', number> {
  const seconds = { renderer: 0, browser: 0 };
  for (const { id, type } of processes) {
    if (type !== 'renderer' && type !== 'browser') continue;
    // Fields 14 and 15, in hundredths; the name before them may hold spaces.
    let stat: string;
    try {
      stat = readFileSync(`/proc/${id}/stat`, 'utf8');
    } catch {
      // Ended since the list was made.
      continue;
    }
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    seconds[type] += (Number(fields[11]) + Number(fields[12])) / 100;
  }
  return seconds;
}

/** Resident bytes of a process: all, and without what it shares. 0 when it is gone. */
function statusOf(pid: number): { readonly resident: number; readonly own: number } {
  let text = '';
  try {
    text = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // Ended since the list was made.
    return { resident: 0, own: 0 };
  }
  const read = (name: string): number => 1_024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return { resident: read('VmRSS'), own: read('RssAnon') };
}
