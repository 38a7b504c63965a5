import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EngineLimits } from '../../src/engine/limits.ts';
import { buildLog } from '../builders/evtx-builder.ts';
import { arbitraryEvent, arbitraryTemplateEvent } from './arbitrary-events.ts';
import { arbitraryRuleSet, PROBES } from './arbitrary-rules.ts';
import { judgeByEngine, judgeByInterpreter } from './judge.ts';

const RUNS = Number(process.env['WINNOW_FUZZ_RUNS'] ?? 150);
const events = fc.array(arbitraryEvent, { minLength: 1, maxLength: 12 });

describe('the engine and the reference interpreter', () => {
  test('find the same rules in random events', () => {
    fc.assert(
      fc.property(arbitraryRuleSet, events, (ruleSet, records) => {
        const log = buildLog({ records });
        expect(judgeByEngine(ruleSet, log, {}, 2)).toEqual(judgeByInterpreter(ruleSet, log));
      }),
      { numRuns: RUNS },
    );
  });

  test.each([
    ['events', arbitraryEvent],
    ['odd templates', arbitraryTemplateEvent],
  ])('agree on which values every field of %s has', (_, event) => {
    fc.assert(
      fc.property(event, (record) => {
        const log = buildLog({ records: [record] });
        expect(judgeByEngine(PROBES, log, {}, 2)).toEqual(judgeByInterpreter(PROBES, log));
      }),
      { numRuns: RUNS },
    );
  });

  test('find the same rules in events of odd templates', () => {
    const odd = fc.array(arbitraryTemplateEvent, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(arbitraryRuleSet, odd, (ruleSet, records) => {
        const log = buildLog({ records });
        expect(judgeByEngine(ruleSet, log, {}, 2)).toEqual(judgeByInterpreter(ruleSet, log));
      }),
      { numRuns: RUNS },
    );
  });
});

const EXTREMES: readonly (readonly [name: string, limits: Partial<EngineLimits>])[] = [
  ['no memo', { memoEntries: 0 }],
  ['a memo of two values', { memoEntries: 2 }],
  ['a memo of 64 bytes', { memoBytes: 64 }],
  ['no value long enough to keep', { memoValueBytes: 0 }],
  ['one hash for all values', { constantHash: true }],
  ['one probe', { memoProbes: 1 }],
  ['caches dropped before every record', { checkEvery: 1, sets: -1 }],
  ['plans dropped before every record', { checkEvery: 1, plans: 0 }],
  ['three sets', { checkEvery: 1, sets: 3 }],
  ['one tuple', { checkEvery: 1, tuples: 1 }],
];

describe('caps change nothing that is found', () => {
  test.each(EXTREMES)('%s', (_, limits) => {
    fc.assert(
      fc.property(arbitraryRuleSet, events, (ruleSet, records) => {
        const log = buildLog({ records });
        expect(judgeByEngine(ruleSet, log, limits, 2)).toEqual(judgeByEngine(ruleSet, log));
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    );
  });
});
