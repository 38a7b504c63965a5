// Keywords are searched in every value of an event. Nearly no value contains one, so a coarse filter looks at every
// n-th run of four units only: a literal of n + 3 units or more covers at least one of them. Where such a run is known,
// the keywords that have it are compared on the spot, because ordinary words share runs with keywords and a memo lookup
// of a long value costs more than all of this. What passes goes the ordinary way. Reference: engine algorithms 4.5.

import { FOLD, textOfUnits } from '../../base/fold.ts';
import { ValueType, type ValueTable } from '../../model/shape.ts';
import { canHold } from '../../model/value-alphabet.ts';
import { GRAM_FACTOR } from '../literal-hash.ts';
import { Anchor, type Program } from '../program.ts';

const BITS = 16;
/** Shorter literals would make the filter look at every unit: then there is none. */
const SHORTEST = 4;
const LONGEST_STRIDE = 16;
const ASCII_MASK = 0xff80_ff80 | 0;
const LETTER_CASE = 0x2020_2020;

export class KeywordFilter {
  private readonly bitmap = new Int32Array((1 << BITS) >>> 5);
  /** By bit: the keywords that have such a run, as number in `literals` × 16 + place of the run in it. */
  private readonly candidates = new Map<number, number[]>();
  /** Folded units of the keywords. */
  private readonly literals: Uint16Array[] = [];
  /** Some keyword has a run with a unit above 127, so values with such units pass. */
  private hasWide = false;
  /** Per BinXML type: 1 when the text of such a value could contain a keyword. */
  readonly possible = new Uint8Array(256);

  /** Units of the shortest keyword. */
  readonly shortest: number;
  private readonly stride: number;

  private constructor(shortest: number) {
    this.shortest = shortest;
    this.stride = Math.min(LONGEST_STRIDE, shortest - 3);
  }

  /** A filter that lets every value with one of these literals pass; undefined when they are too short or not plain `contains`. */
  static of(program: Program, literals: readonly number[]): KeywordFilter | undefined {
    let shortest = Infinity;
    for (const literal of literals) {
      if (program.literalAnchor[literal] !== Anchor.Contains) return undefined;
      shortest = Math.min(shortest, program.literalLength[literal]!);
    }
    if (shortest < SHORTEST || literals.length === 0) return undefined;
    const filter = new KeywordFilter(shortest);
    for (const literal of literals) filter.add(program, literal);
    for (let type = 0; type < 256; type++) filter.possible[type] = filter.isPossible(program, literals, type) ? 1 : 0;
    return filter;
  }

  /**
   * The first of `count` places, from number `from` on, whose value could contain a keyword, or `count`. Places are
   * numbers in `indices`, and their types are possible ones.
   */
  next(
    bytes: Uint8Array,
    view: DataView,
    table: ValueTable,
    indices: Int32Array,
    places: Int32Array,
    from: number,
    count: number,
  ): number {
    const { bitmap } = this;
    const { type, offset, length } = table;
    const step = this.stride * 2;
    const shortest = this.shortest * 2;
    for (let k = from; k < count; k++) {
      const index = indices[places[k]!]!;
      const scalar = type[index]! & ~ValueType.Array;
      let at = offset[index]!;
      if (scalar === ValueType.String) {
        const size = length[index]! & ~1;
        if (size < shortest) continue;
        const start = at;
        const end = at + size;
        for (; at <= end - 8; at += step) {
          const low = view.getInt32(at, true);
          const high = view.getInt32(at + 4, true);
          if (((low | high) & ASCII_MASK) === 0) {
            const bit = bitOf(low | (high << 8));
            if ((bitmap[bit >>> 5]! & (1 << (bit & 31))) === 0) continue;
          }
          if (this.isAt(view, at, start, end)) return k;
        }
      } else if (scalar !== ValueType.AnsiString || this.mayContainAnsi(bytes, view, at, length[index]!)) return k;
    }
    return count;
  }

