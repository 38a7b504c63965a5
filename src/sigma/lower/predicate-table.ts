// Predicates of a rule set, each once. Two rules that ask the same of the same field share the predicate.

import type { Predicate } from '../../model/rule-set.ts';

/** Hands out predicate numbers; equal predicates (after folding) have equal numbers. */
export class PredicateTable {
  readonly predicates: Predicate[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(predicate: Predicate): number {
    const key = keyOf(predicate);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.predicates.length;
    this.predicates.push(predicate);
    this.#numbers.set(key, number);
    return number;
  }
}

function keyOf(predicate: Predicate): string {
  // Literals are nearly all of them; the rest is rare enough for JSON.
  if (predicate.kind === 'literal')
    return `${predicate.anchor}${predicate.cased ? '!' : ' '}${predicate.field}\n${predicate.text}`;
  return JSON.stringify(predicate);
}
