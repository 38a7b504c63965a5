// Building expressions in their simplest shape: no single-child groups, no groups of the same kind inside each other,
// no double negation.

import type { Expression } from '../../model/rule-set.ts';

/** The conjunction or disjunction of expressions. */
export function combine(op: 'and' | 'or', children: readonly Expression[]): Expression {
  const flat: Expression[] = [];
  for (const child of children) {
    // A loop: a rule with thousands of values has thousands of children, too many to spread as arguments.
    if (child.op === op) for (const inner of child.children) flat.push(inner);
    else flat.push(child);
  }
  return flat.length === 1 && flat[0] !== undefined ? flat[0] : { op, children: flat };
}

/** The negation of an expression. */
export function negate(child: Expression): Expression {
  return child.op === 'not' ? child.child : { op: 'not', child };
}
