// Archives as they come from responders and from enemies: what is found in them, what is said about the rest.

import { BlobReader, BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js';
import { describe, expect, test } from 'vitest';
import type { Intake } from '../../src/intake/evidence.ts';
import type { IntakeOptions } from '../../src/intake/collect.ts';
import { openPacked } from '../../src/intake/open-packed.ts';
import { openZip } from '../../src/intake/open-zip.ts';
import { readFiles } from '../../src/intake/read-files.ts';
import { decodeZipName, shownName } from '../../src/intake/zip-name.ts';
import type { PasswordQuestion } from '../../src/intake/zip.ts';
import { buildZip, storeAsDeflate64, type ZipPart } from '../builders/zip-builder.ts';
import { bytesOf, gzip, logBytes } from './fake-files.ts';

const paths = (intake: Intake) => intake.files.map((file) => file.path);
const codes = (intake: Intake) => intake.problems.map((problem) => `${problem.code} ${problem.file ?? ''}`.trim());

async function zipOf(files: Readonly<Record<string, Uint8Array | Blob>>, options: object = {}): Promise<Blob> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options });
  for (const [name, content] of Object.entries(files)) {
    await writer.add(name, content instanceof Blob ? new BlobReader(content) : new Uint8ArrayReader(content));
  }
  return writer.close();
}

function read(zip: Blob | Uint8Array<ArrayBuffer>, options: IntakeOptions = {}): Promise<Intake> {
  return readFiles([new File([zip], 'case.zip')], { openZip, ...options });
}

/** The bytes of each log, unpacked as the scan would. */
async function contents(intake: Intake): Promise<Uint8Array[]> {
  return Promise.all(
    intake.files.map(async ({ blob, packed }) => {
      const stream = packed === undefined ? blob.stream() : openPacked(packed);
      return new Uint8Array(await new Response(stream).arrayBuffer());
    }),
  );
}

async function givesLog(intake: Intake, seed = 1): Promise<boolean> {
  const [first] = await contents(intake);
  return first !== undefined && Buffer.from(first).equals(logBytes(seed));
}

describe('logs in a zip', () => {
  test('a stored log is a piece of the archive, and nothing of it is copied', async () => {
    const intake = await read(await zipOf({ 'a.evtx': logBytes() }, { level: 0 }));
    expect(intake.files[0]?.packed).toBeUndefined();
    expect(await givesLog(intake)).toBe(true);
  });

  test('a deflated log stays packed, with the size that the archive claims', async () => {
    const intake = await read(await zipOf({ 'a.evtx': logBytes(), 'b.exe': bytesOf('MZ'), 'c.evtx': bytesOf('MZ') }));
    expect(paths(intake)).toEqual(['case.zip/a.evtx']);
    expect(intake.files[0]).toMatchObject({ size: logBytes().length, packed: { form: 'gzip' } });
    expect(codes(intake)).toEqual(['file-not-evtx case.zip/c.evtx']);
    expect(intake.skipped.get('exe')).toBe(1);
    expect(await givesLog(intake)).toBe(true);
  });

  test.each([
    ['zip64', { zip64: true }],
    ['data descriptors', { dataDescriptor: true }],
    ['AES under the usual password', { password: 'infected', encryptionStrength: 3 }],
    ['ZipCrypto under the usual password', { password: 'infected', zipCrypto: true }],
    ['AES and not deflated', { password: 'infected', encryptionStrength: 1, level: 0 }],
  ])('%s', async (_name, options) => {
    const intake = await read(await zipOf({ 'a.evtx': logBytes() }, options));
    expect(codes(intake)).toEqual([]);
    expect(await givesLog(intake)).toBe(true);
  });

  test('Deflate64', async () => {
    const log = logBytes();
    const data = storeAsDeflate64(log);
    const { crc32 } = await import('node:zlib');
    const intake = await read(buildZip([{ name: 'a.evtx', data, method: 9, size: log.length, crc: crc32(log) }]));
    expect(codes(intake)).toEqual([]);
    expect(await givesLog(intake)).toBe(true);
  });

  test('a method that is not read here is said so with advice', async () => {
    const intake = await read(buildZip([{ name: 'a.evtx', data: bytesOf('xxxx'), method: 14 }]));
    expect(intake.problems).toMatchObject([{ code: 'archive-method', file: 'case.zip/a.evtx' }]);
    expect(intake.problems[0]?.detail).toContain('LZMA');
  });

  test('two entries that unpack from the same bytes are one log', async () => {
    const intake = await read(await zipOf({ 'a.evtx': logBytes(), 'copy/a.evtx': logBytes(), 'b.evtx': logBytes(2) }));
    expect(paths(intake)).toEqual(['case.zip/a.evtx', 'case.zip/b.evtx']);
    expect(codes(intake)).toEqual(['file-duplicate case.zip/copy/a.evtx']);
  });

  test('zips and gzip files within zips, down to a depth', async () => {
    let zip = await zipOf({ 'a.evtx': logBytes(), 'b.evtx.gz': await gzip(logBytes(2)) });
    const found = await read(await zipOf({ 'host.zip': zip }));
    expect(paths(found)).toEqual(['case.zip/host.zip/a.evtx', 'case.zip/host.zip/b.evtx']);
    expect(await givesLog(found)).toBe(true);
    for (let depth = 0; depth < 6; depth++) zip = await zipOf({ 'in.zip': zip }, { level: depth % 2 });
    const deep = await read(zip);
    expect(paths(deep)).toEqual([]);
    expect(codes(deep)).toEqual(['archive-too-deep case.zip/in.zip/in.zip/in.zip/in.zip']);
  });
});

