import { describe, expect, test } from 'vitest';
import { ValueType } from '../../src/model/shape.ts';
import { buildLog, writeInstanceRecord } from '../builders/evtx-builder.ts';
import type { ElementSpec, InstanceValue, Piece } from '../builders/chunk-writer.ts';
import { forEachRecord } from '../builders/read-log.ts';
import { leafTexts, readLeafTexts, textAtPlace, textsBelow } from './leaf-texts.ts';
import type { LeafText } from './leaf-texts.ts';

const GUID = '11111111-2222-3333-4444-555555555555';
const named = (name: string, ...content: Piece[]): ElementSpec => ({ name, content });

/** Descriptor of a value and its bytes, and the texts of the record: one record of one template. */
function readValues(
  content: (Piece | ElementSpec)[],
  values: InstanceValue[],
): { rows: [number, number, number[]][]; texts: LeafText[]; codes: string[] } {
  const log = buildLog({
    records: [{ body: writeInstanceRecord({ guid: GUID, root: { name: 'Event', content } }, values) }],
  });
  const rows: [number, number, number[]][] = [];
  let texts: LeafText[] = [];
  const cursor = forEachRecord(log, (at) => {
    const { type, offset, length, count } = at.values;
    for (let i = 0; i < count; i++) {
      rows.push([type[i]!, length[i]!, [...at.bytes.subarray(offset[i], offset[i]! + length[i]!)]]);
    }
    texts = leafTexts(at);
  });
  return { rows, texts, codes: cursor.problems.map((problem) => problem.code) };
}

