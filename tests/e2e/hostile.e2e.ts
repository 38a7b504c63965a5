// Hostile texts wherever a stranger can put a text, on every screen and in the exports of the built app: nothing runs,
// nothing breaks, and what comes out reads back as it went in.

import { pathToFileURL } from 'node:url';
import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import Papa from 'papaparse';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { hostileCase } from '../builders/hostile-case.ts';
import { HOSTILE_STRINGS } from '../builders/hostile-strings.ts';
import { dropFiles, exportAs, scanFiles } from './app-page.ts';
import { setUpApp } from './set-up-app.ts';

const TRIGGER = '[System.Activator]::CreateInstance([type]::GetTypeFromProgID("MMC20.Application"))';
/** UTF-16 units of a field: 56 KB, about as much as a chunk holds. */
const LONGEST = 28_000;
const texts = [...HOSTILE_STRINGS.values()];
/** Texts that fit where names are short. */
const short = texts.filter((text) => text.length < 400);

const app = setUpApp();

function hostileLog(): Uint8Array {
  const records = texts.map((text, i): EventSpec => ({
    channel: 'Microsoft-Windows-PowerShell/Operational',
    provider: 'Microsoft-Windows-PowerShell',
    eventId: 4_104,
    computer: text.length < 400 ? text : 'HOST-1',
    recordId: i + 1,
    data: [
      ['MessageNumber', 1],
      ['MessageTotal', 1],
      ['ScriptBlockText', `${TRIGGER} ${text.slice(0, 1_000)}`],
      ['Path', text.slice(0, LONGEST)],
      [text.length < 400 ? text : 'Other', 'value'],
    ],
  }));
  return buildLog({ records, recordsPerChunk: 1 });
}

function ruleIdOf(i: number): string {
  return `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
}

function hostileRules(): string {
  return short
    .map((text, i) =>
      [
        `title: ${JSON.stringify(`rule ${i} ${text}`)}`,
        `id: ${ruleIdOf(i)}`,
        `description: ${JSON.stringify(text)}`,
        `author: ${JSON.stringify(text)}`,
        `references: [${JSON.stringify(text)}]`,
        `falsepositives: [${JSON.stringify(text)}]`,
        `tags: [attack.t1021.003, attack.t1021.003]`,
        'logsource: { product: windows, category: ps_script }',
        `detection: { s: { ScriptBlockText|contains: MMC20, Path: ${JSON.stringify(text)} }, condition: s }`,
        'level: high',
      ].join('\n'),
    )
    .join('\n---\n');
}

/** Shows each of the first findings in the pane: by key, as fast as the pane follows. */
async function stepThrough(page: Page, findings: number): Promise<void> {
  await page.getByRole('grid', { name: 'Findings' }).getByRole('row').nth(1).click();
  for (let i = 0; i < findings; i++) {
    await page.keyboard.press('j');
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  }
}

async function visit(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => (location.hash = to), hash);
  await page.getByRole('heading').first().waitFor();
  expect(await page.getByText('This view broke.').count(), hash).toBe(0);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wider, `${hash} is wider than the window`).toBeLessThanOrEqual(0);
}

/** Watches a page for anything that a text must not cause. */
async function watch(page: Page): Promise<() => Promise<readonly string[]>> {
  const events: string[] = [];
  page.on('dialog', (dialog) => {
    events.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => events.push(`error ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') events.push(`console ${message.text()}`);
  });
  page.on('popup', (popup) => events.push(`popup ${popup.url()}`));
  page.on('framenavigated', (frame) => {
    if (!frame.url().startsWith(app.address)) events.push(`navigated ${frame.url()}`);
  });
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { violations: seen });
    document.addEventListener('securitypolicyviolation', (event) => seen.push(`policy ${event.violatedDirective}`));
  });
  return async () => {
    const inside = await page.evaluate(() => {
      const scope = globalThis as unknown as { violations: string[]; hostile?: unknown };
      const polluted = Object.keys(Object.getPrototypeOf({}) as object).map((name) => `prototype ${name}`);
      const elements = [...document.querySelectorAll('iframe, form[action], meta[http-equiv=refresh], object, embed')];
      return [
        ...scope.violations,
        ...(scope.hostile === undefined ? [] : ['a text ran']),
        ...polluted,
        ...elements.map((element) => `element ${element.tagName}`),
      ];
    });
    return [...events, ...inside];
  };
}

