import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScrollEvent, ScrollState } from '../../src/ui/shared/scroll.ts';
import {
  canvasHeight,
  createScroll,
  MAX_CANVAS_HEIGHT,
  reduceScroll,
  visibleRows,
} from '../../src/ui/shared/scroll.ts';

function tableOf(rowCount: number, viewHeight = 600): ScrollState {
  return [{ kind: 'resized', viewHeight } as const, { kind: 'rows', rowCount } as const].reduce<ScrollState>(
    reduceScroll,
    createScroll(28),
  );
}

describe('the scroll position of a table', () => {
  test('a table that fits the canvas scrolls one to one', () => {
    const state = reduceScroll(tableOf(100_000), { kind: 'scrolled', scrollTop: 1_234_567 });
    expect(state.virtualTop).toBe(1_234_567);
    expect(canvasHeight(state)).toBe(2_800_000);
  });

  test('ten million rows stay below the height that browsers allow, and both ends can be reached', () => {
    const state = tableOf(10_000_000);
    expect(canvasHeight(state)).toBe(MAX_CANVAS_HEIGHT);
    const end = reduceScroll(state, { kind: 'scrolled', scrollTop: MAX_CANVAS_HEIGHT - 600 });
    expect(visibleRows(end, 0).end).toBe(10_000_000);
    const start = reduceScroll(end, { kind: 'scrolled', scrollTop: 0 });
    expect(visibleRows(start, 0)).toMatchObject({ first: 0, top: 0 });
  });

  test('the wheel moves rows by its own pixels in a compressed table', () => {
    const state = reduceScroll(tableOf(10_000_000), { kind: 'scrolled', scrollTop: 4_000_000 });
    const moved = reduceScroll(state, { kind: 'scrolled', scrollTop: 4_000_100 });
    expect(moved.virtualTop - state.virtualTop).toBe(100);
  });

  test('the wheel never gets stuck while there are rows left', () => {
    let state = reduceScroll(tableOf(10_000_000), { kind: 'scrolled', scrollTop: 50_000 });
    state = reduceScroll(state, { kind: 'scrolled', scrollTop: 700 });
    // 24,500 px from the top by now: up 20 × 100 px further than the bar has room for.
    const before = state.virtualTop;
    for (let i = 0; i < 100; i++)
      state = reduceScroll(state, { kind: 'scrolled', scrollTop: Math.max(0, state.scrollTop - 100) });
    expect(before - state.virtualTop).toBeGreaterThan(9_000);
  });

  test('the echo of a position that was written changes nothing', () => {
    const state = reduceScroll(tableOf(10_000_000), { kind: 'show', row: 7_654_321 });
    expect(reduceScroll(state, { kind: 'scrolled', scrollTop: Math.round(state.scrollTop) })).toBe(state);
  });

  test('whatever happens, the position stays in range and every row can be shown', () => {
    const event: fc.Arbitrary<ScrollEvent> = fc.oneof(
      fc.record({
        kind: fc.constant('scrolled' as const),
        scrollTop: fc.double({ min: 0, max: MAX_CANVAS_HEIGHT, noNaN: true }),
      }),
      fc.record({ kind: fc.constant('settled' as const) }),
      fc.record({ kind: fc.constant('resized' as const), viewHeight: fc.nat(2_000) }),
      fc.record({ kind: fc.constant('rows' as const), rowCount: fc.nat(20_000_000) }),
      fc.record({ kind: fc.constant('show' as const), row: fc.nat(20_000_000), center: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.nat(10_000_000), (events, row) => {
        let state = createScroll(28);
        for (const next of events) {
          state = reduceScroll(state, next);
          const limit = Math.max(0, state.rowCount * 28 - state.viewHeight);
          expect(state.virtualTop).toBeGreaterThanOrEqual(0);
          expect(state.virtualTop).toBeLessThanOrEqual(limit);
          const { first, end } = visibleRows(state, 3);
          expect(first).toBeLessThanOrEqual(end);
          expect(end - first).toBeLessThanOrEqual(Math.ceil(state.viewHeight / 28) + 8);
        }
        state = reduceScroll(reduceScroll(state, { kind: 'rows', rowCount: row + 1 }), {
          kind: 'resized',
          viewHeight: 600,
        });
        state = reduceScroll(state, { kind: 'show', row });
        const shown = visibleRows(state, 0);
        expect(shown.first).toBeLessThanOrEqual(row);
        expect(shown.end).toBeGreaterThan(row);
        // Rows in view must lie in view on the canvas, too.
        const y = shown.top + (row - shown.first) * 28 - state.scrollTop;
        expect(y).toBeGreaterThan(-28);
        expect(y).toBeLessThan(600);
      }),
      { seed: 21, numRuns: 400 },
    );
  });
});
