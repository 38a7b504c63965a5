// The byte writers of JSON Lines and of XML must give exactly what the tree and its formatters give, on any shape and any
// values.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueType } from '../../src/model/shape.ts';
import type { RecordCursor } from '../../src/model/record.ts';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { formatEventXml } from '../../src/evtx/render/event-xml.ts';
import { JsonLinesWriter } from '../../src/evtx/render/json-lines-writer.ts';
import { XmlLinesWriter } from '../../src/evtx/render/xml-lines-writer.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import type { ElementSpec, InstanceValue, Piece } from '../builders/chunk-writer.ts';
import { buildLog, writeInstanceRecord, type EventSpec } from '../builders/evtx-builder.ts';
import { forEachRecord } from '../builders/read-log.ts';

const seed = { seed: 20_240_603, verbose: true };
const GUID = '11111111-2222-3333-4444-555555555555';
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface Writers {
  readonly json: JsonLinesWriter;
  readonly xml: XmlLinesWriter;
}

const newWriters = (): Writers => ({ json: new JsonLinesWriter(), xml: new XmlLinesWriter() });

/** Both ways of writing each record of a log, in both formats. */
function bothWays(records: EventSpec[], writers = newWriters()): { bytes: string; tree: string }[] {
  const lines: { bytes: string; tree: string }[] = [];
  forEachRecord(buildLog({ records }), (cursor: RecordCursor) => {
    const event = renderEvent(cursor);
    writers.json.clear();
    writers.json.write(cursor);
    lines.push({ bytes: decoder.decode(writers.json.peek()), tree: `${formatEvtxDumpJson(event)}\n` });
    writers.xml.clear();
    writers.xml.write(cursor);
    lines.push({ bytes: decoder.decode(writers.xml.peek()), tree: `${formatEventXml(event)}\n` });
  });
  return lines;
}

function expectEqual(records: EventSpec[], slow = { json: 0, xml: 0 }): void {
  const writers = newWriters();
  const lines = bothWays(records, writers);
  expect(lines).toHaveLength(2 * records.length);
  for (const line of lines) expect(line.bytes).toBe(line.tree);
  expect({ json: writers.json.slowRecords, xml: writers.xml.slowRecords }).toEqual(slow);
}

const one = (root: ElementSpec, values: InstanceValue[]): EventSpec => ({
  body: writeInstanceRecord({ guid: GUID, root }, values),
});
const sub = (index: number, type: number = ValueType.String, optional = false): Piece => ({
  sub: index,
  type,
  optional,
});

