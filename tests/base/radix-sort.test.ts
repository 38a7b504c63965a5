import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { sortPairs, sortWide } from '../../src/base/radix-sort.ts';

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  fc.constantFrom(0, 1, 0xffff_ffff, 0x1da_0000, 0x1da_0001),
);

function sortedWide(keys: readonly (readonly [number, number])[]): number[] {
  const rows = Uint32Array.from(keys, (_, row) => row);
  const half = (at: 0 | 1): Uint32Array[] => {
    const blocks: Uint32Array[] = [];
    for (let from = 0; from < keys.length; from += 4)
      blocks.push(Uint32Array.from(keys.slice(from, from + 4), (key) => key[at]));
    return blocks;
  };
  sortWide(rows, { blockBits: 2, high: half(0), low: half(1) });
  return [...rows];
}

/** The order by comparison of exact keys; equal ones by row. */
function expected(keys: readonly (readonly [number, number])[]): number[] {
  const wide = keys.map(([high, low]) => (BigInt(high) << 32n) | BigInt(low));
  return keys.map((_, row) => row).sort((a, b) => (wide[a]! < wide[b]! ? -1 : wide[a]! > wide[b]! ? 1 : a - b));
}

describe('rows by 64-bit keys', () => {
  test('stand as exact comparison puts them, and equal ones stay in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { maxLength: 300 }), (keys) => {
        expect(sortedWide(keys)).toEqual(expected(keys));
      }),
    );
  });

  test('stand right where most of them are crowded far from the others', () => {
    // The extremes leave 32 bits of one step for the rest: crowds are sorted again, twice over.
    const crowd = Array.from({ length: 3_000 }, (_, i): [number, number] => [
      0x8000_0000,
      (Math.imul(i, 0x9e37_79b1) >>> 0) % 700,
    ]);
    const far: [number, number][] = Array.from({ length: 2_000 }, (_, i) => [
      0x1234_0000 + (i % 7),
      Math.imul(i, 2_654_435_761) >>> 0,
    ]);
    const keys = [...crowd, [0, 0], [0xffff_ffff, 0xffff_ffff], [0, 1], ...far, [0, 0]] as [number, number][];
    expect(sortedWide(keys)).toEqual(expected(keys));
  });

  test('a million times spread at random are in order', () => {
    let seed = 7;
    const next = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0);
    const high = Uint32Array.from({ length: 1_000_000 }, () => 0x1da_0000 + (next() % 3_000));
    const low = Uint32Array.from({ length: 1_000_000 }, next);
    const rows = Uint32Array.from(high, (_, row) => row);
    const took = cpuMillisecondsOf(() => sortWide(rows, { blockBits: 20, high: [high], low: [low] }));
    console.log(`sort 1,000,000 times: ${took.toFixed(0)} ms`);
    let faults = 0;
    for (let i = 1; i < rows.length; i++) {
      const [a, b] = [rows[i - 1]!, rows[i]!];
      if (high[a]! > high[b]! || (high[a] === high[b] && low[a]! > low[b]!)) faults++;
    }
    expect(faults).toBe(0);
    // The goal is 300 ms; the bound only guards against another order of growth, other work on the machine aside.
    expect(took).toBeLessThan(3_000);
  });
});

test('rows by 32-bit keys stand in order, and equal ones stay in theirs', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 300 }), (keys) => {
      const rows = Uint32Array.from(keys, (_, row) => row);
      sortPairs(Uint32Array.from(keys), rows);
      expect([...rows]).toEqual(keys.map((_, row) => row).sort((a, b) => keys[a]! - keys[b]! || a - b));
    }),
  );
});
