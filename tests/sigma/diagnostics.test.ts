// What authors of bad rules are told: the classes of the Sigma engine reference, section 5.

import { describe, expect, test } from 'vitest';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { compileText, diagnosticsOf, errorsOf, placesOf, remarksOf, ruleText } from './rule-kit.ts';

const GOOD = ruleText('selection:\n  A: 1');
const codesOf = (text: string): string[] => placesOf(diagnosticsOf(text), 'error');

describe('rejected rules', () => {
  test('a bad file or document costs only itself, and keeps its number', () => {
    const { verdicts, ruleSet } = compileRules([
      { pack: 'p', file: 'a.yml', text: `${GOOD}---\nb: [\n---\n${GOOD.replace('Test', 'Other')}` },
      { pack: 'p', file: 'b.yml', text: new Uint8Array([0xff, 0x00, 0x80]) },
      { pack: 'p', file: 'c.yml', text: '- a\n- b\n' },
      { pack: 'p', file: 'd.yml', text: '' },
      { pack: 'p', file: 'e.yml', text: GOOD },
    ]);
    expect(verdicts.map((each) => `${each.file} ${each.document} ${each.verdict}`)).toEqual([
      'a.yml 0 compiled',
      'a.yml 1 rejected',
      'a.yml 2 compiled',
      'b.yml 0 rejected',
      'c.yml 0 rejected',
      'd.yml 0 rejected',
      'e.yml 0 compiled',
    ]);
    expect(verdicts.map((each) => each.diagnostics[0]?.code)).toEqual([
      undefined,
      'yaml-syntax',
      'duplicate-id',
      'not-utf8',
      'not-a-map',
      'empty-document',
      'duplicate-id',
    ]);
    expect(ruleSet.rules).toHaveLength(3);
  });

  test.each([
    ['title', 'missing-title 1:1'],
    ['logsource', 'missing-logsource 1:1'],
    ['detection', 'missing-detection 1:1'],
  ])('%s is missing', (key, place) => {
    const text = GOOD.replace(new RegExp(`^${key}:.*\\n(?: .*\\n)*`, 'm'), '');
    expect(codesOf(text)).toEqual([place]);
  });

  test('all that is missing is reported at once', () => {
    expect(codesOf('id: x\n')).toEqual(['missing-title 1:1', 'missing-logsource 1:1', 'missing-detection 1:1']);
    expect(codesOf('title: a\nlogsource: windows\ndetection: x\n')).toEqual([
      'missing-logsource 2:1',
      'missing-detection 3:1',
    ]);
    expect(codesOf('title: a\nlogsource:\n  product: windows\ndetection:\n  selection:\n    A: 1\n')).toEqual([
      'missing-condition 4:1',
    ]);
    expect(codesOf('title: a\nlogsource:\n  product: windows\ndetection:\n  condition: x\n')).toEqual([
      'missing-selection 4:1',
      'undefined-selection 5:14',
    ]);
    expect(
      codesOf('title: a\nlogsource:\n  product: windows\ndetection:\n  selection:\n    A: 1\n  condition:\n'),
    ).toEqual(['missing-condition 7:12']);
  });

  test.each([
    ['A|contain: x', 'unknown-modifier 8:5', 'Did you mean `contains`?'],
    ['A|CONTAINS: x', 'unknown-modifier 8:5', 'Did you mean `contains`?'],
    ['A|startwith: x', 'unknown-modifier 8:5', 'Did you mean `startswith`?'],
    ['A|frobnicate: x', 'unknown-modifier 8:5', 'See docs/sigma-support.md for the list.'],
  ])('unknown modifier: %s', (item, place, hint) => {
    const errors = diagnosticsOf(ruleText(`selection:\n  ${item}`)).filter((each) => each.severity === 'error');
    expect(placesOf(errors, 'error')).toEqual([place]);
    expect(errors[0]?.hint).toBe(hint);
  });

  test.each([
    ['A|contains: 5', 'modifier-value 8:17'],
    ['A|endswith: null', 'modifier-value 8:17'],
    ['A|startswith: true', 'modifier-value 8:19'],
    ["A|lt: '5'", 'modifier-value 8:12'],
    ['A|gte: 0x5', 'modifier-value 8:12'],
    ["A|exists: 'true'", 'modifier-value 8:16'],
    ['A|exists: 1', 'modifier-value 8:15'],
    ['A|i: x', 'modifier-value 8:10'],
    ['A|hour: x', 'modifier-value 8:13'],
    ['A|hour: 1.5', 'modifier-value 8:13'],
    ['A|re: 5', 'modifier-value 8:11'],
    ['A|cidr: 5', 'modifier-value 8:13'],
    ['A|windash: 5', 'modifier-value 8:16'],
    ['A|base64: true', 'modifier-value 8:15'],
    ['A|fieldref: 5', 'modifier-value 8:17'],
    ['A|base64: a*', 'modifier-wildcard 8:15'],
    ['A|contains|base64: a', 'modifier-wildcard 8:24'],
    ['A|wide|base64offset: a?', 'modifier-wildcard 8:26'],
    ['A|fieldref: B*', 'modifier-wildcard 8:17'],
    ['A|contains|re: a', 'modifier-order 8:5'],
    ['A|contains|cidr: 10.0.0.0/8', 'modifier-order 8:5'],
    ['A|contains|startswith: a', 'modifier-combination 8:5'],
    ['A|exists|all: true', 'modifier-combination 8:5'],
    ["'|exists': true", 'modifier-combination 8:6'],
    ["'|fieldref': A", 'modifier-combination 8:6'],
    ['A|cidr: 10.0.0.1/8', 'invalid-cidr 8:13'],
    ['A|cidr: 10.0.0.0/33', 'invalid-cidr 8:13'],
    ['A|cidr: 10.0.0/8', 'invalid-cidr 8:13'],
    ["A|cidr: 'fc00::1/7'", 'invalid-cidr 8:14'],
    ['A:\n    b: c', 'value-type 9:7'],
    ['A:\n    - - b', 'value-type 9:9'],
  ])('modifier and value: %s', (item, place) => {
    expect(errorsOf(`selection:\n  ${item}`)).toEqual([place]);
  });

  test.each([
    ['(a', 10, 'a `(` is never closed'],
    ['a)', 11, 'there is a `)` without its `(`'],
    ['[a', 10, 'a `[` is never closed'],
    ['*a', 10, 'there is nothing for `*` to repeat'],
    ['a**', 12, 'two quantifiers follow each other'],
    ['a{2,1}', 10, 'the bounds of a repetition are in the wrong order'],
    ['[z-a]', 11, 'the ends of a range are in the wrong order'],
    ['x(?=a)', 11, 'lookahead is not supported'],
    ['x(?<!a)', 11, 'lookbehind is not supported'],
    ['(a)\\1', 13, 'a backreference is not supported'],
    ['a++', 12, 'a possessive quantifier is not supported'],
    ['(?>a)', 10, 'an atomic group is not supported'],
    ['a(?i)b', 11, 'a flag inside the pattern is not supported'],
    ['[[:alpha:]]', 11, 'the POSIX class `[:alpha:]` is not supported'],
    ['\\p{L}', 10, '`\\p` is not supported'],
    ['(?x)a', 12, 'the flag `x` is not supported'],
    ['a{1001}', 10, 'a repetition goes beyond 1000'],
  ])('regular expression: %s', (pattern, column, message) => {
    const [error] = diagnosticsOf(ruleText(`selection:\n  A|re: '${pattern}'`)).filter(
      (each) => each.severity === 'error',
    );
    expect(error?.code).toBe('invalid-regex');
    expect(error?.message).toBe(`The regular expression cannot be used: ${message}.`);
    // The pattern begins in column 12, behind the quote.
    expect(`${error?.range?.line ?? 0}:${error?.range?.column ?? 0}`).toBe(`8:${column + 2}`);
  });

  test('patterns that are too long or too large are refused', () => {
    expect(errorsOf(`selection:\n  A|re: '${'a'.repeat(2_001)}'`)).toEqual(['invalid-regex 8:2012']);
    expect(errorsOf("selection:\n  A|re: '(?:a{100}){100}'")).toEqual(['invalid-regex 8:12']);
  });

  test('a condition in prose is named as such', () => {
    const codes = errorsOf('a:\n  A: 1', 'a and (b > 7)').map((each) => each.split(' ')[0]);
    expect(codes).toContain('condition-unsupported');
  });

  test('legacy near is refused, count is translated', () => {
    expect(errorsOf('a:\n  A: 1', 'a | near b').map((each) => each.split(' ')[0])).toEqual(['aggregation-unsupported']);
    const { verdicts, ruleSet } = compileText(ruleText('a:\n  A: 1', 'a | count(B) by C > 3'));
    expect(verdicts[0]?.verdict).toBe('compiled');
    expect(ruleSet.rules.map((rule) => [rule.kind, rule.generates])).toEqual([
      ['event', false],
      ['correlation', true],
    ]);
  });

  test('too many values are refused', () => {
    const values = new Array(100_001).fill('    - a').join('\n');
    expect(codesOf(ruleText(`selection:\n  A:\n${values}`))[0]).toMatch(/^too-many-values/);
  });
});

