import { describe, expect, test } from 'vitest';
import { encodeBase64, encodeBase64Offsets, encodeUtf16 } from '../../src/sigma/detection/encodings.ts';
import { compileOne, errorsOf, matches, matchesSketch, remarksOf, ruleText } from './rule-kit.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('text modifiers', () => {
  test('contains, startswith and endswith anchor as named', () => {
    expect(matches('selection:\n  F|contains: b', { F: 'aBc' })).toBe(true);
    expect(matches('selection:\n  F|startswith: b', { F: 'aBc' })).toBe(false);
    expect(matches('selection:\n  F|startswith: a', { F: 'ABc' })).toBe(true);
    expect(matches('selection:\n  F|endswith: C', { F: 'ABc' })).toBe(true);
  });

  test('all demands every value, each of any member of a repeated field', () => {
    const rule = 'selection:\n  Data|contains|all:\n    - a\n    - b';
    expect(matches(rule, { '#': ['xa', 'yb'] })).toBe(true);
    expect(matches(rule, { '#': ['xa', 'ya'] })).toBe(false);
  });

  test('cased compares letters as written, also with wildcards', () => {
    expect(matches('selection:\n  F|cased: Abc', { F: 'Abc' })).toBe(true);
    expect(matches('selection:\n  F|cased: Abc', { F: 'abc' })).toBe(false);
    expect(matches("selection:\n  F|contains|cased: 'A*c'", { F: 'xAbcx' })).toBe(true);
    expect(matches("selection:\n  F|cased|contains: 'A*c'", { F: 'xabcx' })).toBe(false);
  });

  test('neq turns the whole item round, so an absent field satisfies it', () => {
    const rule = 'selection:\n  F|neq:\n    - a\n    - b';
    expect(matches(rule, { F: 'c' })).toBe(true);
    expect(matches(rule, { F: 'b' })).toBe(false);
    expect(matches(rule, {})).toBe(true);
    expect(matches('selection:\n  F|contains|neq: a', { F: 'bab' })).toBe(false);
    expect(matches('selection:\n  F|neq: 5', { F: '0x5' })).toBe(false);
  });

  test('exists asks for presence only', () => {
    expect(matches('selection:\n  F|exists: true', { F: '' })).toBe(true);
    expect(matches('selection:\n  F|exists: true', {})).toBe(false);
    expect(matches('selection:\n  F|exists: false', {})).toBe(true);
    expect(matches('selection:\n  F|exists: false', { F: 'x' })).toBe(false);
  });

  test('a doubled modifier counts once', () => {
    expect(matches('selection:\n  F|contains|contains: b', { F: 'abc' })).toBe(true);
    expect(remarksOf('selection:\n  F|contains|contains: b')).toContain('repeated-modifier 8:5');
  });
});

describe('windash', () => {
  const dashes = ['-', '/', '\u2013', '\u2014', '\u2015'];

  test('each dash at a word start stands for five characters', () => {
    for (const a of dashes) {
      for (const b of dashes) {
        expect(matches("selection:\n  F|contains|windash: ' -a b /c '", { F: `x ${a}a b ${b}c y` })).toBe(true);
      }
    }
    expect(matches("selection:\n  F|contains|windash: ' -a b /c '", { F: 'x +a b /c y' })).toBe(false);
  });

  test('a slash inside a word and a dash without a word behind it stay', () => {
    expect(matches("selection:\n  F|windash: 'start/b'", { F: 'start/b' })).toBe(true);
    expect(matches("selection:\n  F|windash: 'start/b'", { F: 'start-b' })).toBe(false);
    expect(matches("selection:\n  F|windash: 'a - b'", { F: 'a / b' })).toBe(false);
  });

  test('a Unicode dash in the rule is plain text', () => {
    expect(matches("selection:\n  F|windash: ' \u2013a'", { F: ' -a' })).toBe(false);
  });

  test('variants stay an OR under all', () => {
    const rule = "selection:\n  F|contains|windash|all:\n    - ' -a'\n    - ' /b'";
    expect(matches(rule, { F: 'x /a -b' })).toBe(true);
    expect(matches(rule, { F: 'x /a' })).toBe(false);
  });

  test('two places make 25 literals, many places make one pattern with the same meaning', () => {
    expect(compileOne(ruleText("selection:\n  F|windash: '-a-b /c'")).compiled.ruleSet.predicates).toHaveLength(25);
    const long = "selection:\n  F|contains|windash: ' -a -b -c /d -e.* '";
    expect(compileOne(ruleText(long)).compiled.ruleSet.predicates).toHaveLength(1);
    expect(matches(long, { F: 'x /A \u2013b \u2014C \u2015d -e.zz y' })).toBe(true);
    expect(matches(long, { F: 'x /A \u2013b \u2014C \u2015d -eezz y' })).toBe(false);
  });
});

