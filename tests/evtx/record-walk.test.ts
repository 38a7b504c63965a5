import { describe, expect, test } from 'vitest';
import { buildLog } from '../builders/evtx-builder.ts';
import {
  breakRecordSignature,
  breakSizeCopy,
  recordOffset,
  recordSize,
  setRecordSize,
  tearRecord,
} from '../builders/damage.ts';
import { forEachRecord } from '../builders/read-log.ts';
import { leafTexts, readLeafTexts, textAtPlace } from './leaf-texts.ts';
import type { ReaderOptions } from '../../src/evtx/record-cursor.ts';
import { SystemReader } from '../../src/evtx/system-reader.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';

const records = Array.from({ length: 8 }, (_, number) => ({
  eventId: 100 + number,
  data: [['A', `value ${number}`]] as const,
}));
const build = (): Uint8Array => buildLog({ records });

function read(
  log: Uint8Array,
  options?: ReaderOptions,
): { seen: string[]; codes: string[]; lost: number; torn: number } {
  const seen: string[] = [];
  const cursor = forEachRecord(log, (at) => seen.push(`${at.headerIdLow} ${at.recordClass}`), options);
  const { recordsLost, recordsTorn } = cursor.account;
  return { seen, codes: cursor.problems.map((problem) => problem.code), lost: recordsLost, torn: recordsTorn };
}

