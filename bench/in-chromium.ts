// The real app on a real browser: logs on disk through the file input, from the choice to the end of the scan with every
// finding stored. run.ts measures with it; by itself it prints what one scan took. Needs dist/ (npm run build):
// node --import ./scripts/typescript.mjs bench/in-chromium.ts PATH… [--json]

import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dist, startApp } from '../tests/e2e/app-page.ts';
import { readBrowserUse } from './browser-processes.ts';

export interface BrowserScan {
  readonly bytes: number;
  readonly wallMilliseconds: number;
  /** From the choice of the files to the first row of the table; undefined when nothing was found. */
  readonly firstRowMilliseconds: number | undefined;
  /** Longest task of the page's thread, by the clock, and by its own CPU time where that was traced. */
  readonly longestTaskMilliseconds: number;
  readonly longestTaskCpuMilliseconds: number | undefined;
  readonly workerCpuMilliseconds: number;
  readonly cpuMilliseconds: number;
  readonly pagePeakBytes: number;
  readonly findings: number;
  readonly records: number;
}

interface Watched {
  begun: number;
  firstRow: number;
  tasks: { start: number; duration: number }[];
  over: Promise<number>;
}

/** Starts a browser with the app of a folder, scans files and tells what it took. Throws when the scan fails. */
export async function scanInChromium(folder: string, paths: readonly string[], traces = false): Promise<BrowserScan> {
  const app = await startApp({ folder });
  const tracePath = join(tmpdir(), `winnow-trace-${process.pid}.json`);
  try {
    const { page } = await app.open();
    await page.waitForLoadState('networkidle');
    // Workers and rules are loaded while the page is idle; a user takes at least this long to find a file.
    await page.waitForTimeout(2_000);
    await page.evaluate(() => {
      const watched: Watched = { begun: 0, firstRow: 0, tasks: [], over: Promise.resolve(0) };
      Object.assign(globalThis, { watched });
      document.addEventListener('change', () => (watched.begun = performance.now()), { capture: true, once: true });
      new PerformanceObserver((list) => {
        for (const { startTime: start, duration } of list.getEntries()) watched.tasks.push({ start, duration });
      }).observe({ type: 'longtask' });
      new MutationObserver((_, observer) => {
        if (document.querySelector('[role="row"][aria-rowindex="2"]') === null) return;
        watched.firstRow = performance.now();
        observer.disconnect();
      }).observe(document.body, { childList: true, subtree: true });
      // Looked for by a timer: what Playwright waits with reads all texts of the page in every frame.
      watched.over = new Promise((resolve, reject) => {
        const timer = setInterval(() => {
          const said = /Scanned in|Not read to the end.*|The scan failed.*/.exec(
            document.querySelector('.strip')?.textContent ?? '',
          )?.[0];
          if (said === undefined) return;
          clearInterval(timer);
          if (said === 'Scanned in') resolve(performance.now());
          else reject(new Error(said));
        }, 20);
      });
      watched.over.catch(() => undefined);
    });
    if (traces) await app.browser.startTracing(page, { path: tracePath, categories: ['toplevel', '__metadata'] });
    const before = readBrowserUse();
    await page.getByLabel('Event logs', { exact: true }).setInputFiles(paths.map((path) => resolve(path)));
    const seen = await page.evaluate(async () => {
      const { watched } = globalThis as unknown as { watched: Watched };
      const over = await watched.over;
      const { begun, firstRow, tasks } = watched;
      const longest = Math.max(
        0,
        ...tasks.map(({ start, duration }) => (start < begun || start > over ? 0 : duration)),
      );
      const strip = document.querySelector('.strip')?.textContent ?? '';
      const rows = document.querySelector('[role="grid"]')?.getAttribute('aria-rowcount');
      return { begun, over, firstRow, longest, strip, findings: Number(rows ?? 1) - 1 };
    });
    const after = readBrowserUse();
    if (traces) await app.browser.stopTracing();
    const records = Number(/([\d,]+) records?/.exec(seen.strip)?.[1]?.replaceAll(',', ''));
    return {
      bytes: paths.reduce((sum, path) => sum + statSync(path).size, 0),
      wallMilliseconds: seen.over - seen.begun,
      firstRowMilliseconds: seen.firstRow === 0 ? undefined : seen.firstRow - seen.begun,
      longestTaskMilliseconds: seen.longest,
      longestTaskCpuMilliseconds: traces ? longestTaskCpu(tracePath) : undefined,
      workerCpuMilliseconds: after.workerCpu - before.workerCpu,
      cpuMilliseconds: after.cpu - before.cpu,
      pagePeakBytes: after.pagePeak,
      findings: seen.findings,
      records,
    };
  } finally {
    await app.close();
    rmSync(tracePath, { force: true });
  }
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** The longest task of a page's main thread by its CPU time, from a trace. */
function longestTaskCpu(path: string): number {
  const { traceEvents } = JSON.parse(readFileSync(path, 'utf8')) as { traceEvents: readonly TraceEvent[] };
  const main = new Set<string>();
  for (const { name, pid, tid, args } of traceEvents) {
    if (name === 'thread_name' && args.name === 'CrRendererMain') main.add(`${pid} ${tid}`);
  }
  let longest = 0;
  for (const { name, pid, tid, tdur = 0 } of traceEvents) {
    if (name.endsWith('RunTask') && main.has(`${pid} ${tid}`)) longest = Math.max(longest, tdur / 1e3);
  }
  return longest;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [flags, given] = [process.argv.slice(2).filter((word) => word.startsWith('--')), process.argv.slice(2)];
  const paths = given
    .filter((word) => !word.startsWith('--'))
    .flatMap((path) => (statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]));
  if (paths.length === 0) {
    process.stderr.write('usage: bench/in-chromium.ts PATH… [--json] [--trace]\n');
    process.exit(2);
  }
  const figures = await scanInChromium(dist, paths, flags.includes('--trace'));
  const lines = Object.entries(figures).map(
    ([name, value]) => `${name.padEnd(28)} ${(value as number | undefined) ?? ''}\n`,
  );
  process.stdout.write(flags.includes('--json') ? `${JSON.stringify(figures)}\n` : lines.join(''));
}
