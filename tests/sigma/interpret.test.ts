import { describe, expect, test } from 'vitest';
import type { EventElement } from '../../src/model/event.ts';
import { Mark } from '../../src/model/event.ts';
import { formatContent } from '../../src/model/event-content.ts';
import { ANY_FIELD, EVENT_DATA_FIELD, fieldKeyOf, USER_DATA_FIELD } from '../../src/model/field-key.ts';
import { explainMatch, matchedParts } from '../../src/sigma/interpret/explain.ts';
import { readEventFields } from '../../src/sigma/interpret/event-fields.ts';
import { matchEvent } from '../../src/sigma/interpret/match-event.ts';
import { compileOne, compileText, eventOf, matchesSketch, ruleText } from './rule-kit.ts';

const own = (event: EventElement, name: string): readonly string[] => readEventFields(event).own(fieldKeyOf(name));

describe('fields of an event', () => {
  test('System values by tag and attribute, data by name, unnamed data as Data', () => {
    const event = eventOf({ provider: 'P', eventId: 5, data: { A: 'x', '#': ['1', '2'] } });
    expect(own(event, 'Provider_Name')).toEqual(['P']);
    expect(own(event, 'EventID')).toEqual(['5']);
    expect(own(event, 'TimeCreated_SystemTime')).toEqual(['2024-05-06T07:08:09.1234567Z']);
    expect(own(event, 'TimeCreated')).toContain('2024-05-06T07:08:09.1234567Z');
    expect(own(event, 'a')).toEqual(['x']);
    expect(own(event, 'Data')).toEqual(['1', '2']);
    expect(own(event, 'B')).toEqual([]);
  });

  test('UserData leaves by name and dotted tail, attributes too', () => {
    const event = eventOf({ userData: [['EventXML', [['xmlns', 'n']], '', [['Param3', [['Unit', 'ms']], '7', []]]]] });
    for (const name of ['Param3', 'EventXML.Param3']) expect(own(event, name)).toEqual(['7']);
    expect(own(event, 'Param3_Unit')).toEqual(['ms']);
    expect(own(event, 'EventXML_xmlns')).toEqual([]);
  });

  test('repeated names are one field with several values; empty elements are present', () => {
    const event = eventOf({ data: { A: ['x', '', 'y'] } });
    expect(own(event, 'A')).toEqual(['x', '', 'y']);
    expect(own(eventOf({ data: { A: '' } }), 'A')).toEqual(['']);
  });

  test('a leaf of the data hides a System value of its name, but not in routing', () => {
    const event = eventOf({
      channel: 'System',
      userData: [['LogFileCleared', [], '', [['Channel', [], 'Security', []]]]],
    });
    expect(own(event, 'Channel')).toEqual(['Security']);
    expect(readEventFields(event).channel).toBe('system');
  });

  test('omitted elements are not part of the event', () => {
    const event: EventElement = [
      'Event',
      [],
      '',
      [
        [
          'EventData',
          [],
          '',
          [
            ['Data', [['Name', 'A']], 'x', [], Mark.Omitted],
            ['Data', [['Name', 'B']], 'y', []],
          ],
        ],
      ],
    ];
    expect(own(event, 'A')).toEqual([]);
    expect(readEventFields(event).own(EVENT_DATA_FIELD)).toEqual(['<Data Name="B">y</Data>']);
  });

  test('the virtual fields are the content of the sections, texts unescaped', () => {
    const event = eventOf({ data: { '#': ['xp_cmdshell', '0', '<&>'] } });
    expect(readEventFields(event).own(EVENT_DATA_FIELD)).toEqual([
      '<Data>xp_cmdshell</Data><Data>0</Data><Data><&></Data>',
    ]);
    expect(readEventFields(event).own(USER_DATA_FIELD)).toEqual([]);
    expect(formatContent(['X', [], 'a', [['Y', [['k', 'v']], 'b', [['Z', [], '', []]]]]])).toBe(
      'a<Y k="v">b<Z></Z></Y>',
    );
  });

  test('every value counts for keywords, names do not', () => {
    const event = eventOf({ provider: 'Prov', data: { SecretName: 'value' } });
    const values = readEventFields(event).own(ANY_FIELD);
    expect(values).toContain('Prov');
    expect(values).toContain('value');
    expect(values).not.toContain('SecretName');
  });

  test('event ids are read modulo 65,536, as providers of old write them', () => {
    expect(readEventFields(eventOf({ eventId: 1073748860 })).eventId).toBe(7036);
    expect(readEventFields(eventOf({ eventId: 'x' })).eventId).toBe(-1);
  });

  test('deep trees need no stack', () => {
    let node: EventElement = ['Leaf', [], 'deep', []];
    for (let i = 0; i < 20_000; i++) node = ['N', [], '', [node]];
    expect(formatContent(['X', [], '', [node]]).length).toBeGreaterThan(100_000);
  });
});

