import { describe, expect, test } from 'vitest';
import { ValueType } from '../../src/model/shape.ts';
import { formatFiletime } from '../../src/base/filetime.ts';
import { IndexColumns } from '../../src/evtx/index-columns.ts';
import { transferablesOf } from '../../src/model/index-part.ts';
import { IndexFlag, type IndexPart } from '../../src/model/index-part.ts';
import { createRecordCursor } from '../../src/evtx/record-cursor.ts';
import { countRecords } from '../../src/evtx/record-count.ts';
import { ShapeBank } from '../../src/evtx/shape-bank.ts';
import { SystemReader } from '../../src/evtx/system-reader.ts';
import { buildLog, writeInstanceRecord } from '../builders/evtx-builder.ts';
import type { EventSpec } from '../builders/evtx-builder.ts';
import type { ElementSpec, InstanceValue } from '../builders/chunk-writer.ts';
import {
  breakChunkMagic,
  breakRecordSignature,
  cutLastChunk,
  recordOffset,
  recordSize,
  setRecordSize,
  tearRecord,
  zeroChunk,
} from '../builders/damage.ts';
import { bufferOf, forEachRecord } from '../builders/read-log.ts';

function indexOf(log: Uint8Array, mostNames?: number): IndexPart {
  const bank = new ShapeBank();
  const columns = new IndexColumns(new SystemReader(bank, mostNames));
  forEachRecord(log, (cursor) => columns.add(cursor), { bank, torn: true });
  return columns.take();
}

const event: EventSpec = {
  channel: 'System',
  provider: 'Service Control Manager',
  computer: 'DC-1.example.test',
  eventId: 7_045,
  level: 2,
  recordId: 2n ** 40n + 5n,
  time: '2024-05-01T10:00:00.1234567Z',
};

function rowOf(part: IndexPart, row: number): unknown[] {
  return [
    part.channels[part.channel[row]!],
    part.providers[part.provider[row]!],
    part.computers[part.computer[row]!],
    part.eventId[row],
    part.level[row],
    part.recordIdHigh[row]! * 2 ** 32 + part.recordIdLow[row]!,
    formatFiletime(part.timeHigh[row]!, part.timeLow[row]!),
  ];
}

const expectedRow = [
  'System',
  'Service Control Manager',
  'DC-1.example.test',
  7_045,
  2,
  2 ** 40 + 5,
  '2024-05-01T10:00:00.1234567Z',
];

