import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mark, type EventElement } from '../../src/model/event.ts';
import { formatCanonical } from '../../src/evtx/render/canonical.ts';
import { formatEventXml } from '../../src/evtx/render/event-xml.ts';
import { formatEvtxDumpJson } from '../../src/evtx/render/evtx-dump-json.ts';
import { formatSeparateAttributesJson } from '../../src/evtx/render/separate-attributes-json.ts';

const seed = { seed: 20_240_602, verbose: true };
const event = (...children: EventElement[]): EventElement => ['Event', [], '', children];
const eventData = (...children: EventElement[]): EventElement => event(['EventData', [], '', children]);
const data = (name: string | null, text: string, marks = 0): EventElement => [
  'Data',
  name === null ? [] : [['Name', name]],
  text,
  [],
  marks,
];

/** The text as a Unicode reader can have it. */
const wellFormed = (text: string): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));

describe('dialect A (evtx_dump)', () => {
  test('writes null for nothing, a scalar for content, an object for attributes and children', () => {
    expect(formatEvtxDumpJson(event(['A', [], '', []]))).toBe('{"Event":{"A":null}}');
    expect(formatEvtxDumpJson(event(['A', [], 'x', []]))).toBe('{"Event":{"A":"x"}}');
    expect(formatEvtxDumpJson(event(['A', [['k', 'v']], '', []]))).toBe('{"Event":{"A":{"#attributes":{"k":"v"}}}}');
    expect(formatEvtxDumpJson(event(['A', [['k', 'v']], 'x', [['B', [], '', []]]]))).toBe(
      '{"Event":{"A":{"#attributes":{"k":"v"},"#text":"x","B":null}}}',
    );
    expect(formatEvtxDumpJson(['Event', [], '', []])).toBe('{"Event":null}');
  });

  test('spells integers and booleans bare, GUIDs without braces, times with six digits, floats with a point', () => {
    expect(
      formatEvtxDumpJson(
        event(
          ['I', [['n', '4', Mark.Integer]], '18446744073709551615', [], Mark.Integer],
          ['B', [], 'true', [], Mark.Boolean],
          ['G', [], '{0000000a-0000-0000-0000-0000000000ff}', [], Mark.Guid],
          ['F', [], '2024-01-01T00:00:00.1234567Z', [], Mark.Time],
          ['S', [], '2024-01-01T00:00:00.123Z', [], Mark.Time],
          ['R', [], '3', [], Mark.Real],
          ['R', [], '3.25', [], Mark.Real],
          ['T', [], '{0000000a-0000-0000-0000-0000000000ff}', []],
          ['T', [], '2024-01-01T00:00:00.1234567Z', []],
        ),
      ),
    ).toBe(
      '{"Event":{"I":{"#attributes":{"n":4},"#text":18446744073709551615},"B":true,' +
        '"G":"0000000A-0000-0000-0000-0000000000FF","F":"2024-01-01T00:00:00.123456Z","S":"2024-01-01T00:00:00.123000Z",' +
        '"R":"3.0","R_1":"3.25","T":"{0000000a-0000-0000-0000-0000000000ff}","T_1":"2024-01-01T00:00:00.1234567Z"}}',
    );
  });

  test('keys named Data by name, keeps repeated keys and drops unnamed Data beside them', () => {
    expect(
      formatEvtxDumpJson(eventData(data('A', 'x'), data(null, 'lost'), data('A', ''), data('N', '5', Mark.Integer))),
    ).toBe('{"Event":{"EventData":{"A":"x","A":"","N":5}}}');
  });

  test('keys named Data by name also when the root itself is the container, as in a record whose template was mixed up', () => {
    expect(formatEvtxDumpJson(['EventData', [], '', [['Data', [['Name', 'A']], 'x', []]]])).toBe(
      '{"EventData":{"A":"x"}}',
    );
  });

  test('lists unnamed Data where the first stood; one alone stands without brackets', () => {
    expect(formatEvtxDumpJson(eventData(data(null, 'x')))).toBe('{"Event":{"EventData":{"Data":{"#text":"x"}}}}');
    expect(formatEvtxDumpJson(eventData(data(null, 'x'), ['Binary', [], '', []], data(null, '')))).toBe(
      '{"Event":{"EventData":{"Data":{"#text":["x",""]},"Binary":null}}}',
    );
  });

  test('still writes what is not part of the event, as evtx_dump does (F61)', () => {
    expect(formatEvtxDumpJson(eventData(data(null, '', Mark.Omitted), ['Binary', [], '', [], Mark.Omitted]))).toBe(
      '{"Event":{"EventData":{"Data":{"#text":""},"Binary":null}}}',
    );
  });

  test('is the object that was meant, whatever names and texts are, a field called __proto__ included', () => {
    expect(formatEvtxDumpJson(eventData(data('__proto__', 'x')))).toBe('{"Event":{"EventData":{"__proto__":"x"}}}');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, text) => {
        const parsed = JSON.parse(formatEvtxDumpJson(event([name, [['k', text]], '', []]))) as { Event: object };
        const [[key, value]] = Object.entries(parsed.Event) as [[string, unknown]];
        expect(key).toBe(wellFormed(name));
        expect(value).toEqual(text === '' ? { '#attributes': { k: '' } } : { '#attributes': { k: wellFormed(text) } });
      }),
      seed,
    );
  });

  test('writes control characters as evtx_dump does and lone surrogates as U+FFFD', () => {
    expect(formatEvtxDumpJson(event(['A', [], '\u000f\\u000f\n\ud800x', []]))).toBe(
      '{"Event":{"A":"\\u000F\\\\u000f\\n\ufffdx"}}',
    );
  });
});

