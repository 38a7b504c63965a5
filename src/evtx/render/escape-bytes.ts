// Character data of a log as UTF-8 with the escapes of an output format, straight from the log's bytes: no string in
// between. Lone surrogates become U+FFFD in every format. What is escaped and how: EscapeRules.

import { ansiUnit } from '../../model/value-string.ts';

/** Bytes of output that one byte of a UTF-16 or ANSI value can need at most (`&apos;` is 6 for a byte). */
export const MAX_GROWTH = 6;

/** What a format does with ASCII; everything else is written as it is. */
export interface EscapeRules {
  /** Bytes of the replacement per unit below 128; 0 = written as it is. */
  readonly sizes: Uint8Array;
  /** Where the replacement lies in `pool`. */
  readonly starts: Uint16Array;
  readonly pool: Uint8Array;
  /**
   * Test of four ASCII bytes at once: none may equal `valueA` after `| maskA`, or `valueB` after `| maskB`, or be below
   * 0x20. It may name bytes that need nothing, never miss one that does; `wordwise` is false where it could.
   */
  readonly wordwise: boolean;
  readonly maskA: number;
  readonly valueA: number;
  readonly maskB: number;
  readonly valueB: number;
  /** Whether U+FFFE and U+FFFF become U+FFFD. */
  readonly replaceNonCharacters: boolean;
}

/**
 * Rules from replacements of single units. `pairs` are up to two bytes to test for, each with a mask of bits that do not
 * matter; without them units are looked at one by one.
 */
export function escapeRules(
  replacements: ReadonlyMap<number, string>,
  replaceNonCharacters: boolean,
  pairs?: readonly [{ mask: number; value: number }, { mask: number; value: number }],
): EscapeRules {
  const encoder = new TextEncoder();
  const sizes = new Uint8Array(128);
  const starts = new Uint16Array(128);
  const pool: number[] = [];
  for (const [unit, text] of replacements) {
    const bytes = encoder.encode(text);
    sizes[unit] = bytes.length;
    starts[unit] = pool.length;
    pool.push(...bytes);
  }
  const four = (byte: number): number => Math.imul(byte, 0x0101_0101);
  return {
    sizes,
    starts,
    pool: Uint8Array.from(pool),
    wordwise: pairs !== undefined,
    maskA: four(pairs?.[0].mask ?? 0),
    valueA: four(pairs?.[0].value ?? 0),
    maskB: four(pairs?.[1].mask ?? 0),
    valueB: four(pairs?.[1].value ?? 0),
    replaceNonCharacters,
  };
}

/**
 * Writes UTF-16LE bytes [start, end) up to the first NUL; `end - start` must be even. `view` covers the log, `outView`
 * covers `out`, which needs MAX_GROWTH places per byte and four more. Gives the end position in `out`. Most of a log is
 * ASCII, so four units are looked at together, one byte of a 32-bit word each.
 */
