// Runs a plan over one event or finding. What the fields are, and where their values come from, is the caller's
// affair; this only asks for values by key.

import { matchGlob } from '../base/glob.ts';
import { compareNumericText, equalsNumericText } from '../base/numeric-text.ts';
import { foldText } from '../base/fold.ts';
import { ANY_FIELD, type FieldKey } from '../model/field-key.ts';
import type { Bound, QueryPlan, QueryTest } from './query-plan.ts';
import { canonicalTimeOf, type TimeSpan } from './time-literal.ts';

/** Gives the values of a field; ANY_FIELD ('*') asks for every value there is. Empty when the field is absent. */
export interface FieldLookup {
  valuesOf(key: FieldKey): readonly string[];
  /** Whether certainly no value contains this folded text: a cheap look that may be left out. */
  lacks?(text: string): boolean;
}

/** Whether a thing matches. Recursion is bounded by the depth of the query (query-limits.ts). */
export function evaluateQuery(plan: QueryPlan, lookup: FieldLookup): boolean {
  switch (plan.kind) {
    case 'all':
      return true;
    case 'and':
      return plan.children.every((child) => evaluateQuery(child, lookup));
    case 'or':
      return plan.children.some((child) => evaluateQuery(child, lookup));
    case 'not':
      return !evaluateQuery(plan.child, lookup);
    case 'test':
      if (plan.test.kind === 'contains' && plan.test.key === ANY_FIELD && lookup.lacks?.(plan.test.text) === true)
        return false;
      return lookup.valuesOf(plan.test.key).some((value) => passesTest(plan.test, value));
  }
}

/** Whether one value passes a test. */
export function passesTest(test: QueryTest, value: string): boolean {
  switch (test.kind) {
    case 'exists':
      return true;
    case 'equal':
      return foldText(value) === test.text || (test.number !== undefined && equalsNumericText(value, test.number));
    case 'contains':
      return foldText(value).includes(test.text);
    case 'glob':
      return matchGlob(test.glob, foldText(value));
    case 'regex':
      return test.test(value);
    case 'number': {
      const order = compareNumericText(value, test.number);
      return order !== undefined && isWithinBound(test.bound, order);
    }
    case 'time': {
      const time = canonicalTimeOf(value);
      return time !== undefined && isTimeWithin(test.bound, time, test.span);
    }
  }
}

function isWithinBound(bound: Bound, order: number): boolean {
  switch (bound) {
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
  }
}

/** A cut-off time is a span: `>2021-05-27` begins with that day's events, `<=2021-05-27` ends with them. None gets lost. */
function isTimeWithin(bound: Bound | 'within', time: string, { from, to }: TimeSpan): boolean {
  switch (bound) {
    case 'lt':
      return time < from;
    case 'lte':
      return time < to;
    case 'gt':
      return time > from;
    case 'gte':
      return time >= from;
    case 'within':
      return time >= from && time < to;
  }
}