describe('a locked archive', () => {
  const locked = () =>
    zipOf({ 'a.evtx': logBytes(), 'b.evtx': logBytes(2) }, { password: 'Tr0ub4dor', zipCrypto: true });

  test('asks, says that an answer was wrong, and opens with the right one', async () => {
    const questions: PasswordQuestion[] = [];
    const answers = ['wrong', 'also wrong', 'Tr0ub4dor'];
    const intake = await read(await locked(), {
      askPassword: (question) => {
        questions.push(question);
        return Promise.resolve(answers[questions.length - 1]);
      },
    });
    expect(questions.map(({ files, wasWrong }) => [files, wasWrong])).toEqual([
      [2, false],
      [2, true],
      [2, true],
    ]);
    expect(paths(intake)).toEqual(['case.zip/a.evtx', 'case.zip/b.evtx']);
    expect(await givesLog(intake)).toBe(true);
  });

  test.each([
    ['nobody asks', {}],
    ['the user has none', { askPassword: () => Promise.resolve(undefined) }],
    ['every answer is wrong', { askPassword: () => Promise.resolve('no') }],
  ])('is one line with a count when %s', async (_name, options) => {
    const intake = await read(await locked(), options);
    expect(intake.files).toEqual([]);
    expect(intake.problems).toMatchObject([{ code: 'archive-locked', count: 2, file: 'case.zip' }]);
  });
});

