import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { ANY_FIELD, fieldKeyOf } from '../../src/model/field-key.ts';
import { compileQuery, type QueryOptions } from '../../src/query/compile-query.ts';
import { linearMatcher } from '../../src/query/linear-matcher.ts';
import { lookupOf } from './field-values.ts';

const options: QueryOptions = { compileRegex: linearMatcher };

const event = lookupOf([
  ['EventID', '4688'],
  ['Channel', 'Security'],
  ['time', '2021-05-27T10:30:05.1234567Z'],
  ['UtcTime', '2021-05-27 10:30:05.123'],
  ['Image', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'],
  ['CommandLine', 'powershell -enc "JAB4" and more (x86) C:\\Program Files\\a.txt'],
  ['User', 'CORP\\svc_backup'],
  ['ProcessId', '0x1f4'],
  ['ParentProcessId', '500'],
  ['Data', 'first'],
  ['Data', 'second'],
  ['Empty', ''],
  ['New Value', 'HKLM\\x = 0x1'],
  ['Address', 'fe80::1'],
  ['Url', 'http://evil.example/a?b=c'],
  ['Big', '18446744073709551615'],
  ['Stars', 'a*b?c'],
]);

function matches(text: string): boolean {
  const query = compileQuery(text, options);
  if (!query.ok) throw new Error(query.error.map((diagnostic) => diagnostic.code).join());
  return query.value.matches(event);
}

function errors(text: string, more: QueryOptions = options): string[] {
  const query = compileQuery(text, more);
  if (query.ok) return [];
  return query.error.map(({ code, range }) => `${code} ${text.slice(range!.start, range!.end)}`.trim());
}

describe('a query matches', () => {
  test.each([
    ['', 'an empty query matches everything'],
    ['   ', 'blanks are an empty query'],
    ['eventid:4688 image:*\\powershell.exe -user:admin* time>2021-05-27', 'the example'],
    ['EVENTID=4688', 'equals sign and case of names'],
    ['eventid: 4688', 'a blank behind the colon'],
    ['event_id:4688', 'names are reduced as in rules'],
    ['POWERSHELL', 'words anywhere, in any case'],
    ['syst*32', 'wildcards in words'],
    ['"-enc ""jab4"""', 'quotes within quotes'],
    ['"(x86)"', 'parentheses in quotes'],
    ['c:\\windows', 'a path is a word'],
    ['http://evil.example/a', 'an address is a word'],
    ['fe80::1', 'an IPv6 address is a word'],
    ['image:c:\\windows\\*', 'a backslash before a wildcard is only a backslash'],
    ['image:?:\\*.exe', 'one character'],
    ['user:corp\\svc_????up', 'several characters'],
    ['commandline:"powershell -enc ""JAB4"" and more (x86) C:\\Program Files\\a.txt"', 'a phrase is the whole value'],
    ['stars:"a*b?c"', 'wildcards are text within quotes'],
    ['image~system32', 'contains'],
    ['image:~sys*32', 'contains with wildcards'],
    ['image:/power(shell|point)\\.exe$/', 'a regex'],
    ['/V1\\.0/', 'a regex without a field, in any case'],
    ['commandline:/enc "[a-z0-9]+" and/', 'blanks in the regex of a field'],
    ['url:/evil\\.example\\/a/', 'an escaped slash'],
    ['-/V1\\.0/c', 'the flag for case'],
    ['eventid:(4624 or 4688)', 'a group of values'],
    ['user:(*svc* -*admin*)', 'negation within a group'],
    ['eventid!=4689', 'not equal'],
    ['missing!=x', 'not equal is true where the field is absent'],
    ['-missing:*', 'absent'],
    ['not missing:*', 'absent, spelled out'],
    ['empty:*', 'there, also when empty'],
    ['empty:""', 'there and empty'],
    ['data:second', 'any of several values'],
    ['eventid>4687 eventid>=4688 eventid<4689 eventid<=4688', 'numbers'],
    ['eventid > 4000', 'blanks around a comparison'],
    ['eventid:>4000', 'a colon before a comparison'],
    ['processid:500 parentprocessid:0x1F4 processid<0x1f5', 'hexadecimal and decimal'],
    ['big>18446744073709551614 big:18446744073709551615', 'numbers beyond doubles'],
    ['time:2021-05 time:2021-05-27 time:2021-05-27T10 time:2021-05-27T10:30', 'cut-off times are spans'],
    ['time:2021 time>2020 time<2022', 'years'],
    ['time>2021-05-27 time<=2021-05-27', 'a day lies behind its begin and before its end'],
    ['time>=2021-05-27T10:30:05.1234567Z time<=2021-05-27T10:30:05.1234567Z', 'to the last digit'],
    ['time>2021-05-27T12:30+02:00', 'an offset'],
    ['time<"2021-05-27 10:31"', 'a blank between date and time'],
    ['utctime>2021-05-27T10:30 utctime<2021-05-27T10:31', 'other spellings of times in events'],
    ['eventid:1 or eventid:4688', 'or'],
    ['eventid:1 || (channel:security && powershell)', 'signs for operators'],
    ['channel:security or eventid:1 eventid:2', 'and binds stronger than or'],
    ['-(eventid:1 or eventid:2)', 'negation of a group'],
    ['!eventid:1', 'exclamation mark'],
    ['"New Value":*0x1', 'a quoted field name'],
    ['newvalue:*0x1', 'its key'],
    ['*:second', 'any field, whole value'],
    ['commandline~"and"', 'a keyword as a value'],
    ['"and"', 'a keyword in quotes'],
    ['"-enc"', 'a switch in quotes'],
  ])('%s (%s)', (text) => {
    expect(matches(text)).toBe(true);
  });
});

describe('a query does not match', () => {
  test.each([
    ['eventid:468', 'the whole value counts'],
    ['eventid:4688 missing', 'unwritten and'],
    ['image:powershell.exe', 'no wildcard, no suffix'],
    ['missing:*', 'absent'],
    ['missing>1', 'absent values do not compare'],
    ['user>5', 'text does not compare'],
    ['-powershell', 'negation'],
    ['(channel:security or eventid:1) eventid:2', 'parentheses'],
    ['time>2021-05-28', 'later'],
    ['time<2021-05-27', 'the day is not before itself'],
    ['time>2021-05-27T10:30:05.1234567Z', 'not later than itself'],
    ['big>18446744073709551615', 'exact beyond doubles'],
    ['/POWERSHELL/c', 'case on demand'],
    ['data:first data:third', 'one of them is missing'],
    ['not not not powershell', 'three negations'],
  ])('%s (%s)', (text) => {
    expect(matches(text)).toBe(false);
  });
});

describe('diagnostics', () => {
  test.each<[text: string, wanted: string[]]>([
    ['image:"abc', ['query-open-quote "abc']],
    ['(a b', ['query-open-parenthesis (']],
    ['a) b', ['query-stray-parenthesis )']],
    ['a or', ['query-missing-term']],
    ['or a', ['query-missing-term or']],
    ['()', ['query-missing-term )']],
    ['a and and b', ['query-missing-term and']],
    ['eventid:', ['query-missing-value eventid:']],
    ['eventid: image:x', ['query-missing-value eventid:']],
    ['(eventid:) x', ['query-missing-value eventid:']],
    ['> 5', ['query-stray-operator >']],
    ['user:(image:x)', ['query-field-in-group image:']],
    ['user>bob', ['query-not-comparable bob']],
    ['user>a*', ['query-not-comparable a*']],
    ['time>2021-13-01', ['query-bad-time 2021-13-01']],
    ['time>2021-02-29', ['query-bad-time 2021-02-29']],
    ['time>5', ['query-not-comparable 5']],
    ['image:/(/', ['query-bad-regex /(/']],
    ['user>bob image:/(/ (a', ['query-not-comparable bob', 'query-bad-regex /(/', 'query-open-parenthesis (']],
  ])('%s', (text, wanted) => {
    expect(errors(text)).toEqual(wanted);
  });

  test('name the line and column, and always say what to do', () => {
    const query = compileQuery('powershell\nuser>bob', options);
    expect(query.ok ? [] : query.error).toMatchObject([
      { range: { line: 2, column: 6 }, hint: expect.stringMatching(/\S/) as string },
    ]);
  });

  test('a pattern without an engine is refused, not ignored', () => {
    expect(errors('/x/', {})).toEqual(['query-bad-regex /x/']);
  });

  test('the ceilings hold and are said', () => {
    expect(errors('a'.repeat(4_096))).toEqual([]);
    expect(errors('a'.repeat(4_097))[0]).toMatch(/^query-too-long/);
    expect(errors('a '.repeat(512))).toEqual([]);
    expect(errors('a '.repeat(513))[0]).toMatch(/^query-too-many-terms/);
    expect(errors(`${'('.repeat(32)}a${')'.repeat(32)}`)).toEqual([]);
    expect(errors(`${'('.repeat(33)}a${')'.repeat(33)}`)).toEqual(['query-too-deep (']);
    expect(errors(`${'not '.repeat(33)}a`)).toEqual(['query-too-deep not']);
    expect(errors(`x:${'('.repeat(400)}`)).toEqual(['query-too-deep (']);
  });
});

describe('remarks', () => {
  const remarks = (text: string, knownFields?: string[]) => {
    const query = compileQuery(text, knownFields === undefined ? options : { ...options, knownFields });
    return query.ok ? query.value.remarks : [];
  };

  test('an unknown field is named with the nearest one', () => {
    expect(remarks('comandline:x image:y z', ['CommandLine', 'Image'])).toMatchObject([
      { code: 'query-unknown-field', severity: 'warning', hint: 'Did you mean CommandLine?', range: { start: 0 } },
    ]);
    expect(remarks('zzz:x', ['CommandLine'])[0]?.hint).toContain('without a field name');
    expect(remarks('*:x', ['CommandLine'])).toEqual([]);
  });

  test('a lone switch is explained', () => {
    expect(remarks('-enc')).toMatchObject([{ code: 'query-negated-word', severity: 'info' }]);
    expect(remarks('a -enc')).toEqual([]);
  });
});

test('the fields of a query are known', () => {
  const query = compileQuery('eventid:1 or (image:x image:y) word', options);
  expect(query.ok && query.value.fields).toEqual([fieldKeyOf('EventID'), fieldKeyOf('Image'), ANY_FIELD]);
  const empty = compileQuery('', options);
  expect(empty.ok && empty.value.isEmpty).toBe(true);
});

describe('properties', () => {
  test('any text gives a query or diagnostics within the text, and never throws', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '(',
        ')',
        '"',
        '/',
        '-',
        '!',
        ' ',
        ':',
        '>',
        '>=',
        '!=',
        '=',
        '~',
        '*',
        '?',
        'and',
        'or',
        'not',
        '\\',
        '\n',
      ),
      fc.constantFrom('eventid', 'time', '2021-05-27', '4688', '0x1f', 'x', '\ud800', '__proto__'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const query = compileQuery(text, options);
        if (query.ok) expect(typeof query.value.matches(event)).toBe('boolean');
        else {
          expect(query.error.length).toBeGreaterThan(0);
          for (const { range } of query.error) {
            expect(range!.start).toBeGreaterThanOrEqual(0);
            expect(range!.end).toBeLessThanOrEqual(text.length);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('and, or and not mean what they mean in logic', () => {
    // Terms t and f are true and false; the tree is written as a query and evaluated here.
    type Tree = { text: string; power: number; value: boolean };
    const leaf = fc.constantFrom<Tree>(
      { text: 'eventid:4688', power: 9, value: true },
      { text: 'eventid:1', power: 9, value: false },
    );
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        leaf,
        fc.tuple(tie('tree'), fc.constantFrom('-', 'not ')).map(([child, sign]): Tree => {
          const text = sign === '-' && child.power < 9 ? `-(${child.text})` : `${sign}${wrap(child, 3)}`;
          return { text, power: 3, value: !child.value };
        }),
        fc
          .tuple(tie('tree'), tie('tree'), fc.constantFrom(' ', ' and ', ' && '))
          .map(([a, b, sign]): Tree => ({ text: wrap(a, 2) + sign + wrap(b, 2), power: 2, value: a.value && b.value })),
        fc
          .tuple(tie('tree'), tie('tree'), fc.constantFrom(' or ', ' || ', ' OR '))
          .map(([a, b, sign]): Tree => ({ text: wrap(a, 1) + sign + wrap(b, 1), power: 1, value: a.value || b.value })),
      ),
    }));
    const wrap = (child: Tree, power: number) => (child.power < power ? `(${child.text})` : child.text);
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        const query = compileQuery(text, options);
        // Ceilings are a test of their own.
        if (query.ok) expect(query.value.matches(event)).toBe(value);
        else expect(query.error[0]?.code).toMatch(/too/);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a value in quotes finds exactly itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (value) => {
        const query = compileQuery(`x:"${value.replaceAll('"', '""')}"`, options);
        expect(query.ok && query.value.matches(lookupOf([['X', value]]))).toBe(true);
        expect(query.ok && query.value.matches(lookupOf([['X', `${value}~`]]))).toBe(false);
      }),
    );
  });

  test('evaluation of hostile wildcards is quick', () => {
    const query = compileQuery(`x:${'*a'.repeat(500)}b`, options);
    const milliseconds = cpuMillisecondsOf(() => {
      expect(query.ok && query.value.matches(lookupOf([['X', 'a'.repeat(30_000)]]))).toBe(false);
    });
    expect(milliseconds).toBeLessThan(2_000);
  });
});
