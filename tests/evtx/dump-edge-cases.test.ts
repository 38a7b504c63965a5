// Cases that no real log at hand has, in all three formats of a dump, with the whole line spelled out. What each one means
// is in docs/evtx-format.md and docs/dialects.md.

import { describe, expect, test } from 'vitest';
import { formatCanonical } from '../../src/evtx/render/canonical.ts';
import { JsonLinesWriter } from '../../src/evtx/render/json-lines-writer.ts';
import { renderEvent } from '../../src/evtx/render/render-event.ts';
import { XmlLinesWriter } from '../../src/evtx/render/xml-lines-writer.ts';
import { ValueType } from '../../src/model/shape.ts';
import type { ElementSpec, InstanceValue, Piece } from '../builders/chunk-writer.ts';
import { buildLog, writeInstanceRecord } from '../builders/evtx-builder.ts';
import { setFreeOffset } from '../builders/damage.ts';
import { forEachRecord } from '../builders/read-log.ts';

const GUID = '11111111-2222-3333-4444-555555555555';
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

interface Lines {
  readonly canonical: string;
  readonly json: string;
  readonly xml: string;
}

/** The lines of every record of a log. */
function dump(log: Uint8Array): { lines: Lines[]; codes: string[] } {
  const json = new JsonLinesWriter();
  const xml = new XmlLinesWriter();
  const lines: Lines[] = [];
  const cursor = forEachRecord(log, (at) => {
    json.clear();
    xml.clear();
    json.write(at);
    xml.write(at);
    lines.push({
      canonical: formatCanonical(renderEvent(at)),
      json: decoder.decode(json.peek()).slice(0, -1),
      xml: decoder.decode(xml.peek()).slice(0, -1),
    });
  });
  return { lines, codes: cursor.problems.map((problem) => problem.code) };
}

/** The lines of one event `<E>` with this content, cut down to the content. */
function linesOf(content: readonly (Piece | ElementSpec)[], values: InstanceValue[]): Lines {
  const log = buildLog({
    records: [{ body: writeInstanceRecord({ guid: GUID, root: { name: 'E', content } }, values) }],
  });
  const { lines } = dump(log);
  expect(lines).toHaveLength(1);
  const { canonical, json, xml } = lines[0]!;
  return {
    canonical: canonical.slice('["E",[],"",['.length, -2),
    json: json.slice('{"E":{'.length, -2),
    xml: xml.slice('<E>'.length, -'</E>'.length),
  };
}

const sub = (index: number, type: number = ValueType.String, optional = false): Piece => ({
  sub: index,
  type,
  optional,
});
const element = (...content: Piece[]): ElementSpec => ({ name: 'A', content });
const bytesOf = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);
const words = (...units: number[]): Uint8Array => new Uint8Array(Uint16Array.from(units).buffer);

/** The three lines of `<A>` with one value in it. */
const valueLines = (value: InstanceValue): Lines => linesOf([element(sub(0))], [value]);
const sameText = (text: string, json = `"${text}"`): Lines => ({
  canonical: `["A",[],"${text}",[]]`,
  json: `"A":${json}`,
  xml: `<A>${text}</A>`,
});

