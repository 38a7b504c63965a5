import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { CaseId } from '../../src/model/case.ts';
import CaseScreenAtAddress from './harness/CaseScreenAtAddress.svelte';
import { madeEvent, MemoryEvents } from '../app/memory-events.ts';
import { event, row, ruleInfo } from '../app/fake-findings.ts';
import { accessFaults } from './harness/check-access.ts';
import { openApp, showView } from './harness/open-app.ts';

const HOSTILE = '<img src=x onerror="globalThis.harmed=1"> \u202Egnp.exe\u0000 "quoted" \'or\' (a)';

async function openEvents(events: MemoryEvents, params: readonly (readonly [string, string])[] = []) {
  const { app, scanner } = await openApp([ruleInfo('rule', 'high', { title: 'A rule' })], { events });
  const files = [{ path: 'Logs/Security.evtx', blob: new Blob(['x']), size: 1, lastModified: 0 }];
  await app.take(Promise.resolve({ files, problems: [], skipped: new Map() }));
  await vi.waitFor(() => scanner.listener);
  const first = events.events[2];
  if (first !== undefined) {
    scanner.listener.found({ file: 0, rows: [row(0, 1, { offset: first.row.offset, event: event({ A: 'b' }) })] });
  }
  scanner.finish();
  await app.session!.scan!.done;
  const caseId: CaseId = app.session!.id;
  app.router.go({ view: 'case', caseId, tab: 'events', finding: undefined, params: new Map(params) });
  const screen = await showView(app, CaseScreenAtAddress);
  return { app, screen };
}

const many = (count: number) => Array.from({ length: count }, (_, number) => madeEvent(number));
const grid = () => page.getByRole('grid', { name: 'Events' });

test('every event is a row; a click in the counts narrows the rows, and again widens them', async () => {
  const { app, screen } = await openEvents(new MemoryEvents(many(1_000)));
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '1001');
  await page.getByRole('button', { name: /^4688/ }).click();
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '335');
  expect(app.router.address).toMatchObject({ params: new Map([['q', 'eventid:4688']]) });
  await page.getByRole('button', { name: 'Without Computer HOST-1' }).click();
  await expect
    .element(page.getByRole('combobox', { name: 'Search events' }))
    .toHaveValue('eventid:4688 -computer:HOST-1');
  expect(await accessFaults(screen.container)).toEqual([]);
});

test('typed searches run on Enter, faults are said where they are, and names are completed', async () => {
  const { screen } = await openEvents(new MemoryEvents(many(100)));
  const input = page.getByRole('combobox', { name: 'Search events' });
  await expect.element(grid()).toBeVisible();
  await userEvent.keyboard('/');
  await expect.element(input).toHaveFocus();
  await userEvent.keyboard('comm{ArrowDown}{Enter}');
  await expect.element(input).toHaveValue('CommandLine:');
  await userEvent.keyboard('*7{Enter}');
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '11');
  await userEvent.keyboard(' (');
  await expect.element(screen.getByRole('status').first()).toHaveTextContent(/parenthes/i);
  await userEvent.keyboard('{Enter}');
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '11');
  expect(await accessFaults(screen.container)).toEqual([]);
});

test('keys move, open, act on and close an event', async () => {
  const { screen } = await openEvents(new MemoryEvents(many(100)));
  await expect.element(grid()).toBeVisible();
  await userEvent.keyboard('jjj');
  (grid().element() as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('link', { name: 'A rule' })).toBeVisible();
  await expect.element(page.getByText('3 of 100', { exact: true })).toBeVisible();
  await expect.element(page.getByText('cmd.exe /c run 2', { exact: true })).toBeVisible();
  expect(await accessFaults(screen.container)).toEqual([]);
  await userEvent.keyboard('j');
  await expect.element(page.getByText('4 of 100', { exact: true })).toBeVisible();
  await userEvent.keyboard('m');
  await expect.element(page.getByRole('dialog', { name: 'Values of this event' })).toBeVisible();
  expect(await accessFaults(screen.container)).toEqual([]);
  await page.getByRole('button', { name: 'Only Computer HOST-3' }).click();
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '26');
  await userEvent.keyboard('{Escape}');
  await expect.element(page.getByRole('complementary', { name: 'Event', exact: true })).not.toBeInTheDocument();
});

test('a field becomes a column with its values, which can be sorted by', async () => {
  const { app } = await openEvents(new MemoryEvents(many(30)), [['at', '0:4608']]);
  const add = page.getByRole('button', { name: 'Add the column CommandLine' });
  await expect.element(add).toBeInTheDocument();
  // The tools of a field show when it is pointed at or has the focus.
  (add.element() as HTMLElement).click();
  await expect.element(page.getByRole('columnheader', { name: 'CommandLine' })).toBeInTheDocument();
  await expect.element(grid().getByText('cmd.exe /c run 0')).toBeInTheDocument();
  await page.getByRole('columnheader', { name: 'Time (UTC)' }).getByRole('button').click();
  await vi.waitFor(() =>
    expect(app.router.address).toMatchObject({
      params: new Map([
        ['sort', '-time'],
        ['cols', 'CommandLine'],
        ['at', '0:4608'],
      ]),
    }),
  );
  // Any field can be named, whether an opened event has it or not.
  const named = page.getByRole('combobox', { name: /^Add a column/ });
  await userEvent.fill(named, 'TargetUserName');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('columnheader', { name: 'TargetUserName' })).toBeInTheDocument();
  await expect.element(named).toHaveValue('');
});

