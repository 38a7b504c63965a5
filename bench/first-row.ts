// From the choice of a file to the first finding on screen, in the real app on a browser that has come to rest: one number
// a round, each in a fresh profile, builds turn by turn. Needs dist/ (npm run build) or other builds, Linux only:
// node --import ./scripts/typescript.mjs bench/first-row.ts FILE… [--app DIR]… [--rounds N] [--marks]
// FILE is a log, or a zip of logs as bench/zip-in-chromium.ts makes them. --marks prints performance.mark() entries too.

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { dist, startApp } from '../tests/e2e/app-page.ts';
import { readBrowserUse } from './browser-processes.ts';

const { values, positionals } = parseArgs({
  options: {
    app: { type: 'string', multiple: true, default: [dist] },
    rounds: { type: 'string', default: '5' },
    marks: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
if (positionals.length === 0) {
  process.stderr.write('usage: bench/first-row.ts FILE… [--app DIR]… [--rounds N] [--marks]\n');
  process.exit(2);
}
const files = positionals.map((path) => resolve(path));
const seconds = new Map<string, number[]>(values.app.map((folder) => [folder, []]));
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [folder, taken] of seconds) taken.push(await measure(folder));
}
for (const [folder, taken] of seconds) {
  const sorted = taken.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)]!;
  process.stdout.write(
    `${folder}  median ${median.toFixed(2)} s  ${taken.map((value) => value.toFixed(2)).join(' ')}\n`,
  );
}

async function measure(folder: string): Promise<number> {
  const app = await startApp({ folder: resolve(folder) });
  try {
    const { page } = await app.open();
    await page.waitForLoadState('networkidle');
    await restOf(page);
    await page.evaluate(() => {
      const state = { begun: 0, firstRow: Promise.resolve(0) };
      document.addEventListener('change', () => (state.begun = performance.now()), { capture: true, once: true });
      state.firstRow = new Promise((resolve) => {
        new MutationObserver((_, observer) => {
          if (document.querySelector('[role="row"][aria-rowindex="2"]') === null) return;
          observer.disconnect();
          resolve(performance.now() - state.begun);
        }).observe(document.body, { childList: true, subtree: true });
      });
      Object.assign(globalThis, { state });
    });
    await page.getByLabel('Event logs', { exact: true }).setInputFiles(files);
    const { firstRow, marks } = await page.evaluate(async () => {
      const { state } = globalThis as unknown as { state: { begun: number; firstRow: Promise<number> } };
      const firstRow = await state.firstRow;
      const marks = performance.getEntriesByType('mark').map(({ name, startTime }) => [name, startTime - state.begun]);
      return { firstRow, marks: marks as [string, number][] };
    });
    if (values.marks) {
      for (const [name, at] of marks) process.stdout.write(`${at.toFixed(0).padStart(8)} ms  ${name}\n`);
      process.stdout.write(`${firstRow.toFixed(0).padStart(8)} ms  first row\n`);
    }
    return firstRow / 1_000;
  } finally {
    await app.close();
  }
}

/** Waits until workers and rules are loaded: the browser takes a twentieth of a core or less. */
async function restOf(page: Page): Promise<void> {
  for (let before = readBrowserUse().cpu, tries = 0; tries < 60; tries++) {
    await page.waitForTimeout(500);
    const now = readBrowserUse().cpu;
    if (now - before < 25 && page.workers().length > 0) return;
    before = now;
  }
}
