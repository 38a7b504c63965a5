// Every screen of an open case and how to come to it, for tests that look at all of them and for pictures.

import type { Page } from 'playwright-core';
import { sharedRoot } from '../corpus/shared.ts';
import { sampleCase } from '../builders/sample-case.ts';
import { OWN_RULE } from './logs.ts';

const REAL_LOGS = [
  'TA0008-Lateral Movement/T1021.003-Distributed Component Object Model (DCOM)/ID4103,4104-DCOMexec native via PowerShell.evtx',
  'EVTX_full_APT_attack_steps/ID4688,5140,5145-WMIexec execution via SMB (GLOBAL).evtx',
  'TA0008-Lateral Movement/T1021.002-SMB Windows Admin Shares/ID4688,4697,5140-5145 PSexec remote execution + admin share.evtx',
];
/** A rule of the sample case. */
export const RULE = 'DCOM lateral movement (via MMC20)';

export interface Screen {
  readonly name: string;
  /** What of the page is new here, as a selector; the rest was seen on an earlier screen. */
  readonly part: string;
  /** Goes there from wherever the page is, and waits until the screen stands. */
  readonly open: (page: Page) => Promise<void>;
}

/** Writes the logs of the sample case, a damaged one and a rule, and names the real logs where they are. */
export async function writeScreenLogs(
  write: (name: string, bytes: Uint8Array) => Promise<string>,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const [path, bytes] of sampleCase()) paths.push(await write(path.replace('/', ' '), bytes));
  const [first] = sampleCase().values();
  // A problem to be shown: the first chunk does not add up.
  const damaged = Uint8Array.from(first!);
  damaged[4_096 + 600]! ^= 0xff;
  paths.push(await write('damaged.evtx', damaged));
  paths.push(await write('own.yml', new TextEncoder().encode(OWN_RULE)));
  const root = sharedRoot;
  if (root !== undefined) paths.push(...REAL_LOGS.map((path) => `${root}evtx/evtx-to-mitre-attack/${path}`));
  return paths;
}

/** Goes to an address of the app without loading the page again. */
async function go(page: Page, hash: string): Promise<void> {
  // What an earlier screen left open is closed by leaving it.
  await page.evaluate((to) => {
    for (const dialog of document.querySelectorAll('dialog')) dialog.close();
    for (const popover of document.querySelectorAll<HTMLElement>(':popover-open')) popover.hidePopover();
    location.hash = to;
  }, hash);
}

function at(name: string, hash: string, stands: (page: Page) => Promise<unknown>, part = 'html'): Screen {
  return {
    name,
    part,
    async open(page) {
      await go(page, hash);
      await stands(page);
    },
  };
}

