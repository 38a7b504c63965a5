import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPack, wrapPack } from '../../src/pool/masked-pack.ts';

const packOf = (bytes: Uint8Array): Uint8Array => wrapPack(deflateRawSync(bytes), bytes.length);

describe('a masked pack', () => {
  test('gives back what went in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
        expect(new Uint8Array(await openPack(packOf(bytes)))).toEqual(bytes);
      }),
      { numRuns: 40 },
    );
  });

  test('does not show its text', () => {
    const text = 'sekurlsa::logonpasswords '.repeat(4);
    const pack = Buffer.from(wrapPack(new TextEncoder().encode(text), text.length));
    expect(pack.includes('sekurlsa')).toBe(false);
  });

  test('that is damaged is refused', async () => {
    const pack = packOf(new TextEncoder().encode('rules '.repeat(500)));
    await expect(openPack(pack.subarray(0, 4))).rejects.toThrow('damaged');
    await expect(openPack(pack.subarray(0, pack.length - 9))).rejects.toThrow();
    await expect(openPack(new TextEncoder().encode('<!doctype html>'))).rejects.toThrow('damaged');
  });
});
