// Rules are written by attackers too: nothing here may throw, hang or grow without bound.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuMillisecondsOf } from '../builders/cpu-time.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { compileText, diagnosticsOf, ruleText } from './rule-kit.ts';

const codes = (text: string): string[] => diagnosticsOf(text).map((each) => each.code);

describe('hostile rules', () => {
  test('files of 10 MB end quickly', () => {
    const size = 10 * 1024 * 1024;
    const texts = [
      'a'.repeat(size),
      '- a\n'.repeat(size / 4),
      `title: [${'a,'.repeat(size / 2 - 10)}]`,
      '['.repeat(size),
      `title: "${'\\n'.repeat(size / 2 - 10)}"`,
      '---\n'.repeat(size / 4),
      '#\n'.repeat(size / 2),
    ];
    for (const text of texts) {
      const time = cpuMillisecondsOf(() => {
        expect(compileText(text).verdicts.every((each) => each.verdict === 'rejected')).toBe(true);
      });
      expect(time, text.slice(0, 10)).toBeLessThan(8_000);
    }
  });

  test('many documents are bounded', () => {
    const { verdicts } = compileText('a: 1\n---\n'.repeat(20_100));
    expect(verdicts).toHaveLength(20_001);
    expect(verdicts[20_000]?.diagnostics[0]?.code).toBe('too-many-documents');
  });

  test('unknown aliases, depth and strange keys are refused', () => {
    expect(codes(ruleText('selection:\n  A: 1\nother: *s'))).toContain('yaml-alias');
    expect(codes(`title: ${'{a: '.repeat(60)}1${'}'.repeat(60)}`)).toEqual(['yaml-too-deep']);
    expect(codes(ruleText('? [a]\n: 1'))).toContain('yaml-key');
    const { ruleSet } = compileText(ruleText('__proto__:\n  __proto__: 1\n  constructor: 2', '__proto__'));
    expect(ruleSet.rules).toHaveLength(1);
    expect(({} as Record<string, unknown>)['1']).toBeUndefined();
  });

  test('expansions are bounded', () => {
    const dashes = `'${' -a'.repeat(60)}'`;
    expect(compileText(ruleText(`selection:\n  A|contains|windash: ${dashes}`)).ruleSet.predicates).toHaveLength(1);
    expect(codes(ruleText(`selection:\n  A|windash|base64: ${dashes}`))).toContain('windash-limit');
    const placeholders = new Map([['many', Array.from({ length: 1_000 }, (_, at) => `v${at}`)]]);
    const { verdicts } = compileText(ruleText("selection:\n  A|expand: '%many%%many%'"), { placeholders });
    expect(verdicts[0]?.diagnostics.map((each) => each.code)).toContain('placeholder-limit');
  });

  test('thousands of values, selections and alternatives compile in linear time', () => {
    const values = Array.from({ length: 50_000 }, (_, at) => `    - value${at}`).join('\n');
    expect(cpuMillisecondsOf(() => void compileText(ruleText(`selection:\n  A|contains:\n${values}`)))).toBeLessThan(
      4_000,
    );
    const selections = Array.from({ length: 2_000 }, (_, at) => `sel${at}:\n  A: ${at}`).join('\n');
    expect(cpuMillisecondsOf(() => void compileText(ruleText(selections, '1 of sel*')))).toBeLessThan(4_000);
    const maps = Array.from({ length: 5_000 }, (_, at) => `  - A: ${at}\n    B: ${at}`).join('\n');
    expect(cpuMillisecondsOf(() => void compileText(ruleText(`selection:\n${maps}`)))).toBeLessThan(4_000);
  });

  test('thousands of wrong names and values end quickly, with a bounded report', () => {
    const selections = Array.from({ length: 20_000 }, (_, at) => `selection_number_${at}:\n  A: 1`).join('\n');
    const condition = Array.from({ length: 800 }, (_, at) => `selektion_number_${at}`).join(' or ');
    const time = cpuMillisecondsOf(() => {
      expect(diagnosticsOf(ruleText(selections, condition)).length).toBeLessThan(30);
    });
    expect(time).toBeLessThan(8_000);
    const values = Array.from({ length: 50_000 }, (_, at) => `  A${at}|contain: 0${at}`).join('\n');
    expect(diagnosticsOf(ruleText(`selection:\n${values}`)).length).toBeLessThanOrEqual(1_000);
  });

  test('patterns are refused or bounded at compile time', () => {
    for (const pattern of [
      '(?:a{1000}){1000}',
      '((a{1,10}){1,10}){1,100}',
      '('.repeat(500) + 'a' + ')'.repeat(500),
      '[' + 'a-z'.repeat(600) + ']',
    ]) {
      expect(cpuMillisecondsOf(() => void compileText(ruleText(`selection:\n  A|re: '${pattern}'`)))).toBeLessThan(
        2_000,
      );
    }
  });

  test('no text at all makes the compiler throw', () => {
    const fragment = fc.constantFrom(
      'title: x\n',
      'logsource:\n',
      '  product: windows\n',
      'detection:\n',
      '  a:\n',
      '    F|contains: x\n',
      '  condition: a\n',
      '---\n',
      '...\n',
      '- x\n',
      '\t',
      '"',
      "'",
      '|\n',
      ': ',
      '&a ',
      '*a',
      '!!x ',
      '{',
      '}',
      '[',
      ']',
      '#',
      '%',
      'correlation:\n',
      'filter:\n',
      '  rules: x\n',
      'action: global\n',
      '\u0000',
      '\ud800',
      'null\n',
      '~',
      '? ',
      '>',
      '@',
      '`',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 25 }), (fragments) => {
        const text = fragments.join('');
        const { verdicts, ruleSet } = compileText(text);
        expect(ruleSet.rules.length).toBeLessThanOrEqual(verdicts.length);
        for (const { diagnostics } of verdicts) {
          for (const { range } of diagnostics) {
            if (range === undefined) continue;
            expect(range.start).toBeLessThanOrEqual(range.end);
            expect(range.end).toBeLessThanOrEqual(text.length);
            expect(range.line).toBeGreaterThan(0);
            expect(range.column).toBeGreaterThan(0);
          }
        }
      }),
      { seed: 4_711, numRuns: 3_000 },
    );
  });

  test('random bytes are refused, not thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(compileRules([{ pack: 'p', file: 'f', text: bytes }]).verdicts.length).toBeGreaterThan(0);
      }),
      { seed: 4_712, numRuns: 500 },
    );
  });
});
