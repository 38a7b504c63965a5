import { expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../src/ui/shared/tokens.css';
import '../../src/ui/shared/base.css';
import { accessFaults } from './harness/check-access.ts';
import TableHarness from './harness/TableHarness.svelte';

const ROWS = 1_000_000;

test('the first and the last of a million rows are reached by keyboard, whole and in view', async () => {
  const opened: number[] = [];
  const { grid: element } = await openTable(ROWS, (at) => opened.push(at));
  expect(element.getAttribute('aria-rowcount')).toBe(String(ROWS + 1));
  element.focus();
  await userEvent.keyboard('{End}');
  await vi.waitFor(() => expectInView(element, ROWS - 1));
  await userEvent.keyboard('{Enter}');
  await userEvent.keyboard('{ArrowDown}');
  expectInView(element, ROWS - 1);
  await userEvent.keyboard('{Home}');
  await vi.waitFor(() => expectInView(element, 0));
  await userEvent.keyboard('jjk{Enter}');
  expect(opened).toEqual([ROWS - 1, 1]);
  // However many rows there are, only those in view exist.
  expect(element.querySelectorAll('[role="row"]').length).toBeLessThan(60);
});

test('every page down shows rows that follow those before', async () => {
  const { grid: element } = await openTable(ROWS);
  element.focus();
  let last = -1;
  for (let page = 0; page < 5; page++) {
    await userEvent.keyboard('{PageDown}');
    await vi.waitFor(() => {
      const current = currentRow(element);
      expect(current).toBeGreaterThan(last);
      expectInView(element, current);
    });
    const current = currentRow(element);
    expect(current - last).toBeLessThan(15);
    last = current;
  }
});

test('keys that follow each other faster than frames leave the current row in view', async () => {
  const { grid: element } = await openTable(ROWS);
  element.focus();
  await userEvent.keyboard('{PageDown}'.repeat(12));
  await vi.waitFor(() => expectInView(element, 12 * 11 - 1));
  await userEvent.keyboard('{PageUp}'.repeat(5));
  await vi.waitFor(() => expectInView(element, 7 * 11 - 1));
});

test('a drag of the scroll bar to either end arrives at the last and the first row', async () => {
  const { grid: element } = await openTable(ROWS);
  element.scrollTop = element.scrollHeight;
  await vi.waitFor(() => expect(rowAt(element, ROWS - 1)).toBe(`row ${ROWS - 1}`));
  element.scrollTop = 0;
  await vi.waitFor(() => expect(rowAt(element, 0)).toBe('row 0'));
});

test('axe finds nothing wrong with it', async () => {
  const { screen } = await openTable(500);
  expect(await accessFaults(screen.container)).toEqual([]);
});

/** Shows the table and waits until it has been laid out, which is when a user could first act on it. */
async function openTable(rowCount: number, onopen: (position: number) => void = () => undefined) {
  const screen = await render(TableHarness, { props: { rowCount, onopen } });
  const grid = screen.getByRole('grid', { name: 'Numbers' }).element() as HTMLElement;
  await vi.waitFor(() => expect(rowAt(grid, 12)).toBe('row 12'));
  return { screen, grid };
}

/** What the second cell of the row at a position says; undefined when the row is not drawn. */
function rowAt(grid: HTMLElement, position: number): string | undefined {
  const row = grid.querySelector(`[aria-rowindex="${position + 2}"]`);
  return row?.querySelectorAll('[role="gridcell"]')[1]?.textContent.trim();
}

function currentRow(grid: HTMLElement): number {
  const row = grid.querySelector('[aria-selected="true"]');
  return Number(row?.getAttribute('aria-rowindex') ?? 1) - 2;
}

/** The row is current, announced, and between the head and the foot of the table. */
function expectInView(grid: HTMLElement, position: number): void {
  expect(currentRow(grid)).toBe(position);
  const row = grid.querySelector('[aria-selected="true"]')!;
  expect(grid.getAttribute('aria-activedescendant')).toBe(row.id);
  expect(rowAt(grid, position)).toBe(`row ${position}`);
  const room = grid.getBoundingClientRect();
  const place = row.getBoundingClientRect();
  expect(place.top).toBeGreaterThanOrEqual(room.top + 29);
  expect(place.bottom).toBeLessThanOrEqual(room.bottom + 1);
}