export function writeUtf16(
  view: DataView,
  start: number,
  end: number,
  out: Uint8Array,
  outView: DataView,
  at: number,
  rules: EscapeRules,
): number {
  const { maskA, valueA, maskB, valueB, sizes } = rules;
  const lastFour = rules.wordwise ? end - 8 : start - 1;
  let place = at;
  let i = start;
  while (i < end) {
    while (i <= lastFour) {
      const low = view.getInt32(i, true);
      const high = view.getInt32(i + 4, true);
      if (((low | high) & 0xff80_ff80) !== 0) break;
      const four = ((low | (low >>> 8)) & 0xffff) | ((high | (high >>> 8)) << 16);
      // Each subtraction borrows from bit 7 of the bytes that are looked for; the lowest bit found is exact.
      const control = four - 0x2020_2020;
      const a = ((four | maskA) ^ valueA) - 0x0101_0101;
      const b = ((four | maskB) ^ valueB) - 0x0101_0101;
      const found = (control | a | b) & 0x8080_8080;
      outView.setInt32(place, four, true);
      if (found === 0) {
        place += 4;
        i += 8;
        continue;
      }
      const plain = (31 - Math.clz32(found & -found)) >> 3;
      const unit = (four >>> (8 * plain)) & 0x7f;
      place += plain;
      i += 2 * plain + 2;
      if (unit === 0) return place;
      const size = sizes[unit]!;
      if (size === 0) out[place++] = unit;
      else place = replace(rules, unit, size, out, place);
    }
    // Beyond ASCII, or fewer than four are left: unit by unit.
    for (const stop = Math.min(end, i + 8); i < stop; i += 2) {
      const unit = view.getUint16(i, true);
      if (unit < 0x80) {
        if (unit === 0) return place;
        const size = sizes[unit]!;
        if (size === 0) out[place++] = unit;
        else place = replace(rules, unit, size, out, place);
        continue;
      }
      const next = (unit & 0xfc00) === 0xd800 && i + 2 < end ? view.getUint16(i + 2, true) : 0;
      place = writeWide(rules, unit, next, out, place);
      if ((next & 0xfc00) === 0xdc00) i += 2;
    }
  }
  return place;
}

/** Writes a windows-1252 string without its NULs; gives the end position in `out`. Needs the same room as writeUtf16. */
export function writeAnsi(
  view: DataView,
  offset: number,
  length: number,
  out: Uint8Array,
  outView: DataView,
  at: number,
  rules: EscapeRules,
): number {
  const { maskA, valueA, maskB, valueB, sizes } = rules;
  const end = offset + length;
  const lastFour = rules.wordwise ? end - 4 : offset - 1;
  let place = at;
  let i = offset;
  while (i < end) {
    while (i <= lastFour) {
      const four = view.getInt32(i, true);
      const control = four - 0x2020_2020;
      const a = ((four | maskA) ^ valueA) - 0x0101_0101;
      const b = ((four | maskB) ^ valueB) - 0x0101_0101;
      if (((four | control | a | b) & 0x8080_8080) !== 0) break;
      outView.setInt32(place, four, true);
      place += 4;
      i += 4;
    }
    for (const stop = Math.min(end, i + 4); i < stop; i++) {
      const byte = view.getUint8(i);
      if (byte >= 0x80) {
        place = writeWide(rules, ansiUnit(byte), 0, out, place);
      } else if (byte !== 0) {
        const size = sizes[byte]!;
        if (size === 0) out[place++] = byte;
        else place = replace(rules, byte, size, out, place);
      }
    }
  }
  return place;
}

function replace(rules: EscapeRules, unit: number, size: number, out: Uint8Array, at: number): number {
  const start = rules.starts[unit]!;
  for (let i = 0; i < size; i++) out[at + i] = rules.pool[start + i]!;
  return at + size;
}

/** Writes one unit from U+0080 on, or the pair that it makes with the next one. */
function writeWide(rules: EscapeRules, unit: number, next: number, out: Uint8Array, at: number): number {
  if (unit < 0x800) {
    out[at] = 0xc0 | (unit >>> 6);
    out[at + 1] = 0x80 | (unit & 63);
    return at + 2;
  }
  let point = unit;
  if ((unit & 0xf800) === 0xd800) {
    if ((unit & 0xfc00) === 0xd800 && (next & 0xfc00) === 0xdc00) {
      point = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
      out[at] = 0xf0 | (point >>> 18);
      out[at + 1] = 0x80 | ((point >>> 12) & 63);
      out[at + 2] = 0x80 | ((point >>> 6) & 63);
      out[at + 3] = 0x80 | (point & 63);
      return at + 4;
    }
    point = 0xfffd;
  } else if (unit >= 0xfffe && rules.replaceNonCharacters) {
    point = 0xfffd;
  }
  out[at] = 0xe0 | (point >>> 12);
  out[at + 1] = 0x80 | ((point >>> 6) & 63);
  out[at + 2] = 0x80 | (point & 63);
  return at + 3;
}
