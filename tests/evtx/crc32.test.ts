import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../src/base/crc32.ts';

describe('crc32', () => {
  test('gives the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf4_3926);
  });

  test('agrees with zlib for any bytes, any range and any split', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300), (bytes, a, b) => {
        const start = Math.min(a, bytes.length);
        const split = Math.min(Math.max(start, b), bytes.length);
        const expected = zlibCrc32(bytes.subarray(start));
        expect(crc32(bytes, start)).toBe(expected);
        expect(crc32(bytes, split, bytes.length, crc32(bytes, start, split))).toBe(expected);
      }),
      { seed: 20240501, numRuns: 500 },
    );
  });

  test('agrees with zlib for long runs that are folded, at any alignment', () => {
    const bytes = new Uint8Array(300_000);
    let state = 1;
    for (let i = 0; i < bytes.length; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
      bytes[i] = state >>> 16;
    }
    for (const start of [0, 1, 2, 3, 512]) {
      for (const length of [4_799, 4_804, 4_808, 5_000, 65_024, 65_536, 66_000, 131_072 + 1_203, 250_001]) {
        const part = bytes.subarray(start, start + length);
        expect(crc32(bytes, start, start + length), `${start} ${length}`).toBe(zlibCrc32(part));
        expect(crc32(part.slice(1), 0, length - 1, crc32(part, 0, 1))).toBe(zlibCrc32(part));
      }
    }
  });
});
