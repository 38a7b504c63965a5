// Event kinds of a case as a compact table: hosts repeat the same logs and the same lists of fields, so texts and lists
// stand once and rows hold numbers (tenfold smaller over 300 hosts). JSON on both sides of it.

import type { EventKindCount } from '../model/coverage.ts';
import type { FieldKey } from '../model/field-key.ts';

/** `[computer, channel, provider, event id, count, first, last, fields present, fields filled]`; -1: not looked at. */
type Row = readonly [number, number, number, number, number, string, string, number, number];

export interface StoredKinds {
  readonly texts: readonly string[];
  readonly lists: readonly (readonly FieldKey[])[];
  readonly rows: readonly Row[];
}

/** Gives the table of kinds. */
export function encodeKinds(kinds: readonly EventKindCount[]): StoredKinds {
  const texts = new Numbering<string>((text) => text);
  const lists = new Numbering<readonly FieldKey[]>((list) => list.join('\n'));
  const rows = kinds.map((kind): Row => [
    texts.numberOf(kind.computer),
    texts.numberOf(kind.channel),
    texts.numberOf(kind.provider),
    kind.eventId,
    kind.count,
    kind.first,
    kind.last,
    kind.fieldsPresent === undefined ? -1 : lists.numberOf(kind.fieldsPresent),
    kind.fieldsFilled === undefined ? -1 : lists.numberOf(kind.fieldsFilled),
  ]);
  return { texts: texts.items, lists: lists.items, rows };
}

/** Gives the kinds of a table. */
export function decodeKinds({ texts, lists, rows }: StoredKinds): EventKindCount[] {
  return rows.map(([computer, channel, provider, eventId, count, first, last, present, filled]) => {
    const fieldsPresent = lists[present];
    const fieldsFilled = lists[filled];
    return {
      computer: texts[computer] ?? '',
      channel: texts[channel] ?? '',
      provider: texts[provider] ?? '',
      eventId,
      count,
      first,
      last,
      ...(fieldsPresent === undefined ? {} : { fieldsPresent }),
      ...(fieldsFilled === undefined ? {} : { fieldsFilled }),
    };
  });
}

class Numbering<T> {
  readonly items: T[] = [];
  readonly #keyOf: (item: T) => string;
  readonly #numbers = new Map<string, number>();

  constructor(keyOf: (item: T) => string) {
    this.#keyOf = keyOf;
  }

  numberOf(item: T): number {
    const key = this.#keyOf(item);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.items.push(item) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
