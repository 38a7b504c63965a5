import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { event, row, ruleInfo } from '../app/fake-findings.ts';
import CaseScreenAtAddress from './harness/CaseScreenAtAddress.svelte';
import { accessFaults } from './harness/check-access.ts';
import { openApp, showView } from './harness/open-app.ts';

const HOSTILE = '<img src=x onerror="globalThis.harmed=1">\u202Egnp.exe';

async function openFindings(params: readonly (readonly [string, string])[] = []) {
  const rules = [
    ruleInfo('low', 'low', { tags: ['attack.execution', 'attack.t1059'] }),
    ruleInfo('high', 'high', { tags: ['attack.t1105', 'attack.t1059'] }),
  ];
  const { app, scanner } = await openApp(rules);
  const files = [{ path: 'Logs/Security.evtx', blob: new Blob(['x']), size: 1, lastModified: 0 }];
  await app.take(Promise.resolve({ files, problems: [], skipped: new Map() }));
  await vi.waitFor(() => scanner.listener);
  const made = (at: number) => event({ User: at < 6 ? 'CORP\\ada' : HOSTILE, Image: 'C:\\a.exe' });
  scanner.listener.found({
    file: 0,
    rows: Array.from({ length: 8 }, (_, at) => row(at % 2, at, { event: made(at) })),
  });
  scanner.finish();
  await app.session!.scan!.done;
  const { id } = app.session!;
  app.router.go({ view: 'case', caseId: id, tab: 'findings', finding: undefined, params: new Map(params) });
  const screen = await showView(app, CaseScreenAtAddress);
  await expect.element(grid()).toBeVisible();
  (grid().element() as HTMLElement).focus();
  const states = () => Array.from({ length: 8 }, (_, at) => app.session!.triage.of(app.session!.findings.keyOf(at)));
  return { app, screen, states };
}

const grid = () => page.getByRole('grid', { name: 'Findings' });
const picked = (count: number) => page.getByText(`${String(count)} picked`);

test('findings are picked by key and judged as one step, with a reason, and u takes it back', async () => {
  const { screen, states } = await openFindings();
  await userEvent.keyboard('jx{Shift>}J{/Shift}{Shift>}{ArrowDown}{/Shift}');
  await expect.element(picked(3)).toBeVisible();
  await userEvent.keyboard('b');
  expect(await accessFaults(screen.container)).toEqual([]);
  await userEvent.keyboard('backup job{Enter}');
  await vi.waitFor(() => expect(states().filter(({ reason }) => reason === 'backup job')).toHaveLength(3));
  await userEvent.keyboard('t');
  await userEvent.keyboard('lateral{Enter}');
  await vi.waitFor(() => expect(states().filter(({ tags }) => tags.includes('lateral'))).toHaveLength(3));
  await userEvent.keyboard('u');
  await vi.waitFor(() => expect(states().some(({ tags }) => tags.length > 0)).toBe(false));
  await userEvent.keyboard('{Control>}z{/Control}');
  await vi.waitFor(() => expect(states().every(({ state }) => state === 'new')).toBe(true));
});

test('every shown finding is picked by key or by the head of the column, and Escape picks none', async () => {
  const { screen } = await openFindings();
  await userEvent.keyboard('{Control>}a{/Control}');
  await expect.element(picked(8)).toBeVisible();
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset['theme'] = theme;
    expect(await accessFaults(screen.container), theme).toEqual([]);
  }
  delete document.documentElement.dataset['theme'];
  await userEvent.keyboard('{Escape}');
  await expect.element(picked(8)).not.toBeInTheDocument();
  await userEvent.click(page.getByRole('checkbox', { name: 'Pick every shown finding' }));
  await expect.element(picked(8)).toBeVisible();
  // A range by the shift key, and the table still has the keys after a click into it.
  await userEvent.keyboard('{Escape}');
  const boxes = page.getByRole('checkbox', { name: 'Pick this finding' });
  await userEvent.click(boxes.nth(1));
  await userEvent.click(boxes.nth(4), { modifiers: ['Shift'] });
  await expect.element(picked(4)).toBeVisible();
});

test('groups open and close by key, are picked whole, and their state is in the address', async () => {
  const { app, screen } = await openFindings([['group', 'user']]);
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '3');
  expect(screen.container.querySelector('img')).toBeNull();
  await userEvent.keyboard('jx');
  await expect.element(picked(6)).toBeVisible();
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '9');
  expect(app.router.address).toMatchObject({
    params: new Map([
      ['group', 'user'],
      ['open', 'CORP\\ada'],
    ]),
  });
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset['theme'] = theme;
    expect(await accessFaults(screen.container), theme).toEqual([]);
  }
  delete document.documentElement.dataset['theme'];
  // From a finding, the key closes its group and stands on its head.
  await userEvent.keyboard('j{ArrowLeft}');
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '3');
  await userEvent.click(page.getByRole('button', { name: 'Show only CORP\\ada' }));
  await expect.element(page.getByText('of 8 findings')).toBeVisible();
});

test('with the pane open, keys pass over the heads of groups', async () => {
  await openFindings([
    ['group', 'rule'],
    ['open', '*'],
  ]);
  await userEvent.keyboard('jj{Enter}');
  await expect.element(page.getByText('1 of 8')).toBeVisible();
  await userEvent.keyboard('jjjj');
  await expect.element(page.getByText('5 of 8')).toBeVisible();
});
