import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unguardCell } from '../../src/export/csv-cell.ts';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import { checkNavigatorLayer } from '../export/navigator-schema.ts';
import { readLines, readTable, throughUtf8 } from '../export/read-back.ts';
import { scanFiles } from './app-page.ts';
import { RULE_TITLE } from './logs.ts';
import { setUpApp } from './set-up-app.ts';

/** Each goes into a script block of its own, beside what makes the rule fire. */
const HOSTILE = [
  '<script>document.title="run"</script>',
  '"><img src=x onerror=document.title="run">',
  '=cmd|\' /C calc\'!A0, "quoted"\r\nnext line',
  '\u202ecod.exe\u202c',
  '__proto__',
];
const HOST = 'HOST-<b>&"1';

function attack(recordId: number, text: string): EventSpec {
  return {
    channel: 'Microsoft-Windows-PowerShell/Operational',
    provider: 'Microsoft-Windows-PowerShell',
    eventId: 4_104,
    computer: HOST,
    recordId,
    data: [
      ['MessageNumber', 1],
      [
        'ScriptBlockText',
        `${text} [System.Activator]::CreateInstance([type]::GetTypeFromProgID("MMC20.Application","h"))`,
      ],
    ],
  };
}

interface ExportedFinding {
  readonly rule: { readonly title: string; readonly level: string };
  readonly recordId: string;
  readonly time: string;
  readonly computer: string;
  readonly file: string;
  readonly event: { readonly Event: { readonly EventData: { readonly ScriptBlockText: string } } };
}

const app = setUpApp();
let page: Page;
let findings: readonly ExportedFinding[];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'winnow-report-'));
  const log = await app.write(
    '=hostile & names.evtx',
    buildLog({ records: HOSTILE.map((text, at) => attack(at + 1, text)) }),
  );
  page = (await app.open()).page;
  await scanFiles(page, [log]);
  findings = JSON.parse((await download(/^JSON one/)).text) as ExportedFinding[];
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function download(label: RegExp): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: label }).click()]);
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

test('JSON and JSON Lines hold every finding with its hostile text as it is in the log', async () => {
  expect(findings).toHaveLength(HOSTILE.length);
  expect(findings.map((finding) => finding.computer)).toEqual(HOSTILE.map(() => HOST));
  const texts = findings.map((finding) => finding.event.Event.EventData.ScriptBlockText);
  for (const text of HOSTILE) expect(texts.some((each) => each.startsWith(text))).toBe(true);
  const { name, text } = await download(/^JSON Lines/);
  expect(name).toMatch(/\.jsonl$/);
  expect(readLines(text)).toEqual(findings);
});

test('CSV shapes hold the same findings in the same order', async () => {
  const csv = readTable((await download(/^CSV/)).text.replace(/^\ufeff/, '')).rows;
  const hayabusa = readTable((await download(/^Hayabusa/)).text).rows;
  const explorer = await download(/^Timeline Explorer/);
  expect(explorer.name).toContain('utc');
  const evtxEcmd = readTable(explorer.text).rows;
  for (const rows of [csv, hayabusa, evtxEcmd]) expect(rows).toHaveLength(findings.length);
  findings.forEach((finding, at) => {
    const { computer, recordId, rule, time, file } = finding;
    const cells = (row: Map<string, string>, names: readonly string[]) =>
      names.map((name) => unguardCell(row.get(name)!));
    const script = finding.event.Event.EventData.ScriptBlockText;
    expect(cells(csv[at]!, ['Computer', 'RecordID', 'RuleTitle', 'Timestamp (UTC)', 'EvtxFile'])).toEqual([
      computer,
      recordId,
      rule.title,
      time,
      file,
    ]);
    expect(unguardCell(csv[at]!.get('Details')!)).toContain(throughUtf8(script));
    expect(cells(hayabusa[at]!, ['Computer', 'RecordID', 'RuleTitle', 'Level', 'EvtxFile'])).toEqual([
      computer,
      recordId,
      rule.title,
      rule.level,
      file,
    ]);
    expect(cells(evtxEcmd[at]!, ['Computer', 'EventRecordId', 'MapDescription', 'SourceFile'])).toEqual([
      computer,
      recordId,
      `${rule.level}: ${rule.title}`,
      file,
    ]);
    expect(JSON.stringify(JSON.parse(evtxEcmd[at]!.get('Payload')!))).toContain(JSON.stringify(script));
  });
});

test('Timesketch lines, events and the Navigator layer agree with the findings', async () => {
  const timesketch = readLines((await download(/^Timesketch/)).text);
  expect(timesketch.map((line) => [line['record_id'], line['computer'], line['rule_title']])).toEqual(
    findings.map((finding) => [finding.recordId, finding.computer, finding.rule.title]),
  );
  expect(readLines((await download(/^Events/)).text)).toEqual(findings.map((finding) => finding.event));
  const layer = checkNavigatorLayer(JSON.parse((await download(/^ATT&CK/)).text));
  expect(layer.techniques).toEqual([expect.objectContaining({ techniqueID: 'T1021.003', score: HOSTILE.length })]);
});

test('the report shows every finding, runs nothing, asks for nothing and complains about nothing', async () => {
  const { name, text } = await download(/^Report/);
  expect(name).toMatch(/\.report\.html$/);
  const path = join(folder, 'report.html');
  await writeFile(path, text);
  const context = await app.browser.newContext();
  const report = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  report.on('console', (message) => complaints.push(message.text()));
  report.on('pageerror', (error) => complaints.push(String(error)));
  report.on('request', (request) => requests.push(request.url()));
  await report.goto(`file://${path}`);
  expect(await report.locator('script, img, link, iframe, [onerror], [style]').count()).toBe(0);
  expect(await report.title()).not.toBe('run');
  // The style sheet passed its policy.
  expect(await report.evaluate(() => getComputedStyle(document.body).maxWidth)).toBe('1080px');
  const cells = await report.locator('section.rule td.details').allTextContents();
  expect(cells).toHaveLength(findings.length);
  for (const hostile of [
    '<script>document.title="run"</script>',
    '<img src=x onerror=',
    '⟨U+202E⟩cod.exe',
    '__proto__',
  ]) {
    expect(cells.some((cell) => cell.includes(hostile))).toBe(true);
  }
  await report.getByRole('heading', { name: RULE_TITLE }).waitFor();
  for (const heading of ['Summary', 'Findings by level', 'What could not be judged', 'Integrity', 'Evidence']) {
    await report.getByRole('heading', { name: heading, exact: true }).waitFor();
  }
  expect(await report.locator('svg[role=img]').count()).toBe(2);
  expect(complaints).toEqual([]);
  expect(requests).toEqual([report.url()]);
});
