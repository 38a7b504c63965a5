// Every BinXML token, well formed and broken. Over 400 lines because it is one list: a token without its case is seen here.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ShapeOp, TextKind, ValueType } from '../../src/model/shape.ts';
import { MAX_ELEMENT_DEPTH, MAX_INNER_ROOTS } from '../../src/evtx/limits.ts';
import { buildLog, writeInstanceRecord } from '../builders/evtx-builder.ts';
import type { EventSpec } from '../builders/evtx-builder.ts';
import type { ChunkWriter, ElementSpec, InstanceValue, Piece, TemplateSpec } from '../builders/chunk-writer.ts';
import { forEachRecord } from '../builders/read-log.ts';
import { leafTexts, readLeafTexts, textAtPlace, textsBelow } from './leaf-texts.ts';
import type { LeafText } from './leaf-texts.ts';

const GUID = '11111111-2222-3333-4444-555555555555';
const OTHER_GUID = '99999999-2222-3333-4444-555555555555';

const template = (root: ElementSpec, guid = GUID): TemplateSpec => ({ guid, root });
const string = (value: string): InstanceValue => ({ type: ValueType.String, value });
const data = (...content: Piece[]): ElementSpec => ({ name: 'Event', content: [{ name: 'X', content }] });

/** A log of one record with this body, read. */
function readBody(body: (writer: ChunkWriter) => void): { texts: LeafText[] | undefined; codes: string[] } {
  const all: LeafText[][] = [];
  const cursor = forEachRecord(buildLog({ records: [{ body }] }), (at) => all.push(leafTexts(at)));
  return { texts: all[0], codes: cursor.problems.map((problem) => problem.code) };
}

const readTemplate = (root: ElementSpec, values: InstanceValue[] = []): ReturnType<typeof readBody> =>
  readBody(writeInstanceRecord(template(root), values));

function readLiteral(root: ElementSpec): ReturnType<typeof readBody> {
  return readBody((writer) => {
    writer.fragmentHeader();
    writer.element(root, false);
    writer.end();
  });
}

