import { describe, expect, test } from 'vitest';
import { compileText, errorsOf, matches, matchesSketch, remarksOf, ruleText } from './rule-kit.ts';

const ABC = 'a:\n  A: 1\nb:\n  B: 1\nc:\n  C: 1';

/** Whether a condition over selections a, b, c holds when those named are met. */
function holds(condition: string, met: string): boolean {
  return matches(ABC, Object.fromEntries(Array.from(met.toUpperCase()).map((name) => [name, '1'])), condition);
}

describe('conditions', () => {
  test.each([
    ['a or b and c', 'a', true],
    ['a or b and c', 'b', false],
    ['a or b and c', 'bc', true],
    ['(a or b) and c', 'a', false],
    ['(a or b) and c', 'ac', true],
    ['not a and b', 'b', true],
    ['not a and b', 'ab', false],
    ['not (a and b)', 'a', true],
    ['not not a', 'a', true],
    ['not not not a', 'a', false],
    ['a and not b or c', 'c', true],
    ['1 of them', 'b', true],
    ['any of them', '', false],
    ['all of them', 'abc', true],
    ['all of them', 'ab', false],
    ['1 of a* or all of b', 'b', true],
    ['not 1 of them', '', true],
    ['a AND (b OR NOT c)', 'a', true],
    ['1 OF THEM', 'c', true],
  ])('%s with %s met', (condition, met, expected) => {
    expect(holds(condition, met)).toBe(expected);
  });

  test('line ends and blanks only separate', () => {
    expect(matches(ABC, { A: '1', C: '1' }, '>\n    a\n    and\n      c')).toBe(true);
    expect(matches(ABC, { A: '1' }, '|\n    a and\n    c')).toBe(false);
  });

  test('names that begin with an operator are names', () => {
    const detection = 'allowed_apps_key:\n  A: 1\nofficial:\n  B: 1\nnot_me:\n  C: 1\norder-1:\n  D: 1';
    const condition = 'allowed_apps_key and official and not not_me or order-1';
    expect(matches(detection, { A: '1', B: '1' }, condition)).toBe(true);
    expect(matches(detection, { A: '1', B: '1', C: '1' }, condition)).toBe(false);
    expect(matches(detection, { D: '1', C: '1' }, condition)).toBe(true);
  });

  test('patterns take stars anywhere; names with an underscore in front stay out of them', () => {
    const detection = 'sel_x_end:\n  A: 1\nsel_y_end:\n  B: 1\nsel_z:\n  C: 1\n_hidden:\n  D: 1';
    expect(matches(detection, { A: '1', B: '1' }, 'all of sel_*_end')).toBe(true);
    expect(matches(detection, { A: '1', C: '1' }, 'all of sel_*_end')).toBe(false);
    expect(matches(detection, { A: '1', B: '1', C: '1' }, 'all of them')).toBe(true);
    expect(matches(detection, { D: '1' }, '1 of them')).toBe(false);
    expect(matches(detection, { D: '1' }, '1 of _*')).toBe(true);
    expect(matches(detection, { D: '1' }, '1 of *')).toBe(false);
    expect(matches(detection, { D: '1' }, '_hidden')).toBe(true);
  });

  test('a list of conditions is an OR', () => {
    const text = ruleText(ABC, '\n    - a and b\n    - c');
    expect(compileText(text).verdicts[0]?.verdict).toBe('compiled');
    expect(matches(ABC, { C: '1' }, '\n    - a and b\n    - c')).toBe(true);
    expect(matches(ABC, { A: '1' }, '\n    - a and b\n    - c')).toBe(false);
    expect(remarksOf(ABC, '\n    - a and b\n    - c')).toContain('condition-list 14:5');
  });

  test('a negated selection is true when its field is missing', () => {
    const detection = 'selection:\n  A: 1\nfilter:\n  B|contains: x';
    expect(matches(detection, { A: '1' }, 'selection and not filter')).toBe(true);
    expect(matches(detection, { A: '1', B: 'axb' }, 'selection and not filter')).toBe(false);
    expect(matches(detection, {}, 'not filter')).toBe(true);
  });
});

