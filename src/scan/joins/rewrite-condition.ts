// Conditions with an unknown: what is left of a condition when some of its tests may turn out either way. Logic only;
// which tests are unknown is the caller's business (plan-joins.ts).

import type { Expression } from '../../model/rule-set.ts';

export const ALWAYS: Expression = { op: 'and', children: [] };
export const NEVER: Expression = { op: 'or', children: [] };

/** Whether an expression is true, false, or neither, whatever the event. */
export function constantOf(expression: Expression): boolean | undefined {
  return expression.op === 'test' || expression.op === 'not' || expression.children.length > 0
    ? undefined
    : expression.op === 'and';
}

/** The conjunction or disjunction, with constants folded. */
export function combineFolded(op: 'and' | 'or', parts: readonly Expression[]): Expression {
  const children: Expression[] = [];
  for (const part of parts) {
    const constant = constantOf(part);
    if (constant === (op === 'or')) return part;
    if (constant === undefined) children.push(part);
  }
  return children.length === 1 ? children[0]! : { op, children };
}

/** The negation, with constants folded. */
export function negateFolded(part: Expression): Expression {
  const constant = constantOf(part);
  if (constant !== undefined) return constant ? NEVER : ALWAYS;
  return part.op === 'not' ? part.child : { op: 'not', child: part };
}

/**
 * The condition with every test replaced by what `replace` gives for its predicate; `positive` is false below an odd
 * number of negations. Depth is bounded by the parser of conditions.
 */
export function rewriteTests(
  node: Expression,
  replace: (predicate: number, positive: boolean) => Expression,
  positive = true,
): Expression {
  switch (node.op) {
    case 'test':
      return replace(node.predicate, positive);
    case 'not':
      return negateFolded(rewriteTests(node.child, replace, !positive));
    case 'and':
    case 'or':
      return combineFolded(
        node.op,
        node.children.map((child) => rewriteTests(child, replace, positive)),
      );
  }
}

/** Calls back for every test. */
export function forEachTest(
  node: Expression,
  visit: (predicate: number, positive: boolean) => void,
  positive = true,
): void {
  if (node.op === 'test') visit(node.predicate, positive);
  else if (node.op === 'not') forEachTest(node.child, visit, !positive);
  else for (const child of node.children) forEachTest(child, visit, positive);
}
