import { describe, expect, test } from 'vitest';
import { Mark, type EventElement } from '../../src/model/event.ts';
import { ValueType } from '../../src/model/shape.ts';
import { formatCanonical } from '../../src/evtx/render/canonical.ts';
import { MAX_EVENT_COST, MAX_EVENT_DEPTH, renderEvent, renderEventWithin } from '../../src/evtx/render/render-event.ts';
import type { ElementSpec, InstanceValue, Piece } from '../builders/chunk-writer.ts';
import { buildLog, writeInstanceRecord, type EventSpec } from '../builders/evtx-builder.ts';
import { forEachRecord } from '../builders/read-log.ts';

const GUID = '11111111-2222-3333-4444-555555555555';
const OTHER_GUID = '99999999-2222-3333-4444-555555555555';
const string = (value: string): InstanceValue => ({ type: ValueType.String, value });
const strings = (...value: string[]): InstanceValue => ({ type: ValueType.String | ValueType.Array, value });
const numbers = (...value: number[]): InstanceValue => ({ type: ValueType.UInt16 | ValueType.Array, value });
const nothing: InstanceValue = { type: ValueType.Null };
const sub = (index: number, type: number = ValueType.String, optional = false): Piece => ({
  sub: index,
  type,
  optional,
});

/** The tree of a record with this template and these values. */
function treeOf(root: ElementSpec, values: InstanceValue[]): EventElement {
  const events: EventElement[] = [];
  const log = buildLog({ records: [{ body: writeInstanceRecord({ guid: GUID, root }, values) }] });
  forEachRecord(log, (cursor) => events.push(renderEvent(cursor)));
  expect(events).toHaveLength(1);
  return events[0]!;
}

/** The canonical content of an Event that holds these elements. */
function contentOf(content: readonly (Piece | ElementSpec)[], values: InstanceValue[]): unknown {
  const [, , text, children] = JSON.parse(formatCanonical(treeOf({ name: 'Event', content }, values))) as [
    string,
    unknown,
    string,
    unknown[],
  ];
  return text === '' ? children : [text, ...children];
}

function treesOf(...records: EventSpec[]): EventElement[] {
  const events: EventElement[] = [];
  forEachRecord(buildLog({ records }), (cursor) => events.push(renderEvent(cursor)));
  return events;
}

describe('arrays in elements (F58)', () => {
  test('repeat the element per item, with its attributes and the text around', () => {
    const data: ElementSpec = { name: 'Data', attributes: [['Name', 'N']], content: ['<', sub(0), '>'] };
    expect(contentOf([data], [strings('a', '', 'b')])).toEqual([
      ['Data', [['Name', 'N']], '<a>', []],
      ['Data', [['Name', 'N']], '<>', []],
      ['Data', [['Name', 'N']], '<b>', []],
    ]);
  });

  test('of one item give one element, of no bytes one empty element', () => {
    expect(contentOf([{ name: 'Data', content: [sub(0)] }], [strings('only')])).toEqual([['Data', [], 'only', []]]);
    const empty = { type: ValueType.String | ValueType.Array, bytes: new Uint8Array(0) };
    expect(contentOf([{ name: 'Data', content: [sub(0)] }], [empty])).toEqual([['Data', [], '', []]]);
  });

  test('two in one element combine, the first turning slowest', () => {
    expect(contentOf([{ name: 'D', content: [sub(0), '-', sub(1)] }], [strings('a', 'b'), numbers(1, 2)])).toEqual([
      ['D', [], 'a-1', []],
      ['D', [], 'a-2', []],
      ['D', [], 'b-1', []],
      ['D', [], 'b-2', []],
    ]);
  });

  test('in an attribute repeat the element too, and an empty item leaves the attribute out', () => {
    const element: ElementSpec = { name: 'D', attributes: [['n', sub(0)]], content: ['t'] };
    expect(contentOf([element], [strings('a', '', 'c')])).toEqual([
      ['D', [['n', 'a']], 't', []],
      ['D', [], 't', []],
      ['D', [['n', 'c']], 't', []],
    ]);
    const both: ElementSpec = { name: 'D', attributes: [['n', sub(0)]], content: [sub(1)] };
    expect(contentOf([both], [strings('x', 'y'), numbers(1, 2)])).toEqual([
      ['D', [['n', 'x']], '1', []],
      ['D', [['n', 'y']], '1', []],
      ['D', [['n', 'x']], '2', []],
      ['D', [['n', 'y']], '2', []],
    ]);
  });

  test('mark their first and further items, and items keep the mark of their type', () => {
    const [first, second] = treeOf({ name: 'Event', content: [{ name: 'D', content: [sub(0)] }] }, [numbers(7, 8)])[3];
    expect(first).toEqual(['D', [], '7', [], Mark.Integer | Mark.ArrayStart]);
    expect(second).toEqual(['D', [], '8', [], Mark.Integer | Mark.ArrayItem]);
  });

  test('that multiply stop at the cap, and the event says so', () => {
    const wide = strings(...Array.from({ length: 4_000 }, () => 'x'));
    const log = buildLog({
      records: [
        {
          body: writeInstanceRecord(
            { guid: GUID, root: { name: 'Event', content: [{ name: 'D', content: [sub(0), sub(1), sub(2)] }] } },
            [wide, wide, wide],
          ),
        },
      ],
    });
    let seen = 0;
    forEachRecord(log, (cursor) => {
      const { event, complete } = renderEventWithin(cursor, 100_000);
      expect(complete).toBe(false);
      expect(event[3].length).toBeLessThan(100_000);
      seen++;
    });
    expect(seen).toBe(1);
  });
});

