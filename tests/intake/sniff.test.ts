import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adviceOf } from '../../src/intake/advice.ts';
import { SNIFF_BYTES } from '../../src/intake/limits.ts';
import { sniffFormat, type FileFormat } from '../../src/intake/sniff.ts';
import { hasShared, sharedRoot } from '../corpus/shared.ts';
import { bytesOf, logBytes } from './fake-files.ts';

function traceLog(): Uint8Array {
  const bytes = new Uint8Array(4_096);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 65_536, true);
  view.setUint32(72, 0xc002_0002, true);
  view.setUint32(104, 65_536, true);
  return bytes;
}

function headless(): Uint8Array {
  const bytes = logBytes();
  bytes.fill(0, 0, 4_096);
  return bytes.subarray(0, SNIFF_BYTES);
}

const cases: readonly (readonly [name: string, format: FileFormat, bytes: Uint8Array])[] = [
  ['an event log', 'evtx', logBytes()],
  ['chunks behind a zeroed file header', 'evtx-headless', headless()],
  ['a log of Windows XP', 'evt', bytesOf('0\0\0\0LfLe\x01\0\0\0')],
  ['an event trace', 'etl', traceLog()],
  ['a zip', 'zip', bytesOf('PK\x03\x04\x14\0')],
  ['an empty zip', 'zip', bytesOf('PK\x05\x06\0\0')],
  ['gzip', 'gzip', bytesOf('\x1f\x8b\x08\0')],
  ['7-Zip', '7z', bytesOf('7z\xbc\xaf\x27\x1c\0\x04')],
  ['rar', 'archive', bytesOf('Rar!\x1a\x07\x01\0')],
  ['a virtual disk', 'vhdx', bytesOf('vhdxfileM\0')],
  ['an EnCase image', 'e01', bytesOf('EVF\x09\x0d\x0a\xff\0\x01')],
  ['JSON lines', 'json', bytesOf('{"Event":{"System":1}}\n{"Event":1}')],
  ['a JSON list', 'json', bytesOf('\xef\xbb\xbf [ {"a":1} ]')],
  ['Event Viewer XML', 'xml', bytesOf('\xef\xbb\xbf<?xml version="1.0"?><Events><Event/></Events>')],
  ['bare events as XML', 'xml', bytesOf("<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>")],
  ['UTF-16 XML', 'xml', bytesOf('\xff\xfe<\0?\0x\0m\0l\0 \0')],
  ['Event Viewer CSV', 'csv', bytesOf('Level,Date and Time,Source,Event ID\r\nInformation,1,2,3')],
  ['nothing', 'empty', new Uint8Array(0)],
  ['zeros', 'zeros', new Uint8Array(4_104)],
  ['a program', 'other', bytesOf('MZ\x90\0\x03\0\0\0')],
  ['prose', 'other', bytesOf('Dear all, please find attached')],
];

describe('sniffFormat', () => {
  test.each(cases)('knows %s as %s', (_name, format, bytes) => {
    expect(sniffFormat(bytes)).toBe(format);
  });

  test('answers for any bytes, and a cut signature is not a match', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
        expect(typeof sniffFormat(bytes)).toBe('string');
      }),
    );
    expect(sniffFormat(bytesOf('ElfFil'))).toBe('other');
  });

  test('every format but a log has one line of advice', () => {
    for (const [, format] of cases) {
      const advice = adviceOf(format);
      if (format.startsWith('evtx')) expect(advice).toBeUndefined();
      else expect(advice?.hint).toMatch(/^[^\n]+$/);
    }
    expect(adviceOf('evt')?.hint).toContain('wevtutil epl OLD.evt NEW.evtx /lf:true');
  });

  test.skipIf(!hasShared)('knows every real log of the corpus', () => {
    const root = `${sharedRoot ?? ''}evtx/`;
    const manifest = JSON.parse(readFileSync(`${root}manifest.json`, 'utf8')) as { file: string; bytes: number }[];
    const logs = manifest.filter((log) => log.bytes > 0);
    expect(logs.length).toBeGreaterThan(200);
    const head = Buffer.alloc(SNIFF_BYTES);
    const odd = logs.filter(({ file }) => {
      const handle = openSync(root + file, 'r');
      const length = readSync(handle, head, 0, SNIFF_BYTES, 0);
      closeSync(handle);
      return sniffFormat(head.subarray(0, length)) !== 'evtx';
    });
    expect(odd).toEqual([]);
  });
});