describe('values that are rare or impossible', () => {
  test.each<[string, InstanceValue, Lines]>([
    [
      'FILETIME of all ones',
      { type: ValueType.FileTime, bytes: new Uint8Array(8).fill(255) },
      sameText('FFFFFFFFFFFFFFFF'),
    ],
    [
      'FILETIME beyond year 9999',
      { type: ValueType.FileTime, bytes: bytesOf(0, 0, 0, 0, 0, 0, 0, 0x7f) },
      sameText('000000000000007F'),
    ],
    [
      'FILETIME 0',
      { type: ValueType.FileTime, bytes: new Uint8Array(8) },
      sameText('1601-01-01T00:00:00.0000000Z', '"1601-01-01T00:00:00.000000Z"'),
    ],
    [
      'SYSTEMTIME of month 13',
      { type: ValueType.SystemTime, bytes: words(2024, 13, 0, 1, 0, 0, 0, 0) },
      sameText('E8070D00000001000000000000000000'),
    ],
    ['float NaN', { type: ValueType.Real64, value: NaN }, sameText('NaN')],
    ['float infinity', { type: ValueType.Real32, value: Infinity }, sameText('inf')],
    ['float minus infinity', { type: ValueType.Real64, value: -Infinity }, sameText('-inf')],
    [
      'SID with a larger count than it has room',
      { type: ValueType.Sid, bytes: bytesOf(1, 200, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0) },
      sameText('S-1-5-18'),
    ],
    ['SID shorter than its head', { type: ValueType.Sid, bytes: bytesOf(1, 1, 0) }, sameText('010100')],
    ['handle', { type: 0x20, bytes: bytesOf(1, 2) }, sameText('0102')],
    ['type 22', { type: 0x22, bytes: bytesOf(1, 0xab) }, sameText('01AB')],
    ['EvtXml', { type: 0x23, bytes: bytesOf(0xff) }, sameText('FF')],
    ['array of binary', { type: 0x8e, bytes: bytesOf(0xca, 0xfe) }, sameText('CAFE')],
    ['odd-size string', { type: ValueType.String, bytes: bytesOf(0x41, 0, 0x42) }, sameText('A')],
    ['NUL in the middle of a string', { type: ValueType.String, bytes: words(0x41, 0, 0x42) }, sameText('A')],
    ['U+FEFF first', { type: ValueType.String, value: '\ufeffx' }, sameText('\ufeffx')],
    ['int8', { type: ValueType.Int8, value: -5 }, sameText('-5', '-5')],
    [
      'lone surrogate',
      { type: ValueType.String, value: 'a\ud800b' },
      { canonical: '["A",[],"a\\ud800b",[]]', json: '"A":"a\ufffdb"', xml: '<A>a\ufffdb</A>' },
    ],
    [
      'U+FFFE',
      { type: ValueType.String, value: 'a\ufffeb' },
      { canonical: '["A",[],"a\ufffeb",[]]', json: '"A":"a\ufffeb"', xml: '<A>a\ufffdb</A>' },
    ],
    [
      'control character',
      { type: ValueType.String, value: '\u0003\n' },
      { canonical: '["A",[],"\\u0003\\n",[]]', json: '"A":"\\u0003\\n"', xml: '<A>\ufffd&#10;</A>' },
    ],
  ])('%s', (_, value, expected) => {
    expect(valueLines(value)).toEqual(expected);
  });

  test('a value of type Null with bytes is nothing and does not shift the next', () => {
    const lines = linesOf(
      [element(sub(0)), element(sub(1))],
      [
        { type: ValueType.Null, bytes: bytesOf(1, 2, 3) },
        { type: ValueType.String, value: 'next' },
      ],
    );
    expect(lines).toEqual({
      canonical: '["A",[],"",[]],["A",[],"next",[]]',
      json: '"A":null,"A_1":"next"',
      xml: '<A/><A>next</A>',
    });
  });
});

describe('arrays', () => {
  test('two in one element give every combination, the first turning slowest', () => {
    const list = (...value: string[]): InstanceValue => ({ type: ValueType.String | ValueType.Array, value });
    const lines = linesOf([element(sub(0), '-', sub(1))], [list('a', 'b'), list('1', '2')]);
    expect(lines).toEqual({
      canonical: '["A",[],"a-1",[]],["A",[],"a-2",[]],["A",[],"b-1",[]],["A",[],"b-2",[]]',
      json: '"A":"a-1","A_1":"a-2","A_2":"b-1","A_3":"b-2"',
      xml: '<A>a-1</A><A>a-2</A><A>b-1</A><A>b-2</A>',
    });
  });

  test('in an attribute repeat the element', () => {
    const lines = linesOf(
      [{ name: 'A', attributes: [['k', sub(0)]] }],
      [{ type: ValueType.UInt16 | ValueType.Array, value: [7, 8] }],
    );
    expect(lines).toEqual({
      canonical: '["A",[["k","7"]],"",[]],["A",[["k","8"]],"",[]]',
      json: '"A":{"#attributes":{"k":7}},"A_1":{"#attributes":{"k":8}}',
      xml: "<A k='7'/><A k='8'/>",
    });
  });

  test('of GUIDs, times and SIDs repeat the element with the text of each item', () => {
    const lines = linesOf(
      [element(sub(0)), element(sub(1))],
      [
        { type: ValueType.Guid | ValueType.Array, bytes: new Uint8Array(32) },
        { type: ValueType.FileTime | ValueType.Array, bytes: new Uint8Array(8) },
      ],
    );
    const guid = '00000000-0000-0000-0000-000000000000';
    expect(lines).toEqual({
      canonical: `["A",[],"{${guid}}",[]],["A",[],"{${guid}}",[]],["A",[],"1601-01-01T00:00:00.0000000Z",[]]`,
      json: `"A":"${guid}","A_1":"${guid}","A_2":"1601-01-01T00:00:00.000000Z"`,
      xml: `<A>{${guid}}</A><A>{${guid}}</A><A>1601-01-01T00:00:00.0000000Z</A>`,
    });
  });
});