describe('remarks', () => {
  test.each([
    ['A: 0x17', 'number-as-text 8:8'],
    ['A:\n    - null\n    - x', 'null-in-list 9:9'],
    ['A: []', 'empty-list 8:8'],
    ['A|contains|all: x', 'all-on-one-value 8:5'],
    ["A: '*'", 'lone-wildcard 8:9'],
    ['A|: x', 'stray-pipe 8:5'],
    ['A|wide: x', 'encoding-without-base64 8:13'],
  ])('%s', (item, place) => {
    expect(remarksOf(`selection:\n  ${item}`)).toEqual([place]);
  });

  test('metadata never rejects a rule', () => {
    const text = `${GOOD.replace(/^id:.*\n/m, '')}status: production\nlevel: severe\ndate: yesterday\ntags:\n  - Attack.T1059\n  - nodot\n  -\nauthor: [a, b]\nreferences: one\n`;
    const { verdicts, ruleSet } = compileText(text);
    expect(verdicts[0]?.verdict).toBe('compiled');
    expect(verdicts[0]?.diagnostics.map((each) => each.code)).toEqual([
      'missing-id',
      'invalid-level',
      'invalid-status',
      'invalid-date',
      'invalid-tag',
      'invalid-tag',
    ]);
    expect(ruleSet.rules[0]?.info).toMatchObject({
      level: 'medium',
      status: 'production',
      author: 'a, b',
      references: ['one'],
      tags: ['Attack.T1059', 'nodot'],
    });
  });

  test('ids are made from path and title, stay the same, and tell documents apart', () => {
    const bare = GOOD.replace(/^id:.*\n/m, '');
    const idsOf = (file: string, text: string): string[] =>
      compileRules([{ pack: 'x', file, text }]).verdicts.map((each) => each.id);
    const [id] = idsOf('a/b.yml', bare);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(idsOf('a\\b.yml', bare)).toEqual([id]);
    expect(idsOf('a/c.yml', bare)).not.toEqual([id]);
    expect(new Set(idsOf('a/b.yml', `${bare}---\n${bare}`)).size).toBe(2);
  });

  test('the hash is that of the document text', () => {
    const { ruleSet } = compileText('title: x\nlogsource: {product: windows}\ndetection: {a: x, condition: a}\n');
    expect(ruleSet.rules[0]?.info.hash).toBe('04ce07f5c23babf978abb44241fb3f77be28845e5e3146f9b082884441672fc1');
  });

  test('repeated keys at the top are remarked and the last one counts', () => {
    const { verdicts, ruleSet } = compileText(`${GOOD}level: low\nlevel: high\n`);
    expect(verdicts[0]?.diagnostics.map((each) => each.code)).toEqual(['duplicate-key']);
    expect(ruleSet.rules[0]?.info.level).toBe('high');
  });

  test('unknown keys are no affair of ours', () => {
    expect(diagnosticsOf(`${GOOD}simulation: {a: 1}\ncustom: [x]\n`)).toEqual([]);
  });
});

describe('correlations of rules that cannot fire', () => {
  const trace = (name: string): string =>
    GOOD.replace('service: application', 'category: file_access').replace(/^id:.*$/m, `name: ${name}`);
  const correlation = (name: string, type: string, rules: string): string =>
    `title: ${name}\nname: ${name}\ncorrelation:\n  type: ${type}\n  rules: [${rules}]\n  group-by: [Computer]\n  timespan: 5m\n  condition:\n    gte: 1\n`;

  test('cannot fire either, along the whole chain and in any order', () => {
    const text = [correlation('c', 'event_count', 'b'), correlation('b', 'event_count', 'a'), trace('a')].join('---\n');
    expect(compileText(text).verdicts.map((each) => each.verdict)).toEqual([
      'not-evaluable',
      'not-evaluable',
      'not-evaluable',
    ]);
  });

  test('a count over several rules needs only one of them', () => {
    const good = GOOD.replace(/^id:.*$/m, 'name: g');
    const text = [trace('a'), good, correlation('c', 'event_count', 'a, g')].join('---\n');
    expect(compileText(text).verdicts.map((each) => each.verdict)).toEqual(['not-evaluable', 'compiled', 'compiled']);
  });
});
