import { expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import FindingsScreen from '../../src/ui/findings/FindingsScreen.svelte';
import RuleSwitches from '../../src/ui/tuning/RuleSwitches.svelte';
import TuningScreen from '../../src/ui/tuning/TuningScreen.svelte';
import { event, row, ruleInfo } from '../app/fake-findings.ts';
import { accessFaults } from './harness/check-access.ts';
import { openApp, showView } from './harness/open-app.ts';

const rules = [ruleInfo('noisy', 'high'), ruleInfo('quiet', 'low')];

async function openCase() {
  const { app, scanner } = await openApp(rules);
  const files = [{ path: 'a.evtx', blob: new Blob(['x']), size: 1, lastModified: 0 }];
  await app.take(Promise.resolve({ files, problems: [], skipped: new Map() }));
  await vi.waitFor(() => scanner.listener);
  const rows = Array.from({ length: 12 }, (_, n) =>
    row(n % 2, n, { event: event({ Image: `C:\\app${n % 4}.exe`, User: '<b>svc</b>' }) }),
  );
  scanner.listener.found({ file: 0, rows });
  scanner.finish();
  await app.session!.scan!.done;
  return app;
}

test('a finding is suppressed with the values chosen, counted, shown again and removed; axe finds nothing', async () => {
  const app = await openCase();
  const session = app.session!;
  const address = { view: 'case', caseId: session.id, tab: 'findings', finding: 0, params: new Map() } as const;
  const screen = await showView(app, FindingsScreen, { session, address });
  await page.getByRole('button', { name: 'Suppress like this…' }).click();
  await expect.element(page.getByText('Hides 6 of 6 findings of this rule.')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Image' }).click();
  await page.getByRole('combobox', { name: 'How Image compares' }).selectOptions('suffix');
  await page.getByRole('textbox', { name: 'Value of Image' }).fill('\\APP0.exe');
  await expect.element(page.getByText('Hides 3 of 6 findings of this rule.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Why' }).fill('our own tool');
  expect(await accessFaults(document.body)).toEqual([]);
  expect(session.findings.visible).toBe(12);
  await page.getByRole('button', { name: 'Hide 3 findings' }).click();
  await expect.element(page.getByText('3 findings hidden by 1 suppression.')).toBeVisible();
  expect(session.findings.visible).toBe(9);
  await screen.unmount();

  const tuning = await showView(app, TuningScreen);
  await expect.element(page.getByText('Image ends with \\APP0.exe')).toBeVisible();
  await expect.element(page.getByText('our own tool')).toBeVisible();
  expect(await accessFaults(tuning.container)).toEqual([]);
  await page.getByRole('button', { name: 'Change the suppression of Title of noisy' }).click();
  await page.getByRole('textbox', { name: 'Value of Image' }).fill('app');
  await page.getByRole('combobox', { name: 'How Image compares' }).selectOptions('contains');
  await expect.element(page.getByText('Hides 6 of 6 findings of this rule.')).toBeVisible();
  await page.getByRole('button', { name: 'Keep the change' }).click();
  await expect.poll(() => session.findings.visible).toBe(6);
  await page.getByRole('button', { name: 'Remove the suppression of Title of noisy' }).click();
  await expect.poll(() => session.findings.visible).toBe(12);
  expect(session.audit.entries.map(({ action }) => action).filter((action) => action.startsWith('supp'))).toEqual([
    'suppressed',
    'suppression-changed',
    'suppression-removed',
  ]);
});

test('a rule is switched off and its level set where it says that this holds in every case', async () => {
  const app = await openCase();
  const screen = await showView(app, RuleSwitches, { info: rules[0] });
  await expect.element(page.getByText('Holds in every case of this browser.')).toBeVisible();
  await page.getByRole('combobox', { name: 'Level' }).selectOptions('low');
  await expect.poll(() => app.session!.findings.facets.levels).toEqual(Uint32Array.of(0, 12, 0, 0, 0));
  await page.getByRole('switch', { name: 'On' }).click();
  await expect.element(page.getByRole('switch', { name: 'Off' })).toBeVisible();
  expect(app.session!.findings.hidden).toEqual({ off: 6, suppressed: 0 });
  expect(await accessFaults(screen.container)).toEqual([]);
  expect(app.session!.audit.entries.filter(({ action }) => action === 'rule-set')).toHaveLength(2);
});