describe('conditions that are wrong', () => {
  // The condition stands in line 13, its text begins in column 14.
  test.each([
    ['a and', 'condition-syntax 13:16'],
    ['and a', 'condition-syntax 13:14'],
    ['a or or b', 'condition-syntax 13:19'],
    ['(a or b', 'condition-syntax 13:14'],
    ['a or b)', 'condition-syntax 13:20'],
    ['a (b)', 'condition-syntax 13:16'],
    ['a b', 'condition-syntax 13:16'],
    ['()', 'condition-syntax 13:15'],
    ['1 of', 'condition-syntax 13:16'],
    ['1 of and b', 'condition-syntax 13:16'],
    ['2 of them', 'condition-quantifier 13:14'],
    ['1 of x*', 'condition-pattern 13:19'],
    ['a*', 'condition-pattern 13:14'],
    ['a or d', 'undefined-selection 13:19'],
    ['not', 'condition-syntax 13:14'],
  ])('%s', (condition, place) => {
    expect(errorsOf(ABC, condition)).toEqual([place]);
  });

  test('places are right in quoted, folded and block conditions', () => {
    expect(errorsOf(ABC, "'a or d'")).toEqual(['undefined-selection 13:20']);
    expect(errorsOf(ABC, '>\n    a or\n    d')).toEqual(['undefined-selection 15:5']);
    expect(errorsOf(ABC, '|\n    a or\n      d')).toEqual(['undefined-selection 15:7']);
    expect(errorsOf(ABC, 'a\n    or d')).toEqual(['undefined-selection 14:8']);
  });

  test('every wrong name is reported, with the nearest one', () => {
    const { diagnostics } = compileText(ruleText('selection_img:\n  A: 1', 'selection_imq and filter')).verdicts[0]!;
    expect(diagnostics.filter((each) => each.code === 'undefined-selection')).toHaveLength(2);
    expect(diagnostics[0]?.hint).toBe('Did you mean `selection_img`?');
  });

  test('an unused selection is remarked, an empty one only refused where it is used', () => {
    expect(remarksOf(ABC, 'a and b')).toEqual(['unused-selection 11:3']);
    expect(errorsOf('a:\n  A: 1\nfilter:', 'a')).toEqual([]);
    expect(errorsOf('a:\n  A: 1\nfilter:', 'a and not filter')).toEqual(['empty-selection 9:3']);
    expect(errorsOf('a:\n  A: 1\nfilter: {}', 'a and not 1 of f*')).toEqual(['empty-selection 9:3']);
  });

  test('upper-case operators are remarked once', () => {
    expect(remarksOf(ABC, 'a AND b OR NOT c')).toEqual(['upper-case-operator 13:16']);
  });

  test('bounds hold', () => {
    expect(errorsOf(ABC, '('.repeat(100) + 'a' + ')'.repeat(100))[0]).toMatch(/^condition-limit/);
    expect(errorsOf(ABC, 'a or '.repeat(5_000) + 'a')[0]).toMatch(/^condition-limit/);
    expect(matches(ABC, { A: '1' }, 'not '.repeat(2_000) + 'a')).toBe(true);
  });
});

describe('selections', () => {
  test('a map is AND, a list of maps is OR', () => {
    expect(matches('selection:\n  A: 1\n  B: 2', { A: '1' })).toBe(false);
    const list = 'selection:\n  - A: 1\n    B: 2\n  - C: 3';
    expect(matches(list, { A: '1', B: '2' })).toBe(true);
    expect(matches(list, { C: '3' })).toBe(true);
    expect(matches(list, { A: '1', C: '4' })).toBe(false);
  });

  test('keywords are text anywhere in the event', () => {
    for (const keywords of [
      "selection: 'needle'",
      'selection:\n  - needle\n  - other',
      "selection:\n  '|contains': needle",
    ]) {
      expect(matches(keywords, { F: 'a NEEDLE b' })).toBe(true);
      expect(matches(keywords, { F: 'nothing' })).toBe(false);
    }
    expect(matches('selection:\n  - host1', {})).toBe(true);
    expect(matches("selection:\n  - 'ne*le'", { F: 'a need it le b' })).toBe(true);
    expect(matches('selection:\n  - 4711', { F: 'a 4711 b' })).toBe(true);
  });

  test('|all keywords must all occur, in any values', () => {
    const rule = "selection:\n  '|all':\n    - one\n    - two";
    expect(matches(rule, { A: 'one', B: 'two' })).toBe(true);
    expect(matches(rule, { A: 'one' })).toBe(false);
  });

  test('a mixed list is OR of maps and keywords', () => {
    const rule = 'selection:\n  - A: 1\n  - needle';
    expect(matches(rule, { A: '1' })).toBe(true);
    expect(matches(rule, { B: 'needle' })).toBe(true);
    expect(matches(rule, { B: '1' })).toBe(false);
  });

  test('a repeated key means both, with a remark', () => {
    const rule = 'selection:\n  F|contains: cmd\n  F|contains:\n    - sethc\n    - osk';
    expect(matches(rule, { F: 'cmd sethc' })).toBe(true);
    expect(matches(rule, { F: 'sethc' })).toBe(false);
    expect(remarksOf(rule)).toEqual(['duplicate-key 9:5']);
    const selections = 'selection:\n  A: 1\nselection:\n  B: 1';
    expect(matches(selections, { A: '1' })).toBe(false);
    expect(matches(selections, { A: '1', B: '1' })).toBe(true);
  });

  test('field names meet without regard to case, blanks and separators', () => {
    expect(matches('selection:\n  threat_name: x', { 'Threat Name': 'x' })).toBe(true);
    expect(matches('selection:\n  CommandLine: x', { Commandline: 'x' })).toBe(true);
    expect(matchesSketch('selection:\n  Provider_Name: test provider\n  ComputerName: HOST1', {})).toBe(true);
  });
});
