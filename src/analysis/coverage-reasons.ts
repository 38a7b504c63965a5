// Why a rule is blind on a kind of event: the fewest missing fields that would have to be there. Kept by number, because
// hundreds of hosts share a handful of reasons.

import type { FieldKey } from '../model/field-key.ts';
import { fieldKeyOf } from '../model/field-key.ts';
import type { EventKind } from './coverage-evidence.ts';
import type { FormTable } from './coverage-forms.ts';
import { Sight, Truth } from './coverage-forms.ts';

export interface BlindReason {
  /** Kind of event that was looked at, folded. */
  readonly channel: string;
  readonly eventId: number;
  /** Fields that were met only empty. */
  readonly empty: readonly FieldKey[];
  /** Fields that were never met. */
  readonly absent: readonly FieldKey[];
}

/** Where either of several fields would do, this is the one that an administrator can switch on. */
const COMMAND_LINE = fieldKeyOf('CommandLine');
/** Sights of that many fields fit into one exact number. */
const MAX_CODED = 32;

export class ReasonTable {
  readonly reasons: BlindReason[] = [];
  readonly #forms: FormTable;
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<string, number>();

  constructor(forms: FormTable) {
    this.#forms = forms;
  }

  /** Number of the reason why the form is false on events of the kind with these sights. `number` identifies the kind. */
  numberOf(form: number, sights: Uint8Array, kind: EventKind, number: number): number {
    const fields = this.#forms.fieldsOf(form);
    let code = 0;
    for (const field of fields) code = code * 3 + (sights[field] ?? Sight.Filled);
    if (fields.length > MAX_CODED) return this.#find(form, sights, kind);
    const key = `${form}/${number}/${code}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      known = this.#find(form, sights, kind);
      this.#known.set(key, known);
    }
    return known;
  }

  #find(form: number, sights: Uint8Array, { channel, eventId }: EventKind): number {
    const trial = sights.slice();
    const missing = this.#forms.fieldsOf(form).filter((field) => sights[field] !== Sight.Filled);
    for (const field of missing) trial[field] = Sight.Filled;
    // Taken away one by one; what the condition cannot do without is the reason. Last taken, most likely kept.
    const keyOf = (field: number): FieldKey => this.#forms.fields[field] ?? COMMAND_LINE;
    const rank = (field: number): number => (keyOf(field) === COMMAND_LINE ? 2 : sights[field] === Sight.Empty ? 1 : 0);
    missing.sort((a, b) => rank(a) - rank(b) || (keyOf(a) < keyOf(b) ? -1 : 1));
    const needed: number[] = [];
    for (const field of missing) {
      trial[field] = sights[field] ?? Sight.Filled;
      if (this.#forms.judge(form, trial) !== Truth.False) continue;
      trial[field] = Sight.Filled;
      needed.push(field);
    }
    const keysOf = (sight: number): FieldKey[] =>
      needed
        .filter((field) => sights[field] === sight)
        .map(keyOf)
        .sort();
    return this.#intern({ channel, eventId, empty: keysOf(Sight.Empty), absent: keysOf(Sight.Absent) });
  }

  #intern(reason: BlindReason): number {
    const key = JSON.stringify(reason);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.reasons.length;
      this.reasons.push(reason);
      this.#numbers.set(key, number);
    }
    return number;
  }
}
