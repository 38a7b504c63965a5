import Papa from 'papaparse';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharedRoot } from '../corpus/shared.ts';
import { dropFiles, exportAs, openView, scanFiles, scanOver, startApp } from './app-page.ts';
import { RULE_TITLE, smallLog } from './logs.ts';
import { setUpApp } from './set-up-app.ts';

const app = setUpApp();
let log: string;

beforeAll(async () => {
  log = await app.write('powershell.evtx', smallLog());
});

interface ExportedFinding {
  readonly rule: { readonly title: string };
  readonly recordId: string;
  readonly event: { readonly Event: { readonly EventData: Record<string, unknown> } };
}

/** Findings of a JSON export: one document with the findings in a list, or the list itself. */
function findingsOf(text: string): ExportedFinding[] {
  const document = JSON.parse(text) as ExportedFinding[] | { findings: ExportedFinding[] };
  return Array.isArray(document) ? document : document.findings;
}

describe('a dropped log', () => {
  test('shows its finding, keeps it over a reload, and exports it', async () => {
    const { page } = await app.open();
    await dropFiles(page, [log]);
    await scanOver(page);
    const row = page.getByRole('grid', { name: 'Findings' }).getByRole('row').filter({ hasText: RULE_TITLE });
    await row.waitFor();
    expect(await row.count()).toBe(1);

    await page.reload();
    await row.waitFor();
    expect(await row.count()).toBe(1);

    const [finding, ...others] = findingsOf(await exportAs(page, 'JSON'));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: { title: RULE_TITLE }, recordId: '2' });
    expect(finding?.event.Event.EventData['ScriptBlockText']).toContain('MMC20.Application');

    const { data, errors } = Papa.parse<Record<string, string>>(await exportAs(page, 'CSV'), {
      header: true,
      skipEmptyLines: true,
    });
    expect(errors).toEqual([]);
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ RuleTitle: RULE_TITLE, RecordID: '2', Computer: 'HOST-1' });
  });

  test('opens to the event behind a finding', async () => {
    const { page } = await app.open();
    await scanFiles(page, [log]);
    await page.getByRole('grid', { name: 'Findings' }).getByRole('row').filter({ hasText: RULE_TITLE }).click();
    await page.getByRole('heading', { name: 'Event', exact: true }).waitFor();
    await page.getByText('GetTypeFromProgID').first().waitFor();
  });

  test.skipIf(sharedRoot === undefined)('that is real shows the real finding', async () => {
    const { page } = await app.open();
    const folder =
      'evtx/evtx-to-mitre-attack/TA0008-Lateral Movement/T1021.003-Distributed Component Object Model (DCOM)/';
    await scanFiles(page, [`${sharedRoot ?? ''}${folder}ID4103,4104-DCOMexec native via PowerShell.evtx`]);
    const row = page.getByRole('grid', { name: 'Findings' }).getByRole('row').filter({ hasText: RULE_TITLE });
    await row.waitFor();
    expect(await row.count()).toBe(1);
    expect(await row.textContent()).toContain('jump01.offsec.lan');
  });
});

test('without a network the app loads, scans and finds', async () => {
  const own = await startApp();
  try {
    const { page } = await own.open();
    // The first visit installs the service worker; it controls the page once every file is kept.
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      if (navigator.serviceWorker.controller === null) {
        await new Promise((resolve) =>
          navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
        );
      }
    });
    // From here on the page reaches the app's own files and nothing else, not even of its own origin.
    expect(await page.evaluate(async () => (await fetch('./not-ours.txt')).status)).toBe(403);
    await own.stopServing();
    await page.reload();
    await page.getByRole('heading', { name: 'Drop Windows event logs here' }).waitFor();
    await scanFiles(page, [log]);
    await page.getByRole('grid', { name: 'Findings' }).getByRole('row').filter({ hasText: RULE_TITLE }).waitFor();
    for (const name of ['Overview', 'Rules']) {
      await openView(page, name);
    }
  } finally {
    await own.close();
  }
});
