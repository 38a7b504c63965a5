import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timeWords } from '../../src/analysis/finding-columns.ts';
import { mergeRows, ranksOfTexts, sortRows } from '../../src/analysis/sort-order.ts';

const word = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 0xffff_ffff }));

function reference(words: readonly Uint32Array[], first: number, end: number): number[] {
  const rows = Array.from({ length: end - first }, (_, i) => first + i);
  return rows.sort((a, b) => {
    for (const each of words) if (each[a] !== each[b]) return each[a]! < each[b]! ? -1 : 1;
    return a - b;
  });
}

describe('the order of rows', () => {
  test('few and many rows come out as a plain sort puts them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer(), fc.nat(20), (count, seed, first) => {
        let state = seed | 1;
        const next = (): number => (state = Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d)) >>> 0;
        const words = [0, 1, 2].map((w) =>
          Uint32Array.from({ length: count + first }, () => (w === 0 ? next() % 4 : next() >>> (next() % 32))),
        );
        expect([...sortRows(words, first, count + first)]).toEqual(reference(words, first, count + first));
      }),
      { seed: 31, numRuns: 60 },
    );
  });

  test('merging two orders is the order of all', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 200 }), fc.nat(200), (values, at) => {
        const words = [Uint32Array.from(values)];
        const cut = Math.min(at, values.length);
        const merged = mergeRows(words, sortRows(words, 0, cut), sortRows(words, cut, values.length));
        expect([...merged]).toEqual(reference(words, 0, values.length));
      }),
      { seed: 32 },
    );
  });

  test('texts rank without regard to case, and equals keep apart', () => {
    expect([...ranksOfTexts(['b', 'A', 'a', 'C'])]).toEqual([2, 0, 1, 3]);
  });

  test('time words order like the times, to 100 ns', () => {
    const texts = [
      '1601-01-01T00:00:00.0000000Z',
      '1969-12-31T23:59:59.9999999Z',
      '2024-03-01T10:00:00.1234567Z',
      '2024-03-01T10:00:00.1234568Z',
      '2024-03-01T10:07:10.0000000Z',
      '9999-12-31T23:59:59.9999999Z',
    ];
    const words = texts.map(timeWords);
    for (let i = 1; i < words.length; i++) {
      const [a, b] = [words[i - 1]!, words[i]!];
      expect(a.high < b.high || (a.high === b.high && a.low < b.low), texts[i]).toBe(true);
    }
    expect(timeWords('').milliseconds).toBeNaN();
    expect(timeWords('2024-03-01T10:00:00.1234567Z').milliseconds).toBe(Date.UTC(2024, 2, 1, 10) + 123);
  });
});
