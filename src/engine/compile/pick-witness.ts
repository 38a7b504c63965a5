// The witness of a rule: a set of predicates of which at least one must be true, or at least not be ruled out by its
// literal, whenever the rule is true. Rules whose witness is not met are never evaluated (reference: engine algorithms
// 7.5). Rules without one, such as purely negative ones, are evaluated for every new tuple.

import type { Expression } from '../../model/rule-set.ts';
import { Anchor, PredicateKind } from '../program.ts';
import type { PredicateColumns } from './lower-predicates.ts';

export interface Witness {
  readonly predicates: readonly number[];
  /** How telling the weakest of them is: length of its literal, more for whole values. */
  readonly score: number;
}

/** The best witness of a condition, or undefined when it can be true without any literal. */
export function pickWitness(node: Expression, columns: PredicateColumns, eventIdField: number): Witness | undefined {
  switch (node.op) {
    case 'not':
      return undefined;
    case 'test':
      return witnessOfTest(node.predicate, columns, eventIdField);
    case 'or': {
      const predicates: number[] = [];
      let score = Infinity;
      for (const child of node.children) {
        const part = pickWitness(child, columns, eventIdField);
        if (part === undefined) return undefined;
        for (const predicate of part.predicates) predicates.push(predicate);
        score = Math.min(score, part.score);
      }
      // An `or` of nothing is never true: an empty witness would mean "always", so it has none and is evaluated.
      return predicates.length === 0 ? undefined : { predicates, score };
    }
    case 'and': {
      let best: Witness | undefined;
      for (const child of node.children) {
        const part = pickWitness(child, columns, eventIdField);
        if (part !== undefined && (best === undefined || part.score > best.score)) best = part;
      }
      return best;
    }
  }
}

function witnessOfTest(predicate: number, columns: PredicateColumns, eventIdField: number): Witness | undefined {
  const literal = columns.literal[predicate]!;
  if (literal < 0 || columns.kind[predicate] === PredicateKind.FieldRef) return undefined;
  // Routing has looked at the event id already: within a group it tells nothing.
  if (columns.field[predicate] === eventIdField) return { predicates: [predicate], score: 0.5 };
  const exact = columns.literals.anchor[literal] === Anchor.Exact ? 3 : 0;
  return { predicates: [predicate], score: columns.literals.length[literal]! + exact };
}