describe('tokens', () => {
  test('CDATA, character references, entities known, numeric and unknown, and instructions', () => {
    const lines = linesOf(
      [
        element({ cdata: '<c>&' }),
        element({ charRef: 0x41 }, { charRef: 0x20ac }),
        element('a', { entity: 'lt' }, { entity: '#65' }, { entity: '#x42' }, { entity: 'quot' }),
        element({ entity: 'nobody' }),
        { name: 'A', content: [{ instruction: ['target', 'data'] }, 'x'] },
      ],
      [],
    );
    expect(lines).toEqual({
      canonical: '["A",[],"<c>&",[]],["A",[],"A€",[]],["A",[],"a<AB\\"",[]],["A",[],"&nobody;",[]],["A",[],"x",[]]',
      json: '"A":"<c>&","A_1":"A€","A_2":"a<AB\\"","A_3":"&nobody;","A_4":"x"',
      xml: '<A>&lt;c&gt;&amp;</A><A>A€</A><A>a&lt;AB"</A><A>&amp;nobody;</A><A>x</A>',
    });
  });
});

describe('fields', () => {
  test('called __proto__, unnamed beside named, and Data directly in UserData', () => {
    const data = (name: string | null, text: string): ElementSpec => ({
      name: 'Data',
      ...(name === null ? {} : { attributes: [['Name', name] as [string, string]] }),
      content: [text],
    });
    const lines = linesOf(
      [
        { name: 'EventData', content: [data('__proto__', 'p'), data(null, 'unnamed'), data('A', '')] },
        { name: 'UserData', content: [data('B', 'b'), data('B', 'again')] },
        { name: 'EventData', content: [data(null, '1'), data(null, '')] },
      ],
      [],
    );
    expect(lines).toEqual({
      canonical:
        '["EventData",[],"",[["Data",[["Name","__proto__"]],"p",[]],["Data",[],"unnamed",[]],["Data",[["Name","A"]],"",[]]]],' +
        '["UserData",[],"",[["Data",[["Name","B"]],"b",[]],["Data",[["Name","B"]],"again",[]]]],' +
        '["EventData",[],"",[["Data",[],"1",[]],["Data",[],"",[]]]]',
      json: '"EventData":{"__proto__":"p","A":""},"UserData":{"B":"b","B":"again"},"EventData_1":{"Data":{"#text":["1",""]}}',
      xml:
        "<EventData><Data Name='__proto__'>p</Data><Data>unnamed</Data><Data Name='A'/></EventData>" +
        "<UserData><Data Name='B'>b</Data><Data Name='B'>again</Data></UserData>" +
        '<EventData><Data>1</Data><Data/></EventData>',
    });
  });
});

describe('structures that lead nowhere', () => {
  test('an instance that names itself as its definition costs one record', () => {
    const log = buildLog({
      records: [
        { data: [['A', 'before']] },
        {
          body: (writer) => {
            const self = writer.at;
            writer.u8(0x0c, 1, 0, 0, 0, 0);
            writer.u32(self);
            writer.u32(0);
          },
        },
        { data: [['A', 'after']] },
      ],
    });
    const { lines, codes } = dump(log);
    expect(lines).toHaveLength(2);
    expect(lines[1]!.json).toContain('"EventData":{"A":"after"}');
    expect(codes).toContain('template-unreadable');
  });

  test('a template in a value of itself, as deep as a record can hold, ends at the depth limit', () => {
    const template = { guid: GUID, root: { name: 'E', content: ['t', sub(0, ValueType.BinXml)] } };
    const log = buildLog({
      records: [
        {
          body: (writer) => {
            writer.fragmentHeader();
            const nest = (depth: number): InstanceValue => ({
              embed: (inner) => {
                inner.instance(template, depth === 0 ? [{ type: ValueType.Null }] : [nest(depth - 1)]);
              },
            });
            writer.instance(template, [nest(200)]);
            writer.end();
          },
        },
        { data: [['A', 'after']] },
      ],
    });
    const { lines, codes } = dump(log);
    expect(lines).toHaveLength(2);
    expect(lines[0]!.xml).toMatch(/^(<E>t){9}/);
    expect(codes).toContain('limit-reached');
  });

  test.each([0, 1, 511, 65_537, 0x7fff_ffff, 0xffff_ffff])('a free-space offset of %i loses no record', (free) => {
    const log = setFreeOffset(buildLog({ records: [{ data: [['A', '1']] }, { data: [['A', '2']] }] }), 0, free);
    expect(dump(log).lines).toHaveLength(2);
  });

  test('a file without chunks has no lines', () => {
    expect(dump(buildLog({ records: [] }).slice(0, 4_096)).lines).toEqual([]);
  });
});
