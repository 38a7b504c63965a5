import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { parseAddress, parseNetwork } from '../../src/base/cidr.ts';
import type { GlobPiece } from '../../src/base/glob.ts';
import { compileGlob, matchGlob } from '../../src/base/glob.ts';
import { compileLinearRegex, compileRegex, translateRegex } from '../../src/base/linear-regex.ts';
import { compareNumericText, compileNumber } from '../../src/base/numeric-text.ts';
import { sha256HexOfBytes } from '../../src/base/sha256.ts';
import { foldText } from '../../src/base/fold.ts';

const SEED = 20_240_506;

/** Wildcards by trying every way, over code points: the meaning that the linear matcher must have. */
function naiveGlob(pieces: readonly GlobPiece[], text: string): boolean {
  const points = Array.from(text);
  const wanted = pieces.flatMap((piece): (string | GlobPiece)[] =>
    piece.kind === 'text' ? Array.from(piece.text) : [piece],
  );
  const reach = (at: number, from: number): boolean => {
    const next = wanted[at];
    if (next === undefined) return from === points.length;
    if (typeof next === 'string') return points[from] === next && reach(at + 1, from + 1);
    if (next.kind === 'one') return from < points.length && reach(at + 1, from + 1);
    return reach(at + 1, from) || (from < points.length && reach(at, from + 1));
  };
  return reach(0, 0);
}

describe('globs', () => {
  test('agree with trying every way', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '\n'), maxLength: 10 });
    const piece = fc.oneof(
      fc.constant<GlobPiece>({ kind: 'any' }),
      fc.constant<GlobPiece>({ kind: 'one' }),
      fc
        .string({ unit: fc.constantFrom('a', 'b', '😀'), minLength: 1, maxLength: 3 })
        .map((value): GlobPiece => ({ kind: 'text', text: value })),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 7 }), text, (pieces, value) => {
        expect(matchGlob(compileGlob(pieces), value)).toBe(naiveGlob(pieces, value));
      }),
      { seed: SEED, numRuns: 3_000 },
    );
  });

  test('many stars on a long value take linear time', () => {
    const pieces = Array.from('abcdefgh').flatMap((letter): GlobPiece[] => [
      { kind: 'any' },
      { kind: 'text', text: letter },
    ]);
    const value = 'a'.repeat(20_000) + 'abcdefg'.repeat(2_000);
    const milliseconds = cpuMillisecondsOf(() => {
      expect(matchGlob(compileGlob([...pieces, { kind: 'text', text: 'x' }]), value)).toBe(false);
    });
    expect(milliseconds).toBeLessThan(400);
  });
});

describe('addresses', () => {
  test.each([
    ['1.2.3.4', '1,2,3,4'],
    ['1.2.3', undefined],
    ['1.2.3.256', undefined],
    ['01.2.3.4', undefined],
    ['::', '0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0'],
    ['1::', '0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0'],
    ['::ffff:1.2.3.4', '1,2,3,4'],
    ['::1.2.3.4', '0,0,0,0,0,0,0,0,0,0,0,0,1,2,3,4'],
    ['1:2:3:4:5:6:7:8', '0,1,0,2,0,3,0,4,0,5,0,6,0,7,0,8'],
    ['1:2:3:4:5:6:7', undefined],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1::2::3', undefined],
    ['1:2:3:4:5:6:7::8', undefined],
    [':1', undefined],
    ['12345::', undefined],
    ['x', undefined],
  ])('%s', (text, bytes) => {
    expect(parseAddress(text)?.join()).toBe(bytes);
  });

  test.each([
    ['10.0.0.0/8', '10,0,0,0/8'],
    ['10.0.0.0', '10,0,0,0/32'],
    ['10.0.0.1/8', 'host-bits'],
    ['10.0.0.0/', 'prefix'],
    ['10.0.0.0/x', 'prefix'],
    ['10.0.0.0/255.0.255.0', 'prefix'],
    ['::ffff:10.0.0.0/104', '10,0,0,0/8'],
    ['hello', 'address'],
  ])('network %s', (text, shown) => {
    const network = parseNetwork(text);
    expect(typeof network === 'string' ? network : `${network.bytes.join()}/${network.bits}`).toBe(shown);
  });
});

describe('numbers as text', () => {
  test('compare as integers of any size do', () => {
    const integer = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n });
    fc.assert(
      fc.property(integer, integer, fc.boolean(), fc.nat(3), (a, b, hex, zeros) => {
        const text =
          hex && a >= 0n
            ? `0x${'0'.repeat(zeros)}${a.toString(16).toUpperCase()}`
            : `${a < 0n ? '-' : ''}${'0'.repeat(zeros)}${(a < 0n ? -a : a).toString()}`;
        expect(Math.sign(compareNumericText(text, compileNumber(b.toString())) ?? Number.NaN)).toBe(
          a < b ? -1 : a > b ? 1 : 0,
        );
      }),
      { seed: SEED },
    );
  });

  test.each(['', ' 1', '1 ', '0x', '1e5', '+1', 'x', '0xg', '1.', '.5', '--1'])('%j is no number', (text) => {
    expect(compareNumericText(text, compileNumber('1'))).toBeUndefined();
  });

  test('fractions and zeros', () => {
    expect(compareNumericText('1.50', compileNumber('1.5'))).toBe(0);
    expect(compareNumericText('-0', compileNumber('0'))).toBe(0);
    expect(compareNumericText('-1.5', compileNumber('-1.25'))).toBe(-1);
    expect(compareNumericText('0.09', compileNumber('0.1'))).toBe(-1);
  });
});

