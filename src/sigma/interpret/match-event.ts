// The reference interpreter: does this rule match this event? Route, what the logsource requires, condition; nothing is
// precomputed. Oracle of the engine, and what the screens ask about a single event.

import type { EventElement } from '../../model/event.ts';
import type { EventRule, Expression, Route, RuleSet } from '../../model/rule-set.ts';
import type { EventFields } from './event-fields.ts';
import { readEventFields } from './event-fields.ts';
import { matchPredicate } from './match-predicate.ts';
import type { FieldReader, JoinedValues } from './view-fields.ts';
import { acceptsEvent, createFieldReader } from './view-fields.ts';

/** An event prepared for many rules: its fields, and one field reader per view. */
export interface PreparedEvent {
  readonly fields: EventFields;
  readerOf(view: number): FieldReader;
}

/** Prepares an event; `joins` are values that other records supply. */
export function prepareEvent(ruleSet: RuleSet, event: EventElement, joins?: JoinedValues): PreparedEvent {
  const fields = readEventFields(event);
  const readers = new Map<number, FieldReader>();
  return {
    fields,
    readerOf(view) {
      let reader = readers.get(view);
      if (reader === undefined) {
        reader = createFieldReader(ruleSet, view, fields, joins);
        readers.set(view, reader);
      }
      return reader;
    },
  };
}

/** Whether a rule matches an event. */
export function matchEvent(ruleSet: RuleSet, rule: EventRule, event: EventElement, joins?: JoinedValues): boolean {
  return matchPrepared(ruleSet, rule, prepareEvent(ruleSet, event, joins));
}

/** Whether a rule matches a prepared event. */
export function matchPrepared(ruleSet: RuleSet, rule: EventRule, event: PreparedEvent): boolean {
  return matchingRoute(ruleSet, rule, event) !== undefined;
}

/** The first route of a rule through which it matches, or undefined. */
export function matchingRoute(ruleSet: RuleSet, rule: EventRule, event: PreparedEvent): Route | undefined {
  return rule.routes.find((route) => {
    if (!acceptsEvent(route, event.fields)) return false;
    const read = event.readerOf(route.view);
    return (
      (route.extra === undefined || holdsExpression(ruleSet, route.extra, read)) &&
      holdsExpression(ruleSet, rule.condition, read)
    );
  });
}

/** Value of an expression for the fields that a reader gives. Depth is bounded by the parser of conditions. */
export function holdsExpression(ruleSet: RuleSet, expression: Expression, read: FieldReader): boolean {
  switch (expression.op) {
    case 'and':
      return expression.children.every((child) => holdsExpression(ruleSet, child, read));
    case 'or':
      return expression.children.some((child) => holdsExpression(ruleSet, child, read));
    case 'not':
      return !holdsExpression(ruleSet, expression.child, read);
    case 'test': {
      const predicate = ruleSet.predicates[expression.predicate];
      if (predicate === undefined) throw new Error(`no predicate ${expression.predicate}`);
      return matchPredicate(predicate, read);
    }
  }
}
