import { beforeAll, describe, expect, test } from 'vitest';
import { dropFiles, scanFiles } from './app-page.ts';
import { OWN_RULE, RULE_TITLE, smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';

const BROKEN_RULE = `title: Broken
logsource:
  product: windows
  category: ps_script
detection:
  selection:
    ScriptBlockText|containz: 'x'
  condition: selection
`;

const app = setUpApp();
let log: string;
let own: string;
let broken: string;

beforeAll(async () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  log = await app.write('powershell.evtx', smallLog());
  own = await app.write('own.yml', encode(OWN_RULE));
  broken = await app.write('broken.yml', encode(BROKEN_RULE));
});

describe('rules of one’s own', () => {
  test('are dropped, reported, used by scans, explained, kept over a reload and switched off', async () => {
    const { page } = await app.open();
    await dropFiles(page, [own, broken]);
    await page.getByRole('heading', { name: 'broken.yml and 1 more' }).waitFor();
    // What needs attention comes first, with its place.
    await page.getByText('broken.yml:7:5').waitFor();
    await page.getByRole('button', { name: '1 rejected' }).waitFor();
    await page.getByRole('button', { name: '1 can run' }).click();
    await page.getByRole('link', { name: 'About this rule' }).click();
    await page.getByRole('heading', { name: 'Somebody asks for the date' }).waitFor();
    await page.getByRole('region', { name: 'Rule text' }).getByText("ScriptBlockText|contains: 'Get-Date'").waitFor();

    await page.getByRole('link', { name: 'Cases' }).click();
    await scanFiles(page, [log]);
    const grid = page.getByRole('grid', { name: 'Findings' });
    await grid.getByText(RULE_TITLE).waitFor();
    await grid.getByText('Somebody asks for the date').click();
    await page.getByRole('heading', { name: 'Why it fired' }).waitFor();
    await page.getByText('Matches the harmless block.').waitFor();

    await page.reload();
    await page.getByRole('link', { name: 'Rules' }).click();
    const toggle = page.getByRole('checkbox', { name: 'broken.yml and 1 more' });
    await toggle.waitFor();
    await expect.poll(() => toggle.isChecked()).toBe(true);
    await toggle.click();
    await page.getByText('off: broken.yml and 1 more').waitFor();
    await page.getByRole('link', { name: 'Cases' }).click();
    await scanFiles(page, [log]);
    await grid.getByText(RULE_TITLE).waitFor();
    expect(await grid.getByText('Somebody asks for the date').count()).toBe(0);
  });

  test('a rule that lies among logs is not used by itself', async () => {
    const { page } = await app.open();
    await dropFiles(page, [log, own]);
    const grid = page.getByRole('grid', { name: 'Findings' });
    await grid.getByText(RULE_TITLE).waitFor();
    expect(await grid.getByText('Somebody asks for the date').count()).toBe(0);
    await page.getByRole('button', { name: 'Take them as rules' }).click();
    await page.getByRole('heading', { name: 'own.yml' }).waitFor();
  });
});

describe('a kept case', () => {
  test('still knows after a reload what its rules could not see', async () => {
    const { page } = await app.open();
    await scanFiles(page, [log]);
    await page.getByRole('link', { name: 'Overview' }).click();
    const table = page.getByRole('group', { name: 'Rules by host' });
    const before = await table.innerText();
    expect(before).toContain('HOST-1');
    await page.reload();
    await expect.poll(() => table.innerText()).toBe(before);
  });
});
