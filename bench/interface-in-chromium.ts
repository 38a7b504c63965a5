// The screens of the real app in headless Chromium, as the analyst waits for them: start without a network, sorting,
// filtering and counting a million records, keys, scrolling, opening a case of 100,000 findings, text search over a large
// log, and memory with many records. Needs dist/ (npm run build).
// Usage: node --import ./scripts/typescript.mjs bench/interface-in-chromium.ts [--only PART] [--text LOG] [--rows COUNT]

import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { scanOver, startApp, type ServedApp } from '../tests/e2e/app-page.ts';
import { readBrowserUse } from './browser-processes.ts';
import { manyFindings, shortRecords } from './short-records.ts';

const cache = fileURLToPath(new URL('../.cache/bench/', import.meta.url));
mkdirSync(cache, { recursive: true });
const [only, text, rows] = ['--only', '--text', '--rows'].map((name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
});

function say(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(52)}${figure}\n`);
}

/** Puts what the measurements use into the page: a clock that runs from an action to the frame in which its effect is drawn. */
async function prepare(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = { tasks: [] as number[], keys: [] as number[] };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.tasks.push(duration);
    }).observe({ type: 'longtask' });
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) if (name === 'keydown') seen.keys.push(duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
    const grid = (): Element | null => document.querySelector('[role="grid"]');
    const until = async (begun: number, isDone: () => boolean): Promise<number> => {
      while (!isDone()) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        if (performance.now() - begun > 60_000) throw new Error('nothing happened in a minute');
      }
      return performance.now() - begun;
    };
    Object.assign(globalThis, { seen, bench: { grid, until } });
  });
}

interface Bench {
  readonly grid: () => Element | null;
  readonly until: (begun: number, isDone: () => boolean) => Promise<number>;
}

/** What an action takes by the clock, and of it the milliseconds that the browser's processes were on a CPU. */
async function costOf<T>(work: () => Promise<T>): Promise<readonly [value: T, cpu: string]> {
  const before = readBrowserUse();
  const value = await work();
  const after = readBrowserUse();
  return [value, `${(after.cpu - before.cpu).toFixed(0)} CPU`];
}

/** Waits until the browser has nothing to do: hashes of the evidence are worked out after a scan. */
async function settle(page: Page): Promise<void> {
  for (let rounds = 0; rounds < 60; rounds++) {
    const before = readBrowserUse().cpu;
    await page.waitForTimeout(1_000);
    if (readBrowserUse().cpu - before < 60) return;
  }
}

/** Scans a log and waits until its end; the page shows its findings then. */
async function scan(app: ServedApp, paths: readonly string[]): Promise<Page> {
  const { page } = await app.open();
  page.setDefaultTimeout(600_000);
  await page.setViewportSize({ width: 1_440, height: 860 });
  await page.getByLabel('Event logs', { exact: true }).setInputFiles([...paths]);
  await page.getByText(/Scanned in|Not read to the end|The scan failed/).waitFor();
  await prepare(page);
  return page;
}

async function goTo(page: Page, tab: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = location.hash.replace(/^(#\/case\/[^/?]+).*$/, `$1/${to}`);
  }, tab);
}

async function startOffline(app: ServedApp): Promise<void> {
  const { page, context } = await app.open();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await app.stopServing();
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const next = await context.newPage();
    await next.goto(app.address);
    await next.getByRole('button', { name: 'Choose files' }).waitFor();
    times.push(
      await next.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN),
    );
    await next.close();
  }
  say('start without a network, to the first screen', `${times.map((time) => time.toFixed(0)).join(', ')} ms`);
}

async function manyRows(app: ServedApp): Promise<void> {
  const page = await scan(app, [shortRecords(`${cache}short-1000000.evtx`, 1_000_000)]);
  await goTo(page, 'events');
  const table = page.getByRole('grid', { name: 'Events' });
  await table.getByRole('row').nth(5).waitFor();
  say('records', (await table.getAttribute('aria-rowcount')) ?? '');
  for (const column of ['Computer', 'Event', 'Record', 'Channel', 'Time (UTC)']) {
    const button = await table.getByRole('button', { name: column, exact: true }).elementHandle();
    const times: string[] = [];
    for (let round = 0; round < 2; round++) {
      const [time, cpu] = await costOf(() =>
        page.evaluate(async (pressed) => {
          const { grid, until } = (globalThis as unknown as { bench: Bench }).bench;
          const drawn = (): string => grid()?.querySelector('[aria-rowindex="2"]')?.parentElement?.textContent ?? '';
          const before = drawn();
          const begun = performance.now();
          (pressed as HTMLElement | null)?.click();
          return until(begun, () => drawn() !== before && drawn() !== '');
        }, button),
      );
      times.push(`${time.toFixed(0)} (${cpu})`);
    }
    say(`sort on ${column}: upwards, downwards`, `${times.join(', ')} ms`);
  }
  for (const query of ['eventid:4007', 'eventid:4014 computer:host-22', 'record>9500']) {
    await goTo(page, 'events');
    await page.waitForFunction(() => document.querySelector('[role="grid"]')?.getAttribute('aria-rowcount') !== null);
    await page.waitForTimeout(500);
    const [[filtered, counted], cpu] = await costOf(() =>
      page.evaluate(async (asked) => {
        const { grid, until } = (globalThis as unknown as { bench: Bench }).bench;
        const rowCount = (): string => grid()?.getAttribute('aria-rowcount') ?? '';
        const facets = (): string => document.querySelector('aside')?.textContent ?? '';
        const [rowsBefore, facetsBefore] = [rowCount(), facets()];
        const begun = performance.now();
        location.hash = location.hash.replace(/\?.*$|$/, `?q=${encodeURIComponent(asked)}`);
        const list = await until(begun, () => rowCount() !== rowsBefore && rowCount() !== '');
        return [list, await until(begun, () => facets() !== facetsBefore)] as const;
      }, query),
    );
    say(`filter ${query}: list, counts of its values`, `${filtered.toFixed(0)}, ${counted.toFixed(0)} ms (${cpu})`);
  }
  await goTo(page, 'events');
  await page.waitForTimeout(1_000);
  await measureKeys(page, 'events', [
    'j',
    'j',
    'k',
    'Enter',
    'j',
    'j',
    'Escape',
    'End',
    'Home',
    'm',
    'Escape',
    '?',
    'Escape',
    '/',
  ]);
  await measureScroll(page);
}

async function measureKeys(page: Page, what: string, keys: readonly string[]): Promise<void> {
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    (globalThis as unknown as { seen: { keys: number[] } }).seen.keys = [];
  });
  for (let round = 0; round < 3; round++) {
    for (const key of keys) {
      await page.keyboard.press(key);
      await page.waitForTimeout(60);
    }
    await page.evaluate(() => {
      (document.activeElement as HTMLElement | null)?.blur();
    });
  }
  const slow = await page.evaluate(() => (globalThis as unknown as { seen: { keys: number[] } }).seen.keys);
  const sorted = slow.toSorted((a, b) => b - a);
  say(
    `keys on ${what} to paint: ${3 * keys.length} pressed`,
    `${sorted.length} took 16 ms or more, ${sorted.filter((time) => time > 50).length} over 50, longest ${sorted[0] ?? 16} ms`,
  );
}

async function measureScroll(page: Page): Promise<void> {
  const deltas = await page.evaluate(async () => {
    const grid = document.querySelector('[role="grid"]')!;
    const found: number[] = [];
    let last = performance.now();
    for (let frame = 0; frame < 300; frame++) {
      grid.scrollTop += 45;
      const now = await new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now())));
      found.push(now - last);
      last = now;
    }
    return found.slice(5).sort((a, b) => a - b);
  });
  const at = (share: number): string => deltas[Math.floor(share * (deltas.length - 1))]!.toFixed(1);
  say('scrolling, frames: median, 95 %, longest', `${at(0.5)}, ${at(0.95)}, ${at(1)} ms`);
}

async function findings(app: ServedApp): Promise<void> {
  const path = manyFindings(`${cache}findings-100000.evtx`, 100_000);
  const { page } = await app.open();
  page.setDefaultTimeout(600_000);
  await prepare(page);
  await page.getByLabel('Event logs', { exact: true }).setInputFiles(path);
  await scanOver(page);
  await page.waitForTimeout(2_000);
  const tasks = await page.evaluate(() => (globalThis as unknown as { seen: { tasks: number[] } }).seen.tasks);
  say(
    'findings written while scanning: tasks over 50 ms',
    `${tasks.length}, longest ${Math.max(0, ...tasks).toFixed(0)} ms`,
  );
  const times: string[] = [];
  for (let round = 0; round < 3; round++) {
    await page.addInitScript(() => {
      const look = (): void => {
        const count = Number(document.querySelector('[role="grid"]')?.getAttribute('aria-rowcount') ?? 0);
        if (count > 100_000) Object.assign(globalThis, { opened: performance.now() });
        else requestAnimationFrame(look);
      };
      look();
    });
    await page.reload();
    await page.waitForFunction(() => 'opened' in globalThis);
    times.push((await page.evaluate(() => (globalThis as unknown as { opened: number }).opened)).toFixed(0));
  }
  say('case of 100,000 findings, from reload to its list', `${times.join(', ')} ms`);
  await prepare(page);
  await measureKeys(page, 'findings', [
    'j',
    'j',
    'k',
    'Enter',
    'j',
    'Escape',
    'End',
    'Home',
    'x',
    'c',
    'u',
    'Escape',
    '?',
    'Escape',
  ]);
  await measureScroll(page);
}

async function textSearch(app: ServedApp, log: string): Promise<void> {
  const page = await scan(app, [log]);
  await goTo(page, 'events');
  await page.getByRole('grid', { name: 'Events' }).getByRole('row').nth(5).waitFor();
  await settle(page);
  say('log searched', `${(statSync(log).size / 1e6).toFixed(0)} MB`);
  for (const query of ['mimikatz', 'whoami or 4444 or S-1-5-19', 'image:*\\powershell.exe', 'zzqqyyxx']) {
    const [[first, whole], cpu] = await costOf(() =>
      page.evaluate(async (asked) => {
        const { until } = (globalThis as unknown as { bench: Bench }).bench;
        const state = (): string => document.querySelector('.state')?.textContent ?? '';
        const begun = performance.now();
        location.hash = location.hash.replace(/\?.*$|$/, `?q=${encodeURIComponent(asked)}`);
        const isFirst = (): boolean => {
          const [, count, whole] = /^\s*([\d,]+) of ([\d,]+)/.exec(state()) ?? [];
          return count !== undefined && count !== whole && (count !== '0' || !state().includes('searching'));
        };
        const found = await until(begun, isFirst);
        return [found, await until(begun, () => !state().includes('searching'))] as const;
      }, query),
    );
    const state = await page.locator('.state p').innerText();
    say(`text search ${query}: first, all`, `${first.toFixed(0)}, ${whole.toFixed(0)} ms (${cpu}; ${state})`);
    await goTo(page, 'events');
    await page.waitForTimeout(1_500);
  }
}

async function memory(app: ServedApp, count: number): Promise<void> {
  const log = shortRecords(`${cache}short-${count}.evtx`, count);
  const page = await scan(app, [log]);
  const { pagePeak } = readBrowserUse();
  say('scan', `${(statSync(log).size / 1e6).toFixed(0)} MB, ${await page.locator('.strip').innerText()}`);
  say('memory of the tab, peak while scanning', `${(pagePeak / 1e6).toFixed(0)} MB`);
  for (let seconds = 5; seconds <= 20; seconds += 5) {
    await page.waitForTimeout(5_000);
    say(`memory of the tab ${seconds} s after`, `${(readBrowserUse().pageNow / 1e6).toFixed(0)} MB`);
  }
}

const parts: Readonly<Record<string, (app: ServedApp) => Promise<void>>> = {
  start: startOffline,
  rows: manyRows,
  findings,
  ...(text === undefined ? {} : { text: (app: ServedApp) => textSearch(app, text) }),
  ...(rows === undefined ? {} : { memory: (app: ServedApp) => memory(app, Number(rows)) }),
};
for (const [name, run] of Object.entries(parts)) {
  if (only !== undefined && only !== name) continue;
  const app = await startApp();
  try {
    await run(app);
  } finally {
    await app.close();
  }
}
