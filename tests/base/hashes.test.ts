import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createMd5 } from '../../src/base/md5.ts';
import { createSha1 } from '../../src/base/sha1.ts';
import { createSha256 } from '../../src/base/sha256.ts';
import { hashFile } from '../../src/pool/hash-file.ts';

const HASHES = [
  ['sha256', createSha256],
  ['sha1', createSha1],
  ['md5', createMd5],
] as const;

test.each(HASHES)('%s of any bytes in any pieces is what Node computes', (name, create) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (pieces) => {
      const hash = create();
      for (const piece of pieces) hash.update(piece);
      const expected = createHash(name);
      for (const piece of pieces) expected.update(piece);
      expect(hash.hex()).toBe(expected.digest('hex'));
    }),
  );
});

test('a large file is hashed in one pass over all asked-for hashes, and reports how far it is', async () => {
  const bytes = new Uint8Array(40 * 1_024 * 1_024).map((_, i) => i * 7);
  const shares: number[] = [];
  const digests = await hashFile(new Blob([bytes]), ['sha256', 'md5', 'sha1'], (share) => shares.push(share));
  for (const [name] of HASHES) expect(digests[name]).toBe(createHash(name).update(bytes).digest('hex'));
  expect(shares).toEqual([0.4, 0.8]);
});

test.each([
  ['with the browser’s own SHA-256', globalThis.crypto],
  ['without it, as on plain http', {}],
])('a small file has the same hashes %s', async (_, crypto) => {
  vi.stubGlobal('crypto', crypto);
  const bytes = new Uint8Array(300_001).map((_byte, i) => i * 7);
  const digests = await hashFile(new Blob([bytes]), ['sha256', 'md5', 'sha1'], () => undefined);
  for (const [name] of HASHES) expect(digests[name]).toBe(createHash(name).update(bytes).digest('hex'));
  vi.unstubAllGlobals();
});
