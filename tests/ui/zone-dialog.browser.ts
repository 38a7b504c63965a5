import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { EventElement } from '../../src/model/event.ts';
import ZoneDialog from '../../src/ui/shell/ZoneDialog.svelte';
import { madeEvent, MemoryEvents } from '../app/memory-events.ts';
import { accessFaults } from './harness/check-access.ts';
import { openApp, showView } from './harness/open-app.ts';

function uptime(number: number, computer: string, zone: string) {
  const made = madeEvent(number, { computer, eventId: 6013, channel: 'System', provider: 'EventLog' });
  const values = ['', '', '', '', '14', '60', zone].map((value): EventElement => ['Data', [], value, []]);
  const event: EventElement = ['Event', [], '', [made.event[3][0]!, ['EventData', [], '', values]]];
  return { ...made, event };
}

test('a zone is chosen and holds at once; what hosts tell is text, and unknown zones are said to be UTC', async () => {
  const events = new MemoryEvents([
    uptime(0, 'WS-1', '-540 Tokyo Standard Time'),
    uptime(1, '<img src=x>', '0 <script>x</script>'),
  ]);
  const { app } = await openApp([], { events });
  const screen = await showView(app, ZoneDialog, { onclose: () => undefined });
  await expect.element(page.getByText('Asia/Tokyo (Tokyo Standard Time)')).toBeVisible();
  await expect.element(page.getByText(/is not known here: shown in UTC/)).toBeVisible();
  expect(screen.container.querySelector('img, script')).toBeNull();
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset['theme'] = theme;
    expect(await accessFaults(screen.container), theme).toEqual([]);
  }
  delete document.documentElement.dataset['theme'];
  const time = '2024-07-01T20:00:00.0000000Z';
  await userEvent.click(page.getByRole('radio', { name: /^Each host's own/ }));
  expect(app.times.ofEvent(time, 'WS-1')).toBe('2024-07-02 05:00:00.000 +09:00');
  await userEvent.selectOptions(page.getByRole('combobox', { name: 'Another zone' }), 'Asia/Dubai');
  expect(app.times.ofEvent(time, 'WS-1')).toBe('2024-07-02 00:00:00.000 +04:00');
  await userEvent.click(page.getByRole('radio', { name: 'UTC', exact: true }));
  expect(app.times.isUtc).toBe(true);
});
