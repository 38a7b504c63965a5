import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldText } from '../../src/base/fold.ts';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { LiteralMatcher } from '../../src/engine/match/literal-matcher.ts';
import { loadProgram, type Program } from '../../src/engine/program.ts';
import type { FieldKey } from '../../src/model/field-key.ts';
import type { Predicate, TextAnchor } from '../../src/model/rule-set.ts';
import { ANY_ROUTE, eventRule, ruleSetOf, text } from './arbitrary-rules.ts';

const ANCHORS: readonly TextAnchor[] = ['exact', 'prefix', 'suffix', 'contains'];
const FIELD = 'field' as FieldKey;

function literal(anchor: TextAnchor, value: string): Predicate {
  return { kind: 'literal', field: FIELD, anchor, text: foldText(value), cased: false };
}

function programOf(predicates: readonly Predicate[]): Program {
  const rules = predicates.map((_, predicate) => eventRule({ op: 'test', predicate }, [ANY_ROUTE]));
  return loadProgram(compileProgram(ruleSetOf(predicates, rules)));
}

/** Predicates whose literal the matcher finds in the value. */
function found(program: Program, value: string): number[] {
  const matcher = new LiteralMatcher(program);
  const all = matcher.foldText(value);
  const count = matcher.scan(0, value.length, all);
  const hits = new Set(matcher.hits.subarray(0, count));
  const predicates: number[] = [];
  program.predicateLiteral.forEach((number, predicate) => {
    if (hits.has(number)) predicates.push(predicate);
  });
  return predicates;
}

function expected(predicates: readonly Predicate[], value: string): number[] {
  const folded = foldText(value);
  const tests: Record<TextAnchor, (wanted: string) => boolean> = {
    exact: (wanted) => folded === wanted,
    prefix: (wanted) => folded.startsWith(wanted),
    suffix: (wanted) => folded.endsWith(wanted),
    contains: (wanted) => folded.includes(wanted),
  };
  return predicates.flatMap((predicate, number) =>
    predicate.kind === 'literal' && tests[predicate.anchor](predicate.text) ? [number] : [],
  );
}

const arbitraryLiteral = fc
  .tuple(
    fc.constantFrom(...ANCHORS),
    text(4).filter((value) => value !== ''),
  )
  .map(([anchor, value]) => literal(anchor, value));

describe('the literal matcher', () => {
  test('finds exactly the literals that a value holds', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryLiteral, { minLength: 1, maxLength: 80 }),
        fc.array(text(8), { minLength: 1, maxLength: 8 }),
        (predicates, values) => {
          const program = programOf(predicates);
          for (const value of values) expect(found(program, value)).toEqual(expected(predicates, value));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('finds literals of every length at the start, the end and every place between', () => {
    const words = Array.from({ length: 12 }, (_, i) => 'abcdefghijkl'.slice(0, i + 1));
    const predicates = words.flatMap((word) => ANCHORS.map((anchor) => literal(anchor, word)));
    const program = programOf(predicates);
    for (const word of words) {
      for (const value of [word, `x${word}`, `${word}x`, `xy${word}yx`, word + word, word.toUpperCase()]) {
        expect(found(program, value), value).toEqual(expected(predicates, value));
      }
    }
  });

  test('finds a literal as long as the longest value and one unit longer never', () => {
    const long = 'ab'.repeat(32_767);
    const predicates = [literal('exact', long), literal('contains', `${long}a`), literal('suffix', long)];
    expect(found(programOf(predicates), long)).toEqual([0, 2]);
  });

  test('tells apart literals that share a gram, whatever follows it', () => {
    const predicates = Array.from({ length: 500 }, (_, i) => literal('contains', `same${String(i)}`));
    const program = programOf(predicates);
    expect(found(program, 'xsame7')).toEqual([7]);
    expect(found(program, 'same499 same12')).toEqual(expected(predicates, 'same499 same12'));
  });

  test('meets units that fold to ASCII and keeps apart those that do not', () => {
    const predicates = [
      literal('contains', 'k'),
      literal('contains', 's'),
      literal('exact', 'ß'),
      literal('contains', 'i'),
    ];
    const program = programOf(predicates);
    expect(found(program, 'K')).toEqual([0]);
    expect(found(program, 'ſ')).toEqual([]);
    expect(found(program, 'ẞ')).toEqual([2]);
    expect(found(program, 'İ')).toEqual([]);
  });
});