describe('what is not part of the event (F61)', () => {
  test('an element with an optional null is marked as omitted and left out of the canonical form', () => {
    const content: ElementSpec[] = [
      { name: 'Gone', attributes: [['a', 'b']], content: [sub(0, ValueType.String, true), 'text'] },
      { name: 'Kept', content: [sub(1)] },
    ];
    expect(contentOf(content, [nothing, nothing])).toEqual([['Kept', [], '', []]]);
    const [gone] = treeOf({ name: 'Event', content }, [nothing, nothing])[3];
    expect(gone?.[0]).toBe('Gone');
    expect((gone?.[4] ?? 0) & Mark.Omitted).toBe(Mark.Omitted);
  });

  test('an element whose dependency is null goes with everything in it', () => {
    const content: ElementSpec[] = [
      { name: 'Gone', dependency: 0, content: [{ name: 'Inner', content: ['x'] }] },
      { name: 'Kept', dependency: 1 },
    ];
    expect(contentOf(content, [nothing, string('y')])).toEqual([['Kept', [], '', []]]);
  });

  test('an attribute that is null or empty is left out', () => {
    const element: ElementSpec = {
      name: 'E',
      attributes: [
        ['none', sub(0, ValueType.String, true)],
        ['empty', sub(1)],
        ['half', 'text', sub(0, ValueType.String, true)],
        ['full', sub(2)],
      ],
    };
    expect(contentOf([element], [nothing, string(''), string('v')])).toEqual([['E', [['full', 'v']], '', []]]);
  });

  test('an index that the record has no value for gives nothing and keeps the record (F38)', () => {
    expect(contentOf([{ name: 'E', content: ['a', sub(9), 'b'] }], [string('x')])).toEqual([['E', [], 'ab', []]]);
  });
});