describe('bad archives', () => {
  const log = (name: string, extra: Partial<ZipPart> = {}): ZipPart => ({ name, data: logBytes(), ...extra });

  test('a cut copy gives every log that is in it', async () => {
    const whole = new Uint8Array(await (await zipOf({ 'a.evtx': logBytes(1), 'b.evtx': logBytes(2) })).arrayBuffer());
    const intake = await read(whole.slice(0, whole.length - 60));
    expect(paths(intake)).toEqual(['case.zip/a.evtx', 'case.zip/b.evtx']);
    expect(codes(intake)).toEqual(['archive-damaged case.zip']);
    expect(await givesLog(intake)).toBe(true);
    const stored = await read(buildZip([log('a.evtx'), log('b.evtx')], false).slice(0, 100_000));
    expect(stored.files.map((file) => file.size)).toEqual([69_632, 100_000 - 69_632 - 72]);
  });

  test('a cut copy written as a stream gives its logs too', async () => {
    const whole = await zipOf({ 'a.evtx': logBytes(1), 'b.evtx': logBytes(2) }, { dataDescriptor: true });
    const intake = await read(new Uint8Array(await whole.arrayBuffer()).slice(0, whole.size - 60));
    expect(paths(intake)).toEqual(['case.zip/a.evtx', 'case.zip/b.evtx']);
    expect(await givesLog(intake)).toBe(true);
  });

  test('files that overlap are said so and read', async () => {
    const intake = await read(
      buildZip([log('a.evtx'), { name: 'b.evtx', data: bytesOf(''), offset: 0, packedSize: 69_632, size: 69_632 }]),
    );
    expect(intake.problems).toContainEqual(expect.objectContaining({ code: 'archive-overlap', count: 1 }));
    expect(paths(intake)).toContain('case.zip/a.evtx');
  });

  test('an entry that is not where the directory says costs itself', async () => {
    const intake = await read(buildZip([log('a.evtx'), log('b.evtx', { offset: 999 })]));
    expect(paths(intake)).toEqual(['case.zip/a.evtx']);
    expect(codes(intake)).toContain('archive-damaged case.zip/b.evtx');
  });

  test('names that mislead are made safe and counted', async () => {
    const intake = await read(
      buildZip([
        log('../../etc/a.evtx'),
        log('b\u202Extve.evtx', { data: logBytes(2) }),
        log(`${'x/'.repeat(16_000)}c.evtx`, { data: logBytes(3) }),
      ]),
    );
    const [up, turned, long] = paths(intake);
    expect(up).toBe('case.zip/etc/a.evtx');
    expect(turned).toBe('case.zip/b\uFFFDxtve.evtx');
    expect(long!.length).toBeLessThan(1_100);
    expect(long).toMatch(/c\.evtx$/);
    expect(intake.problems).toMatchObject([{ code: 'archive-names', count: 3 }]);
  });

  test('100,000 entries are listed, in turns with the page', async () => {
    const parts = Array.from({ length: 100_000 }, (_, i): ZipPart => ({ name: `f/${i}.txt`, data: new Uint8Array(1) }));
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const zip = buildZip([...parts, log('a.evtx')]);
    const started = (last = performance.now());
    const intake = await read(zip);
    clearInterval(timer);
    expect(paths(intake)).toEqual(['case.zip/a.evtx']);
    expect(intake.skipped.get('txt')).toBe(100_000);
    const taken = performance.now() - started;
    // A share of the whole, since a busy machine makes both longer.
    expect(longest).toBeLessThan(taken / 2);
  }, 120_000);
});

describe('names', () => {
  test.each([
    ['CP437', [0x47, 0x65, 0x72, 0x84, 0x74, 0x65], 'Geräte'],
    ['CP850', [0x53, 0xc6, 0x6f, 0x20, 0x50, 0x61, 0x75, 0x6c, 0x6f], 'São Paulo'],
    ['Shift-JIS', [0x83, 0x8d, 0x83, 0x4f, 0x2f, 0x61], 'ログ/a'],
    ['CP866', [0x86, 0xe3, 0xe0, 0xad, 0xa0, 0xab], 'Журнал'],
    ['UTF-8 without its flag', [0x4c, 0xc3, 0xb6, 0x67], 'Lög'],
  ])('in %s', (_page, bytes, name) => {
    expect(decodeZipName(Uint8Array.from(bytes))).toBe(name);
  });

  test('percent signs of Velociraptor are turned back', () => {
    expect(shownName('uploads/ntfs/%5C%5C.%5CC%3A/Windows/a%254b.evtx').path).toBe('uploads/ntfs/C:/Windows/a%4b.evtx');
    expect(shownName('C%3A/Logs/a.evtx').path).toBe('C:/Logs/a.evtx');
    expect(shownName('plain/100%25.evtx').path).toBe('plain/100%25.evtx');
  });
});
