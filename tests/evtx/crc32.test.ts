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
});