describe('sha-256', () => {
  test('agrees with the platform for every length around the block size', () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + length) & 255);
      expect(sha256HexOfBytes(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});

function translated(pattern: string, flags = ''): string {
  const result = translateRegex(pattern, flags);
  if (!result.ok) throw new Error(result.problem.message);
  return result.value.source;
}

const engineOf = (pattern: string, flags = ''): string => compileRegex(translated(pattern, flags)).engine;
const test2 = (pattern: string, text: string, flags = ''): boolean => {
  const source = translated(pattern, flags);
  const own = compileRegex(source).test(text);
  expect(compileLinearRegex(source).test(text)).toBe(own);
  return own;
};

describe('regular expressions', () => {
  test('patterns that may backtrack run on the linear engine', () => {
    expect(engineOf('abc[0-9]{2}')).toBe('native');
    expect(engineOf('(?i)abc')).toBe('native');
    expect(engineOf('a+b')).toBe('linear');
    expect(engineOf('(?:a{0,30}){0,30}')).toBe('linear');
    expect(engineOf('😀')).toBe('linear');
    expect(engineOf('^a', 'm')).toBe('linear');
    expect(engineOf('.{1000,}')).toBe('line-length');
  });

  test.each([
    ['a.c', 'a\rc', '', true],
    ['a.c', 'a\u2028c', '', true],
    ['a.c', 'a\nc', '', false],
    ['c$', 'abc\n', '', true],
    ['c$', 'abc\n\n', '', false],
    ['c\\z', 'abc\n', '', false],
    ['c\\Z', 'abc\n', '', true],
    ['\\Ab', 'a\nb', 'm', false],
    ['^b$', 'a\nb\nc', 'm', true],
    ['\\s', '\u00a0', '', false],
    ['\\s', '\v', '', true],
    ['\\w', 'ä', '', false],
    ['\\bcmd\\b', 'a cmd.exe', '', true],
    ['\\Bmd', 'cmd', '', true],
    ['[^a]', 'A', 'i', false],
    ['[a-c]+', 'ABC', 'i', true],
    ['k', '\u212a', 'i', true],
    ['s', '\u017f', 'i', false],
    ['σ', 'ς', 'i', true],
    ['^.$', '😀', '', true],
    ['^..$', '😀', '', false],
    ['^[^x]$', '😀', '', true],
    ['😀', 'a😀', '', true],
    ['[]a]', ']', '', true],
    ['[\\w-.]', '-', '', true],
    ['a{,2}b', 'aab', '', true],
    ['a{b', 'a{b', '', true],
    ['{', '{', '', true],
    ['\\/\\"\\-\\\'', '/"-\'', '', true],
    ['\\x41\\u0042\\t\\0', 'AB\t\0', '', true],
    ['(?P<n>a)(?<m>b)', 'ab', '', true],
    ['^*a', 'ba', '', true],
    ['a|', '', '', true],
    ['(?s)a.c', 'a\nc', '', true],
    ['[/-]x', '-x', '', true],
    ['[\\[\\]^-]', '^', '', true],
    ['[-/–][Ee^]{1,2}[ncodema^]*\\s[A-Za-z0-9+/=]{15,}', '–enc aaaaaaaaaaaaaaaa', '', true],
  ])('%s on %j with flags "%s"', (pattern, text, flags, expected) => {
    expect(test2(pattern, text, flags)).toBe(expected);
  });

  test('the required literal is contained in every match', () => {
    const literalOf = (pattern: string, flags = ''): string => {
      const result = translateRegex(pattern, flags);
      return result.ok ? result.value.literal : '?';
    };
    expect(literalOf('Foo\\s+BarBaz')).toBe('barbaz');
    expect(literalOf('(?i)foo(bar)?quux')).toBe('quux');
    expect(literalOf('ab|cd')).toBe('');
    expect(literalOf('(?:abc){2,}x')).toBe('abc');
    expect(literalOf('(?i)sk')).toBe('sk');
    expect(literalOf('a*bc?d')).toBe('b');
  });

  test('both engines agree on random patterns and texts', () => {
    const letter = fc.constantFrom('a', 'b', 'A', '.', '\\d', '\\s', '\\w', '[ab]', '[^a]', '^', '$', '\\b', ' ', '1');
    const pattern: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        letter,
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
        fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
        fc.tuple(tie('node'), fc.constantFrom('?', '{0,2}', '{2}')).map(([a, quantifier]) => `(?:${a})${quantifier}`),
      ),
    })).node;
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'B', ' ', '\n', '\r', '1', 'ä', '😀'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, fc.constantFrom('', 'i', 's', 'm', 'is'), (source, value, flags) => {
        const result = translateRegex(source, flags);
        if (!result.ok) throw new Error(result.problem.message);
        const matched = test2(source, value, flags);
        if (matched) expect(foldText(value)).toContain(result.value.literal);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  test('hostile patterns and values stay bounded', () => {
    const attacks: [string, string][] = [
      ['(?:.*\\)){1,}.*"', `cmd /c"set abc{0}\\" -f${')'.repeat(30_000)}`],
      ['(a+)+$', 'a'.repeat(30_000) + 'b'],
      ['(a|a)*b', 'a'.repeat(30_000)],
      ['a+b', 'a'.repeat(32_000)],
      ['(set).*&&\\s?set.*(..).*&&.*"', 'set&&set'.repeat(4_000)],
      ['.{1000,}', `${'x'.repeat(999)}\n`.repeat(30)],
      ['(?:a?){30}a{30}', 'a'.repeat(29)],
    ];
    for (const [pattern, text] of attacks) {
      const regex = compileRegex(translated(pattern));
      regex.test('warm');
      const milliseconds = cpuMillisecondsOf(() => regex.test(text));
      expect(milliseconds, pattern).toBeLessThan(1_000);
    }
  });
});