describe('index columns', () => {
  test('hold the System fields of a record, in a template and without one', () => {
    const part = indexOf(buildLog({ records: [event, { ...event, form: 'literal' }] }));
    expect(rowOf(part, 0)).toEqual(expectedRow);
    expect(rowOf(part, 1)).toEqual(expectedRow);
  });

  test('hold place and size of every record and its chunk', () => {
    const log = buildLog({ records: [event, event, event], recordsPerChunk: 2 });
    const part = indexOf(log);
    expect([...part.chunk]).toEqual([0, 0, 1]);
    const places = [recordOffset(log, 0, 0), recordOffset(log, 0, 1), recordOffset(log, 1, 0)];
    expect([...part.offset].map((offset, row) => 4_096 + part.chunk[row]! * 65_536 + offset)).toEqual(places);
    expect([...part.size]).toEqual(places.map((place) => recordSize(log, place)));
  });

  test('mark torn and resynced records and a missing written time', () => {
    const records = [event, { ...event, written: 0n }, event, event];
    const log = setRecordSize(buildLog({ records }), 0, 2, 0);
    expect([...indexOf(log).flags]).toEqual([0, IndexFlag.NoWrittenTime, IndexFlag.Resynced]);
    const torn = buildLog({ records });
    const size = recordSize(torn, recordOffset(torn, 0, 0));
    expect(indexOf(tearRecord(torn, 0, 0, size - 8)).flags[0]).toBe(IndexFlag.Torn);
  });

  test('read static texts, texts in pieces and other types', () => {
    const log = (
      content: ElementSpec['content'],
      values: InstanceValue[],
      attributes: ElementSpec['attributes'] = [],
    ): Uint8Array => {
      const system: ElementSpec = { name: 'System', content: [{ name: 'Provider', attributes }, ...(content ?? [])] };
      return buildLog({
        records: [
          { body: writeInstanceRecord({ guid: '1'.repeat(32), root: { name: 'Event', content: [system] } }, values) },
        ],
      });
    };
    const fixed = indexOf(
      log(
        [
          { name: 'EventID', content: ['4624'] },
          { name: 'Level', content: ['3'] },
          { name: 'EventRecordID', content: ['18446744073709551615'] },
          { name: 'TimeCreated', attributes: [['SystemTime', '2024-05-01T10:00:00.1234567Z']] },
          { name: 'Channel', content: ['Sec', 'urity'] },
          { name: 'Computer', content: ['PC-', { sub: 0, type: 1 }] },
        ],
        [{ type: ValueType.String, value: '7' }],
        [['Name', 'Prov', { entity: 'amp' }]],
      ),
    );
    expect(rowOf(fixed, 0)).toEqual(['Security', 'Prov&', 'PC-7', 4_624, 3, 2 ** 64, '2024-05-01T10:00:00.1234567Z']);
    const other = indexOf(
      log(
        [
          { name: 'EventID', content: [{ sub: 0, type: 8 }] },
          { name: 'Level', content: [{ sub: 1, type: 4 }] },
          { name: 'EventRecordID', content: [{ sub: 2, type: 1 }] },
          { name: 'TimeCreated', attributes: [['SystemTime', { sub: 3, type: 0x12 }]] },
          { name: 'Channel', content: [{ sub: 4, type: 2 }] },
        ],
        [
          { type: ValueType.UInt32, value: 0x4000_1c00 },
          { type: ValueType.HexInt32, value: 4 },
          { type: ValueType.String, value: '4294967297' },
          { type: ValueType.SystemTime, value: '2024-05-01T10:00:00.250Z' },
          { type: ValueType.AnsiString, value: 'Caf\u00e9' },
        ],
      ),
    );
    expect(rowOf(other, 0)).toEqual(['Caf\u00e9', '', '', 0x1c00, 4, 2 ** 32 + 1, '2024-05-01T10:00:00.2500000Z']);
  });

  test('absent and senseless values are 0', () => {
    const log = buildLog({
      records: [
        { body: (writer) => writer.end() },
        {
          form: 'literal',
          body: (writer) =>
            writer.element(
              { name: 'Event', content: [{ name: 'System', content: [{ name: 'EventID', content: ['12x'] }] }] },
              false,
            ),
        },
      ],
    });
    const part = indexOf(log);
    expect(rowOf(part, 0)).toEqual(['', '', '', 0, 0, 0, '1601-01-01T00:00:00.0000000Z']);
    expect(rowOf(part, 1)).toEqual(rowOf(part, 0));
  });

  test('names beyond the cap share one number and are counted', () => {
    const bank = new ShapeBank();
    const system = new SystemReader(bank, 4);
    const columns = new IndexColumns(system);
    const records = ['a', 'b', 'c', 'd', 'a'].map((computer) => ({ ...event, computer }));
    forEachRecord(buildLog({ records }), (cursor) => columns.add(cursor), { bank });
    const part = columns.take();
    expect([...part.computer].map((number) => part.computers[number])).toEqual(['a', 'b', '(other)', '(other)', 'a']);
    expect(system.computers.overflow).toBe(2);
  });

  test('thousands of names keep their numbers while the tables grow', () => {
    const names = Array.from({ length: 3_000 }, (_, number) => `host-${number}`);
    const part = indexOf(buildLog({ records: [...names, ...names].map((computer) => ({ computer })) }));
    expect([...part.computer].map((number) => part.computers[number])).toEqual([...names, ...names]);
  });

  test('a part has only the names of its own slice and can be transferred', () => {
    const bank = new ShapeBank();
    const columns = new IndexColumns(new SystemReader(bank));
    const cursor = createRecordCursor(bank);
    const parts = ['one', 'two'].map((computer) => {
      const { bytes, length } = bufferOf(buildLog({ records: [{ computer }] }));
      cursor.open(bytes, length, 0, 4_096);
      while (cursor.nextChunk()) while (cursor.nextRecord()) columns.add(cursor);
      return columns.take();
    });
    expect(parts.map((part) => part.computers)).toEqual([
      ['', 'one'],
      ['', 'two'],
    ]);
    const moved = structuredClone(parts[0]!, { transfer: transferablesOf(parts[0]!) });
    expect(moved.count).toBe(1);
    expect(parts[0]!.timeHigh.length).toBe(0);
  });

  test('records are counted by their headers', () => {
    const log = buildLog({ records: Array.from({ length: 500 }, () => event) });
    const { bytes, length } = bufferOf(log);
    const view = new DataView(bytes.buffer);
    expect(countRecords(view, 0, length)).toBe(500);
    let count = 0;
    for (let at = 0; at < length; at += 65_536) count += countRecords(view, at, Math.min(65_536, length - at));
    expect(count).toBe(500);
  });

  test('records of any number of chunks are counted, in each up to its first damage', () => {
    const log = buildLog({ records: Array.from({ length: 60 }, () => event), recordsPerChunk: 3 });
    const count = (bytes: Uint8Array): number => {
      const slice = bufferOf(bytes);
      return countRecords(new DataView(slice.bytes.buffer), 0, slice.length);
    };
    expect(count(log)).toBe(60);
    breakRecordSignature(log, 0, 1);
    zeroChunk(log, 5);
    breakChunkMagic(log, 7);
    setRecordSize(log, 19, 2, 0xffff_ffff);
    expect(count(log)).toBe(60 - 2 - 3 - 3 - 1);
    expect(count(cutLastChunk(log, 600))).toBe(60 - 2 - 3 - 3 - 3);
    expect(count(log.slice(0, 4_096))).toBe(0);
  });
});
