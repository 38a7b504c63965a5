// Keywords are searched in every value of an event. Nearly no value contains one, so a coarse filter looks at every
// n-th run of four units only: a literal of n + 3 units or more covers at least one of them. Costs a fraction of a
// memo lookup; what passes goes the ordinary way. Reference: engine algorithms 4.5.

import { ValueType } from '../../model/shape.ts';
import { GRAM_FACTOR } from '../literal-hash.ts';
import { Anchor, PredicateKind, type Program } from '../program.ts';

const BITS = 14;
/** Shorter literals would make the filter look at every unit: then there is none. */
const SHORTEST = 6;
const LONGEST_STRIDE = 16;
const ASCII_MASK = 0xff80_ff80 | 0;
const LETTER_CASE = 0x2020_2020;

const INTEGER = '-0123456789';
const HEX = '0123456789abcdefx';
/** Units that the text of a type can have, folded. Types that are not listed are written as raw hex. */
const ALPHABETS = new Map<number, string>([
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
  private readonly possible = new Uint8Array(256);

  private readonly stride: number;

  private constructor(stride: number) {
    this.stride = stride;
  }

  /** The filter for the keywords of a program; undefined when some keyword is too short or not a plain `contains`. */
  static of(program: Program): KeywordFilter | undefined {
    const field = program.anyField;
    if (field < 0) return undefined;
    for (let i = 0; i < program.predicateField.length; i++) {
      if (program.predicateField[i] !== field) continue;
      const kind = program.predicateKind[i]!;
      if (program.predicateLiteral[i]! < 0 || (kind !== PredicateKind.Literal && kind < PredicateKind.Cased)) return undefined;
    }
    const first = program.fieldLiterals[field]!;
    const last = program.fieldLiterals[field + 1]!;
    let shortest = LONGEST_STRIDE + 3;
    for (let literal = first; literal < last; literal++) {
      if (program.literalAnchor[literal] !== Anchor.Contains) return undefined;
      shortest = Math.min(shortest, program.literalLength[literal]!);
    }
    if (shortest < SHORTEST || first === last) return undefined;
    const filter = new KeywordFilter(shortest - 3);
    for (let literal = first; literal < last; literal++) filter.add(program, literal);
    return filter;
  }

  /** False when no keyword can occur in the value. */
  mayContain(view: DataView, type: number, offset: number, length: number): boolean {
    const scalar = type & ~ValueType.Array;
    if (scalar !== ValueType.String) return this.possible[scalar] === 1;
    const { bitmap } = this;
    const step = this.stride * 2;
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
    for (let type = 0; type < 256; type++) {
      const alphabet = ALPHABETS.get(type) ?? HEX;
      const isText = type === ValueType.String || type === ValueType.AnsiString;
      if (isText || units.every((unit) => alphabet.includes(String.fromCharCode(unit)))) this.possible[type] = 1;
    }
  }
}
