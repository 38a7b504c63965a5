// Which kinds of event the evidence held, per host: what the rule page tells about a rule's chances on this data. Kept
// for this tab only (the case file has no place for it yet).

import type { EventKindCount } from '../model/coverage.ts';

export class EventKinds {
  readonly #kinds = new Map<string, EventKindCount>();
  #current = $state.raw<readonly EventKindCount[]>([]);

  /** Adds counts of a slice. */
  add(parts: readonly EventKindCount[]): void {
    for (const part of parts) {
      const key = JSON.stringify([part.computer, part.channel, part.provider, part.eventId]);
      const known = this.#kinds.get(key);
      this.#kinds.set(key, known === undefined ? part : mergeKinds(known, part));
    }
    if (parts.length > 0) this.#current = [...this.#kinds.values()];
  }

  get list(): readonly EventKindCount[] {
    return this.#current;
  }
}

function mergeKinds(a: EventKindCount, b: EventKindCount): EventKindCount {
  return {
    ...a,
    count: a.count + b.count,
    first: a.first < b.first ? a.first : b.first,
    last: a.last > b.last ? a.last : b.last,
    ...unionOf('fieldsPresent', a, b),
    ...unionOf('fieldsFilled', a, b),
  };
}

/** A field that any slice saw was seen. No list at all means that nobody looked. */
function unionOf(
  name: 'fieldsPresent' | 'fieldsFilled',
  a: EventKindCount,
  b: EventKindCount,
): Partial<EventKindCount> {
  const [left, right] = [a[name], b[name]];
  if (left === undefined && right === undefined) return {};
  return { [name]: [...new Set([...(left ?? []), ...(right ?? [])])] };
}
