// All shapes of one worker. A structure is compiled once, whatever chunk, file or byte variant it is met in. Holds no
// offsets of any chunk: template-resolver.ts and record-cursor.ts bring those. Described in docs/evtx-format.md.

import { MAX_BANK_STRINGS, MAX_INNER_LISTS, MAX_SHAPE_BYTES, MAX_SHAPES, MAX_VARIANTS_PER_KEY } from './limits.ts';
import { compileShape } from './shape-builder.ts';
import type { CompiledShape } from './shape-builder.ts';
import { StringTable } from './string-table.ts';

/** The bytes in which a template was met once, with what must be masked out to compare it with another meeting. */
export interface TemplateVariant {
  /** GUID as four little-endian words; the first is the template id that records carry (F33). */
  readonly guid: Int32Array;
  readonly body: Uint8Array;
  readonly bodyView: DataView;
  /** Name offsets in the body: place * 2 + (1 when inline), and the names' numbers in the same order. */
  readonly nameRefs: Int32Array;
  readonly nameNumbers: Int32Array;
  readonly shape: CompiledShape;
}

export class ShapeBank {
  readonly names = new StringTable();
  readonly texts = new StringTable();
  /** Every shape by its id. */
  readonly shapes: CompiledShape[] = [];
  /** Changes whenever the bank has started over: shapes, ids and list numbers of before mean nothing then. */
  generation = 1;
  /** How often the bank started over because a limit was met. */
  overflows = 0;

  readonly #maxShapes: number;
  readonly #byProgram = new Map<number, CompiledShape[]>();
  readonly #variants = new Map<number, TemplateVariant[]>();
  /** Paths by number, and for each the number of its parent (-1: none) and of its last name. */
  readonly #paths: (readonly string[])[] = [];
  readonly #pathSteps: number[] = [];
  readonly #childPaths = new Map<number, number>();
  readonly #joinedPaths = new Map<number, number>();
  #weight = 0;
  #innerLists = 1;
  /** Open-addressing table of list steps: three words a slot (list before, shape and path, list after). */
  #innerSlots = new Int32Array(4 * 1_024);
  /** Unknown start of every hash: a crafted file must not be able to fill one chain. */
  readonly seed: number = (Math.random() * 0x7fff_ffff) | 0;

  /** @param maxShapes shapes to keep before starting over; tests lower it. */
  constructor(maxShapes: number = MAX_SHAPES) {
    this.#maxShapes = maxShapes;
  }

  /** Starts over when a limit is met. Called between chunks, when no record is in use; gives whether it did. */
  trim(): boolean {
    const isFull =
      this.shapes.length > this.#maxShapes ||
      this.#weight > MAX_SHAPE_BYTES ||
      this.names.texts.length > MAX_BANK_STRINGS ||
      this.texts.texts.length > MAX_BANK_STRINGS ||
      (this.names.units + this.texts.units) * 2 > MAX_SHAPE_BYTES ||
      this.#innerLists > MAX_INNER_LISTS;
    if (!isFull) return false;
    this.names.clear();
    this.texts.clear();
    this.shapes.length = 0;
    this.#byProgram.clear();
    this.#variants.clear();
    this.#paths.length = 0;
    this.#pathSteps.length = 0;
    this.#childPaths.clear();
    this.#joinedPaths.clear();
    this.#weight = 0;
    this.#innerLists = 1;
    this.#innerSlots = new Int32Array(4 * 1_024);
    this.generation++;
    this.overflows++;
    return true;
  }

  /**
   * The shape of a program (first `size` words, numbers of this bank's names and texts) whose hash the walker has
   * computed; compiled when new. undefined beyond a limit.
   */
  shapeOf(program: Int32Array, size: number, hash: number, label: string): CompiledShape | undefined {
    const list = this.#byProgram.get(hash);
    if (list !== undefined) {
      for (const shape of list) if (equalProgram(shape.program, program, size)) return shape;
    }
    const shape = compileShape({
      program: program.slice(0, size),
      id: this.shapes.length,
      label,
      names: this.names.texts,
      texts: this.texts.texts,
      childPath: (parent, name) => this.childPath(parent, name),
      pathOf: (number) => this.path(number),
    });
    if (shape === undefined) return undefined;
    this.shapes.push(shape);
    this.#weight += shape.weight;
    if (list === undefined) this.#byProgram.set(hash, [shape]);
    else list.push(shape);
    return shape;
  }