describe('views and joins', () => {
  const creation = 'product: windows\n  category: process_creation';
  const on4688 = (
    detection: string,
    data: Record<string, string>,
    joins?: ReadonlyMap<string, readonly string[]>,
  ): boolean => {
    const { rule, compiled } = compileOne(ruleText(detection, 'selection', creation));
    const event = eventOf({
      channel: 'Security',
      provider: 'Microsoft-Windows-Security-Auditing',
      eventId: 4688,
      data,
    });
    return matchEvent(
      compiled.ruleSet,
      rule,
      event,
      joins === undefined ? undefined : new Map([...joins].map(([name, values]) => [fieldKeyOf(name), values])),
    );
  };

  test('a category rule reads 4688 through its view, the event itself stays readable', () => {
    expect(on4688('selection:\n  Image|endswith: \\a.exe', { NewProcessName: 'C:\\a.exe' })).toBe(true);
    expect(on4688('selection:\n  NewProcessName|endswith: \\a.exe', { NewProcessName: 'C:\\a.exe' })).toBe(true);
    expect(on4688('selection:\n  ProcessId: 16', { NewProcessId: '0x10', ProcessId: '0x4' })).toBe(true);
    expect(on4688('selection:\n  ProcessId: 4', { NewProcessId: '0x10', ProcessId: '0x4' })).toBe(false);
  });

  test('a joined field is absent without its join and filled with it, never instead of an own value', () => {
    const rule = 'selection:\n  ParentCommandLine|contains: evil';
    expect(on4688(rule, { NewProcessName: 'x' })).toBe(false);
    expect(on4688(rule, { NewProcessName: 'x' }, new Map([['ParentCommandLine', ['evil.exe -x']]]))).toBe(true);
    const image = 'selection:\n  ParentImage|endswith: \\evil.exe';
    expect(on4688(image, { ParentProcessName: 'C:\\good.exe' }, new Map([['ParentImage', ['C:\\evil.exe']]]))).toBe(
      false,
    );
  });
});

