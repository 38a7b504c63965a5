import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildZip } from '../builders/zip-builder.ts';
import { sharedRoot } from '../corpus/shared.ts';
import { dropFiles, scanFiles } from './app-page.ts';
import { OWN_RULE, RULE_TITLE, smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';

const app = setUpApp();
let log: string;

beforeAll(async () => {
  log = await app.write('powershell.evtx', smallLog());
});

describe('the rule catalogue', () => {
  test('narrows by words and choices, knows what fires, and leads to related rules and the finding', async () => {
    const { page } = await app.open();
    await scanFiles(page, [log]);
    await page.getByRole('link', { name: 'Rules' }).click();
    const grid = page.getByRole('grid', { name: 'Rules' });
    await grid.getByRole('row').nth(3).waitFor();
    await page.getByLabel('On this case').selectOption('yes');
    await page.getByText('1 rule', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Clear choices' }).click();
    await page.getByLabel('Tactic').selectOption('lateral-movement');
    await page.getByRole('searchbox', { name: 'Search rules' }).fill('mmc20 dcom');
    await expect.poll(() => new URL(page.url()).hash).toBe('#/rules?tactic=lateral-movement&q=mmc20+dcom');
    await grid.getByRole('link', { name: RULE_TITLE }).click();
    await page.getByRole('heading', { name: RULE_TITLE }).waitFor();
    await page.getByRole('heading', { name: 'Related rules' }).waitFor();
    await page.getByRole('heading', { name: 'Findings by host' }).waitFor();
    await page.getByRole('link', { name: 'HOST-1' }).click();
    await page.getByRole('grid', { name: 'Findings' }).getByText(RULE_TITLE).waitFor();
  });

  test('lies on the ATT&CK matrix, by rules or by findings, and a technique leads to its rules', async () => {
    const { page } = await app.open();
    await scanFiles(page, [log]);
    await page.getByRole('link', { name: 'Rules' }).click();
    await page.getByRole('button', { name: 'Matrix' }).click();
    const matrix = page.getByRole('region', { name: 'ATT&CK matrix' });
    await expect.poll(() => matrix.getByRole('link').count()).toBeGreaterThan(50);
    const byRules = await matrix.getByRole('link').count();
    await page.getByRole('button', { name: 'Findings in the open case' }).click();
    await expect.poll(() => matrix.getByRole('link').count()).toBeLessThan(byRules);
    await page.getByRole('button', { name: 'Rules that watch' }).click();
    await matrix.getByRole('link', { name: /T1003/ }).first().click();
    await page.getByRole('grid', { name: 'Rules' }).getByRole('row').nth(2).waitFor();
    expect(new URL(page.url()).hash).toContain('technique=T1003');
  });
});

describe('a newer version of a rule pack', () => {
  test('is compared with the one before, line by line', async () => {
    const { page } = await app.open();
    const write = (text: string) => app.write('own.yml', text);
    await dropFiles(page, [await write(OWN_RULE)]);
    await page.getByRole('heading', { name: 'own.yml' }).waitFor();
    await dropFiles(page, [await write(OWN_RULE.replace('Get-Date', 'Get-ChildItem'))]);
    await page.getByRole('button', { name: 'Changes since the version before' }).click();
    await page.getByText('0 rules added, 0 removed, 1 changed, 0 the same.').waitFor();
    await page.getByText('Somebody asks for the date', { exact: true }).click();
    const lines = await page.getByRole('region', { name: 'Lines that differ' }).innerText();
    expect(lines).toMatch(/^- +ScriptBlockText\|contains: 'Get-Date'$/m);
    expect(lines).toMatch(/^\+ +ScriptBlockText\|contains: 'Get-ChildItem'$/m);
  });
});

/** How many rules the list says that it shows. */
const shown = (page: Page): Promise<string> => page.locator('header p[aria-live]').innerText();

/** Longest task of the main thread since the last call, in milliseconds. */
async function watchTasks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { longTasks: tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    });
  });
  return () => page.evaluate(() => Math.max(0, ...(window as unknown as { longTasks: number[] }).longTasks.splice(0)));
}

const sigma = sharedRoot === undefined ? undefined : join(sharedRoot, 'sigma/sigmahq');

describe.skipIf(sigma === undefined || !existsSync(sigma))('a zip of all of SigmaHQ', () => {
  test('is taken without holding up the page, searched at once, and not compiled again at the next start', async () => {
    const parts = readdirSync(sigma!, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.yml'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => {
        const bytes = readFileSync(path);
        const name = path.slice(sigma!.length + 1);
        return { name, data: deflateRawSync(bytes), method: 8, size: bytes.length, crc: crc32(bytes) };
      });
    const zip = await app.write('sigma.zip', buildZip(parts));
    const { page } = await app.open();
    const longest = await watchTasks(page);
    await page.getByRole('link', { name: 'Rules' }).click();
    const begun = Date.now();
    await page.getByLabel('Rule files', { exact: true }).setInputFiles([zip]);
    await page.getByRole('heading', { name: 'sigma.zip' }).waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: /can run/ }).waitFor();
    const taken = Date.now() - begun;
    const takenTask = await longest();

    await page.getByRole('link', { name: 'All rules' }).click();
    await page.getByRole('grid', { name: 'Rules' }).getByRole('row').nth(3).waitFor();
    await longest();
    await page.getByRole('searchbox', { name: 'Search rules' }).pressSequentially('mimikatz lsass', { delay: 30 });
    await page.getByLabel('Tactic').selectOption('credential-access');
    await expect.poll(() => shown(page)).toMatch(/^\d\d rules$/);
    const searchTask = await longest();

    await page.reload();
    const reloaded = Date.now();
    await page.getByRole('checkbox', { name: 'sigma.zip' }).waitFor();
    await expect.poll(() => shown(page), { timeout: 60_000 }).toMatch(/^\d\d rules$/);
    const used = Date.now() - reloaded;
    process.stdout.write(
      `${parts.length} rule files taken in ${taken} ms, longest task ${Math.round(takenTask)} ms; ` +
        `search: longest task ${Math.round(searchTask)} ms; in use ${used} ms after a reload\n`,
    );
    // A share of the whole, since a busy machine makes both longer: compiled on the page it would be one task.
    expect(takenTask).toBeLessThan(taken / 4);
    expect(searchTask).toBeLessThan(taken / 4);
  });
});
