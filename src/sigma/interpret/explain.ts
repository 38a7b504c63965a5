// Why a rule matches an event, or why not: every condition, selection and value with the event's own values beside it.
// What authors use to debug a rule that does not fire, and what the findings pane shows.

import { foldText } from '../../base/fold.ts';
import type { EventElement } from '../../model/event.ts';
import type { ExplainedNode, ExplainedRoute, ExplainedValue, Explanation } from '../../model/explanation.ts';
import { ANY_FIELD, fieldKeyOf } from '../../model/field-key.ts';
import type { EventRule, Expression, Predicate, Route, RuleSet } from '../../model/rule-set.ts';
import type { RuleSource, SourceCondition, SourceNode, SourcePart, SourceValue } from '../../model/rule-source.ts';
import type { PreparedEvent } from './match-event.ts';
import { holdsExpression, prepareEvent } from './match-event.ts';
import { matchPredicate, matchValue } from './match-predicate.ts';
import type { FieldReader, JoinedValues } from './view-fields.ts';
import { acceptsEvent } from './view-fields.ts';

export type * from '../../model/explanation.ts';

/** Explains a rule on an event. Without a source only routes and the result are told. */
export function explainMatch(
  ruleSet: RuleSet,
  rule: EventRule,
  event: EventElement,
  source?: RuleSource,
  joins?: JoinedValues,
): Explanation {
  const prepared = prepareEvent(ruleSet, event, joins);
  const routes = rule.routes.map((route) => explainRoute(ruleSet, route, prepared));
  const accepted = routes.filter((route) => route.accepted && route.extra !== false);
  const matching = accepted.find(({ route }) =>
    holdsExpression(ruleSet, rule.condition, prepared.readerOf(route.view)),
  );
  const shown = matching ?? accepted[0] ?? routes.find((route) => route.accepted) ?? routes[0];
  const read = prepared.readerOf(shown?.route.view ?? 0);
  return {
    matched: matching !== undefined,
    routes,
    parts: (source?.parts ?? []).map((part) => ({
      origin: part.origin,
      condition: part.conditionText,
      root: explainCondition(ruleSet, part, part.condition, read),
    })),
  };
}

function explainRoute(ruleSet: RuleSet, route: Route, event: PreparedEvent): ExplainedRoute {
  const accepted = acceptsEvent(route, event.fields);
  const extra = !accepted
    ? undefined
    : route.extra === undefined || holdsExpression(ruleSet, route.extra, event.readerOf(route.view));
  return { route, accepted, extra };
}

function explainCondition(ruleSet: RuleSet, part: SourcePart, node: SourceCondition, read: FieldReader): ExplainedNode {
  switch (node.op) {
    case 'selection': {
      const selection = part.selections[node.selection];
      if (selection === undefined) throw new Error(`no selection ${node.selection}`);
      const child = explainNode(ruleSet, selection.root, read);
      return { kind: 'selection', name: selection.name, pass: child.pass, child };
    }
    case 'not': {
      const child = explainCondition(ruleSet, part, node.child, read);
      return { kind: 'not', pass: !child.pass, child };
    }
    case 'and':
    case 'or':
      return group(
        node.op,
        node.text ?? '',
        node.children.map((child) => explainCondition(ruleSet, part, child, read)),
      );
  }
}

function group(op: 'and' | 'or', label: string, children: readonly ExplainedNode[]): ExplainedNode {
  const pass = op === 'and' ? children.every((child) => child.pass) : children.some((child) => child.pass);
  return { kind: 'group', op, label, pass, children };
}

function explainNode(ruleSet: RuleSet, node: SourceNode, read: FieldReader): ExplainedNode {
  if (node.kind === 'group')
    return group(
      node.op,
      '',
      node.children.map((child) => explainNode(ruleSet, child, read)),
    );
  const key = node.field === '' ? ANY_FIELD : fieldKeyOf(node.field);
  const found = read(key);
  const values = node.values.map((value) => explainValue(ruleSet, value, found, read));
  const held = node.all ? values.every((value) => value.pass) : values.some((value) => value.pass);
  return {
    kind: 'item',
    field: node.field,
    modifiers: node.modifiers,
    pass: node.negated ? !held : held,
    actual: node.field === '' ? [] : found,
    state: found.length === 0 ? 'absent' : found.every((value) => value === '') ? 'empty' : 'present',
    values,
  };
}