  /** Whether a keyword stands around the run at `at`; the text is UTF-16 in [start, end). */
  private isAt(view: DataView, at: number, start: number, end: number): boolean {
    const a = FOLD[view.getUint16(at, true)]!;
    const b = FOLD[view.getUint16(at + 2, true)]!;
    const c = FOLD[view.getUint16(at + 4, true)]!;
    const d = FOLD[view.getUint16(at + 6, true)]!;
    if ((a | b | c | d) > 127) return this.hasWide;
    const candidates = this.candidates.get(bitOf(a | (b << 16) | (c << 8) | (d << 24)));
    if (candidates === undefined) return false;
    for (const candidate of candidates) {
      const units = this.literals[candidate >> 4]!;
      const from = at - 2 * (candidate & 15);
      if (from < start || from + 2 * units.length > end) continue;
      let i = 0;
      while (i < units.length && FOLD[view.getUint16(from + 2 * i, true)] === units[i]) i++;
      if (i === units.length) return true;
    }
    return false;
  }

  private mayContainAnsi(bytes: Uint8Array, view: DataView, offset: number, length: number): boolean {
    const { bitmap, stride } = this;
    let end = offset + length;
    while (end > offset && bytes[end - 1] === 0) end--;
    if (end - offset < this.shortest) return false;
    // NULs are left out of the text, so one in the middle would shift what follows; other code pages are not read here.
    for (let at = offset; at + 4 <= end; at += 4) {
      const word = view.getInt32(at, true);
      // Top bits that are set, or that are borrowed from because a byte is 0.
      if (((word | (word - 0x0101_0101)) & 0x8080_8080) !== 0) return true;
    }
    for (let at = Math.max(offset, end - 3); at < end; at++) if (bytes[at]! > 127 || bytes[at] === 0) return true;
    for (let at = offset; at <= end - 4; at += stride) {
      const word = view.getInt32(at, true);
      const bit = bitOf((word & 0xff00_00ff) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff_0000));
      if ((bitmap[bit >>> 5]! & (1 << (bit & 31))) !== 0 && this.isAtAnsi(bytes, at, offset, end, bit)) return true;
    }
    return false;
  }

  private isAtAnsi(bytes: Uint8Array, at: number, start: number, end: number, bit: number): boolean {
    for (const candidate of this.candidates.get(bit) ?? []) {
      const units = this.literals[candidate >> 4]!;
      const from = at - (candidate & 15);
      if (from < start || from + units.length > end) continue;
      let i = 0;
      while (i < units.length && FOLD[bytes[from + i]!] === units[i]) i++;
      if (i === units.length) return true;
    }
    return false;
  }

  /** Whether the text of such a value could contain one of the literals at all. */
  private isPossible(program: Program, literals: readonly number[], type: number): boolean {
    return literals.some((literal) => {
      const start = program.literalOffset[literal]!;
      return canHold(
        type & ~ValueType.Array,
        textOfUnits(program.pool, start, start + program.literalLength[literal]!),
      );
    });
  }

  private add(program: Program, literal: number): void {
    const start = program.literalOffset[literal]!;
    const units = program.pool.slice(start, start + program.literalLength[literal]!);
    const number = this.literals.push(units) - 1;
    for (let place = 0; place < this.stride; place++) {
      const [a, b, c, d] = [units[place]!, units[place + 1]!, units[place + 2]!, units[place + 3]!];
      if ((a | b | c | d) > 127) {
        this.hasWide = true;
        continue;
      }
      const bit = bitOf(a | (b << 16) | (c << 8) | (d << 24));
      this.bitmap[bit >>> 5]! |= 1 << (bit & 31);
      const candidates = this.candidates.get(bit);
      if (candidates === undefined) this.candidates.set(bit, [number * 16 + place]);
      else candidates.push(number * 16 + place);
    }
  }
}

/** Place in the bitmap of four units below 128, in the order a, c, b, d. */
function bitOf(gram: number): number {
  return Math.imul(gram | LETTER_CASE, GRAM_FACTOR) >>> (32 - BITS);
}
