// The byte writer of JSON Lines must give exactly what the tree and its formatter give, on any shape and any values.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueType } from '../../src/model/shape.ts';
import type { RecordCursor } from '../../src/model/record.ts';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { JsonLinesWriter } from '../../src/evtx/render/json-lines-writer.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import type { ElementSpec, InstanceValue, Piece } from '../builders/chunk-writer.ts';
import { buildLog, writeInstanceRecord, type EventSpec } from '../builders/evtx-builder.ts';
import { forEachRecord } from '../builders/read-log.ts';

const seed = { seed: 20_240_603, verbose: true };
const GUID = '11111111-2222-3333-4444-555555555555';
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Both ways of writing each record of a log. */
function bothWays(records: EventSpec[], writer = new JsonLinesWriter()): { bytes: string; tree: string }[] {
  const lines: { bytes: string; tree: string }[] = [];
  forEachRecord(buildLog({ records }), (cursor: RecordCursor) => {
    writer.clear();
    writer.write(cursor);
    lines.push({ bytes: decoder.decode(writer.peek()), tree: `${formatEvtxDumpJson(renderEvent(cursor))}\n` });
  });
  return lines;
}

function expectEqual(records: EventSpec[], slow = 0): void {
  const writer = new JsonLinesWriter();
  const lines = bothWays(records, writer);
  expect(lines).toHaveLength(records.length);
  for (const line of lines) expect(line.bytes).toBe(line.tree);
  expect(writer.slowRecords).toBe(slow);
}

const one = (root: ElementSpec, values: InstanceValue[]): EventSpec => ({
  body: writeInstanceRecord({ guid: GUID, root }, values),
});
const sub = (index: number, type: number = ValueType.String, optional = false): Piece => ({
  sub: index,
  type,
  optional,
});

describe('JSON Lines straight from shapes', () => {
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
      4,
    );
  });

  test('join halves of a surrogate pair that stand in two pieces, and replace lone ones', () => {
    const halves: Piece[] = [{ charRef: 0xd83d }, { charRef: 0xde00 }, sub(0)];
    const lines = bothWays([
      one({ name: 'Event', content: [{ name: 'A', content: halves }] }, [{ type: ValueType.String, value: '\ud800' }]),
    ]);
    expect(lines[0]!.tree).toBe('{"Event":{"A":"\u{1f600}\ufffd"}}\n');
    expect(lines[0]!.bytes).toBe(lines[0]!.tree);
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
          for (const line of bothWays([one({ name: 'Event', content: [root, { name: 'A' }] }, values)])) {
            expect(line.bytes).toBe(line.tree);
          }
        },
      ),
      { ...seed, numRuns: 1_000 },
    );
  });
});
