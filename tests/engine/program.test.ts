import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileProgram } from '../../src/engine/compile/compile-program.ts';
import { loadProgram } from '../../src/engine/program.ts';
import type { FieldKey } from '../../src/model/field-key.ts';
import type { Expression, Predicate } from '../../src/model/rule-set.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { arbitraryRuleSet, ANY_ROUTE, eventRule, ruleSetOf } from './arbitrary-rules.ts';
import { judgeByEngine } from './judge.ts';

const image = 'image' as FieldKey;
const contains = (text: string): Predicate => ({
  kind: 'literal',
  field: image,
  anchor: 'contains',
  text,
  cased: false,
});
const tests = (predicate: number): Expression => ({ op: 'test', predicate });

describe('a rule program', () => {
  test('is the same after a copy through bytes', () => {
    fc.assert(
      fc.property(arbitraryRuleSet, (ruleSet) => {
        const buffer = compileProgram(ruleSet);
        const copy = loadProgram(new Uint8Array(buffer).slice().buffer);
        expect(compileProgram(ruleSet)).toEqual(copy.buffer);
        expect(copy.header.ruleCount).toBe(ruleSet.rules.length);
      }),
      { numRuns: 50 },
    );
  });

  test('of another version is refused', () => {
    const buffer = compileProgram(ruleSetOf([contains('a')], [eventRule(tests(0), [ANY_ROUTE])]));
    new Int32Array(buffer)[1]! += 1;
    expect(() => loadProgram(buffer)).toThrow(/version/);
  });

  test('shares one literal between rules, spellings and required literals of wildcards', () => {
    const predicates: Predicate[] = [
      contains('cmd.exe'),
      { kind: 'literal', field: image, anchor: 'contains', text: 'CMD.exe', cased: true },
      {
        kind: 'glob',
        field: image,
        parts: [{ kind: 'any' }, { kind: 'text', text: 'cmd.exe' }, { kind: 'any' }, { kind: 'text', text: 'x' }],
        cased: false,
      },
    ];
    const program = loadProgram(
      compileProgram(
        ruleSetOf(
          predicates,
          predicates.map((_, i) => eventRule(tests(i), [ANY_ROUTE])),
        ),
      ),
    );
    expect(program.literalOffset.length).toBe(1);
  });

  test('leaves out predicates that no rule with a route uses', () => {
    const rules = [eventRule(tests(0), []), eventRule(tests(1), [ANY_ROUTE])];
    const program = loadProgram(compileProgram(ruleSetOf([contains('a'), contains('b')], rules)));
    expect([...program.predicateField]).toEqual([-1, 0]);
  });

  test('drops a condition nested beyond its bound and keeps the other rules', () => {
    let deep: Expression = tests(0);
    for (let i = 0; i < 20_000; i++)
      deep = i % 2 === 0 ? { op: 'not', child: deep } : { op: 'and', children: [deep, tests(0)] };
    const log = buildLog({ records: [{ data: [['Image', 'xay']] }] });
    const ruleSet = ruleSetOf([contains('a')], [eventRule(deep, [ANY_ROUTE]), eventRule(tests(0), [ANY_ROUTE])]);
    expect(judgeByEngine(ruleSet, log)).toEqual(['1']);
  });

  test('keeps the truth of empty lists: `and` of nothing is true, `or` of nothing is false', () => {
    const log = buildLog({ records: [{ data: [['Image', 'x']] }] });
    const empty = (op: 'and' | 'or'): Expression => ({ op, children: [] });
    const rules = [
      empty('and'),
      empty('or'),
      { op: 'not', child: empty('or') } as const,
      { op: 'and', children: [empty('or'), tests(0)] } as const,
    ];
    expect(
      judgeByEngine(
        ruleSetOf(
          [contains('x')],
          rules.map((rule) => eventRule(rule, [ANY_ROUTE])),
        ),
        log,
      ),
    ).toEqual(['0,2']);
  });
});
