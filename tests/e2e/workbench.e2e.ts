import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportAs, scanFiles } from './app-page.ts';
import { largeLog, RULE_TITLE, smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';

const app = setUpApp();
let small: string;
let large: string;
const RULE_ID = '7d0c3f0e-6b0b-4d43-9a39-0d1d5c2c6f6e';

const CHAIN = `title: Object made by name
id: 0f0f0f0f-1111-4222-8333-000000000001
name: object_made
status: experimental
logsource: { product: windows, category: ps_script }
detection:
  made: { ScriptBlockText|contains: GetTypeFromProgID }
  condition: made
level: informational
---
title: Objects made
id: 0f0f0f0f-1111-4222-8333-000000000002
status: experimental
correlation:
  type: event_count
  rules: [object_made]
  group-by: [Computer]
  timespan: 5m
  condition: { gte: 1 }
level: medium
`;

beforeAll(async () => {
  small = await app.write('powershell.evtx', smallLog());
  large = await app.write('more.evtx', largeLog(30).bytes);
});

/** The text in the editor, which only has the lines in view in the page. */
async function exportYaml(page: Page): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export YAML' }).click(),
  ]);
  return readFile(await download.path(), 'utf8');
}

describe('the workbench', () => {
  test('opens a copy of a core rule, tells an error at its place, runs it, explains a hit, keeps it over a reload', async () => {
    const { page } = await app.open();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await scanFiles(page, [small]);
    await page.goto(`${app.address}#/rules/${RULE_ID}`);
    await page.getByRole('link', { name: 'Edit a copy in the workbench' }).click();
    const editor = page.getByRole('textbox', { name: 'Rule text' });
    await page.getByText('The rule compiles.').waitFor();

    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('level: [\n');
    await page
      .getByRole('button', { name: /^Line \d+, column \d+ error/ })
      .first()
      .waitFor();
    // Typing is taken back in steps; one too many does nothing.
    for (let step = 0; step < 4; step++) await page.keyboard.press('Control+z');
    await page.getByText('The rule compiles.').waitFor();

    await page.keyboard.press('Control+Enter');
    await page.getByText(/^1 event matches/).waitFor();
    await page.getByRole('list', { name: 'Hits' }).getByRole('button').click();
    const why = page.getByRole('region', { name: 'Why it matches' });
    await why.getByText('GetTypeFromProgID').first().waitFor();
    expect(await why.innerText()).toContain('Record 2');

    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Saved to “My rules”; the next scan runs it.').waitFor();
    const text = await exportYaml(page);
    expect(text).toContain(`related:\n  - id: ${RULE_ID}\n    type: derived\n`);
    const [, id] = /^id: (.*)$/m.exec(text)!;
    expect(page.url()).toContain(`#/workbench/${id!}`);

    await page.reload();
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.getByText('The rule compiles.').waitFor();
    expect(await exportYaml(page)).toBe(text);
    // The policy of the page let every style and worker through.
    expect(faults).toEqual([]);

    // The next scan runs it beside the original.
    await page.goto(`${app.address}#/`);
    await scanFiles(page, [small]);
    await page
      .getByRole('grid', { name: 'Findings' })
      .getByRole('row')
      .filter({ hasText: RULE_TITLE })
      .nth(1)
      .waitFor();

    // A rule and a correlation that counts it, as one text.
    await page.goto(`${app.address}#/workbench`);
    await page.getByText('The rule compiles.').waitFor();
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(CHAIN.replace('timespan: 5m', 'timespan: soon'));
    const line = CHAIN.split('\n').findIndex((each) => each.includes('timespan')) + 1;
    await page
      .getByRole('button', { name: new RegExp(`^Line ${line}, column \\d+ error`) })
      .first()
      .waitFor();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(CHAIN);
    await page.getByText('2 documents compile.').waitFor();
    await page.keyboard.press('Control+Enter');
    await page.getByText(/^1 group completed; 1 event\s+matches/).waitFor();
    const groups = page.getByRole('region', { name: 'Completed groups' });
    await groups.getByText('Objects made').click();
    await groups.getByRole('list', { name: 'Events of the group' }).getByRole('button').click();
    await why.getByText('GetTypeFromProgID').first().waitFor();
  });
});

describe('a suppression', () => {
  test('hides what its preview counted, in exports too, survives a reload and is undone on its page', async () => {
    const { page } = await app.open();
    await scanFiles(page, [large]);
    const rows = page.getByRole('grid', { name: 'Findings' }).getByRole('row').filter({ hasText: RULE_TITLE });
    await expect.poll(() => rows.count()).toBe(3);
    await page.keyboard.press('j');
    await page.keyboard.press('s');
    await page.getByRole('checkbox', { name: 'EventRecordID' }).check();
    await page.getByText('Hides 1 of 3 findings of this rule.').waitFor();
    await page.getByRole('textbox', { name: 'Why', exact: true }).fill('a test of ours');
    await page.getByRole('button', { name: 'Hide 1 finding' }).click();
    await page.getByText('1 finding hidden by 1 suppression.').waitFor();
    await expect.poll(() => rows.count()).toBe(2);
    const { length } = (await exportAs(page, 'CSV')).trimEnd().split('\r\n');
    expect(length).toBe(3);

    await page.reload();
    await page.getByText('1 finding hidden by 1 suppression.').waitFor();
    await page.getByRole('button', { name: 'Show them' }).click();
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole('link', { name: 'What hides them' }).click();
    await page.getByText('a test of ours').waitFor();
    await page.getByRole('button', { name: /^Remove the suppression/ }).click();
    await page.getByText('No finding of the open case is hidden.').waitFor();
  });
});
