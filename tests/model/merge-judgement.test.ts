import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FindingKey, Triage } from '../../src/model/finding.ts';
import { mergeJudgements, mergeNotes } from '../../src/model/merge-judgement.ts';

const judged = (over: Partial<Triage>): Triage => ({
  key: 'k' as FindingKey,
  state: 'new',
  note: '',
  tags: [],
  changed: 1,
  ...over,
});

describe('two hands on one judgement', () => {
  test('what only one of them changed holds, whoever was later', () => {
    const before = judged({ note: 'n', tags: ['t'] });
    const ours = judged({ note: 'n', tags: ['t'], state: 'benign', changed: 2 });
    const theirs = judged({ note: 'n more', tags: ['t', 'u'], changed: 3 });
    const merged = { key: 'k', state: 'benign', note: 'n more', tags: ['t', 'u'], changed: 3 };
    expect(mergeJudgements(before, ours, theirs)).toEqual(merged);
    expect(mergeJudgements(before, theirs, ours)).toEqual(merged);
  });

  test('of two states the later one holds', () => {
    const ours = judged({ state: 'benign', changed: 2 });
    const theirs = judged({ state: 'confirmed', changed: 3 });
    expect(mergeJudgements(undefined, ours, theirs).state).toBe('confirmed');
    expect(mergeJudgements(undefined, theirs, ours).state).toBe('confirmed');
  });

  test.each([
    ['', 'ours', 'theirs', 'theirs\nours'],
    ['a', 'a b', 'a', 'a b'],
    ['a', 'a', 'a c', 'a c'],
    ['a', 'a b', 'c\na', 'c\na b'],
    ['a', 'x', 'y', 'y\nx'],
    ['a', '', 'a c', ' c'],
  ])('notes that began as %j: %j and %j become %j', (before, ours, theirs, merged) => {
    expect(mergeNotes(before, ours, theirs)).toBe(merged);
  });

  test('no word that was added is lost', () => {
    const word = fc.stringMatching(/^[a-z]{3,8}$/);
    fc.assert(
      fc.property(word, word, word, (before, ours, theirs) => {
        const merged = mergeNotes(before, `${before} ${ours}`, `${theirs} ${before}`);
        expect(merged).toContain(ours);
        expect(merged).toContain(theirs);
      }),
    );
  });
});
