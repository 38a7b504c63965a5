// What must be found in an event for a query to match it at all: the cheap look before the real test. Says nothing about
// fields; a text that is required may stand anywhere in the event.

import { textOfUnits } from '../base/fold.ts';
import type { Glob } from '../base/glob.ts';
import type { FieldKey } from '../model/field-key.ts';
import type { QueryPlan, QueryTest } from './query-plan.ts';

/**
 * Folded texts of which at least one is part of some value of every event that matches; undefined when the plan asks for
 * none. Tests of keys that `isElsewhere` are answered from something else than the event's values and require nothing.
 */
export function requiredTexts(plan: QueryPlan, isElsewhere: (key: FieldKey) => boolean): readonly string[] | undefined {
  switch (plan.kind) {
    case 'test':
      return isElsewhere(plan.test.key) ? undefined : textsOfTest(plan.test);
    case 'and': {
      let best: readonly string[] | undefined;
      for (const child of plan.children) {
        const texts = requiredTexts(child, isElsewhere);
        if (texts !== undefined && (best === undefined || worthOf(texts) > worthOf(best))) best = texts;
      }
      return best;
    }
    case 'or': {
      const all: string[] = [];
      for (const child of plan.children) {
        const texts = requiredTexts(child, isElsewhere);
        if (texts === undefined) return undefined;
        all.push(...texts);
      }
      return all;
    }
    case 'all':
    case 'not':
      return undefined;
  }
}

/** Longer texts are rarer, and faster to look for. */
function worthOf(texts: readonly string[]): number {
  return texts.reduce((least, { length }) => Math.min(least, length), Infinity);
}

function textsOfTest(test: QueryTest): readonly string[] | undefined {
  switch (test.kind) {
    case 'contains':
      return test.text === '' ? undefined : [test.text];
    case 'equal':
      // Numbers are also met in other spellings.
      return test.text === '' || test.number !== undefined ? undefined : [test.text];
    case 'glob': {
      const longest = longestText(test.glob);
      return longest === '' ? undefined : [longest];
    }
    case 'exists':
    case 'regex':
    case 'number':
    case 'time':
      return undefined;
  }
}

function longestText({ segments }: Glob): string {
  let longest = '';
  for (const { units, one } of segments) {
    for (let start = 0; start < units.length;) {
      let end = start;
      while (end < units.length && one[end] === 0) end++;
      if (end - start > longest.length) longest = textOfUnits(units, start, end);
      start = end + 1;
    }
  }
  return longest;
}