describe('lines straight from shapes', () => {
  test('equal the tree for usual events of every form, without going the slow way', () => {
    expectEqual([
      {
        eventId: 4688,
        data: [
          ['Image', 'C:\\a "b"\r\n'],
          ['Pid', { type: ValueType.HexInt64, value: 26n }],
          ['Empty', ''],
          ['Null', null],
        ],
      },
      { eventId: 1, qualifiers: 16_384, providerGuid: GUID, userSid: 'S-1-5-18', data: [[null, 'one']] },
      {
        eventId: 1,
        data: [
          [null, 'one'],
          [null, ''],
          [null, 5],
        ],
      },
      { eventId: 1, data: [[null, { type: ValueType.String | ValueType.Array, value: ['a', '', 'c'] }]] },
      { eventId: 1, data: [[null, { type: ValueType.UInt16 | ValueType.Array, value: [7] }]] },
      {
        eventId: 2,
        userData: { name: 'Cleared', attributes: [['xmlns', 'urn:x']], content: [{ name: 'User', content: ['ü€😀'] }] },
      },
      {
        eventId: 3,
        form: 'literal',
        data: [
          ['A', 'x'],
          ['B', ''],
        ],
      },
      { eventId: 3, embed: 'elements', data: [['A', 'x']] },
      { eventId: 4, embed: '0c', dataAttributes: [['Name', 'EVENT']], data: [['A', 'x']] },
      { eventId: 5 },
    ]);
  });

  test('fall back to the tree where a program cannot know the outcome', () => {
    expectEqual(
      [
        one({ name: 'Event', content: [{ name: 'A', content: [sub(0)] }] }, [
          { type: ValueType.String | ValueType.Array, value: ['a', 'b'] },
        ]),
        one(
          {
            name: 'Event',
            content: [
              { name: 'EventData', content: [{ name: 'Data', attributes: [['Name', sub(0)]], content: [sub(1)] }] },
            ],
          },
          [
            { type: ValueType.String, value: 'N' },
            { type: ValueType.String, value: 'v' },
          ],
        ),
        one({ name: 'Event', content: [sub(0, ValueType.BinXml)] }, [
          { type: ValueType.String, value: 'text in place of a fragment' },
        ]),
        one({ name: 'Event', content: [{ name: 'A' }, sub(0, ValueType.BinXml)] }, [
          { embed: (writer) => writer.element({ name: 'A', content: ['same name'] }, false) },
        ]),
      ],
      // XML can repeat an element and name a field by a value.
      { json: 4, xml: 2 },
    );
  });

  test('hand over what changes an element from a place where nothing is written', () => {
    const fragment: InstanceValue = { embed: (writer) => writer.element({ name: 'F', content: ['x'] }, false) };
    const array: InstanceValue = { type: ValueType.UInt16 | ValueType.Array, value: [1, 2] };
    const empty: InstanceValue = { type: ValueType.HexInt64, bytes: new Uint8Array(0) };
    const eventData = (data: ElementSpec): ElementSpec => ({
      name: 'Event',
      content: [{ name: 'EventData', content: [data] }],
    });
    const lines = bothWays([
      // The root does not repeat for an array.
      one({ name: 'Event', content: [sub(0)] }, [array]),
      // A fragment in an attribute that is left out is still part of the element.
      one({ name: 'Event', content: [{ name: 'A', attributes: [['k', sub(0), sub(1, ValueType.String, true)]] }] }, [
        fragment,
      ]),
      // A value without bytes in the place of a fragment is a piece of text: the other one is no number alone any more.
      one({ name: 'Event', content: [{ name: 'A', content: [sub(0, ValueType.BinXml), sub(1)] }] }, [
        empty,
        { type: ValueType.Bool, value: false },
      ]),
      // An attribute of Data that is not written repeats it all the same.
      one(eventData({ name: 'Data', attributes: [['k', sub(0)]], content: ['x'] }), [array]),
      one(
        eventData({
          name: 'Data',
          attributes: [
            ['Name', 'N'],
            ['k', sub(0)],
          ],
          content: ['x'],
        }),
        [array],
      ),
    ]);
    expect(lines[6]!.bytes).toBe('{"Event":{"EventData":{"Data":{"#text":["x","x"]}}}}\n');
    for (const line of lines) expect(line.bytes).toBe(line.tree);
  });

  test('leave an element out of XML whose optional value or dependency is null, whatever it holds (F61)', () => {
    const root: ElementSpec = {
      name: 'Event',
      content: [
        { name: 'Gone', content: [sub(0, ValueType.String, true)] },
        { name: 'GoneToo', dependency: 0, attributes: [['k', 'v']], content: [{ name: 'Child', content: ['text'] }] },
        { name: 'Beside', attributes: [['k', sub(1)]], content: ['text', sub(0, ValueType.String, true)] },
        { name: 'Kept', content: [sub(0)] },
        {
          name: 'Filled',
          attributes: [['none', sub(0, ValueType.String, true)]],
          content: [sub(1), { name: 'Child' }],
        },
      ],
    };
    const lines = bothWays([one(root, [{ type: ValueType.Null }, { type: ValueType.String, value: 'x<' }])]);
    expect(lines[1]!.bytes).toBe('<Event><Kept/><Filled>x&lt;<Child/></Filled></Event>\n');
    for (const line of lines) expect(line.bytes).toBe(line.tree);
  });

  test('hold masses of static text, arrays and values without meeting the end of the output', () => {
    const name = '\u65e5'.repeat(200);
    const wide: ElementSpec = {
      name: 'Event',
      content: Array.from({ length: 120 }, () => ({ name, content: [sub(0), 't'] })),
    };
    const many: ElementSpec = {
      name: 'Event',
      content: Array.from({ length: 4 }, () => ({ name: 'E', content: [sub(0)] })),
    };
    const values: InstanceValue[] = [
      { type: ValueType.String, value: '\u0001'.repeat(20_000) },
      { type: ValueType.Binary, bytes: new Uint8Array(40_000) },
      { type: ValueType.String | ValueType.Array, value: Array.from({ length: 2_000 }, () => '\u0001') },
      { type: ValueType.AnsiString, bytes: new Uint8Array(40_000).fill(1) },
      { type: ValueType.Sid | ValueType.Array, bytes: new Uint8Array(8_000) },
    ];
    for (const value of values) {
      const writers = newWriters();
      // The tree is cut at its cap; the line is the same all the same.
      for (const line of bothWays([one(wide, [value]), one(many, [value])], writers)) {
        expect(line.bytes).toBe(line.tree);
      }
    }
  });

  test('join halves of a surrogate pair that stand in two pieces, and replace lone ones', () => {
    const halves: Piece[] = [{ charRef: 0xd83d }, { charRef: 0xde00 }, sub(0)];
    const lines = bothWays([
      one({ name: 'Event', content: [{ name: 'A', content: halves }] }, [{ type: ValueType.String, value: '\ud800' }]),
    ]);
    expect(lines[0]!.tree).toBe('{"Event":{"A":"\u{1f600}\ufffd"}}\n');
    for (const line of lines) expect(line.bytes).toBe(line.tree);
  });

  test('grow the output over many long records', () => {
    const writer = new JsonLinesWriter();
    let expected = '';
    const long = '\u0001'.repeat(20_000);
    const records = Array.from({ length: 40 }, (_, i) => ({ data: [['A', long + String(i)]] as const }));
    forEachRecord(buildLog({ records }), (cursor) => {
      expected += `${formatEvtxDumpJson(renderEvent(cursor))}\n`;
      writer.write(cursor);
    });
    expect(decoder.decode(writer.peek())).toBe(expected);
    expect(writer.length).toBeGreaterThan(40 * 120_000);
  });

  test('equal the tree for strings of any units', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }), { minLength: 1, maxLength: 6 }),
        (texts) => {
          const data = texts.map((units, i) => [`F${i}`, String.fromCharCode(...units)] as const);
          expectEqual([{ data }]);
        },
      ),
      seed,
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) =>
        expectEqual([{ data: [['A', text]], form: 'literal' }, { data: [['A', text]] }]),
      ),
      seed,
    );
  });

  test('equal the tree for any template with any values', () => {
    const types = [...Object.values(ValueType), 0x22, 0x81, 0x82, 0x86, 0x8f, 0x91, 0x93];
    const value: fc.Arbitrary<InstanceValue> = fc.record({
      type: fc.constantFrom(...types.filter((type) => type !== ValueType.BinXml)),
      bytes: fc.uint8Array({ maxLength: 24 }),
    });
    const embedded: fc.Arbitrary<InstanceValue> = fc
      .tuple(
        fc.constantFrom('EventData', 'UserData', 'A', 'X'),
        fc.string({ maxLength: 5 }),
        fc.integer({ min: 0, max: 2 }),
      )
      .map(([name, text, copies]) => ({
        embed: (writer) => {
          for (let i = 0; i < copies; i++)
            writer.element({ name, content: [{ name: 'Data', attributes: [['Name', text]], content: [text] }] }, false);
          writer.end();
        },
      }));
    const piece: fc.Arbitrary<Piece> = fc.oneof(
      fc.constantFrom<Piece>('text', '', '1', { entity: 'lt' }, { cdata: 'c"' }, { charRef: 0xd800 }),
      fc.record({
        sub: fc.integer({ min: 0, max: 6 }),
        type: fc.constantFrom<number>(ValueType.String, ValueType.UInt32, ValueType.BinXml),
        optional: fc.boolean(),
      }),
    );
    const { element } = fc.letrec<{ element: ElementSpec }>((tie) => ({
      element: fc.record({
        name: fc.constantFrom('A', 'B', 'Data', 'EventData', 'UserData', 'é"'),
        attributes: fc.array(
          fc
            .tuple(fc.constantFrom('Name', 'k', '__proto__'), fc.array(piece, { minLength: 1, maxLength: 2 }))
            .map(([name, pieces]) => [name, ...pieces] as [string, ...Piece[]]),
          { maxLength: 2 },
        ),
        content: fc.array(fc.oneof({ maxDepth: 3 }, piece, tie('element')), { maxLength: 4 }),
      }),
    }));
    fc.assert(
      fc.property(
        element,
        fc.array(fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: embedded }), { maxLength: 6 }),
        (root, values) => {
          // The second one as in a record whose template was mixed up: any element can be the root.
          for (const line of bothWays([
            one({ name: 'Event', content: [root, { name: 'A' }] }, values),
            one(root, values),
          ])) {
            expect(line.bytes).toBe(line.tree);
          }
        },
      ),
      { ...seed, numRuns: 1_000 },
    );
  });
});
