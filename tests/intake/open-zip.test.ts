// The zip reader over archives made here: plain, encrypted both ways, zip64, damaged.

import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { randomBytes } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { readStreamHead } from '../../src/base/read-stream.ts';
import { openZip } from '../../src/intake/open-zip.ts';
import { readFiles } from '../../src/intake/read-files.ts';
import { opensWith } from '../../src/intake/zip-keys.ts';

const content = new Uint8Array(300_000).map((_, index) => (index * 7919) >> 5);

async function zipOf(files: readonly (readonly [string, Uint8Array])[], options: object = {}): Promise<Blob> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options });
  for (const [name, bytes] of files) await writer.add(name, new Uint8ArrayReader(bytes));
  return writer.close();
}

async function bytesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Compared as buffers: a deep comparison of arrays of this size takes seconds. */
async function unpacksToContent(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<boolean> {
  return Buffer.from(await bytesOf(stream)).equals(content);
}

describe('openZip', () => {
  test('lists files without folders and unpacks them', async () => {
    const zip = await zipOf([
      ['logs/Security.evtx', content],
      ['readme.txt', new Uint8Array([1])],
    ]);
    const { entries } = await openZip(zip);
    expect(entries.map((entry) => [entry.path, entry.size, entry.isEncrypted])).toEqual([
      ['logs/Security.evtx', content.length, false],
      ['readme.txt', 1, false],
    ]);
    expect(await unpacksToContent(await entries[0]!.stream('infected'))).toBe(true);
    // A second reading starts from the beginning again.
    expect(await unpacksToContent(await entries[0]!.stream('infected'))).toBe(true);
  });

  test.each([
    ['AES', { password: 'infected', encryptionStrength: 3 }],
    ['ZipCrypto', { password: 'infected', zipCrypto: true }],
  ])('opens %s archives with the usual password', async (_name, options) => {
    const { entries } = await openZip(await zipOf([['a.evtx', content]], options));
    expect(await unpacksToContent(await entries[0]!.stream('infected'))).toBe(true);
  });

  test.each([
    ['AES', { password: 'something else', encryptionStrength: 3 }],
    ['ZipCrypto', { password: 'something else', zipCrypto: true }],
  ])('does not open %s entries under another password with the usual one', async (_name, options) => {
    const { entries } = await openZip(await zipOf([['a.evtx', content]], options));
    expect(await opensWith(entries[0]!, 'infected')).toBe(false);
    expect(await opensWith(entries[0]!, 'something else')).toBe(true);
  });

  test('the first bytes of an entry are read without unpacking the rest of it', async () => {
    const { entries } = await openZip(await zipOf([['a.evtx', randomBytes(2_000_000)]]));
    let given = 0;
    class CountingStream extends TransformStream<Uint8Array, Uint8Array> {
      constructor() {
        super({
          transform(piece, controller) {
            given += piece.length;
            controller.enqueue(piece);
          },
        });
      }
    }
    vi.stubGlobal('DecompressionStream', CountingStream);
    const { head } = await readStreamHead(() => entries[0]!.stream(), 4_608).finally(() => vi.unstubAllGlobals());
    expect(head).toHaveLength(4_608);
    expect(given).toBeLessThan(100_000);
  });

  test('reads zip64 archives', async () => {
    const { entries } = await openZip(await zipOf([['a.evtx', content]], { zip64: true }));
    expect(await unpacksToContent(await entries[0]!.stream('infected'))).toBe(true);
  });

  test('the stream of a damaged entry fails and does not hang', async () => {
    const bytes = new Uint8Array(await (await zipOf([['a.evtx', content]])).arrayBuffer());
    bytes.fill(0xff, 2_000, 2_200);
    const { entries } = await openZip(new Blob([bytes]));
    await expect(bytesOf(await entries[0]!.stream(undefined, 'verified'))).rejects.toThrow();
  });

  test('a file without a directory of entries is refused', async () => {
    await expect(openZip(new Blob(['PK\u0003\u0004 but nothing more']))).rejects.toThrow();
  });

  test('turns the percent signs of Velociraptor paths back', async () => {
    const { entries } = await openZip(await zipOf([['uploads/auto/C%3A/Logs/Sysmon%254Operational.evtx', content]]));
    expect(entries[0]!.path).toBe('uploads/auto/C:/Logs/Sysmon%4Operational.evtx');
  });
});

describe('rules in a zip', () => {
  test('come out as rule files with their bytes, whatever else is in it', async () => {
    const zip = await zipOf([
      ['rules/windows/a.yml', new TextEncoder().encode('title: A')],
      ['rules/b.YAML', new TextEncoder().encode('title: B')],
      ['LICENSE.txt', new Uint8Array([1])],
    ]);
    const intake = await readFiles([new File([zip], 'release.zip')], { openZip });
    expect(intake.files).toEqual([]);
    expect(intake.problems).toEqual([]);
    const rules = await Promise.all(intake.ruleFiles!.map(async ({ path, blob }) => [path, await blob.text()]));
    expect(rules).toEqual([
      ['release.zip/rules/windows/a.yml', 'title: A'],
      ['release.zip/rules/b.YAML', 'title: B'],
    ]);
  });

  test('one that is locked or far too large is left out', async () => {
    const locked = await zipOf([['a.yml', content]], { password: 'something else', encryptionStrength: 3 });
    expect((await readFiles([new File([locked], 'l.zip')], { openZip })).ruleFiles).toEqual([]);
    const large = await zipOf([['a.yml', new Uint8Array(12 * 1_024 ** 2)]]);
    const intake = await readFiles([new File([large], 'l.zip')], { openZip });
    expect(intake.ruleFiles).toEqual([]);
    expect(intake.problems).toMatchObject([{ code: 'archive-limit', file: 'l.zip/a.yml' }]);
  });
});
