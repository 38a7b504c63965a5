// Which kinds of event the evidence held, per host: what the account of blind spots and the rule page are folded from.
// Counted per file, so that a file that is read again replaces its part. A kept case gives them back folded, without
// files: when its evidence is read again in part, those files count twice until all of it has been read again.

import type { EventKindCount } from '../model/coverage.ts';
import type { FieldKey } from '../model/field-key.ts';

type KindMap = Map<string, EventKindCount>;

export class EventKinds {
  readonly #byFile = new Map<number, KindMap>();
  #kept: readonly EventKindCount[];
  #version = $state(0);
  #list: readonly EventKindCount[];
  #listVersion = 0;

  /** `kept`: what the case was known to hold when it was opened. */
  constructor(kept: readonly EventKindCount[] = []) {
    this.#kept = kept;
    this.#list = kept;
  }

  /** Adds counts of slices of files. */
  add(slices: readonly { readonly file: number; readonly kinds: readonly EventKindCount[] }[]): void {
    let isChanged = false;
    for (const { file, kinds: parts } of slices) {
      if (parts.length === 0) continue;
      isChanged = true;
      const kinds: KindMap = this.#byFile.get(file) ?? new Map<string, EventKindCount>();
      this.#byFile.set(file, kinds);
      for (const part of parts) addKind(kinds, part);
    }
    if (isChanged) this.#version++;
  }

  /** True when the counts of this very file are known, not only folded into those of the case. */
  knows(file: number): boolean {
    return this.#byFile.has(file);
  }

  /** Forgets files that are about to be read again; `all` when no other file of the case was ever read. */
  forget(files: readonly number[], all: boolean): void {
    for (const file of files) this.#byFile.delete(file);
    if (all) this.#kept = [];
    this.#version++;
  }

  /** One entry per (computer, channel, provider, event id); the same array until something changes. */
  get list(): readonly EventKindCount[] {
    if (this.#version !== this.#listVersion) {
      const all: KindMap = new Map();
      for (const kind of this.#kept) addKind(all, kind);
      for (const kinds of this.#byFile.values()) for (const kind of kinds.values()) addKind(all, kind);
      this.#list = [...all.values()];
      this.#listVersion = this.#version;
    }
    return this.#list;
  }
}

function addKind(kinds: KindMap, part: EventKindCount): void {
  const key = JSON.stringify([part.computer, part.channel, part.provider, part.eventId]);
  const known = kinds.get(key);
  kinds.set(key, known === undefined ? part : mergeKinds(known, part));
}

function mergeKinds(a: EventKindCount, b: EventKindCount): EventKindCount {
  const fieldsPresent = uniteFields(a.fieldsPresent, b.fieldsPresent);
  const fieldsFilled = uniteFields(a.fieldsFilled, b.fieldsFilled);
  return {
    ...a,
    count: a.count + b.count,
    // No event of the part had a time: nothing to compare.
    first: a.first === '' || (b.first !== '' && b.first < a.first) ? b.first : a.first,
    last: a.last > b.last ? a.last : b.last,
    ...(fieldsPresent === undefined ? {} : { fieldsPresent }),
    ...(fieldsFilled === undefined ? {} : { fieldsFilled }),
  };
}

/** The fields of either list, in order. Mostly both are equal, and the first is given back. */
function uniteFields(
  a: readonly FieldKey[] | undefined,
  b: readonly FieldKey[] | undefined,
): readonly FieldKey[] | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const missing = b.filter((key) => !a.includes(key));
  return missing.length === 0 ? a : [...a, ...missing].sort();
}
