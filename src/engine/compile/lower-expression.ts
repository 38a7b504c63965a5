// Conditions → flat code in prefix order (program.ts, Op): [op, end] before the children, leaves are predicate numbers.
// Cheap tests come first, so that evaluation stops before it needs text (reference: engine algorithms 7.4).

import type { Expression } from '../../model/rule-set.ts';
import { Op, PredicateKind } from '../program.ts';
import type { NumberList } from './number-list.ts';

/** Conditions nest deeper only when someone wants to exhaust a stack; src/sigma refuses such rules long before. */
export const MAX_CONDITION_DEPTH = 200;

/** Cost of a predicate kind: set tests, cheap text, wildcards, two fields, regex. */
const COST: readonly number[] = (() => {
  const cost = new Array<number>(11).fill(0);
  cost[PredicateKind.Cased] = 1;
  cost[PredicateKind.Number] = 1;
  cost[PredicateKind.Time] = 1;
  cost[PredicateKind.Cidr] = 1;
  cost[PredicateKind.Glob] = 2;
  cost[PredicateKind.FieldRef] = 3;
  cost[PredicateKind.Regex] = 4;
  return cost;
})();

/** Nesting of a condition, counted without recursion; stops counting at MAX_CONDITION_DEPTH + 1. */
export function conditionDepth(root: Expression): number {
  let level: readonly Expression[] = [root];
  let depth = 0;
  while (level.length > 0 && depth <= MAX_CONDITION_DEPTH) {
    depth++;
    level = level.flatMap((node) => (node.op === 'test' ? [] : node.op === 'not' ? [node.child] : node.children));
  }
  return depth;
}

/** The same condition without double negation, single-child lists and lists of the same kind within each other. */
export function simplifyExpression(node: Expression): Expression {
  if (node.op === 'test') return node;
  if (node.op === 'not') {
    const child = simplifyExpression(node.child);
    return child.op === 'not' ? child.child : { op: 'not', child };
  }
  const { op } = node;
  const children = node.children
    .map(simplifyExpression)
    .flatMap((child) => (child.op === op ? child.children : [child]));
  return children.length === 1 ? children[0]! : { op, children };
}

/** Appends the code of a simplified condition. */
export function lowerExpression(node: Expression, kinds: Uint8Array, code: NumberList): void {
  if (node.op === 'test') {
    code.push(node.predicate);
    return;
  }
  code.push(node.op === 'and' ? Op.And : node.op === 'or' ? Op.Or : Op.Not);
  const end = code.length;
  code.push(0);
  if (node.op === 'not') {
    lowerExpression(node.child, kinds, code);
  } else {
    const children = node.children
      .map((child) => ({ child, cost: costOf(child, kinds) }))
      .sort((a, b) => a.cost - b.cost);
    for (const { child } of children) lowerExpression(child, kinds, code);
  }
  code.set(end, code.length);
}

/** The dearest test in it; among equals the smaller part goes first. */
function costOf(node: Expression, kinds: Uint8Array): number {
  if (node.op === 'test') return COST[kinds[node.predicate]!]!;
  if (node.op === 'not') return costOf(node.child, kinds) + 0.01;
  return node.children.reduce((most, child) => Math.max(most, costOf(child, kinds)), 0) + 0.02;
}
