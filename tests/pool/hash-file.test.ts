import { createHash } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { hashFile } from '../../src/pool/hash-file.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const MIB = 1_024 * 1_024;

test.each<readonly [string, number, boolean]>([
  ['nothing at all', 0, true],
  ['a small file', 70_001, true],
  ['a small file without crypto.subtle', 70_001, false],
  ['a file that is read whole', 32 * MIB, true],
  ['a file that is streamed', 33 * MIB + 3, true],
])('%s has the hashes that others give it', async (_, size, hasSubtle) => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 997) bytes[at] = at % 251;
  if (!hasSubtle) vi.stubGlobal('crypto', {});
  const digests = await hashFile(new Blob([bytes]), ['sha256', 'md5', 'sha1'], () => undefined);
  for (const name of ['sha256', 'md5', 'sha1'] as const) {
    expect(digests[name]).toBe(createHash(name).update(bytes).digest('hex'));
  }
});

test('a file that gives fewer bytes than it has is not hashed', async () => {
  const blob = Object.create(new Blob(['abcdef']), {
    size: { value: 6 },
    arrayBuffer: { value: () => Promise.resolve(new ArrayBuffer(3)) },
  }) as Blob;
  await expect(hashFile(blob, ['sha256'], () => undefined)).rejects.toThrow('3 of 6 bytes');
});