const intact = (from: number, to: number, kind = 'allocated'): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i} ${kind}`);

describe('record walk', () => {
  test('F20 gives place and size of every record', () => {
    const log = build();
    const places: number[][] = [];
    forEachRecord(log, (cursor) => places.push([cursor.fileOffset + cursor.recordStart, cursor.recordSize]));
    expect(places).toEqual(records.map((_, i) => [recordOffset(log, 0, i), recordSize(log, recordOffset(log, 0, i))]));
  });

  test.each([0, 27, 28, 65_535, 0xffff_ffff])(
    'F21 a size of %i costs one record and the walk goes on behind it',
    (size) => {
      const { seen, codes, lost, torn } = read(setRecordSize(build(), 0, 3, size));
      expect(seen).toEqual([...intact(1, 3), ...intact(5, 8, 'resynced')]);
      expect(codes).toContain(size === 28 ? 'record-torn' : 'record-corrupt');
      expect(codes).toContain('record-resynced');
      expect(lost + torn).toBe(1);
    },
  );

  test('F21 a broken signature costs one record', () => {
    const { seen, lost } = read(breakRecordSignature(build(), 0, 0));
    expect(seen).toEqual(intact(2, 8, 'resynced'));
    expect(lost).toBe(1);
  });

  test('F21 damage in the last record ends the chunk and is counted', () => {
    const { seen, codes, lost } = read(breakRecordSignature(build(), 0, 7));
    expect(seen).toEqual(intact(1, 7));
    expect(codes).toEqual(['chunk-records-checksum', 'record-corrupt']);
    expect(lost).toBe(1);
  });

  test('F22 a torn record is counted apart and not given as a normal one', () => {
    const { seen, codes, lost, torn } = read(tearRecord(build(), 0, 2));
    expect(seen).toEqual([...intact(1, 2), ...intact(4, 8, 'resynced')]);
    expect(codes).toContain('record-torn');
    expect([torn, lost]).toEqual([1, 0]);
  });

  test('F22 a torn record comes with its class when it is asked for', () => {
    const log = build();
    const size = recordSize(log, recordOffset(log, 0, 2));
    const { seen } = read(tearRecord(log, 0, 2, size - 16), { torn: true });
    expect(seen).toEqual([...intact(1, 2), '3 torn', ...intact(4, 8, 'resynced')]);
  });

  test('F22 a torn record without a template keeps the elements that came before the tear', () => {
    const literal = records.map((record) => ({ ...record, form: 'literal' as const }));
    const log = tearRecord(buildLog({ records: literal }), 0, 7, 400);
    const torn: string[] = [];
    forEachRecord(
      log,
      (cursor) => {
        if (cursor.recordClass !== 'torn') return;
        torn.push(textAtPlace(leafTexts(cursor), 'Event/System/EventID') ?? 'absent');
      },
      { torn: true },
    );
    expect(torn).toEqual(['107']);
  });

  test('F20 a size copy that differs makes a record torn', () => {
    const { seen, torn } = read(breakSizeCopy(build(), 0, 4));
    expect(seen).toEqual([...intact(1, 4), ...intact(6, 8, 'resynced')]);
    expect(torn).toBe(1);
  });

  test('F20 a size copy that is the head of the next record is none: damage of one size field costs one record', () => {
    const log = buildLog({
      records: records.map((record, i) => ({ ...record, data: [['A', i === 4 ? 'longer value' : 'a value!']] })),
    });
    const at = recordOffset(log, 0, 3);
    const next = recordSize(log, recordOffset(log, 0, 4));
    expect(next).toBe(recordSize(log, at) + 8);
    const { seen, lost, torn } = read(setRecordSize(log, 0, 3, next));
    expect(seen).toEqual([...intact(1, 3), ...intact(5, 8, 'resynced')]);
    expect(lost + torn).toBe(1);
  });

  test('F21 a stray head inside damage that borrows its size copy from the next head is no record', () => {
    const log = buildLog({ records: records.map((record) => ({ ...record, data: [['A', 'a value!']] })) });
    const at = recordOffset(log, 0, 3);
    const next = recordOffset(log, 0, 4);
    log.fill(0xee, at, next);
    // Eight bytes behind the damaged record's start: its size ends on the size field of record 4.
    log.copyWithin(at + 8, next, next + 24);
    const { seen, lost } = read(log);
    expect(seen).toEqual([...intact(1, 3), ...intact(5, 8, 'resynced')]);
    expect(lost).toBe(1);
  });

  test('F21 a stray head that finds its size by chance inside the next record does not hide that one', () => {
    const log = buildLog({ records: records.map((record) => ({ ...record, data: [['A', 'a value!']] })) });
    const at = recordOffset(log, 0, 3);
    const next = recordOffset(log, 0, 4);
    const view = new DataView(log.buffer);
    log.fill(0xee, at, next);
    // A head whose size leads to a word of the next record that happens to be that size: its record id.
    const size = next + 12 - (at + 16);
    view.setUint32(at + 16, 0x2a2a, true);
    view.setUint32(at + 20, size, true);
    view.setUint32(next + 8, size, true);
    expect(read(log).seen).toEqual([...intact(1, 3), `${size} resynced`, ...intact(6, 8, 'resynced')]);
  });

  test('F23 a whole record inside damage that ends just in front of the next one does not hide it', () => {
    const log = build();
    const at = recordOffset(log, 0, 3);
    const size = recordSize(log, at);
    const inner = log.slice(recordOffset(log, 0, 5), recordOffset(log, 0, 5) + 60);
    log.fill(0xee, at, at + size);
    // A record of 60 bytes, three bytes in front of the next.
    new DataView(inner.buffer).setUint32(4, 60, true);
    new DataView(inner.buffer).setUint32(56, 60, true);
    log.set(inner, at + size - 63);
    expect(read(log).seen).toEqual([...intact(1, 3), ...intact(5, 8, 'resynced')]);
  });

  test('F23 several damaged places in one chunk cost only themselves', () => {
    const { seen, lost, torn } = read(setRecordSize(breakSizeCopy(build(), 0, 5), 0, 1, 0));
    expect(seen).toEqual([...intact(1, 1), ...intact(3, 5, 'resynced'), ...intact(7, 8, 'resynced')]);
    expect(lost + torn).toBe(2);
  });

  test('F23 the number of lost records is worked out from the ids around the hole', () => {
    const log = build();
    const from = recordOffset(log, 0, 2);
    log.fill(0xee, from, recordOffset(log, 0, 6));
    const { seen, lost } = read(log);
    expect(seen).toEqual([...intact(1, 2), ...intact(7, 8, 'resynced')]);
    expect(lost).toBe(4);
  });

  test('F23 a record in the next chunk is allocated again', () => {
    const log = setRecordSize(buildLog({ records, recordsPerChunk: 4 }), 0, 1, 0);
    expect(read(log).seen).toEqual(['1 allocated', '3 resynced', '4 resynced', ...intact(5, 8)]);
  });

  test('F24 bytes behind the end token are never read', () => {
    const log = build();
    const expected = readLeafTexts(log);
    const at = recordOffset(log, 0, 5);
    const end = at + recordSize(log, at) - 4;
    // The builder pads with zeros; the end token is the first zero behind the last value.
    const garbage = log.slice();
    let pad = end;
    while (garbage[pad - 1] === 0 && pad > end - 7) pad--;
    garbage.fill(0xcc, pad + 1, end);
    expect(readLeafTexts(garbage)).toEqual(expected);
  });

  test('F25 and F26 the record header is kept apart from the event', () => {
    const log = buildLog({
      records: [{ recordId: 500, headerId: 1, written: 0n, time: '2024-05-01T10:00:00.1234567Z' }],
    });
    const bank = new ShapeBank();
    const system = new SystemReader(bank);
    forEachRecord(
      log,
      (cursor) => {
        system.read(cursor);
        expect([cursor.headerIdHigh, cursor.headerIdLow]).toEqual([0, 1]);
        expect([system.recordIdHigh, system.recordIdLow]).toEqual([0, 500]);
        expect(textAtPlace(leafTexts(cursor), 'Event/System/TimeCreated@SystemTime')).toBe(
          '2024-05-01T10:00:00.1234567Z',
        );
      },
      { bank },
    );
  });

  test('F27 an empty computer name is legal', () => {
    expect(textAtPlace(readLeafTexts(buildLog({ records: [{ computer: '' }] }))[0], 'Event/System/Computer')).toBe('');
  });

  test('a record that would reach beyond its chunk is damage', () => {
    const log = setRecordSize(build(), 0, 7, 65_536);
    expect(read(log)).toMatchObject({ seen: intact(1, 7), lost: 1 });
  });
});