  /** Variants under a hash of GUID and size; the caller compares GUID and bytes. */
  variants(key: number): readonly TemplateVariant[] | undefined {
    return this.#variants.get(key);
  }

  /** Keeps a variant, unless its key already has the most that may be compared one by one. */
  keepVariant(key: number, variant: TemplateVariant): void {
    const list = this.#variants.get(key);
    if (list === undefined) this.#variants.set(key, [variant]);
    else if (list.length < MAX_VARIANTS_PER_KEY) list.push(variant);
    else return;
    this.#weight += variant.body.length + variant.nameRefs.length * 8 + 200;
  }

  /** Number of the path of an element with the name of this number within the path `parent` (-1: the root element). */
  childPath(parent: number, name: number): number {
    const key = (parent + 1) * 2 ** 26 + name;
    const known = this.#childPaths.get(key);
    if (known !== undefined) return known;
    const outer = parent < 0 ? [] : this.path(parent);
    const number = this.#paths.push([...outer, this.names.texts[name] ?? '']) - 1;
    this.#pathSteps.push(parent, name);
    this.#childPaths.set(key, number);
    this.#weight += (outer.length + 1) * 8 + 100;
    return number;
  }

  /** The path of a number; the same array each time. */
  path(number: number): readonly string[] {
    return this.#paths[number]!;
  }

  /** Number of the path that leads through `outer` and then `inner`. */
  joinPaths(outer: number, inner: number): number {
    const key = outer * 2 ** 26 + inner;
    const known = this.#joinedPaths.get(key);
    if (known !== undefined) return known;
    const steps: number[] = [];
    for (let at = inner; at >= 0; at = this.#pathSteps[2 * at]!) steps.push(this.#pathSteps[2 * at + 1]!);
    let number = outer;
    for (let i = steps.length - 1; i >= 0; i--) number = this.childPath(number, steps[i]!);
    this.#joinedPaths.set(key, number);
    return number;
  }

  /** Number of the list `before` with one more embedded shape at a path; 0 is the empty list. */
  innerList(before: number, shape: number, path: number): number {
    const slots = this.#innerSlots;
    const mask = (slots.length >> 2) - 1;
    let hash =
      Math.imul(before ^ this.seed, 0x85eb_ca6b) ^ Math.imul(shape, 0xc2b2_ae35 | 0) ^ Math.imul(path, 0x27d4_eb2f);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = slot << 2;
      const known = slots[at + 3]!;
      if (known === 0) return this.#addInnerList(at, before, shape, path);
      if (slots[at] === before && slots[at + 1] === shape && slots[at + 2] === path) return known;
    }
  }

  #addInnerList(at: number, before: number, shape: number, path: number): number {
    const number = this.#innerLists++;
    this.#innerSlots[at] = before;
    this.#innerSlots[at + 1] = shape;
    this.#innerSlots[at + 2] = path;
    this.#innerSlots[at + 3] = number;
    if (this.#innerLists * 8 >= this.#innerSlots.length) this.#growInnerLists();
    return number;
  }

  #growInnerLists(): void {
    const old = this.#innerSlots;
    const numbers = this.#innerLists;
    this.#innerSlots = new Int32Array(old.length * 2);
    this.#innerLists = 1;
    // Lists are added again in the order of their numbers, so every list keeps its number.
    const order = new Int32Array(numbers);
    for (let at = 0; at < old.length; at += 4) if (old[at + 3] !== 0) order[old[at + 3]!] = at;
    for (let number = 1; number < numbers; number++) {
      const at = order[number]!;
      this.innerList(old[at]!, old[at + 1]!, old[at + 2]!);
    }
  }
}

function equalProgram(known: Int32Array, program: Int32Array, size: number): boolean {
  if (known.length !== size) return false;
  for (let i = 0; i < size; i++) if (known[i] !== program[i]) return false;
  return true;
}