describe('encodings', () => {
  test('base64 and its three offsets', () => {
    expect(encodeBase64(bytes('foobar'))).toBe('Zm9vYmFy');
    expect(encodeBase64Offsets(bytes('foobar'))).toEqual(['Zm9vYmFy', 'Zvb2Jhc', 'mb29iYX']);
    expect(encodeBase64Offsets(encodeUtf16('cmd', 'le', false))).toEqual(['YwBtAGQA', 'MAbQBkA', 'jAG0AZA']);
    expect(encodeBase64(encodeUtf16('cmd', 'be', false))).toBe('AGMAbQBk');
    expect(encodeBase64(encodeUtf16('cmd', 'le', true))).toBe('//5jAG0AZAA=');
  });

  test('offsets count bytes, not characters', () => {
    const text = 'ä€';
    for (const before of ['', 'x', 'xy']) {
      const whole = encodeBase64(bytes(`${before}${text}tail`));
      expect(encodeBase64Offsets(bytes(text)).some((part) => whole.includes(part))).toBe(true);
    }
  });

  test('encoded values match without regard to case unless cased', () => {
    expect(matches('selection:\n  F|base64|contains: foobar', { F: 'x zm9vymfy y' })).toBe(true);
    expect(matches('selection:\n  F|base64|contains|cased: foobar', { F: 'x zm9vymfy y' })).toBe(false);
    expect(matches('selection:\n  F|base64|contains|cased: foobar', { F: 'x Zm9vYmFy y' })).toBe(true);
  });

  test.each([
    ['wide|base64offset|contains', 'le'],
    ['utf16le|base64offset|contains', 'le'],
    ['utf16be|base64offset|contains', 'be'],
  ] as const)('%s finds text in UTF-16', (modifiers, order) => {
    const encoded = encodeBase64(encodeUtf16('xxcmd yy', order, false));
    expect(matches(`selection:\n  F|${modifiers}: cmd`, { F: `-enc ${encoded}` })).toBe(true);
    expect(matches(`selection:\n  F|${modifiers}: cmx`, { F: `-enc ${encoded}` })).toBe(false);
  });

  test('utf16 puts a byte order mark first', () => {
    expect(matches('selection:\n  F|utf16|base64: cmd', { F: '//5jAG0AZAA=' })).toBe(true);
  });

  test('escaped wildcards are plain characters to encode', () => {
    expect(matches("selection:\n  F|base64|contains: 'a\\*b'", { F: encodeBase64(bytes('a*b')) })).toBe(true);
  });
});

describe('re', () => {
  test('searches anywhere, with case, taking the value raw', () => {
    expect(matches("selection:\n  F|re: 'b\\d+'", { F: 'ab12' })).toBe(true);
    expect(matches("selection:\n  F|re: 'B\\d+'", { F: 'ab12' })).toBe(false);
    expect(matches("selection:\n  F|re: '^a\\*b$'", { F: 'a*b' })).toBe(true);
  });

  test('flags as modifiers and as a leading group', () => {
    expect(matches("selection:\n  F|re|i: 'B\\d'", { F: 'ab1' })).toBe(true);
    expect(matches("selection:\n  F|re: '(?i)B\\d'", { F: 'ab1' })).toBe(true);
    expect(matches("selection:\n  F|re: '^b'", { F: 'a\nb' })).toBe(false);
    expect(matches("selection:\n  F|re|m: '^b'", { F: 'a\nb' })).toBe(true);
    expect(matches("selection:\n  F|re: 'a.b'", { F: 'a\nb' })).toBe(false);
    expect(matches("selection:\n  F|re|s: 'a.b'", { F: 'a\nb' })).toBe(true);
    expect(matches("selection:\n  F|re|i|m|s: '^B.c'", { F: 'a\nb\nC' })).toBe(true);
    expect(matches("selection:\n  F|re|ignorecase|multiline|dotall: '^B.c'", { F: 'a\nb\nC' })).toBe(true);
  });

  test('contains behind re adds nothing to a search', () => {
    expect(matches("selection:\n  F|re|contains: 'b.d'", { F: 'abcde' })).toBe(true);
  });

  test('works on keywords', () => {
    expect(matches("selection:\n  '|re': 'b\\d+'", { F: 'ab12' })).toBe(true);
    expect(matches("selection:\n  '|re': 'c\\d+'", { F: 'ab12' })).toBe(false);
  });
});

describe('cidr', () => {
  test.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['192.168.1.0/31', '192.168.1.1', true],
    ['192.168.1.0/31', '192.168.1.2', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['fc00::/7', 'fd12:3456::1', true],
    ['fc00::/7', 'fe80::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', ' 10.1.2.3 ', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '10.0.0.1', false],
    ['10.0.0.0/8', '-', false],
    ['10.0.0.0/8', '', false],
    ['fe80::/10', 'fe80::1%12', true],
    ['10.0.0.0/255.0.0.0', '10.9.9.9', true],
  ])('%s on %s', (network, address, expected) => {
    expect(matches(`selection:\n  F|cidr: ${network}`, { F: address })).toBe(expected);
  });
});