describe('explanations', () => {
  const text = ruleText(
    'selection_a:\n  A|contains|cased: Needle\n  B:\n    - 1\n    - 2\nselection_b:\n  - C|endswith: x\n  - keyword\nfilter:\n  D: null',
    '1 of selection_* and not filter',
  );

  test('tell for every value whether it was met, and why not', () => {
    const { rule, compiled } = compileOne(text);
    const event = eventOf({ data: { A: 'a needle', B: '2', D: 'd', C: '' } });
    const explanation = explainMatch(compiled.ruleSet, rule, event, compiled.sources[0]);
    expect(explanation.matched).toBe(false);
    expect(explanation.routes).toMatchObject([{ accepted: true, extra: true }]);
    const root = explanation.parts[0]?.root;
    expect(root).toMatchObject({
      kind: 'group',
      op: 'and',
      pass: false,
      children: [
        {
          kind: 'group',
          op: 'or',
          label: '1 of selection_*',
          pass: false,
          children: [
            {
              kind: 'selection',
              name: 'selection_a',
              pass: false,
              child: {
                children: [
                  {
                    field: 'A',
                    pass: false,
                    actual: ['a needle'],
                    state: 'present',
                    values: [{ text: 'Needle', pass: false, shortfall: 'other-case' }],
                  },
                  {
                    field: 'B',
                    pass: true,
                    values: [
                      { text: '1', pass: false, shortfall: 'other-value' },
                      { text: '2', pass: true },
                    ],
                  },
                ],
              },
            },
            {
              kind: 'selection',
              name: 'selection_b',
              child: {
                children: [
                  { field: 'C', state: 'empty', values: [{ shortfall: 'field-empty' }] },
                  { field: '', values: [{ text: 'keyword', pass: false }] },
                ],
              },
            },
          ],
        },
        {
          kind: 'not',
          pass: true,
          child: { kind: 'selection', name: 'filter', pass: false, child: { field: 'D', state: 'present' } },
        },
      ],
    });
  });

  test('absent fields and refused routes are told apart', () => {
    const { rule, compiled } = compileOne(text);
    const elsewhere = explainMatch(
      compiled.ruleSet,
      rule,
      eventOf({ channel: 'System', data: {} }),
      compiled.sources[0],
    );
    expect(elsewhere.routes).toMatchObject([{ accepted: false, extra: undefined }]);
    expect(JSON.stringify(elsewhere.parts)).toContain('field-absent');
  });

  test('agree with the match', () => {
    const { rule, compiled } = compileOne(text);
    for (const data of [
      { A: 'Needle', B: '1', D: 'd' },
      { A: 'Needle', B: '1' },
      { C: 'zx', D: 'd' },
      { E: 'the keyword', D: '1' },
      {},
    ]) {
      const event = eventOf({ data });
      const explanation = explainMatch(compiled.ruleSet, rule, event, compiled.sources[0]);
      expect(explanation.matched).toBe(matchEvent(compiled.ruleSet, rule, event));
      expect(explanation.parts.every((part) => part.root.pass)).toBe(explanation.matched);
    }
  });

  test("matched parts name selection, field, modifiers, the rule's value and the event's", () => {
    const { rule, compiled } = compileOne(text);
    const event = eventOf({ data: { A: 'a Needle b', B: '2', C: 'yx', D: 'd' } });
    expect(matchedParts(compiled.ruleSet, rule, event, compiled.sources[0]!)).toEqual([
      { selection: 'selection_a', field: 'A', modifier: 'contains|cased', value: 'Needle', actual: 'a Needle b' },
      { selection: 'selection_a', field: 'B', modifier: '', value: '2', actual: '2' },
      { selection: 'selection_b', field: 'C', modifier: 'endswith', value: 'x', actual: 'yx' },
    ]);
    expect(matchedParts(compiled.ruleSet, rule, eventOf({ data: {} }), compiled.sources[0]!)).toEqual([]);
  });

  test('filters are parts of their own', () => {
    const filter =
      'title: Admins\nlogsource:\n  product: windows\nfilter:\n  rules: any\n  selection:\n    User: admin\n  condition: not selection\n';
    const compiled = compileText(`${ruleText('selection:\n  A: 1')}---\n${filter}`);
    expect(compiled.verdicts.map((each) => each.verdict)).toEqual(['compiled', 'compiled']);
    const rule = compiled.ruleSet.rules[0];
    if (rule?.kind !== 'event') throw new Error('no rule');
    expect(compiled.sources[0]?.parts.map((part) => part.origin)).toEqual(['', 'Admins']);
    expect(matchEvent(compiled.ruleSet, rule, eventOf({ data: { A: '1', User: 'bob' } }))).toBe(true);
    expect(matchEvent(compiled.ruleSet, rule, eventOf({ data: { A: '1', User: 'ADMIN' } }))).toBe(false);
    const explanation = explainMatch(
      compiled.ruleSet,
      rule,
      eventOf({ data: { A: '1', User: 'admin' } }),
      compiled.sources[0],
    );
    expect(explanation.parts.map((part) => [part.origin, part.root.pass])).toEqual([
      ['', true],
      ['Admins', false],
    ]);
  });

  test('a filter does not enter the patterns of the rule', () => {
    const filter =
      'title: F\nlogsource:\n  product: windows\nfilter:\n  rules: any\n  selection_x:\n    User: admin\n  condition: not selection_x\n';
    const compiled = compileText(`${ruleText('selection_a:\n  A: 1', 'all of selection_*')}---\n${filter}`);
    const rule = compiled.ruleSet.rules[0];
    if (rule?.kind !== 'event') throw new Error('no rule');
    expect(matchEvent(compiled.ruleSet, rule, eventOf({ data: { A: '1' } }))).toBe(true);
  });
});

describe('values of several kinds on one field', () => {
  test('any value satisfies a positive test', () => {
    expect(matchesSketch('selection:\n  A|gt: 5', { data: { A: ['x', '3', '0x10'] } })).toBe(true);
    expect(matchesSketch('selection:\n  A|re: ^b', { data: { A: ['a', 'b'] } })).toBe(true);
    expect(matchesSketch('selection:\n  A|fieldref: B', { data: { A: ['a', 'b'], B: ['x', 'b'] } })).toBe(true);
  });
});