describe('dialect B (separate attributes)', () => {
  test('moves attributes to a sibling in front and leaves out elements that had nothing else', () => {
    expect(
      formatSeparateAttributesJson([
        'Event',
        [['xmlns', 'u']],
        '',
        [
          ['Provider', [['Name', 'P']], '', []],
          ['EventID', [['Qualifiers', '1', Mark.Integer]], '2', [], Mark.Integer],
          ['E', [['k', 'a']], '', []],
          ['E', [['k', 'b']], 'x', []],
          ['Nothing', [], '', []],
          ['EventData', [], '', [data('A', 'x'), data('B', '')]],
        ],
      ]),
    ).toBe(
      '{"Event_attributes":{"xmlns":"u"},"Event":{"Provider_attributes":{"Name":"P"},"EventID_attributes":{"Qualifiers":1},' +
        '"EventID":2,"E_attributes":{"k":"a"},"E_1_attributes":{"k":"b"},"E_1":"x","Nothing":null,"EventData":{"A":"x","B":""}}}',
    );
  });

  test('gives unnamed Data as a value or a list', () => {
    expect(formatSeparateAttributesJson(eventData(data(null, 'x')))).toBe('{"Event":{"EventData":{"Data":"x"}}}');
    expect(formatSeparateAttributesJson(eventData(data(null, 'x'), data(null, '')))).toBe(
      '{"Event":{"EventData":{"Data":["x",""]}}}',
    );
  });
});

describe('XML', () => {
  test('is as Windows writes it: single quotes, one tag for empty elements', () => {
    expect(
      formatEventXml([
        'Event',
        [['xmlns', 'u']],
        '',
        [
          ['Security', [], '', []],
          ['Data', [['Name', "a'b"]], '<&>"', []],
        ],
      ]),
    ).toBe(`<Event xmlns='u'><Security/><Data Name='a&apos;b'>&lt;&amp;&gt;"</Data></Event>`);
  });

  test('leaves out what is not part of the event', () => {
    expect(formatEventXml(event(['A', [], '', [], Mark.Omitted]))).toBe('<Event/>');
    expect(formatEventXml(event(['A', [], '', [], Mark.Omitted], ['B', [], '', []]))).toBe('<Event><B/></Event>');
  });

  test('is one line that any XML reader takes and reads back as the same text', () => {
    expect(formatEventXml(event(['A', [['k', 'a\tb\nc']], 'a\r\nb\tc', []]))).toBe(
      `<Event><A k='a&#9;b&#10;c'>a&#13;&#10;b\tc</A></Event>`,
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const xml = formatEventXml(event(['A', [['k', text]], text, []]));
        expect(xml).not.toMatch(/[\r\n]/);
        const inside = /<A(?: k='([^'<]*)')?(?:\/>|>([^<]*)<\/A>)/.exec(xml);
        expect(inside).not.toBeNull();
        const decode = (escaped: string): string =>
          escaped.replace(/&(?:#(\d+)|(\w+));/g, (_, code: string | undefined, name: string) =>
            code === undefined
              ? { amp: '&', lt: '<', gt: '>', apos: "'", quot: '"' }[name]!
              : String.fromCharCode(Number(code)),
          );
        // Characters that XML cannot carry are one U+FFFD each (F45).
        const carried = Array.from(text)
          .map((point) => {
            const code = point.codePointAt(0)!;
            const valid =
              code >= 0x20
                ? !(code >= 0xd800 && code < 0xe000) && code !== 0xfffe && code !== 0xffff
                : '\t\n\r'.includes(point);
            return valid ? point : '\ufffd';
          })
          .join('');
        expect(decode(inside![2] ?? '')).toBe(carried);
        expect(decode(inside![1] ?? '')).toBe(carried);
      }),
      { ...seed, numRuns: 1_000 },
    );
  });

  test('stays well-formed with names that no XML name can be, and with an attribute given twice', () => {
    expect(
      formatEventXml(
        event(
          [
            'a b<',
            [
              ['x y', '1'],
              ['x_y', '2'],
            ],
            '',
            [],
          ],
          ['', [], 't', []],
          ['1a', [], '', []],
        ),
      ),
    ).toBe(`<Event><a_b_ x_y='1'/><_>t</_><_1a/></Event>`);
  });
});

describe('the canonical form', () => {
  test('is compact JSON without marks that keeps every unit', () => {
    expect(
      formatCanonical([
        'E',
        [['a', '1', Mark.Integer]],
        'x\ud800',
        [
          ['O', [], '', [], Mark.Omitted],
          ['K', [], '', [], 1],
        ],
        1,
      ]),
    ).toBe('["E",[["a","1"]],"x\\ud800",[["K",[],"",[]]]]');
  });
});
