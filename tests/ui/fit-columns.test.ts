import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitColumns, roomOf } from '../../src/ui/shared/fit-columns.ts';

const columns = [
  { key: 'mark', room: 30, keep: 3 },
  { key: 'time', room: 200, keep: 2 },
  { key: 'rule', room: 180, keep: 4 },
  { key: 'file', room: 120, keep: 1 },
];
const keysAt = (width: number, always?: number): string =>
  fitColumns(columns, width, always)
    .map(({ key }) => key)
    .join(' ');

test('columns leave from the least telling on, and the others stay in their order', () => {
  expect(keysAt(530)).toBe('mark time rule file');
  expect(keysAt(529)).toBe('mark time rule');
  expect(keysAt(409)).toBe('mark rule');
  expect(keysAt(209)).toBe('rule');
  expect(keysAt(0)).toBe('');
});

test('columns that must stay do so where they have no room', () => {
  expect(keysAt(0, 3)).toBe('mark rule');
  expect(keysAt(0, 1)).toBe('mark time rule file');
});

test('what stays fits, and the column that left last would not have', () => {
  const column = fc.record({ room: fc.integer({ min: 1, max: 400 }), keep: fc.integer({ min: 0, max: 9 }) });
  fc.assert(
    fc.property(fc.array(column, { maxLength: 12 }), fc.integer({ min: 0, max: 2_000 }), (all, width) => {
      const kept = fitColumns(all, width);
      expect(roomOf(kept)).toBeLessThanOrEqual(width);
      const left = all.filter((one) => !kept.includes(one));
      const best = Math.max(-1, ...left.map(({ keep }) => keep));
      expect(kept.every(({ keep }) => keep >= best)).toBe(true);
      if (left.length > 0) {
        const last = left.filter(({ keep }) => keep === best).map(({ room }) => room);
        expect(roomOf(kept) + Math.max(...last)).toBeGreaterThan(width);
      }
    }),
  );
});
