// Whether a suppression holds on an event: a value of every field it names must compare as it says. Case is folded as in
// Sigma; a field is meant by the name that the event shows, or by any key under which a rule could ask for it.

import { foldText } from '../base/fold.ts';
import type { EventElement } from '../model/event.ts';
import { fieldKeyOf } from '../model/field-key.ts';
import type { MatchKind, Suppression, SuppressionCondition } from '../model/suppression.ts';
import { listEventFields, type EventField } from './event-fields.ts';

type Test = (fields: readonly EventField[]) => boolean;

/** Prepares suppressions for many events: gives the positions of those that hold on an event. */
export function compileSuppressions(
  suppressions: readonly Pick<Suppression, 'conditions'>[],
): (event: EventElement) => readonly number[] {
  const tests = suppressions.map(({ conditions }) => compileConditions(conditions));
  const needsFields = suppressions.some(({ conditions }) => conditions.length > 0);
  return (event) => {
    const fields = needsFields ? listEventFields(event) : [];
    return tests.flatMap((test, at) => (test(fields) ? [at] : []));
  };
}

function compileConditions(conditions: readonly SuppressionCondition[]): Test {
  const tests = conditions.map(({ field, match, value }) => {
    const key: string = fieldKeyOf(field);
    const name = foldText(field);
    const compare = COMPARE[match];
    const wanted = foldText(value);
    return (fields: readonly EventField[]): boolean =>
      fields.some(
        (each) => (each.keys.includes(key) || foldText(each.name) === name) && compare(foldText(each.value), wanted),
      );
  });
  return (fields) => tests.every((test) => test(fields));
}

const COMPARE: Readonly<Record<MatchKind, (value: string, wanted: string) => boolean>> = {
  equals: (value, wanted) => value === wanted,
  prefix: (value, wanted) => value.startsWith(wanted),
  suffix: (value, wanted) => value.endsWith(wanted),
  contains: (value, wanted) => value.includes(wanted),
};

const WORDS: Readonly<Record<MatchKind, string>> = {
  equals: 'is',
  prefix: 'begins with',
  suffix: 'ends with',
  contains: 'contains',
};

/** The conditions as one clause, such as `Image ends with \ping.exe and User is X`. */
export function describeConditions(conditions: readonly SuppressionCondition[]): string {
  if (conditions.length === 0) return 'every finding of the rule';
  return conditions.map(({ field, match, value }) => `${field} ${WORDS[match]} ${value}`).join(' and ');
}

/** A suppression as one clause for the log of actions and the report. */
export function describeSuppression({ ruleTitle, conditions, reason, scope }: Suppression): string {
  const where = scope === 'all' ? ', in all cases' : '';
  return `${ruleTitle}: ${describeConditions(conditions)}${where}${reason === '' ? '' : ` (${reason})`}`;
}
