// Keywords are searched in every value of an event. Nearly no value contains one, so a coarse filter looks at every
// n-th run of four units only: a literal of n + 3 units or more covers at least one of them. Costs a fraction of a
// memo lookup; what passes goes the ordinary way. Reference: engine algorithms 4.5.

import { ValueType } from '../../model/shape.ts';
import { GRAM_FACTOR } from '../literal-hash.ts';
import { Anchor, type Program } from '../program.ts';

const BITS = 16;
/** Shorter literals would make the filter look at every unit: then there is none. */
const SHORTEST = 4;
const LONGEST_STRIDE = 16;
const ASCII_MASK = 0xff80_ff80 | 0;
const LETTER_CASE = 0x2020_2020;

const INTEGER = '-0123456789';
const HEX = '0123456789abcdefx';
/** Units that the text of a type can have, folded. Types that are not listed are written as raw hex. */
const ALPHABETS = new Map<number, string>([
  [ValueType.Null, ''],
  [ValueType.BinXml, ''],
  [ValueType.Int8, INTEGER],
  [ValueType.UInt8, INTEGER],
  [ValueType.Int16, INTEGER],
  [ValueType.UInt16, INTEGER],
  [ValueType.Int32, INTEGER],
  [ValueType.UInt32, INTEGER],
  [ValueType.Int64, INTEGER],
  [ValueType.UInt64, INTEGER],
  [ValueType.Real32, `${HEX}-+.infinityna`],
  [ValueType.Real64, `${HEX}-+.infinityna`],
  [ValueType.Bool, 'truefals'],
  [ValueType.Guid, `${HEX}{}-`],
  [ValueType.FileTime, `${HEX}-:.tz`],
  [ValueType.SystemTime, `${HEX}-:.tz`],
  [ValueType.Sid, `${HEX}-s`],
]);

export class KeywordFilter {
  private readonly bitmap = new Int32Array((1 << BITS) >>> 5);
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

  /** False when no keyword can occur in the value. */
  mayContain(bytes: Uint8Array, view: DataView, type: number, offset: number, length: number): boolean {
    if (this.possible[type] === 0) return false;
    const scalar = type & ~ValueType.Array;
    if (scalar === ValueType.String) return this.mayContainUnits(view, offset, length);
    return scalar !== ValueType.AnsiString || this.mayContainAnsi(bytes, view, offset, length);
  }

  private mayContainUnits(view: DataView, offset: number, length: number): boolean {
    const { bitmap } = this;
    const step = this.stride * 2;
    // Too short for any keyword.
    if (length < this.shortest * 2) return false;
    const last = offset + length - 8;
    for (let at = offset; at <= last; at += step) {
      const low = view.getInt32(at, true);
      const high = view.getInt32(at + 4, true);
      if (((low | high) & ASCII_MASK) !== 0) return true;
      const bit = Math.imul(low | (high << 8) | LETTER_CASE, GRAM_FACTOR) >>> (32 - BITS);
      if ((bitmap[bit >>> 5]! & (1 << (bit & 31))) !== 0) return true;
    }
    return false;
  }

  private mayContainAnsi(bytes: Uint8Array, view: DataView, offset: number, length: number): boolean {
    const { bitmap, stride } = this;
    const end = offset + length;
    // NULs are left out of the text, so one in the middle would shift what follows.
    const nul = bytes.indexOf(0, offset);
    if (nul >= 0 && nul < end - 1) return true;
    for (let at = offset; at <= end - 4; at += stride) {
      const word = view.getInt32(at, true);
      if ((word & 0x8080_8080) !== 0) return true;
      const gram = (word & 0xff00_00ff) | ((word >>> 8) & 0xff00) | ((word << 8) & 0xff_0000);
      const bit = Math.imul(gram | LETTER_CASE, GRAM_FACTOR) >>> (32 - BITS);
      if ((bitmap[bit >>> 5]! & (1 << (bit & 31))) !== 0) return true;
    }
    return false;
  }

  /** Whether the text of such a value could contain one of the literals at all. */
  private isPossible(program: Program, literals: readonly number[], type: number): boolean {
    const scalar = type & ~ValueType.Array;
    if (scalar === ValueType.String || scalar === ValueType.AnsiString) return true;
    const alphabet = ALPHABETS.get(scalar) ?? HEX;
    return literals.some((literal) => {
      const start = program.literalOffset[literal]!;
      for (let i = start; i < start + program.literalLength[literal]!; i++) {
        if (!alphabet.includes(String.fromCharCode(program.pool[i]!))) return false;
      }
      return true;
    });
  }

  private add(program: Program, literal: number): void {
    const start = program.literalOffset[literal]!;
    const units = program.pool.subarray(start, start + program.literalLength[literal]!);
    for (let place = 0; place < this.stride; place++) {
      const [a, b, c, d] = [units[place]!, units[place + 1]!, units[place + 2]!, units[place + 3]!];
      // A value with a unit above 127 at that place passes anyway.
      if ((a | b | c | d) > 127) continue;
      const bit = Math.imul(a | (b << 16) | (c << 8) | (d << 24) | LETTER_CASE, GRAM_FACTOR) >>> (32 - BITS);
      this.bitmap[bit >>> 5]! |= 1 << (bit & 31);
    }
  }
}