describe('numbers and times', () => {
  test.each([
    ['lt: 5', '4', true],
    ['lt: 5', '5', false],
    ['lte: 5', '0x5', true],
    ['gt: 5', '18446744073709551615', true],
    ['gte: 5', '0x4', false],
    ['gt: -1', '0', true],
    ['lt: 5', '', false],
    ['lt: 5', 'x', false],
    ['gt: 1.5', '2', true],
    ['gt: 2', '2.5', true],
    ['lt: -1.5', '-2', true],
    ['gte: 9007199254740993', '9007199254740992', false],
  ])('%s on %s', (test, value, expected) => {
    const [modifier, number] = test.split(': ');
    expect(matches(`selection:\n  F|${modifier ?? ''}: ${number ?? ''}`, { F: value })).toBe(expected);
  });

  test.each([
    ['minute: 8', true],
    ['hour: 7', true],
    ['hour: 8', false],
    ['day: 6', true],
    ['week: 19', true],
    ['month: 5', true],
    ['year: 2024', true],
    ['hour|gte: 7', true],
    ['hour|gt: 7', false],
    ['hour|lt: 8', true],
    ['hour|neq: 7', false],
  ])('TimeCreated|%s', (test, expected) => {
    const [modifier, number] = test.split(': ');
    expect(matchesSketch(`selection:\n  TimeCreated|${modifier ?? ''}: ${number ?? ''}`, {})).toBe(expected);
  });

  test('weeks are those of ISO 8601', () => {
    expect(matches('selection:\n  F|week: 53', { F: '2021-01-01 12:00:00.000' })).toBe(true);
    expect(matches('selection:\n  F|week: 1', { F: '2024-12-30T00:00:00Z' })).toBe(true);
    expect(matches('selection:\n  F|day: 31', { F: '2024-02-31T00:00:00Z' })).toBe(false);
  });
});

describe('fieldref', () => {
  test('compares two fields of the event', () => {
    const rule = 'selection:\n  A|fieldref: B';
    expect(matches(rule, { A: 'x', B: 'X' })).toBe(true);
    expect(matches(rule, { A: 'x', B: 'y' })).toBe(false);
    expect(matches(rule, { A: 'x' })).toBe(false);
    expect(matches(rule, { B: 'x' })).toBe(false);
    expect(matches('selection:\n  A|fieldref|neq: B', { A: 'x', B: 'y' })).toBe(true);
    expect(matches('selection:\n  A|fieldref|cased: B', { A: 'x', B: 'X' })).toBe(false);
  });

  test.each([
    ['endswith', 'C:\\a\\b.exe', 'b.exe', true],
    ['startswith', 'C:\\a\\b.exe', 'c:\\A', true],
    ['contains', 'C:\\a\\b.exe', '\\a\\', true],
    ['contains', 'C:\\a', 'C:\\a\\b.exe', false],
  ])('with %s this field holds the other one', (anchor, a, b, expected) => {
    expect(matches(`selection:\n  A|fieldref|${anchor}: B`, { A: a, B: b })).toBe(expected);
  });

  test('the older spellings are accepted with a remark', () => {
    expect(matches('selection:\n  A|equalsfield: B', { A: 'x', B: 'x' })).toBe(true);
    expect(matches('selection:\n  A|endswithfield: B', { A: 'ax', B: 'x' })).toBe(true);
    expect(remarksOf('selection:\n  A|equalsfield: B')).toContain('legacy-modifier 8:5');
  });
});

describe('expand', () => {
  const placeholders = new Map([
    ['servers', ['SRV*', 'dc1']],
    ['ext', ['exe', 'd.l']],
  ]);

  test('a placeholder stands for every value of its list', () => {
    const rule = "selection:\n  F|expand: '%servers%'";
    expect(matches(rule, { F: 'srv22' }, undefined, { placeholders })).toBe(true);
    expect(matches(rule, { F: 'DC1' }, undefined, { placeholders })).toBe(true);
    expect(matches(rule, { F: 'dc2' }, undefined, { placeholders })).toBe(false);
    expect(
      matches("selection:\n  F|contains|expand: '\\%servers%-%ext%'", { F: 'x %servers%-EXE y' }, undefined, {
        placeholders,
      }),
    ).toBe(true);
    expect(
      matches("selection:\n  F|contains|expand: '\\%-%ext%'", { F: 'x %-EXE y' }, undefined, { placeholders }),
    ).toBe(true);
  });

  test('values in a pattern are taken literally', () => {
    const rule = "selection:\n  F|re|expand: '\\.%ext%$'";
    expect(matches(rule, { F: 'a.exe' }, undefined, { placeholders })).toBe(true);
    expect(matches(rule, { F: 'a.d.l' }, undefined, { placeholders })).toBe(true);
    expect(matches(rule, { F: 'a.dll' }, undefined, { placeholders })).toBe(false);
  });

  test('without a list the rule is rejected, without expand it is text', () => {
    expect(errorsOf("selection:\n  F|expand: '%nowhere%'")).toEqual(['placeholder-unknown 8:16']);
    expect(matches("selection:\n  F: '%nowhere%'", { F: '%nowhere%' })).toBe(true);
    expect(remarksOf("selection:\n  F: '%nowhere%'")).toEqual(['placeholder-without-expand 8:9']);
  });
});