describe('embedded fragments', () => {
  test('stand at their place, also several in one value (F41) and with text around', () => {
    const embed: InstanceValue = {
      embed: (writer) => {
        writer.fragmentHeader();
        writer.instance(
          { guid: OTHER_GUID, root: { name: 'EventData', content: [{ name: 'Data', content: [sub(0)] }] } },
          [string('v')],
        );
        writer.fragmentHeader();
        writer.element({ name: 'RenderingInfo', attributes: [['Culture', 'zxx']], content: ['r'] }, false);
        writer.end();
      },
    };
    expect(contentOf([{ name: 'Before' }, sub(0, ValueType.BinXml, true), { name: 'After' }], [embed])).toEqual([
      ['Before', [], '', []],
      ['EventData', [], '', [['Data', [], 'v', []]]],
      ['RenderingInfo', [['Culture', 'zxx']], 'r', []],
      ['After', [], '', []],
    ]);
  });

  test('nest, and the three forms give the same event (F36)', () => {
    const spec = { eventId: 7, time: '2024-02-03T04:05:06.7891234Z', recordId: 5, data: [['A', 'x']] as const };
    const [instance, bare, elements] = treesOf(
      { ...spec, embed: '0f' },
      { ...spec, embed: '0c' },
      { ...spec, embed: 'elements' },
    );
    expect(formatCanonical(bare!)).toBe(formatCanonical(instance!));
    expect(formatCanonical(elements!)).toBe(formatCanonical(instance!));
    expect(formatCanonical(instance!)).toContain('["EventData",[],"",[["Data",[["Name","A"]],"x",[]]]]');
  });

  test('a template-less record is the same event as text (F29)', () => {
    const [typed, literal] = treesOf(
      { eventId: 7, recordId: 1, data: [['A', 'x']] },
      { eventId: 7, recordId: 1, form: 'literal', data: [['A', 'x']] },
    );
    expect(formatCanonical(literal!)).toBe(formatCanonical(typed!));
  });

  test('of no bytes leave the element empty', () => {
    expect(
      contentOf(
        [{ name: 'E', content: [sub(0, ValueType.BinXml, true)] }],
        [{ type: ValueType.BinXml, bytes: new Uint8Array(0) }],
      ),
    ).toEqual([['E', [], '', []]]);
  });
});

describe('marks of a text', () => {
  test('are set for exactly one value and not beside other text', () => {
    const [alone, beside, entity] = treeOf(
      {
        name: 'Event',
        content: [
          { name: 'A', content: [sub(0, ValueType.UInt16)] },
          { name: 'B', content: [sub(0, ValueType.UInt16), 'x'] },
          { name: 'C', content: [sub(0, ValueType.UInt16), { entity: 'amp' }] },
        ],
      },
      [{ type: ValueType.UInt16, value: 5 }],
    )[3];
    expect(alone).toEqual(['A', [], '5', [], Mark.Integer]);
    expect(beside).toEqual(['B', [], '5x', []]);
    expect(entity).toEqual(['C', [], '5&', []]);
  });

  test('tell GUIDs, times in range, booleans and floats', () => {
    const marks = (value: InstanceValue): number | undefined =>
      treeOf({ name: 'Event', content: [{ name: 'A', content: [sub(0)] }] }, [value])[3][0]?.[4];
    expect(marks({ type: ValueType.Guid, value: GUID })).toBe(Mark.Guid);
    expect(marks({ type: ValueType.FileTime, value: '2024-01-01T00:00:00Z' })).toBe(Mark.Time);
    expect(marks({ type: ValueType.FileTime, bytes: new Uint8Array(8).fill(255) })).toBe(undefined);
    expect(marks({ type: ValueType.Bool, value: true })).toBe(Mark.Boolean);
    expect(marks({ type: ValueType.Real64, value: 1.5 })).toBe(Mark.Real);
    expect(marks({ type: ValueType.HexInt32, value: 5 })).toBe(undefined);
  });
});

describe('the caps of an event', () => {
  test('a chain of fragments as deep as the reader allows renders without recursion trouble', () => {
    const nested = (depth: number): ElementSpec => ({ name: 'E', content: depth === 0 ? [] : [nested(depth - 1)] });
    const embed: InstanceValue = {
      embed: (writer) => {
        writer.element(nested(150), false);
        writer.end();
      },
    };
    const deep = (depth: number): ElementSpec => ({
      name: 'E',
      content: depth === 0 ? [sub(0, ValueType.BinXml)] : [deep(depth - 1)],
    });
    const log = buildLog({ records: [{ body: writeInstanceRecord({ guid: GUID, root: deep(200) }, [embed]) }] });
    let depth = 0;
    forEachRecord(log, (cursor) => {
      const { event, complete } = renderEventWithin(cursor, MAX_EVENT_COST);
      expect(complete).toBe(false);
      for (let at: EventElement | undefined = event; at !== undefined; at = at[3][0]) depth++;
    });
    expect(depth).toBe(MAX_EVENT_DEPTH);
  });

  test('an event of nothing but an end token is an empty Event (F35)', () => {
    const events: EventElement[] = [];
    forEachRecord(buildLog({ records: [{ body: (writer) => writer.end() }] }), (cursor) =>
      events.push(renderEvent(cursor)),
    );
    expect(events).toEqual([['Event', [], '', []]]);
  });
});