function explainValue(
  ruleSet: RuleSet,
  value: SourceValue,
  found: readonly string[],
  read: FieldReader,
): ExplainedValue {
  const pass = holdsExpression(ruleSet, value.expression, read);
  if (pass) return { text: value.text, pass, shortfall: undefined };
  if (found.length === 0) return { text: value.text, pass, shortfall: 'field-absent' };
  if (found.every((each) => each === '')) return { text: value.text, pass, shortfall: 'field-empty' };
  const otherCase = predicatesOf(ruleSet, value.expression).some((predicate) => {
    const loose = inAnyCase(predicate);
    return loose !== undefined && matchPredicate(loose, (key) => read(key).map(foldText));
  });
  return { text: value.text, pass, shortfall: otherCase ? 'other-case' : 'other-value' };
}

function inAnyCase(predicate: Predicate): Predicate | undefined {
  if (predicate.kind === 'literal' && predicate.cased)
    return { ...predicate, text: foldText(predicate.text), cased: false };
  if (predicate.kind === 'glob' && predicate.cased) {
    const parts = predicate.parts.map((part) => (part.kind === 'text' ? { ...part, text: foldText(part.text) } : part));
    return { ...predicate, parts, cased: false };
  }
  return predicate.kind === 'fieldref' && predicate.cased ? { ...predicate, cased: false } : undefined;
}

function predicatesOf(ruleSet: RuleSet, root: Expression): Predicate[] {
  const found: Predicate[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.op === 'test') {
      const predicate = ruleSet.predicates[node.predicate];
      if (predicate !== undefined) found.push(predicate);
    } else if (node.op === 'not') {
      open.push(node.child);
    } else {
      for (const child of node.children) open.push(child);
    }
  }
  return found;
}

/** One value of the rule that an event met. */
export interface MatchedPart {
  readonly selection: string;
  /** Field as written; '' for keywords. */
  readonly field: string;
  /** Modifiers as written, joined with `|`. */
  readonly modifier: string;
  /** The rule's value as written. */
  readonly value: string;
  /** The event's value that met it; '' where the rule asks for absence. */
  readonly actual: string;
}

/** What of a rule an event met: values of the selections that made the condition true, none of those under `not`. */
export function matchedParts(
  ruleSet: RuleSet,
  rule: EventRule,
  event: EventElement,
  source: RuleSource,
  joins?: JoinedValues,
): readonly MatchedPart[] {
  const prepared = prepareEvent(ruleSet, event, joins);
  const route = rule.routes.find((each) => {
    const { accepted, extra } = explainRoute(ruleSet, each, prepared);
    return accepted && extra === true && holdsExpression(ruleSet, rule.condition, prepared.readerOf(each.view));
  });
  if (route === undefined) return [];
  const read = prepared.readerOf(route.view);
  const parts: MatchedPart[] = [];
  for (const part of source.parts) collectCondition(ruleSet, part, part.condition, read, parts);
  return parts;
}

function collectCondition(
  ruleSet: RuleSet,
  part: SourcePart,
  node: SourceCondition,
  read: FieldReader,
  parts: MatchedPart[],
): void {
  if (node.op === 'not') return;
  if (node.op === 'selection') {
    const selection = part.selections[node.selection];
    if (selection !== undefined) collectNode(ruleSet, selection.name, selection.root, read, parts);
    return;
  }
  for (const child of node.children) {
    if (explainCondition(ruleSet, part, child, read).pass) collectCondition(ruleSet, part, child, read, parts);
  }
}

function collectNode(
  ruleSet: RuleSet,
  selection: string,
  node: SourceNode,
  read: FieldReader,
  parts: MatchedPart[],
): void {
  if (!explainNode(ruleSet, node, read).pass) return;
  if (node.kind === 'group') {
    for (const child of node.children) collectNode(ruleSet, selection, child, read, parts);
    return;
  }
  if (node.negated) return;
  const found = read(node.field === '' ? ANY_FIELD : fieldKeyOf(node.field));
  const seen = new Set<string>();
  for (const value of node.values) {
    if (seen.has(value.text) || !holdsExpression(ruleSet, value.expression, read)) continue;
    seen.add(value.text);
    const predicates = predicatesOf(ruleSet, value.expression);
    const actual = found.find((each) => predicates.some((predicate) => matchValue(predicate, each, read)));
    parts.push({
      selection,
      field: node.field,
      modifier: node.modifiers.join('|'),
      value: value.text,
      actual: actual ?? '',
    });
  }
}
