// Line programs by shape: found by the shape's number, verified by its identity. Holds at most MOST_BYTES of ready bytes,
// then starts over: a crafted log can have thousands of shapes with long names.

import type { Shape } from '../../model/shape.ts';

const MOST_BYTES = 32 * 1024 * 1024;
/** What an entry weighs beside its ready bytes. */
const ENTRY_BYTES = 2_000;

export class ProgramCache<P extends { readonly weight: number }> {
  readonly #compile: (shape: Shape) => P | undefined;
  #entries: ({ readonly shape: Shape; readonly program: P | undefined } | undefined)[] = [];
  #weight = 0;

  constructor(compile: (shape: Shape) => P | undefined) {
    this.#compile = compile;
  }

  /** The program of a shape; undefined when it has none. */
  of(shape: Shape): P | undefined {
    const entry = this.#entries[shape.id];
    if (entry?.shape === shape) return entry.program;
    return this.#add(shape);
  }

  #add(shape: Shape): P | undefined {
    // Another shape of that number is from before the bank started over: its neighbours are too.
    if (this.#entries[shape.id] !== undefined || this.#weight > MOST_BYTES) {
      this.#entries = [];
      this.#weight = 0;
    }
    const program = this.#compile(shape);
    while (this.#entries.length <= shape.id) this.#entries.push(undefined);
    this.#entries[shape.id] = { shape, program };
    this.#weight += ENTRY_BYTES + (program?.weight ?? 0);
    return program;
  }
}