describe('value table', () => {
  test('F43 a null with a size is skipped by its size', () => {
    const { rows, texts } = readValues(
      [named('A', { sub: 0, type: 1 }), named('B', { sub: 1, type: 1 })],
      [
        { type: ValueType.Null, bytes: Uint8Array.of(1, 2, 3, 4, 5) },
        { type: ValueType.String, value: 'behind' },
      ],
    );
    expect(rows[0]).toEqual([ValueType.Null, 5, [1, 2, 3, 4, 5]]);
    expect(texts).toEqual([
      ['Event/A', ''],
      ['Event/B', 'behind'],
    ]);
  });

  test('F44 and F45 bytes of strings are given as they are: NUL, surrogates, byte order mark', () => {
    const text = '\ufeff\ud800 \u0003\ufffe\0tail';
    const { rows } = readValues([named('A', { sub: 0, type: 1 })], [{ type: ValueType.String, value: text }]);
    expect(rows[0]?.[1]).toBe(2 * text.length);
    expect(
      String.fromCharCode(
        ...rows[0]![2].filter((_, i) => i % 2 === 0).map((low, i) => low + 256 * rows[0]![2][2 * i + 1]!),
      ),
    ).toBe(text);
  });

  test('F57 an embedded value of size 0 is nothing', () => {
    const log = buildLog({
      records: [
        {
          body: writeInstanceRecord({ guid: GUID, root: { name: 'Event', content: [{ sub: 0, type: 0x21 }] } }, [
            { embed: () => undefined },
          ]),
        },
      ],
    });
    const cursor = forEachRecord(log, (at) => expect(at.innerCount).toBe(0));
    expect(cursor.account.recordsRead).toBe(1);
    expect(cursor.problems).toEqual([]);
  });

  test.each([ValueType.EvtHandle, 0x22, ValueType.EvtXml, 0x8e, 0x7f])(
    'F57 a value of the unseen type %i keeps the record',
    (type) => {
      const { rows, codes } = readValues([named('A', { sub: 0, type })], [{ type, bytes: Uint8Array.of(1, 2, 3) }]);
      expect(rows).toEqual([[type, 3, [1, 2, 3]]]);
      expect(codes).toEqual([]);
    },
  );

  test('F58 an array keeps its type and all its bytes', () => {
    const type = ValueType.Array | ValueType.String;
    const { rows } = readValues([named('A', { sub: 0, type })], [{ type, value: ['one', '', 'two'] }]);
    expect(rows[0]?.slice(0, 2)).toEqual([0x81, 2 * 'one..two.'.length]);
  });

  test('F59 the type of the descriptor wins over the type of the placeholder', () => {
    const { texts } = readValues(
      [named('A', { sub: 0, type: ValueType.UInt8 })],
      [{ type: ValueType.UInt16, value: 4_624 }],
    );
    expect(texts).toEqual([['Event/A', '4624']]);
  });

  test('F60 a fixed-width value of another size does not shift the values behind it', () => {
    const { texts } = readValues(
      [named('A', { sub: 0, type: ValueType.UInt32 }), named('B', { sub: 1, type: 1 })],
      [
        { type: ValueType.UInt32, bytes: Uint8Array.of(7, 0, 0, 0, 9, 9) },
        { type: ValueType.String, value: 'behind' },
      ],
    );
    expect(textAtPlace(texts, 'Event/B')).toBe('behind');
  });

  test('values that reach beyond their record cost the record', () => {
    const body = writeInstanceRecord({ guid: GUID, root: { name: 'Event', content: [{ sub: 0, type: 1 }] } }, [
      { type: 1, value: 'abc' },
    ]);
    const log = buildLog({ records: [{ body }, { body }] });
    const view = new DataView(log.buffer);
    const second = 4_096 + 512 + view.getUint32(4_096 + 512 + 4, true);
    for (const [at, value] of [
      [38, 0xffff_ffff],
      [38, 5_000],
      [42, 0x0001_4000],
    ] as const) {
      const broken = log.slice();
      new DataView(broken.buffer).setUint32(second + at, value, true);
      const cursor = forEachRecord(broken, () => undefined, { checksums: false });
      expect(cursor.account).toMatchObject({ recordsRead: 1, recordsLost: 1 });
      expect(cursor.problems).toHaveLength(1);
    }
  });

  test('F61 an element with a null optional value, or a dependency on a null, is absent with everything in it', () => {
    const content: ElementSpec[] = [
      { name: 'Optional', attributes: [['k', 'v']], content: [{ sub: 0, type: 1, optional: true }] },
      { name: 'Normal', content: [{ sub: 0, type: 1 }] },
      { name: 'Dependent', dependency: 0, content: ['text', { name: 'Child', content: ['below'] }] },
      { name: 'Attribute', attributes: [['k', { sub: 0, type: 1, optional: true }]], content: ['stays'] },
      { name: 'Kept', dependency: 1, content: [{ sub: 1, type: 1, optional: true }] },
    ];
    const { texts } = readValues(content, [{ type: ValueType.Null }, { type: ValueType.String, value: 'x' }]);
    expect(texts.filter(([place]) => !place.includes('@k'))).toEqual([
      ['Event/Normal', ''],
      ['Event/Attribute', 'stays'],
      ['Event/Kept', 'x'],
    ]);
    expect(texts.some(([place]) => place === 'Event/Optional@k')).toBe(false);
  });

  test('F61 the root element does not depend on anything', () => {
    const root: ElementSpec = {
      name: 'Event',
      dependency: 0,
      content: [
        { name: 'System', content: ['x'] },
        { sub: 0, type: 0x21, optional: true },
      ],
    };
    const log = buildLog({
      records: [{ body: writeInstanceRecord({ guid: GUID, root }, [{ type: ValueType.Null }]) }],
    });
    forEachRecord(log, (cursor) => {
      expect(cursor.shape.steps[2]).toBe(-1);
      expect(textAtPlace(leafTexts(cursor), 'Event/System')).toBe('x');
    });
  });

  test('F62 unnamed, repeated, odd and forbidden-looking names are all kept', () => {
    const data: [string | null, string][] = [
      ['LogonGuid', '1'],
      ['LogonGuid', '2'],
      [null, '3'],
      [null, '4'],
      ['Data', '5'],
      ['Product Name', '6'],
      ['__proto__', '7'],
    ];
    const log = buildLog({ records: [{ data, dataAttributes: [['Name', 'EVENT_HIVE_LEAK']] }] });
    const texts = textsBelow(readLeafTexts(log)[0], 'Event/EventData/Data').filter(([place]) => !place.includes('@'));
    expect(texts).toEqual([
      ['Event/EventData/Data[LogonGuid]', '1'],
      ['Event/EventData/Data[LogonGuid]', '2'],
      ['Event/EventData/Data', '3'],
      ['Event/EventData/Data', '4'],
      ['Event/EventData/Data[Data]', '5'],
      ['Event/EventData/Data[Product Name]', '6'],
      ['Event/EventData/Data[__proto__]', '7'],
    ]);
    expect(textAtPlace(readLeafTexts(log)[0], 'Event/EventData@Name')).toBe('EVENT_HIVE_LEAK');
  });

  test('F62 Data directly in UserData keeps its names', () => {
    const userData = { name: 'Data', attributes: [['Name', 'A']] as const, content: ['x'] };
    const texts = readLeafTexts(buildLog({ records: [{ userData }] }))[0];
    expect(textAtPlace(texts, 'Event/UserData/Data[A]')).toBe('x');
  });

  test('a Name that is a value of its own gives every record its own field name', () => {
    const root: ElementSpec = {
      name: 'Event',
      content: [{ name: 'Data', attributes: [['Name', { sub: 0, type: 1 }]], content: [{ sub: 1, type: 1 }] }],
    };
    const values = (name: string): InstanceValue[] => [
      { type: ValueType.String, value: name },
      { type: ValueType.String, value: 'x' },
    ];
    const records = ['A', 'B'].map((name) => ({ body: writeInstanceRecord({ guid: GUID, root }, values(name)) }));
    expect(readLeafTexts(buildLog({ records })).map((texts) => texts[1]?.[0])).toEqual([
      'Event/Data[A]',
      'Event/Data[B]',
    ]);
  });
});
