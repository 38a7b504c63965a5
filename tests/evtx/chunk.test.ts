import { describe, expect, test } from 'vitest';
import { buildLog, chunkOffset, joinChunks } from '../builders/evtx-builder.ts';
import { ChunkWriter, sealChunk } from '../builders/chunk-writer.ts';
import { breakChecksums, breakChunkMagic, recordOffset, setFreeOffset, zeroChunk } from '../builders/damage.ts';
import { bufferOf, forEachRecord } from '../builders/read-log.ts';
import { createRecordCursor } from '../../src/evtx/record-cursor.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { addFileAccount, emptyFileAccount } from '../../src/model/coverage.ts';
import type { Problem } from '../../src/model/problem.ts';
import { leafTexts, readLeafTexts, textAtPlace } from './leaf-texts.ts';

const records = Array.from({ length: 30 }, (_, number) => ({
  eventId: number + 1,
  data: [['A', `value ${number}`]] as const,
}));
const build = (): Uint8Array => buildLog({ records, recordsPerChunk: 10 });

function read(log: Uint8Array): { ids: number[]; codes: string[]; account: Record<string, number> } {
  const ids: number[] = [];
  const cursor = forEachRecord(log, (at) => ids.push(at.headerIdLow));
  return { ids, codes: cursor.problems.map((problem) => problem.code), account: { ...cursor.account } };
}

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('chunks', () => {
  test('F9 and F10 an intact log of several chunks has every record and no problem', () => {
    const { ids, codes, account } = read(build());
    expect(ids).toEqual(numbers(1, 30));
    expect(codes).toEqual([]);
    expect(account).toMatchObject({
      bytes: 3 * 65_536,
      chunksUsed: 3,
      chunksEmpty: 0,
      chunksBad: 0,
      recordsRead: 30,
      recordsLost: 0,
    });
  });

  test('F10 wrong checksums are reported with their chunk and cost nothing', () => {
    const log = breakChecksums(build(), 1);
    const cursor = forEachRecord(log, () => undefined);
    expect(cursor.account.recordsRead).toBe(30);
    expect(cursor.problems).toMatchObject([
      { code: 'chunk-header-checksum', chunk: 1, offset: chunkOffset(1) },
      { code: 'chunk-records-checksum', chunk: 1, offset: chunkOffset(1) },
    ]);
  });

  test('F11 flag bit 0 says nothing, bit 2 switches the checksums off', () => {
    expect(read(buildLog({ records, chunk: { flags: 1 } })).codes).toEqual([]);
    const log = breakChecksums(buildLog({ records, chunk: { flags: 5 } }), 0);
    expect(read(log).codes).toEqual([]);
  });

  test('F12 the record numbers of a chunk header, which may differ from the ids, are not used', () => {
    const log = build();
    new DataView(log.buffer).setBigUint64(chunkOffset(1) + 8, 77n, true);
    new DataView(log.buffer).setBigUint64(chunkOffset(1) + 16, 99n, true);
    sealChunk(log, chunkOffset(1));
    expect(read(log)).toMatchObject({ ids: numbers(1, 30), codes: [], account: { recordsLost: 0 } });
  });

  test('F13 unused slots between and behind chunks are skipped silently', () => {
    const { ids, codes, account } = read(zeroChunk(zeroChunk(build(), 0), 2));
    expect(ids).toEqual(numbers(11, 20));
    expect(codes).toEqual([]);
    expect(account).toMatchObject({ chunksUsed: 1, chunksEmpty: 2 });
  });

  test.each([512, 8, 1_200])('F14 a used slot whose first %i bytes are zero is a problem of its own', (zeros) => {
    const { ids, codes, account } = read(breakChunkMagic(build(), 1, zeros));
    expect(ids).toEqual([...numbers(1, 10), ...numbers(21, 30)]);
    expect(codes).toEqual(['chunk-bad-magic']);
    expect(account).toMatchObject({ chunksUsed: 2, chunksBad: 1 });
  });

  test('F14 the cursor stops at a bad chunk, so that it can be carved', () => {
    const log = breakChunkMagic(build(), 1);
    const kinds: string[] = [];
    const cursor = forEachRecord(log, () => undefined);
    cursor.open(cursor.bytes, log.length - 4_096, 0, 4_096);
    while (cursor.nextChunk()) kinds.push(`${cursor.chunkNumber} ${cursor.chunkKind}`);
    expect(kinds).toEqual(['0 valid', '1 bad', '2 valid']);
  });

  test.each([0xffff_ffff, 70_000, 0, 100])(
    'F15 a free-space offset of %i is replaced by the end of the chunk',
    (free) => {
      const { ids } = read(setFreeOffset(build(), 1, free));
      expect(ids).toEqual(numbers(1, 30));
    },
  );

  test('F15 a free-space offset in the zeros behind the records is a clean end', () => {
    const { ids, codes, account } = read(setFreeOffset(build(), 1, 65_000));
    expect(ids).toEqual(numbers(1, 30));
    expect(codes).toEqual([]);
    expect(account['recordsLost']).toBe(0);
  });

  test('F15 a wrong last record id does not end the chunk', () => {
    const log = build();
    new DataView(log.buffer).setBigUint64(chunkOffset(0) + 32, 3n, true);
    sealChunk(log, chunkOffset(0));
    expect(read(log).ids).toEqual(numbers(1, 30));
  });

  test('F9 records behind the free-space offset are not allocated and are left to carving', () => {
    const log = build();
    const free = recordOffset(log, 1, 6) - chunkOffset(1);
    expect(read(setFreeOffset(log, 1, free)).ids).toEqual([...numbers(1, 16), ...numbers(21, 30)]);
  });

  test('F16, F17 and F18 the string and template tables of the header are not needed, whatever they hold', () => {
    const log = build();
    const expected = readLeafTexts(log);
    for (const fill of [0, 0xff, 2]) {
      const broken = log.slice();
      broken.fill(fill, chunkOffset(0) + 128, chunkOffset(0) + 512);
      sealChunk(broken, chunkOffset(0));
      expect(readLeafTexts(broken)).toEqual(expected);
    }
  });

  test('F17 a name whose chain points at itself is read all the same', () => {
    const chunk = new ChunkWriter();
    chunk.record(1n, 1n, (writer) => {
      writer.fragmentHeader();
      writer.element(
        { name: 'Event', content: [{ name: 'System', content: [{ name: 'EventID', content: ['7'] }] }] },
        false,
      );
      writer.end();
    });
    const bytes = chunk.finish();
    const view = new DataView(bytes.buffer);
    // The first name stands behind the record header, the fragment header, the token and the element size.
    const name = 512 + 24 + 4 + 1 + 4 + 4;
    view.setUint32(name, name, true);
    expect(textAtPlace(readLeafTexts(joinChunks([bytes]))[0], 'Event/System/EventID')).toBe('7');
  });

  test('F19 names and templates of one chunk are not used in the next', () => {
    const first = buildLog({ records: [{ eventId: 1, data: [['Aaaa', 'x']] }] });
    const second = buildLog({ records: [{ eventId: 1, data: [['Bbbb', 'x']] }] });
    const log = joinChunks([first.slice(4_096), second.slice(4_096)]);
    const [one, two] = readLeafTexts(log);
    expect(textAtPlace(one, 'Event/EventData/Data[Aaaa]')).toBe('x');
    expect(textAtPlace(two, 'Event/EventData/Data[Bbbb]')).toBe('x');
    expect(textAtPlace(two, 'Event/EventData/Data[Aaaa]')).toBeUndefined();
  });

  test.each([1, 2, 3])('records and problems are the same in slices of %i chunks', (chunksPerSlice) => {
    const log = breakChecksums(breakChunkMagic(setFreeOffset(build(), 2, 70_000), 1), 0);
    const whole: string[] = [];
    const expected = forEachRecord(log, (at) => whole.push(JSON.stringify([at.chunkNumber, leafTexts(at)])));
    const cursor = createRecordCursor(new ShapeBank());
    const seen: string[] = [];
    const problems: Problem[] = [];
    const sum = emptyFileAccount();
    for (let chunk = 0; chunk < 3; chunk += chunksPerSlice) {
      const at = chunkOffset(chunk);
      const { bytes, length } = bufferOf(log.subarray(at - 4_096, at + chunksPerSlice * 65_536));
      cursor.open(bytes, length, chunk, at);
      while (cursor.nextChunk()) {
        while (cursor.nextRecord()) {
          cursor.resolveInner();
          seen.push(JSON.stringify([cursor.chunkNumber, leafTexts(cursor)]));
        }
      }
      problems.push(...cursor.problems);
      addFileAccount(sum, cursor.account);
    }
    expect(seen).toEqual(whole);
    expect(problems).toEqual(expected.problems);
    expect(sum).toEqual(expected.account);
  });
});
