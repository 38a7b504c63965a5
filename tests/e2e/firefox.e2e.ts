// The main path in Debian's Firefox, hosted and as a single file from a disk: scan, look, judge, export, come back. Its
// findings are those of the command line tool.

import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveFolder } from '../../scripts/serve.mjs';
import { sampleCase } from '../builders/sample-case.ts';
import { runWinnow } from '../contract/run-winnow.ts';
import { createEvidenceFolder, dist } from './app-page.ts';
import { firefoxPath, startFirefox, type FirefoxPage, type RunningFirefox } from './firefox-page.ts';
import { largeLog, RULE_TITLE } from './logs.ts';
import { ALL_STOPPED, startElsewhere, waysOutTo, type Elsewhere } from './ways-out.ts';

const single = new URL('../../dist-single/winnow.html', import.meta.url);
/** 16 MiB: more than one slice, so that several workers take part. */
const large = largeLog(256);

interface ExportedFinding {
  readonly rule: { readonly id: string };
  readonly file: string;
  readonly recordId: string;
  readonly offset: number;
  readonly time: string;
  readonly firstTime?: string;
  readonly completedTime?: string;
  readonly records?: readonly { readonly file: string; readonly recordId: string }[];
}

async function waitForText(page: FirefoxPage, pattern: RegExp): Promise<void> {
  const { source } = pattern;
  await page.waitFor((text) => new RegExp(text).test(document.body.innerText), source, source);
}

async function waitForRow(page: FirefoxPage, text: string): Promise<void> {
  await page.waitFor(
    (wanted) => document.querySelector('[role=grid]')?.textContent.includes(wanted) === true,
    text,
    text,
  );
}

async function scan(page: FirefoxPage, paths: readonly string[]): Promise<void> {
  await page.setFiles('input[aria-label="Event logs"]', paths);
  await waitForText(page, /Scanned in|Not read to the end|The scan failed/);
}

/** Exports the shown findings as JSON and gives what tells them apart, in order. */
async function exportFindings(page: FirefoxPage): Promise<readonly string[]> {
  const text = await page.download(async () => {
    await page.click('button', 'Export');
    await page.waitFor(() => document.querySelector('[popover] button') !== null, undefined, 'the formats');
    await page.evaluate(() => {
      const formats = [...document.querySelectorAll<HTMLButtonElement>('[popover] button')];
      formats.find((format) => /^\s*JSON one/.test(format.textContent))!.click();
    }, undefined);
  });
  return namesOf(JSON.parse(text) as readonly ExportedFinding[]);
}

/** What tells findings apart; `folder` is where the command line read them. */
function namesOf(findings: readonly ExportedFinding[], folder = ''): readonly string[] {
  const inside = (file: string): string => file.replace(folder, '');
  return findings
    .map(({ rule, file, recordId, offset, time, firstTime, completedTime, records }) =>
      records === undefined
        ? JSON.stringify([rule.id, inside(file), offset, recordId, time])
        : JSON.stringify([
            ...[rule.id, firstTime, completedTime, time],
            records.map((record) => [inside(record.file), record.recordId]),
          ]),
    )
    .sort();
}

/** What the command line tool finds in the same evidence. */
async function expectedFindings(paths: readonly string[]): Promise<readonly string[]> {
  const { lines } = await runWinnow(['scan', ...paths]);
  return namesOf(
    lines.map((line) => JSON.parse(line) as ExportedFinding),
    `${dirname(paths[0]!)}/`,
  );
}

describe.skipIf(firefoxPath === undefined)('in Firefox (skipped where none is installed or can be)', () => {
  let firefox: RunningFirefox;
  let evidence: Awaited<ReturnType<typeof createEvidenceFolder>>;
  let elsewhere: Elsewhere;

  beforeAll(async () => {
    if (!existsSync(single)) throw new Error('dist-single/ is missing: npm run build:single comes first');
    firefox = await startFirefox();
    evidence = await createEvidenceFolder();
    elsewhere = await startElsewhere();
  });

  afterAll(async () => {
    await firefox.close();
    await evidence.remove();
    elsewhere.close();
  });

  /** Tries every way out in the page and in its workers, among which those of these names must be. */
  async function expectNoWayOut(page: FirefoxPage, names: readonly string[]): Promise<void> {
    expect(await page.run(waysOutTo(elsewhere))).toEqual(ALL_STOPPED);
    const answers = await page.askWorkers();
    expect(answers.map(([name]) => name)).toEqual(expect.arrayContaining([...names]));
    for (const [name, outcomes] of answers) expect(outcomes, name).toEqual(ALL_STOPPED);
    expect(elsewhere.visits()).toBe(0);
  }

  test('the hosted app scans, judges, exports, comes back without its server, and has no way out', async () => {
    const server = await serveFolder(dist, 0);
    const page = await firefox.open(waysOutTo(elsewhere));
    const logs = [await evidence.write('large.evtx', large.bytes)];
    for (const [path, bytes] of sampleCase()) logs.push(await evidence.write(path.replace('/', ' '), bytes));
    await page.goto(server.address);
    await scan(page, logs);
    const found = await exportFindings(page);
    expect(found).toEqual(await expectedFindings(logs));
    expect(found.length).toBeGreaterThan(large.attacks);

    await page.evaluate((title) => {
      const rows = [...document.querySelectorAll<HTMLElement>('[role=grid] [role=row]')];
      rows.find((row) => row.textContent.includes(title))!.click();
    }, RULE_TITLE);
    await waitForText(page, /GetTypeFromProgID/);
    await page.press('c');
    await page.waitFor(() => document.querySelector('[aria-pressed=true][title^=confirmed]') !== null, 0, 'judgement');
    for (const view of ['Rules', 'Events', 'Problems', 'Evidence', 'Overview']) {
      await page.click('link', view);
      await page.waitFor((hash) => location.hash.includes(hash), view.toLowerCase(), view);
      await page.waitFor(() => document.querySelector('main h1, main h2') !== null, 0, `a heading of ${view}`);
    }
    expect(page.faults).toEqual([]);
    await expectNoWayOut(page, ['winnow scan', 'winnow events', 'winnow hash']);
    expect(page.requests.filter((url) => !url.startsWith(server.address) && !/^(blob|data):/.test(url))).toEqual([]);

    await page.waitFor(() => navigator.serviceWorker.controller !== null, 0, 'the service worker');
    await server.close();
    await page.reload();
    await waitForText(page, /6 files/);
  });

  test('the single file scans a zip from a disk, exports, comes back, and asks for nothing', async () => {
    const page = await firefox.open(waysOutTo(elsewhere));
    const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
    for (const [path, bytes] of sampleCase()) await writer.add(path, new Uint8ArrayReader(bytes));
    const zip = new Uint8Array(await (await writer.close()).arrayBuffer());
    const path = await evidence.write('triage.zip', zip);
    await page.goto(single.href);
    await scan(page, [path]);
    const found = await exportFindings(page);
    expect(found).toEqual(await expectedFindings([path]));
    expect(found.length).toBeGreaterThan(5);
    expect(page.faults).toEqual([]);
    await expectNoWayOut(page, ['winnow scan', 'winnow unpack']);
    const refused = page.faults.length;
    await page.reload();
    await waitForRow(page, RULE_TITLE);
    expect(page.faults.slice(refused)).toEqual([]);
    expect(page.requests.filter((url) => url !== single.href && !/^(blob|data):/.test(url))).toEqual([]);
  });
});
