// A browser that is killed at random moments while the app scans, and started again with the same profile. After each
// kill the case must have everything that was shown, and the same findings as an undisturbed scan once it has its
// evidence again. Killed workers need no evidence again: the scan goes on without being asked. Used by kills.e2e.ts and,
// for long runs, by scripts/prove-kills.ts.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { serveFolder } from '../../scripts/serve.mjs';
import { largeLog } from './logs.ts';

export const KILLS = ['tab', 'worker', 'renderer', 'browser'] as const;
export type Kill = (typeof KILLS)[number];

export interface KillOutcome {
  readonly kill: Kill;
  /** Milliseconds after the evidence was given. */
  readonly after: number;
  /** Findings on screen right before, in the case when it was open again, and after the evidence was given again. */
  readonly shown: number;
  readonly kept: number;
  readonly final: number;
  readonly expected: number;
}

/** How long the page may take for anything that is waited for: machines are busy. */
const PATIENCE_MS = 60_000;

interface Running {
  readonly process: ChildProcess;
  readonly browser: Browser;
}

async function startBrowser(profile: string): Promise<Running> {
  const marker = join(profile, 'DevToolsActivePort');
  await rm(marker, { force: true });
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
  ];
  const path = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  // A group of its own, so that every process of the browser dies at once, as in a power cut.
  const child = spawn(path, [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (part: Buffer) => {
      text += part.toString();
      const found = /DevTools listening on (ws:\S+)/.exec(text);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(`the browser ended: ${text}`)));
  });
  return { process: child, browser: await chromium.connectOverCDP(address) };
}

async function killGroup({ process: child }: Running): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  await gone;
}

/** Gives a file from the disk to the case on screen, as a drop: with the same name, size and time each time. */
async function dropFromDisk(page: Page, path: string): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement('input');
    input.type = 'file';
    input.id = 'evidence-of-test';
    input.hidden = true;
    document.body.append(input);
  });
  // By its path: Playwright would send the bytes through the debugging protocol.
  const session = await page.context().newCDPSession(page);
  const expression = "document.getElementById('evidence-of-test')";
  const { result } = await session.send('Runtime.evaluate', { expression });
  await session.send('DOM.setFileInputFiles', { files: [path], objectId: result.objectId! });
  await session.detach();
  await page.evaluate(() => {
    const input = document.getElementById('evidence-of-test') as HTMLInputElement;
    const transfer = new DataTransfer();
    transfer.items.add(input.files![0]!);
    input.remove();
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  });
}

/** Keeps every worker of pages to come in a list, so that they can be killed from within. */
async function watchWorkers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const started: Worker[] = [];
    Object.assign(globalThis, { startedWorkers: started });
    const RealWorker = globalThis.Worker;
    globalThis.Worker = class extends RealWorker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        started.push(this);
      }
    };
  });
}

/** Every worker is gone at once, without a word but the error that a browser reports for a crash. */
async function killWorkers(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { startedWorkers } = globalThis as unknown as { startedWorkers: Worker[] };
    for (const worker of startedWorkers.splice(0)) {
      worker.terminate();
      worker.dispatchEvent(new ErrorEvent('error', { message: 'killed by the test' }));
    }
  });
}

async function shownFindings(page: Page): Promise<number> {
  const count = await page.evaluate(() => document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') ?? '1');
  return Math.max(0, Number(count) - 1);
}

/**
 * Kills and reopens `kills` times, in the ways of `kinds` in turn or, without these, in ways at random; `random` gives
 * numbers from 0 up to 1. Calls `tell` after each.
 */
export async function surviveKills(options: {
  readonly folder: string;
  readonly kills: number;
  readonly kinds?: readonly Kill[];
  readonly random: () => number;
  readonly tell?: (outcome: KillOutcome) => void;
}): Promise<readonly KillOutcome[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'winnow-kills-'));
  const profile = join(scratch, 'profile');
  const evidence = join(scratch, 'Security.evtx');
  const log = largeLog(400);
  await writeFile(evidence, log.bytes);
  const server = await serveFolder(options.folder, 0);
  const outcomes: KillOutcome[] = [];
  let running = await startBrowser(profile);
  const open = async (hash: string): Promise<Page> => {
    const [context] = running.browser.contexts();
    context!.setDefaultTimeout(PATIENCE_MS);
    const page = await context!.newPage();
    await watchWorkers(page);
    await page.goto(`${server.address}${hash}`);
    return page;
  };
  try {
    for (let number = 0; number < options.kills; number++) {
      const { kinds } = options;
      const kill = kinds?.[number % kinds.length] ?? KILLS[Math.floor(options.random() * KILLS.length)]!;
      const after = Math.floor(options.random() * 1_200);
      const page = await open('#/');
      await page.getByText(/\d rules loaded/).waitFor();
      await dropFromDisk(page, evidence);
      await page.waitForFunction(() => location.hash.startsWith('#/case/'));
      const hash = await page.evaluate(() => location.hash.split('?')[0] ?? '');
      await new Promise((resolve) => setTimeout(resolve, after));
      const shown = await shownFindings(page);
      let final: number | undefined;
      if (kill === 'worker') {
        await killWorkers(page);
        await page.getByText(/Scanned in/).waitFor();
        final = await shownFindings(page);
        await page.close();
      } else if (kill === 'tab') await page.close({ runBeforeUnload: false });
      else if (kill === 'renderer') {
        const session = await page.context().newCDPSession(page);
        const crashed = page.waitForEvent('crash');
        session.send('Page.crash').catch(() => undefined);
        await crashed;
        await page.close();
      } else {
        await killGroup(running);
        running = await startBrowser(profile);
      }
      const again = await open(hash);
      await again
        .getByText(/\d rules loaded|records/)
        .first()
        .waitFor();
      await again.waitForFunction(() => document.body.innerText.includes(' file'));
      // A scan that went on without its workers has kept everything at its end.
      const kept = await settledFindings(again, final ?? shown);
      if (final === undefined) {
        await dropFromDisk(again, evidence);
        await again.getByText(/Scanned in/).waitFor();
        final = await shownFindings(again);
      }
      const outcome = { kill, after, shown, kept, final, expected: log.attacks };
      outcomes.push(outcome);
      options.tell?.(outcome);
      await again.close();
    }
    return outcomes;
  } finally {
    await running.browser.close().catch(() => undefined);
    await killGroup(running).catch(() => undefined);
    await server.close();
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Findings of an opened case, once all that were shown are there; what is there when patience is over otherwise. */
async function settledFindings(page: Page, atLeast: number): Promise<number> {
  await page
    .waitForFunction(
      (least) => Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') ?? '1') - 1 >= least,
      atLeast,
    )
    .catch(() => undefined);
  return shownFindings(page);
}

/** Whether the promise held: all that was shown is kept, nothing more than there is, and the end is the same. */
export function isSurvived({ kill, shown, kept, final, expected }: KillOutcome): boolean {
  // Without its workers a scan goes on to its end before the case is opened again.
  const seen = kill === 'worker' ? final : shown;
  return kept >= seen && kept <= expected && final === expected;
}

/** Numbers from 0 up to 1 that a seed fixes (a 32-bit linear congruential generator). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
