import { expect, test } from 'vitest';
import { ANY_FIELD, fieldKeyOf } from '../../src/model/field-key.ts';
import { Mark, type EventElement } from '../../src/model/event.ts';
import { compileQuery } from '../../src/query/compile-query.ts';
import { createEventLookup } from '../../src/query/event-lookup.ts';

const event: EventElement = [
  'Event',
  [['xmlns', 'http://schemas.microsoft.com/win/2004/08/events/event']],
  '',
  [
    [
      'System',
      [],
      '\n ',
      [
        ['Provider', [['Name', 'Microsoft-Windows-Sysmon']], '', []],
        ['EventID', [['Qualifiers', '16384']], '1', []],
        ['TimeCreated', [['SystemTime', '2021-05-27T10:30:05.1234567Z']], '', []],
        ['Computer', [], 'WS01.corp', []],
        ['Execution', [['ProcessID', '77']], '', []],
      ],
    ],
    [
      'EventData',
      [],
      '',
      [
        ['Data', [['Name', 'Image']], 'C:\\a\\cmd.exe', []],
        ['Data', [['Name', 'Id']], '9', []],
        ['Data', [], 'bare', []],
        ['Data', [['Name', 'Gone']], 'never', [], 4],
      ],
    ],
    ['UserData', [], '', [['EventXML', [], '', [['Param3', [], 'deep', []]]]]],
  ],
];

const matches = (text: string, extra?: [string, string[]][]) => {
  const query = compileQuery(text);
  return query.ok && query.value.matches(createEventLookup(event, extra));
};

test('an event is found by its fields under every name they have', () => {
  for (const text of [
    'eventid:1 image:*\\cmd.exe',
    'provider:*sysmon provider_name:*sysmon source:*sysmon',
    'eventid_qualifiers:16384',
    'data:bare',
    'param3:deep eventxml.param3:deep',
    'bare deep corp',
    'time>2021-05-27 host:ws01* pid:77 timecreated:2021-05-27T10*',
  ]) {
    expect([text, matches(text)]).toEqual([text, true]);
  }
});

test('a field of the event goes before a short name, and extra fields before both', () => {
  expect(matches('id:9')).toBe(true);
  expect(matches('id:1')).toBe(false);
  expect(matches('id:x', [['id', ['x']]])).toBe(true);
  expect(
    matches('level:high rule:"bad thing" bad', [
      ['level', ['high']],
      ['rule', ['Bad Thing']],
    ]),
  ).toBe(true);
});

test('labels, name spaces and omitted elements are not found', () => {
  for (const text of ['schemas.microsoft.com', 'gone:*', 'never']) expect(matches(text)).toBe(false);
});

test('an element whose children are all omitted is there and empty', () => {
  const gone: EventElement = ['Inner', [], '', [], Mark.Omitted];
  const lookup = createEventLookup(['Event', [], '', [['EventData', [], '', [['Data', [['Name', 'n']], '', [gone]]]]]]);
  expect(lookup.valuesOf(fieldKeyOf('n'))).toEqual(['']);
});

test('a crafted event costs a bounded number of values', () => {
  const many = Array.from({ length: 100_000 }, (_, i): EventElement => ['Data', [['Name', `n${String(i)}`]], 'v', []]);
  const lookup = createEventLookup(['Event', [], '', [['EventData', [], '', many]]]);
  expect(lookup.valuesOf(ANY_FIELD).length).toBeLessThanOrEqual(20_002);
  expect(lookup.valuesOf(fieldKeyOf('n5'))).toEqual(['v']);
});
