// Literal elements of one chunk look alike: the same tokens and name offsets, other texts. Once one has been walked, the
// next of its structure is read by comparing the bytes between the variable fields (sizes and texts) with it. Measured
// on forwarded logs: a fifth of the time of a walk. Only elements whose names all lie in front of the first one take
// part, so a name offset means the same in every later element of the chunk.

import { ValueType } from '../model/shape.ts';
import type { BinXmlWalker } from './binxml-walker.ts';
import type { CompiledShape } from './shape-builder.ts';
import type { ValueRows } from './value-rows.ts';

/** Structures remembered per chunk; each costs at most one compare of an element that has another one. */
const MOST_PATTERNS = 8;

/** A walked element that serves as sample. */
interface Pattern {
  /** Where the sample starts in the buffer, and its size. */
  readonly start: number;
  readonly size: number;
  /** Variable fields: place from the start * 2 + (1 text, 0 size). */
  readonly variables: Int32Array;
  readonly valueCount: number;
  readonly shape: CompiledShape;
}

export class LiteralPatterns {
  /** Shape of the element that was read last. */
  shape: CompiledShape | undefined = undefined;
  #patterns: Pattern[] = [];
  #replace = 0;
  #last = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #chunk = 0;

  /** Turns to the chunk at byte `chunk`; patterns of the one before are forgotten. */
  enter(bytes: Uint8Array, view: DataView, chunk: number): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#chunk = chunk;
    if (this.#patterns.length > 0) this.#patterns = [];
    this.#replace = 0;
    this.#last = 0;
  }

  /** Keeps the element that `walker` has just read at `start` as a pattern, if it is fit to be one. */
  keep(walker: BinXmlWalker, start: number, valueCount: number, shape: CompiledShape): void {
    if (!walker.isRegular || walker.fault !== '') return;
    for (let i = 0; i < walker.nameCount; i++) {
      const ref = walker.nameRefs[i]!;
      if ((ref & 1) === 1 || this.#view.getUint32(start + (ref >> 1), true) >= start - this.#chunk) return;
    }
    const pattern: Pattern = {
      start,
      size: walker.next - start,
      variables: walker.variables.slice(0, walker.variableCount),
      valueCount,
      shape,
    };
    if (this.#patterns.length < MOST_PATTERNS) {
      this.#last = this.#patterns.push(pattern) - 1;
    } else {
      this.#last = this.#replace;
      this.#patterns[this.#replace] = pattern;
      this.#replace = (this.#replace + 1) % MOST_PATTERNS;
    }
  }

  /** Reads the element at `at` by a known pattern into `values` and `shape`; position after it, or 0 when none fits. */
  read(at: number, end: number, values: ValueRows): number {
    const patterns = this.#patterns;
    const count = patterns.length;
    let number = this.#last;
    for (let tries = 0; tries < count; tries++) {
      const pattern = patterns[number]!;
      const next = at > pattern.start ? this.#match(pattern, at, end, values) : 0;
      if (next > 0) {
        this.#last = number;
        this.shape = pattern.shape;
        return next;
      }
      number = number + 1 < count ? number + 1 : 0;
    }
    return 0;
  }

  #match(pattern: Pattern, at: number, end: number, values: ValueRows): number {
    if (!values.reserve(pattern.valueCount)) return 0;
    const bytes = this.#bytes;
    const view = this.#view;
    const { variables } = pattern;
    const { offset, length, type } = values;
    let sample = pattern.start;
    let p = at;
    let value = 0;
    for (let i = 0; i < variables.length; i++) {
      const variable = variables[i]!;
      const field = pattern.start + (variable >> 1);
      if (p + field - sample + 4 > end) return 0;
      for (; sample + 4 <= field; sample += 4, p += 4) {
        if (view.getInt32(sample, true) !== view.getInt32(p, true)) return 0;
      }
      for (; sample < field; sample++, p++) if (bytes[sample] !== bytes[p]) return 0;
      if ((variable & 1) === 0) {
        sample += 4;
        p += 4;
        continue;
      }
      const size = 2 * view.getUint16(p, true);
      sample += 2 + 2 * view.getUint16(sample, true);
      p += 2;
      offset[value] = p;
      length[value] = size;
      type[value] = ValueType.String;
      value++;
      p += size;
    }
    const sampleEnd = pattern.start + pattern.size;
    if (p + sampleEnd - sample > end) return 0;
    for (; sample + 4 <= sampleEnd; sample += 4, p += 4) {
      if (view.getInt32(sample, true) !== view.getInt32(p, true)) return 0;
    }
    for (; sample < sampleEnd; sample++, p++) if (bytes[sample] !== bytes[p]) return 0;
    values.count = value;
    values.embedded = 0;
    return p;
  }
}
