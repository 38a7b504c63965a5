import { describe, expect, test } from 'vitest';
import { parseFileHeader } from '../../src/evtx/file-header.ts';
import type { FileHeader } from '../../src/evtx/file-header.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { cutLastChunk, makeDirty } from '../builders/damage.ts';
import { forEachRecord } from '../builders/read-log.ts';

const event = { data: [['A', 'b']] as const };

function headerOf(log: Uint8Array, size = log.length): FileHeader {
  const header = parseFileHeader(log.subarray(0, 4_096), size);
  if ('code' in header) throw new Error(header.code);
  return header;
}

function codeOf(bytes: Uint8Array): string {
  const result = parseFileHeader(bytes, bytes.length);
  return 'code' in result ? result.code : 'accepted';
}

describe('file header', () => {
  test('F1 reads the fields of an intact header without a problem', () => {
    const header = headerOf(buildLog({ records: [event, event, event], recordsPerChunk: 1 }));
    expect(header).toMatchObject({
      majorVersion: 3,
      minorVersion: 1,
      statedChunks: 3,
      chunks: 3,
      firstChunk: 0,
      lastChunk: 2,
    });
    expect(header.nextRecordId).toBe(4n);
    expect(header.problems).toEqual([]);
  });

  test('F1 refuses only an empty file, a short file and a wrong signature', () => {
    const log = buildLog({ records: [event] });
    expect(codeOf(new Uint8Array(0))).toBe('file-empty');
    expect(codeOf(log.slice(0, 4_095))).toBe('file-too-small');
    expect(codeOf(log.slice(0, 4))).toBe('file-not-evtx');
    expect(codeOf(new TextEncoder().encode('not a log'.repeat(1_000)))).toBe('file-not-evtx');
    for (let at = 8; at < 128; at++) {
      const broken = log.slice();
      broken[at] = 0xff;
      expect(codeOf(broken)).toBe('accepted');
    }
  });

  test('F1 a header with a wrong checksum is a warning', () => {
    const log = buildLog({ records: [event] });
    log[124] = log[124]! ^ 1;
    expect(headerOf(log).problems.map((problem) => problem.code)).toEqual(['header-checksum']);
  });

  test('F2 accepts version 3.2 like 3.1', () => {
    const log = buildLog({ records: [event], minorVersion: 2 });
    expect(headerOf(log)).toMatchObject({ minorVersion: 2, problems: [] });
  });

  test('F3 reads the three known flags and ignores garbage in the others', () => {
    const log = buildLog({ records: [event] });
    new DataView(log.buffer).setUint32(120, 0x1b97_0000 | 7, true);
    expect(headerOf(log)).toMatchObject({ isDirty: true, isFull: true, hasChecksums: false });
  });

  test('F4 takes the number of chunks of a dirty file from its size', () => {
    const log = makeDirty(buildLog({ records: [event, event, event, event], recordsPerChunk: 1 }), 1);
    const header = headerOf(log);
    expect(header.chunks).toBe(4);
    expect(header.problems.map((problem) => problem.code)).toContain('header-dirty');
    expect(header.problems.map((problem) => problem.code)).toContain('header-count-stale');
    let records = 0;
    forEachRecord(log, () => records++);
    expect(records).toBe(4);
  });

  test('F5 counts more than 65,535 chunks', () => {
    const log = buildLog({ records: [event] });
    const chunks = 70_000;
    expect(headerOf(log, 4_096 + chunks * 65_536).chunks).toBe(chunks);
  });

  test('F6 does not check a checksum that the file says it does not keep', () => {
    const log = buildLog({ records: [event], flags: 4 });
    new DataView(log.buffer).setUint32(124, 0, true);
    expect(headerOf(log).problems).toEqual([]);
  });

  test('F8 reads a short last chunk as far as it goes', () => {
    const records = Array.from({ length: 20 }, () => event);
    const log = cutLastChunk(buildLog({ records, recordsPerChunk: 10 }), 3_000);
    let read = 0;
    const cursor = forEachRecord(log, () => read++);
    expect(headerOf(log).chunks).toBe(2);
    expect(read).toBeGreaterThan(10);
    expect(read).toBeLessThan(20);
    expect(cursor.problems.map((problem) => problem.code)).toContain('chunk-short');
    expect(cursor.account.recordsLost).toBe(20 - read);
  });

  test('a log without chunks is read as nothing', () => {
    const cursor = forEachRecord(buildLog({ records: [event] }).slice(0, 4_096), () => expect.unreachable());
    expect(cursor.problems).toEqual([]);
  });
});
