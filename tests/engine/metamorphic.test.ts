import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildLog, type EventSpec } from '../builders/evtx-builder.ts';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { arbitraryEvent } from './arbitrary-events.ts';
import { arbitraryRuleSet } from './arbitrary-rules.ts';
import { judgeByEngine } from './judge.ts';

const RUNS = 60;
const events = fc.array(arbitraryEvent, { minLength: 1, maxLength: 8 });

const sets = (lines: readonly string[]): number[][] =>
  lines.map((line) => (line === '' ? [] : line.split(',').map(Number)));

/** Every ASCII letter in the other case. */
const flip = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()));

describe('findings of the engine', () => {
  test('double when every rule is there twice', () => {
    fc.assert(
      fc.property(arbitraryRuleSet, events, (ruleSet, records) => {
        const log = buildLog({ records });
        const count = ruleSet.rules.length;
        const twice: RuleSet = { ...ruleSet, rules: [...ruleSet.rules, ...ruleSet.rules] };
        expect(sets(judgeByEngine(twice, log))).toEqual(
          sets(judgeByEngine(ruleSet, log)).map((found) => [...found, ...found.map((rule) => rule + count)]),
        );
      }),
      { numRuns: RUNS },
    );
  });

  test('move with the rules when these are put in another order', () => {
    fc.assert(
      fc.property(arbitraryRuleSet, events, (ruleSet, records) => {
        const log = buildLog({ records });
        const last = ruleSet.rules.length - 1;
        const reversed: RuleSet = { ...ruleSet, rules: [...ruleSet.rules].reverse() };
        const moved = sets(judgeByEngine(reversed, log)).map((found) =>
          found.map((rule) => last - rule).sort((a, b) => a - b),
        );
        expect(moved).toEqual(sets(judgeByEngine(ruleSet, log)));
      }),
      { numRuns: RUNS },
    );
  });

  test('of one rule do not depend on which others are there', () => {
    fc.assert(
      fc.property(arbitraryRuleSet, events, (ruleSet, records) => {
        const log = buildLog({ records });
        const all = sets(judgeByEngine(ruleSet, log));
        ruleSet.rules.forEach((rule, number) => {
          const alone = sets(judgeByEngine({ ...ruleSet, rules: [rule] }, log));
          expect(alone.map((found) => found.length === 1)).toEqual(all.map((found) => found.includes(number)));
        });
      }),
      { numRuns: RUNS },
    );
  });

  test('of two logs one after the other are those of each', () => {
    fc.assert(
      fc.property(arbitraryRuleSet, events, events, (ruleSet, first, second) => {
        const judge = (records: readonly EventSpec[]): string[] =>
          judgeByEngine(ruleSet, buildLog({ records, recordsPerChunk: 3 }));
        // Record ids are values too, so both halves keep their own.
        const numbered = (records: readonly EventSpec[], from: number): EventSpec[] =>
          records.map((record, i) => ({
            ...record,
            recordId: from + i,
            time: `2024-01-01T00:00:${String(10 + ((from + i) % 50))}Z`,
          }));
        const [a, b] = [numbered(first, 1), numbered(second, 100)];
        expect(judge([...a, ...b])).toEqual([...judge(a), ...judge(b)]);
      }),
      { numRuns: RUNS },
    );
  });

  test('of case-insensitive literals do not change when letters of the events change their case', () => {
    fc.assert(
      fc.property(arbitraryRuleSet, events, (ruleSet, records) => {
        const plain = ruleSet.predicates.every(
          (predicate) => predicate.kind !== 'regex' && !('cased' in predicate && predicate.cased),
        );
        fc.pre(plain || ruleSet.predicates.length < 12);
        const insensitive: RuleSet = {
          ...ruleSet,
          predicates: ruleSet.predicates.map((predicate) =>
            predicate.kind === 'literal' || predicate.kind === 'glob'
              ? predicate
              : { kind: 'exists', field: predicate.field },
          ),
        };
        fc.pre(insensitive.predicates.every((predicate) => !('cased' in predicate && predicate.cased)));
        const flipped = records.map((record) => ({
          ...record,
          ...(record.data === undefined
            ? {}
            : {
                data: record.data.map(
                  ([name, value]) => [name, typeof value === 'string' ? flip(value) : value] as const,
                ),
              }),
        }));
        expect(judgeByEngine(insensitive, buildLog({ records: flipped }))).toEqual(
          judgeByEngine(insensitive, buildLog({ records })),
        );
      }),
      { numRuns: RUNS },
    );
  });
});