describe('BinXML tokens', () => {
  const pieces: Piece[] = ['a', { cdata: '<b>' }, { charRef: 0x2603 }, { entity: 'amp' }, 'c'];

  test.each([
    ['template', readTemplate],
    ['literal element', readLiteral],
  ])('F28 and F39 text, CDATA, character and entity references of a %s are one text', (_, read) => {
    const { texts, codes } = read(data(...pieces));
    expect(texts).toEqual([['Event/X', 'a<b>\u2603&c']]);
    expect(codes).toEqual([]);
  });

  test('F28 the kinds of text are kept in the steps of a template', () => {
    forEachRecord(
      buildLog({ records: [{ body: writeInstanceRecord(template(data(...pieces)), []) }] }),
      ({ shape }) => {
        const kinds: [string | undefined, number][] = [];
        for (let at = 0; at < shape.steps.length; at += 4) {
          if (shape.steps[at] === ShapeOp.Text) kinds.push([shape.texts[shape.steps[at + 1]!], shape.steps[at + 2]!]);
        }
        expect(kinds).toEqual([
          ['a', TextKind.Plain],
          ['<b>', TextKind.CData],
          ['\u2603', TextKind.CharacterReference],
          ['&', TextKind.Entity],
          ['c', TextKind.Plain],
        ]);
      },
    );
  });

  test.each([
    ['lt', '<'],
    ['gt', '>'],
    ['quot', '"'],
    ['apos', "'"],
    ['#65', 'A'],
    ['#x1F600', '\u{1f600}'],
    ['nbsp', '&nbsp;'],
    ['#x110000', '&#x110000;'],
  ])('F39 the entity %s stands for %s', (entity, expected) => {
    expect(readTemplate(data({ entity })).texts).toEqual([['Event/X', expected]]);
    expect(readLiteral(data({ entity })).texts).toEqual([['Event/X', expected]]);
  });

  test.each([
    ['template', readTemplate],
    ['literal element', readLiteral],
  ])('F28 a processing instruction in a %s is a step and no text', (_, read) => {
    const { texts, codes } = read(data('a', { instruction: ['target', 'some data'] }, 'b'));
    expect(texts?.map(([, text]) => text).join('')).toBe('ab');
    expect(codes).toEqual([]);
  });

  test('F28 an unknown token costs the record and is reported', () => {
    const { texts, codes } = readLiteral(data('a', { raw: [0x1f] }));
    expect(texts).toBeUndefined();
    expect(codes).toEqual(['record-unreadable']);
  });

  test('F29 elements have a dependency id in templates only', () => {
    const root: ElementSpec = { name: 'Event', content: [{ name: 'X', attributes: [['k', 'v']], content: ['text'] }] };
    const expected = [
      ['Event/X@k', 'v'],
      ['Event/X', 'text'],
    ];
    expect(readTemplate(root).texts).toEqual(expected);
    expect(readLiteral(root).texts).toEqual(expected);
  });

  test('F29 a template-less record has all its values as strings and keeps the names of its fields', () => {
    const log = buildLog({
      records: [
        {
          form: 'literal',
          eventId: 1151,
          level: 4,
          data: [
            ['Product Name', 'Defender'],
            ['Empty', ''],
          ],
        },
      ],
    });
    forEachRecord(log, (cursor) => {
      const texts = leafTexts(cursor);
      expect(textAtPlace(texts, 'Event/System/EventID')).toBe('1151');
      expect(textAtPlace(texts, 'Event/EventData/Data[Product Name]')).toBe('Defender');
      expect(textAtPlace(texts, 'Event/EventData/Data[Empty]')).toBe('');
      expect(cursor.shape.label).toBe('literal');
      expect([...cursor.values.type.subarray(0, cursor.values.count)].every((type) => type === ValueType.String)).toBe(
        true,
      );
    });
  });

  test('F29 template-less records of one structure share a shape, of another they do not', () => {
    const literal = (name: string, value: string): object => ({ form: 'literal', data: [[name, value]] });
    const ids: number[] = [];
    const records = [literal('A', '1'), literal('A', 'other'), literal('B', '1'), literal('A', '')];
    forEachRecord(buildLog({ records }), (cursor) => ids.push(cursor.shape.id));
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(ids[3]).not.toBe(ids[0]);
  });

  test('F29 a template-less record reads the same after others of its structure as alone', () => {
    const text = fc.oneof(fc.constantFrom('', 'a', 'x'.repeat(300), '<&>'), fc.string({ maxLength: 12 }));
    const spec = fc.tuple(fc.constantFrom('A', 'B', 'Cc'), text, text, fc.constantFrom('elements', 'literal'));
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 25 }), (list) => {
        const records = list.map(([name, first, second, kind]): EventSpec => ({
          recordId: 1,
          ...(kind === 'literal' ? { form: 'literal' } : { embed: 'elements' }),
          data: [
            [name, first],
            ['Fixed', second],
            [null, first],
          ],
        }));
        const alone = records.map((record) => readLeafTexts(buildLog({ records: [record] }))[0]);
        expect(readLeafTexts(buildLog({ records }))).toEqual(alone);
      }),
      { seed: 20240505, numRuns: 60 },
    );
  });

  test('F30 a wrong element size costs nothing', () => {
    const body = (size: number) => (writer: ChunkWriter) => {
      const start = writer.at;
      writer.element({ name: 'Event', content: ['x'] }, false);
      if (size >= 0) writer.view.setUint32(start + 1, size, true);
    };
    for (const size of [-1, 0, 7, 0xffff_ffff]) {
      const cursor = forEachRecord(buildLog({ records: [{ body: body(size) }] }), (at) => {
        expect(leafTexts(at)).toEqual([['Event', 'x']]);
      });
      expect(cursor.account.recordsRead).toBe(1);
    }
  });

  test('F31 names are read inline and by reference alike', () => {
    const records = Array.from({ length: 3 }, () => ({ data: [['Name of field', 'x']] as const }));
    const inline = readLeafTexts(buildLog({ records, chunk: { inlineNames: true } }));
    expect(inline).toEqual(readLeafTexts(buildLog({ records })));
    expect(textAtPlace(inline[2], 'Event/EventData/Data[Name of field]')).toBe('x');
  });

  test('F31 a name that is defined behind its use is found', () => {
    const { texts } = readBody((writer) => {
      const start = writer.at;
      writer.element({ name: 'Event', content: ['x'] }, false);
      // Moves the inline name behind the element: its offset becomes a forward reference.
      const inline = writer.bytes.slice(start + 9, start + 9 + 10 + 2 * 5);
      const rest = writer.bytes.slice(start + 9 + 20, writer.at);
      writer.at = start + 9;
      writer.append(rest);
      writer.end();
      writer.view.setUint32(start + 5, writer.at, true);
      writer.append(inline);
    });
    expect(texts).toEqual([['Event', 'x']]);
  });

  test('F31 a name outside the chunk costs the record', () => {
    const { codes } = readBody((writer) => {
      const start = writer.at;
      writer.element({ name: 'Event', content: ['x'] }, false);
      writer.view.setUint32(start + 5, 70_000, true);
    });
    expect(codes).toEqual(['record-unreadable']);
  });

  test('F33 the definition is inline in the first record and referred to by the others', () => {
    const records = ['a', 'b', 'c'].map((value) => ({
      body: writeInstanceRecord(template(data({ sub: 0, type: 1 })), [string(value)]),
    }));
    expect(readLeafTexts(buildLog({ records })).map((texts) => texts[0]?.[1])).toEqual(['a', 'b', 'c']);
  });

  test('F33 a definition that stands behind its first use is found', () => {
    let offsetAt = 0;
    const log = buildLog({
      records: [
        {
          body: (writer) => {
            writer.u8(0x0c, 1, 0x11, 0x11, 0x11, 0x11);
            offsetAt = 4_096 + writer.at;
            writer.u32(0);
            writer.u32(1);
            writer.u8(2, 0, ValueType.String, 0);
            writer.u16(0x61);
            writer.end();
          },
        },
        { body: writeInstanceRecord(template(data({ sub: 0, type: 1 })), [string('b')]) },
      ],
    });
    const view = new DataView(log.buffer);
    const second = 4_096 + 512 + view.getUint32(4_096 + 512 + 4, true);
    view.setUint32(offsetAt, view.getUint32(second + 24 + 4 + 6, true), true);
    expect(readLeafTexts(log).map((texts) => texts[0]?.[1])).toEqual(['a', 'b']);
  });

  test('F33 a definition offset outside the chunk costs one record', () => {
    const body = writeInstanceRecord(template(data({ sub: 0, type: 1 })), [string('x')]);
    const log = buildLog({ records: [{ body }, { body }, { body }] });
    const view = new DataView(log.buffer);
    const second = 4_096 + 512 + view.getUint32(4_096 + 512 + 4, true);
    for (const offset of [65_530, 70_000, 0xffff_ffff]) {
      view.setUint32(second + 24 + 4 + 6, offset, true);
      const seen: number[] = [];
      const cursor = forEachRecord(log, (at) => seen.push(at.headerIdLow), { checksums: false });
      expect(seen).toEqual([1, 3]);
      expect(cursor.problems.map((problem) => problem.code)).toEqual(['template-unreadable']);
      expect(cursor.account.recordsLost).toBe(1);
    }
  });

  test('F35 a record of nothing but an end token is an event without content', () => {
    const { texts, codes } = readBody((writer) => {
      writer.fragmentHeader();
      writer.end();
    });
    expect(texts).toEqual([]);
    expect(codes).toEqual([]);
  });

  test.each(['0f', '0c', 'elements'] as const)('F36 an embedded value may begin in the form %s', (embed) => {
    const texts = readLeafTexts(
      buildLog({
        records: [
          {
            embed,
            data: [
              ['A', 'one'],
              ['B', 'two'],
            ],
          },
        ],
      }),
    )[0];
    expect(textsBelow(texts, 'Event/EventData/Data')).toEqual(
      expect.arrayContaining([
        ['Event/EventData/Data[A]', 'one'],
        ['Event/EventData/Data[B]', 'two'],
      ]),
    );
  });

  test('F37 embedded values inside embedded values carry the path of their host', () => {
    const inner = template({ name: 'Inner', content: [{ sub: 0, type: 1 }] }, OTHER_GUID);
    const middle = template({ name: 'EventData', content: [{ name: 'Data', content: [{ sub: 0, type: 0x21 }] }] });
    const outer = template(
      { name: 'Event', content: [{ sub: 0, type: 0x21, optional: true }] },
      '77777777-0000-0000-0000-000000000000',
    );
    const log = buildLog({
      records: [
        {
          body: writeInstanceRecord(outer, [
            {
              embed: (writer) =>
                writer.instance(middle, [{ embed: (deeper) => deeper.instance(inner, [string('deep')]) }]),
            },
          ]),
        },
      ],
    });
    forEachRecord(log, (cursor) => {
      expect(
        cursor.inner
          .slice(0, cursor.innerCount)
          .map(({ hostPath, parent, valueIndex }) => [hostPath, parent, valueIndex]),
      ).toEqual([
        [['Event'], -1, 0],
        [['Event', 'EventData', 'Data'], 0, 0],
      ]);
      expect(textAtPlace(leafTexts(cursor), 'Event/EventData/Data/Inner')).toBe('deep');
    });
  });

  test('F37 elements nested beyond the limit cost the record, up to the limit they do not', () => {
    const nested = (depth: number): ElementSpec => {
      let element: ElementSpec = { name: 'E', content: ['x'] };
      for (let i = 1; i < depth; i++) element = { name: 'E', content: [element] };
      return element;
    };
    expect(readLiteral(nested(MAX_ELEMENT_DEPTH)).texts).toHaveLength(1);
    expect(readLiteral(nested(MAX_ELEMENT_DEPTH + 1))).toMatchObject({ texts: undefined, codes: ['limit-reached'] });
    expect(readTemplate(nested(MAX_ELEMENT_DEPTH + 1))).toMatchObject({ texts: undefined, codes: ['limit-reached'] });
  });

  test('F37 a depth of 4,000 elements neither overflows the stack nor stops the walk', () => {
    const log = buildLog({
      records: [
        {
          body: (writer) => {
            writer.element({ name: 'E', content: ['x'] }, false);
            const name = writer.at - 30;
            for (let i = 0; i < 4_000; i++) {
              writer.u8(0x01);
              writer.u32(0);
              writer.u32(name);
              writer.u8(0x02);
            }
          },
        },
        { body: (writer) => writer.u8(...Array.from({ length: 10_000 }, () => 0x0f)) },
        { data: [['A', 'b']] },
      ],
    });
    const cursor = forEachRecord(log, () => undefined);
    expect(cursor.account.recordsRead).toBeGreaterThanOrEqual(1);
  });

  test('F37 more embedded roots than the limit are cut with a problem', () => {
    const one = template({ name: 'R', content: [{ sub: 0, type: 1 }] }, OTHER_GUID);
    const outer = template({ name: 'Event', content: [{ sub: 0, type: 0x21 }] });
    const log = buildLog({
      records: [
        {
          body: writeInstanceRecord(outer, [
            {
              embed: (writer) => {
                for (let i = 0; i <= MAX_INNER_ROOTS; i++) writer.instance(one, [string(String(i))]);
              },
            },
          ]),
        },
      ],
    });
    const cursor = forEachRecord(log, (at) => expect(at.innerCount).toBe(MAX_INNER_ROOTS));
    expect(cursor.problems.map((problem) => problem.code)).toEqual(['limit-reached']);
  });

  test('F38 a substitution without a value stands for nothing', () => {
    expect(readTemplate(data('a', { sub: 7, type: 1 }, 'b'), [string('x')]).texts).toEqual([['Event/X', 'ab']]);
  });

  test('F40 a literal text of another type is empty and costs nothing else', () => {
    const { texts } = readLiteral(data('a', { raw: [0x05, 0x08, 1, 0, 0x41, 0] }, 'b'));
    expect(texts).toEqual([['Event/X', 'ab']]);
  });

  test('F41 all roots of one embedded value are given, in their order', () => {
    const outer = template({ name: 'Event', content: [{ sub: 0, type: 0x21 }] });
    const root = (name: string, guid: string): TemplateSpec =>
      template({ name, content: [{ name: 'V', content: [{ sub: 0, type: 1 }] }] }, guid);
    const { texts, codes } = readBody(
      writeInstanceRecord(outer, [
        {
          embed: (writer) => {
            writer.fragmentHeader();
            writer.instance(root('EventData', OTHER_GUID), [string('one')]);
            writer.fragmentHeader();
            writer.instance(root('RenderingInfo', '88888888-0000-0000-0000-000000000000'), [string('two')]);
            writer.element({ name: 'Bare', content: ['three'] }, false);
            writer.end();
            writer.u8(0xcc, 0xcc);
          },
        },
      ]),
    );
    expect(codes).toEqual([]);
    expect(texts).toEqual([
      ['Event/EventData/V', 'one'],
      ['Event/RenderingInfo/V', 'two'],
      ['Event/Bare', 'three'],
    ]);
  });

  test('F41 damage in an embedded value costs that value only', () => {
    const outer = template({
      name: 'Event',
      content: [
        { sub: 0, type: 0x21 },
        { sub: 1, type: 0x21 },
        { name: 'X', content: ['kept'] },
      ],
    });
    const { texts, codes } = readBody(
      writeInstanceRecord(outer, [
        { embed: (writer) => writer.u8(0x1c, 1, 2, 3) },
        { embed: (writer) => writer.element({ name: 'EventData', content: ['kept too'] }, false) },
      ]),
    );
    expect(texts).toEqual([
      ['Event/X', 'kept'],
      ['Event/EventData', 'kept too'],
    ]);
    expect(codes).toEqual(['record-unreadable']);
  });

  test('F42 the tree behind System is general: System alone, UserData, further elements', () => {
    const log = buildLog({
      records: [
        {},
        {
          userData: {
            name: 'LogFileCleared',
            attributes: [['xmlns', 'urn:x']],
            content: [{ name: 'SubjectUserName', content: ['bob'] }],
          },
        },
        {
          data: [['A', 'b']],
          more: [
            {
              name: 'RenderingInfo',
              attributes: [['Culture', 'en-US']],
              content: [{ name: 'Message', content: ['text'] }],
            },
          ],
        },
      ],
    });
    const [alone, user, both] = readLeafTexts(log);
    expect(textAtPlace(alone, 'Event/System/EventID')).toBe('1');
    expect(textAtPlace(user, 'Event/UserData/LogFileCleared/SubjectUserName')).toBe('bob');
    expect(textAtPlace(user, 'Event/UserData/LogFileCleared@xmlns')).toBe('urn:x');
    expect(textAtPlace(both, 'Event/EventData/Data[A]')).toBe('b');
    expect(textAtPlace(both, 'Event/RenderingInfo/Message')).toBe('text');
    expect(textAtPlace(both, 'Event/RenderingInfo@Culture')).toBe('en-US');
  });
});
