// The real app on a real browser: a log on disk through the file input, from the choice to the end of the scan with every
// finding stored. Prints wall time, rate, time to the first row and the longest task of the page's thread. Needs dist/
// (npm run build) and a log: node --import ./scripts/typescript.mjs bench/in-chromium.ts LOG [--json]

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { scanOver, startApp } from '../tests/e2e/app-page.ts';

const [log, ...flags] = process.argv.slice(2);
if (log === undefined) {
  process.stderr.write('usage: bench/in-chromium.ts LOG [--json]\n');
  process.exit(2);
}
const path = resolve(log);
const { size } = statSync(path);

const app = await startApp();
try {
  const { page } = await app.open();
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
  // The workers and the rules are loaded while the page is idle; a user takes at least this long to pick a file.
  await page.waitForLoadState('networkidle');
  const before = await page.evaluate(() => performance.now());
  await page.getByLabel('Event logs', { exact: true }).setInputFiles(path);
  await scanOver(page);
  const after = await page.evaluate(() => performance.now());
  const { longest, firstRow } = await page.evaluate(() => {
    const { longest, firstRow } = globalThis as unknown as { longest: number; firstRow: number };
    return { longest, firstRow };
  });
  const strip = await page.getByText(/Scanned in/).innerText();
  const seconds = (after - before) / 1_000;
  const figures = {
    bytes: size,
    seconds: Number(seconds.toFixed(2)),
    megabytesPerSecond: Math.round(size / 1e6 / seconds),
    firstRowSeconds: firstRow === 0 ? undefined : Number(((firstRow - before) / 1_000).toFixed(2)),
    longestTaskMilliseconds: Math.round(longest),
    strip,
  };
  process.stdout.write(
    flags.includes('--json')
      ? `${JSON.stringify(figures)}\n`
      : `${Object.entries(figures)
          .map(([name, value]) => `${name.padEnd(26)} ${value ?? 'none'}`)
          .join('\n')}\n`,
  );
} finally {
  await app.close();
}