/** The screens of the case that is open on a page whose scan is over. */
export function listScreens(page: Page): readonly Screen[] {
  const base = /#\/case\/[^/?]+/.exec(page.url())?.[0] ?? '';
  const heading = (name: string | RegExp) => (shown: Page) => shown.getByRole('heading', { name }).first().waitFor();
  const text = (said: string) => (shown: Page) => shown.getByText(said).first().waitFor();
  const grid = (name: string) => (shown: Page) => shown.getByRole('grid', { name }).getByRole('row').nth(1).waitFor();
  const dialog = (name: string) => (shown: Page) => shown.getByRole('dialog', { name }).waitFor();
  /** A finding's pane, opened by its rule; the address of a row would depend on the order of the scan. */
  const openFinding = async (shown: Page): Promise<void> => {
    await grid('Findings')(shown);
    await shown.getByRole('grid', { name: 'Findings' }).getByText(RULE).first().click();
    await shown.getByText('Why it fired').waitFor();
  };
  const openEvent = async (shown: Page): Promise<void> => {
    await grid('Events')(shown);
    await shown.getByRole('grid', { name: 'Events' }).getByRole('row').nth(1).click();
    await heading('Event')(shown);
  };
  const key = async (shown: Page, name: string): Promise<void> => {
    await shown.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await shown.keyboard.press(name);
  };
  const pickAll = async (shown: Page): Promise<void> => {
    await grid('Findings')(shown);
    await key(shown, 'Control+a');
    await shown.getByRole('group', { name: 'Picked findings' }).waitFor();
  };
  return [
    at('start', '#/', heading('Drop Windows event logs here')),
    at('overview', `${base}/overview`, async (shown) => {
      await heading('Integrity of the logs')(shown);
      await shown.locator('section[aria-labelledby="attack-title"] a').first().waitFor();
    }),
    at('findings', `${base}/findings`, grid('Findings')),
    at('findings by host', `${base}/findings?group=host`, grid('Findings'), 'main'),
    at('no findings', `${base}/findings?q=zzqqyy`, text('No finding passes these filters.'), 'main'),
    at('finding', `${base}/findings?q=mmc20`, openFinding, '.pane'),
    at('picked findings', `${base}/findings`, pickAll, '.list'),
    at(
      'judging picked findings',
      `${base}/findings`,
      async (shown) => {
        await pickAll(shown);
        await shown
          .getByRole('group', { name: 'Picked findings' })
          .getByRole('button', { name: /^Benign/ })
          .click();
        await shown.getByRole('dialog').waitFor();
      },
      'dialog',
    ),
    at(
      'suppressing a finding',
      `${base}/findings?q=mmc20`,
      async (shown) => {
        await openFinding(shown);
        await shown.getByRole('button', { name: 'Suppress like this…' }).click();
        await dialog('Suppress like this')(shown);
        await shown.getByRole('region', { name: 'What it hides' }).waitFor();
      },
      'dialog',
    ),
    at('events', `${base}/events`, grid('Events')),
    at('no events', `${base}/events?q=zzqqyy`, text('No event matches.'), '.list'),
    at(
      'unreadable search',
      `${base}/events?q=${encodeURIComponent('(a')}`,
      text('The search cannot be read.'),
      '.list',
    ),
    at('event', `${base}/events`, openEvent, '.pane'),
    at(
      'event as XML',
      `${base}/events`,
      async (shown) => {
        await openEvent(shown);
        await shown.getByRole('button', { name: 'XML', exact: true }).first().click();
        await shown.getByLabel('The event as XML').waitFor();
      },
      '.pane',
    ),
    at(
      'process tree',
      `${base}/events?q=${encodeURIComponent('eventid:4688 or (eventid:1 provider:*sysmon)')}`,
      async (shown) => {
        // The rows of the search before stand until those of this one are there; any start of a process will do.
        await shown.getByRole('grid', { name: 'Events' }).getByText('Process created').first().click();
        const button = shown.getByRole('button', { name: 'Process tree' });
        await button.waitFor();
        if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
        await shown.getByRole('tree').waitFor();
      },
      '.pane',
    ),
    at(
      'logon session',
      `${base}/events?q=${encodeURIComponent('eventid:4672 computer:DC-01')}`,
      async (shown) => {
        const row = shown
          .getByRole('grid', { name: 'Events' })
          .getByRole('row')
          .filter({ hasText: /4672.*DC-01/ });
        await row.first().click();
        await shown.getByRole('link', { name: 'Logon session' }).click();
        await shown
          .getByRole('region', { name: /^Logon session 0x5a3f10/ })
          .getByRole('link', { name: 'Member Added to a Privileged Group' })
          .waitFor();
      },
      'main',
    ),
    at(
      'menu of an event',
      `${base}/events`,
      async (shown) => {
        await grid('Events')(shown);
        await shown
          .getByRole('grid', { name: 'Events' })
          .getByRole('row')
          .nth(1)
          .getByRole('gridcell')
          .nth(1)
          .click({ button: 'right' });
        await shown.getByLabel('Values of this event').waitFor();
      },
      '[aria-label="Values of this event"]',
    ),
    at(
      'searching for a list',
      `${base}/events?q=a`,
      async (shown) => {
        await shown.getByTitle('Search for a list of addresses, hashes or names').click();
        await dialog('Search for a list')(shown);
      },
      'dialog',
    ),
    at(
      'help on searching',
      `${base}/events?q=b`,
      async (shown) => {
        await shown.getByRole('button', { name: 'Help', exact: true }).click();
        await heading('The search language')(shown);
      },
      ':popover-open',
    ),
    at('problems', `${base}/problems`, heading('Problems'), 'main'),
    at('evidence', `${base}/evidence`, heading('Evidence'), 'main'),
    at(
      'files',
      `${base}/evidence`,
      async (shown) => {
        await heading('Evidence')(shown);
        await shown.getByRole('button', { name: 'Files', exact: true }).click();
        await shown.locator('.panel.files :is(table, ul, [role="grid"])').first().waitFor();
      },
      ':popover-open',
    ),
    at(
      'formats of an export',
      `${base}/findings`,
      async (shown) => {
        await grid('Findings')(shown);
        await shown.getByRole('button', { name: 'Export', exact: true }).click();
        await shown.getByRole('button', { name: /^JSON one/ }).waitFor();
      },
      ':popover-open',
    ),
    at('case that is not kept', '#/case/none/findings', text('This case is not kept in this browser.'), 'main'),
    at('rules', '#/rules', grid('Rules')),
    at(
      'rules by technique',
      '#/rules?view=matrix',
      (shown) => shown.getByRole('group', { name: 'Coloured by' }).waitFor(),
      'main',
    ),
    at('no rules', '#/rules?q=zzqqyy', text('No rule is like that.'), 'main'),
    at(
      'rule',
      '#/rules?q=dcom',
      async (shown) => {
        await shown.getByRole('grid', { name: 'Rules' }).getByRole('link', { name: RULE }).click();
        await shown.getByRole('heading', { level: 1, name: RULE }).waitFor();
      },
      'main',
    ),
    at('tuning', '#/tuning', heading('Hidden findings and changed levels'), 'main'),
    at('workbench', '#/workbench', async (shown) => {
      await shown.getByText('The rule compiles.').waitFor();
    }),
    at(
      'keys',
      '#/',
      async (shown) => {
        await heading('Drop Windows event logs here')(shown);
        await key(shown, '?');
        await dialog('Keys')(shown);
      },
      'dialog',
    ),
    at(
      'time zone',
      '#/',
      async (shown) => {
        await heading('Drop Windows event logs here')(shown);
        await key(shown, 'z');
        await shown.getByRole('dialog').waitFor();
      },
      'dialog',
    ),
    // The message that has stood on all screens so far leads to the last.
    at(
      'rule pack',
      '#/',
      async (shown) => {
        await shown.getByRole('button', { name: 'Take them as rules' }).click();
        await shown.getByRole('heading', { level: 1, name: 'own.yml' }).waitFor();
      },
      'main',
    ),
  ];
}