test('an added column does not read the opened event again, which would scroll it to its top', async () => {
  const events = new MemoryEvents(many(30));
  const load = vi.spyOn(events, 'loadEvent');
  await openEvents(events, [['at', '0:4608']]);
  const add = page.getByRole('button', { name: 'Add the column CommandLine' });
  await expect.element(add).toBeInTheDocument();
  (add.element() as HTMLElement).click();
  await expect.element(page.getByRole('columnheader', { name: 'CommandLine' })).toBeInTheDocument();
  expect(load).toHaveBeenCalledTimes(1);
});

test('hostile values are text everywhere', async () => {
  const events = [
    madeEvent(
      0,
      { computer: HOSTILE, provider: HOSTILE, channel: HOSTILE },
      { [HOSTILE]: HOSTILE, Long: 'x'.repeat(70_000) },
    ),
  ];
  const { screen } = await openEvents(new MemoryEvents(events), [
    ['at', '0:4608'],
    ['cols', encodeURIComponent(HOSTILE)],
  ]);
  await expect.element(page.getByRole('heading', { name: 'Event', exact: true })).toBeVisible();
  await userEvent.keyboard('m');
  await expect.element(page.getByRole('dialog', { name: 'Values of this event' })).toBeVisible();
  expect((globalThis as { harmed?: number }).harmed).toBeUndefined();
  expect(screen.container.querySelector('img')).toBeNull();
  expect(screen.container.textContent).toContain('⟨U+202E⟩');
  expect(await accessFaults(screen.container)).toEqual([]);
});

test('a kept case without its evidence says how to give it again', async () => {
  const { screen } = await openEvents(new MemoryEvents([]));
  await expect.element(page.getByText('The evidence of this case is not open.')).toBeVisible();
  expect(await accessFaults(screen.container)).toEqual([]);
});

test('a pasted list of terms shows the events that hold one of them', async () => {
  await openEvents(new MemoryEvents(many(50)));
  await page.getByRole('button', { name: 'List…' }).click();
  await page.getByRole('textbox').last().fill('run 11\nrun 12\n# no\n');
  await expect.element(page.getByText('2 terms', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '3');
});

test('the process tree opens by key, is walked by key, and stays open from event to event', async () => {
  const sysmon = (number: number, guid: string, parent: string, image: string) =>
    madeEvent(
      number,
      { provider: 'Microsoft-Windows-Sysmon', channel: 'Sysmon', eventId: 1, computer: 'WS-1' },
      { ProcessGuid: `{${guid}}`, ParentProcessGuid: `{${parent}}`, Image: `C:\\${image}`, CommandLine: HOSTILE },
    );
  const events = [
    sysmon(0, 'a1', 'a0', 'first.exe'),
    sysmon(1, 'a2', 'a1', 'second.exe'),
    sysmon(2, 'a3', 'a2', 'third.exe'),
  ];
  const { app, screen } = await openEvents(new MemoryEvents(events), [['at', `0:${String(events[1]!.row.offset)}`]]);
  await expect.element(page.getByRole('button', { name: 'Process tree' })).toBeVisible();
  await userEvent.keyboard('p');
  const items = page.getByRole('treeitem');
  await expect.element(items.nth(2)).toBeVisible();
  expect(items.elements().map((item) => item.querySelector('a, b')?.textContent)).toEqual([
    'first.exe',
    'second.exe',
    'third.exe',
  ]);
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset['theme'] = theme;
    expect(await accessFaults(screen.container), theme).toEqual([]);
  }
  delete document.documentElement.dataset['theme'];
  (items.nth(1).element() as HTMLElement).focus();
  await userEvent.keyboard('{ArrowLeft}');
  await expect.element(items.nth(2)).not.toBeInTheDocument();
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(items.nth(2)).toBeVisible();
  await userEvent.keyboard('{ArrowDown}{Enter}');
  await vi.waitFor(() =>
    expect(app.router.address).toMatchObject({ params: new Map([['at', `0:${String(events[2]!.row.offset)}`]]) }),
  );
  await expect.element(page.getByRole('treeitem', { selected: true })).toHaveTextContent('third.exe');
  expect((globalThis as { harmed?: unknown }).harmed).toBeUndefined();
  await userEvent.keyboard('p');
});

test('a record in several files is one row with its other places; its copies are counted and one click away', async () => {
  const copies = [4, 7].map((number) => madeEvent(number, { file: 1, offset: 9_000 + number }));
  const { app, screen } = await openEvents(new MemoryEvents([...many(10), ...copies]));
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '11');
  await expect.element(page.getByText('2 copies in other files not listed')).toBeVisible();
  await page.getByRole('button', { name: 'Show copies' }).click();
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '13');
  expect(app.router.address).toMatchObject({ params: new Map([['copies', 'all']]) });
  expect(await accessFaults(screen.container)).toEqual([]);
  await page.getByRole('button', { name: /^With copies/ }).click();
  await expect.element(grid()).toHaveAttribute('aria-rowcount', '11');
  app.router.refine({ ...app.router.address, params: new Map([['at', '0:6656']]) } as typeof app.router.address);
  await expect.element(page.getByText('Also in', { exact: true })).toBeVisible();
  await expect.element(page.getByText(', at 9,004')).toBeVisible();
});
