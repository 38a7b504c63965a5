// Tells hidden rules from real ones among the matches of an event, and keeps what they say for the end of the scan.

import type { JoinNumbers, JoinRows } from '../../model/join-plan.ts';
import { JoinWriter, type JoinPlace } from './join-writer.ts';

export class JoinCollector {
  /** Real rules of the last event that count only once its joins are known. */
  readonly open = new Set<number>();

  readonly #first: number;
  readonly #openOf: ReadonlyMap<number, number>;
  readonly #writer = new JoinWriter();

  constructor({ first, open }: JoinNumbers) {
    this.#first = first;
    this.#openOf = new Map(open);
  }

  /** How many of the rules (ascending) are real. */
  realCount(rules: readonly number[]): number {
    let count = rules.length;
    while (count > 0 && rules[count - 1]! >= this.#first) count--;
    return count;
  }

  /** Adds an event that hidden rules (ascending) match, with the values of their fields in order of key. */
  add(place: JoinPlace, keys: readonly (string | undefined)[], hidden: readonly number[]): void {
    for (const rule of hidden) {
      const real = this.#openOf.get(rule);
      if (real !== undefined) this.open.add(real);
    }
    this.#writer.add(place, keys, hidden);
  }

  /** Gives the rows since the last call. */
  take(): JoinRows {
    return this.#writer.take();
  }
}