async function visitEveryView(page: Page): Promise<void> {
  const views = page.getByRole('navigation', { name: 'Views' }).getByRole('link');
  const addresses = await views.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  for (const address of addresses) await visit(page, address);
}

test('in fields, names, computers, rules, archives and case names: nothing runs, nothing breaks', async () => {
  const { page } = await app.open();
  const report = await watch(page);
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false });
  for (const [i, text] of short.entries()) {
    const log = i === 0 ? hostileLog() : new TextEncoder().encode('no log');
    await writer.add(`${i} ${text}/${text.slice(0, 100)}.evtx`, new Uint8ArrayReader(log));
  }
  const zip = new Uint8Array(await (await writer.close()).arrayBuffer());

  await dropFiles(page, [await app.write('rules.yml', hostileRules())]);
  await page.getByRole('heading', { name: 'rules.yml' }).waitFor({ timeout: 60_000 });
  await page.evaluate(() => (location.hash = '#/'));
  await scanFiles(page, [await app.write('<img src=x onerror=alert(1)>.zip', zip)]);
  const grid = page.getByRole('grid', { name: 'Findings' });
  await grid.getByRole('row').nth(1).waitFor();
  const findings = Number(await grid.getAttribute('aria-rowcount')) - 1;
  expect(findings).toBeGreaterThanOrEqual(texts.length);

  await stepThrough(page, texts.length);
  await visitEveryView(page);
  for (const i of short.keys()) await visit(page, `#/rules/${ruleIdOf(i)}`);
  await visit(page, `#/workbench/${ruleIdOf(0)}`);
  await page.getByRole('textbox').first().waitFor();

  for (const text of short.slice(0, 4)) {
    await page.evaluate(() => (location.hash = '#/'));
    await page
      .getByRole('button', { name: /^Rename/ })
      .first()
      .click();
    await page
      .getByRole('dialog')
      .getByRole('textbox')
      .fill(text.slice(0, 200).replaceAll(/[\r\n]/g, ''));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  expect(await report()).toEqual([]);
});

test('in the case file of a stranger and its report: nothing runs, nothing breaks', async () => {
  const { page, context } = await app.open();
  const report = await watch(page);
  await dropFiles(page, [await app.write('stranger.winnow', await hostileCase())]);
  const grid = page.getByRole('grid', { name: 'Findings' });
  await grid.getByRole('row').nth(1).waitFor({ timeout: 60_000 });
  const { hash } = new URL(page.url());
  await stepThrough(page, texts.length);
  await visitEveryView(page);
  await visit(page, '#/tuning');

  await visit(page, hash);
  const written = await app.write('report.html', await exportAs(page, 'report'));
  expect(await report()).toEqual([]);
  const reader = await context.newPage();
  const asked: string[] = [];
  reader.on('request', (request) => asked.push(request.url()));
  reader.on('dialog', (dialog) => {
    asked.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  const address = pathToFileURL(written).href;
  await reader.goto(address);
  await reader.getByRole('heading').first().waitFor();
  expect(await reader.evaluate(() => (globalThis as unknown as { hostile?: unknown }).hostile)).toBeUndefined();
  expect(
    await reader
      .locator('script, iframe, object, embed, form, meta[http-equiv=refresh], a[href]:not([href^="#"])')
      .count(),
  ).toBe(0);
  expect(asked).toEqual([address]);
});

test('exports read back equal, and no cell is a formula', async () => {
  const { page } = await app.open();
  const report = await watch(page);
  await scanFiles(page, [await app.write('hostile.evtx', hostileLog())]);
  await page.getByRole('grid', { name: 'Findings' }).getByRole('row').nth(1).waitFor();
  const json = await exportAs(page, 'JSON');
  const csv = await exportAs(page, 'CSV');
  const strings = new Set<string>();
  JSON.parse(json, (name, value: unknown) => {
    strings.add(name);
    if (typeof value === 'string') strings.add(value);
    return value;
  });
  const lost = [...HOSTILE_STRINGS].filter(([, text]) => !strings.has(text.slice(0, LONGEST)));
  expect(lost.map(([name]) => name)).toEqual([]);
  const { data, errors } = Papa.parse<string[]>(csv.replace(/^\ufeff/, ''), { skipEmptyLines: true });
  expect(errors).toEqual([]);
  expect(data).toHaveLength(texts.length + 1);
  expect(new Set(data.map((row) => row.length)).size).toBe(1);
  expect(data.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell))).toEqual([]);
  expect(await report()).toEqual([]);
});
