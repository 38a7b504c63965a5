// Character data of a log as UTF-8 with the escapes of an output format, straight from the log's bytes: no string in
// between. Lone surrogates become U+FFFD in every format. What is escaped and how: EscapeRules. Each format has a loop of
// its own for runs of ASCII in front of this (json-values.ts, xml-values.ts): with its bytes as constants it takes two
// thirds of the time.

import { ansiUnit } from '../../model/value-string.ts';

/** What a format does with ASCII; everything else is written as it is. */
export interface EscapeRules {
  /** Bytes of the replacement per unit below 128; 0 = written as it is. A NUL has none: it is never written. */
  readonly sizes: Uint8Array;
  /** Where the replacement lies in `pool`. */
  readonly starts: Uint16Array;
  readonly pool: Uint8Array;
  /** Whether U+FFFE and U+FFFF become U+FFFD. */
  readonly replaceNonCharacters: boolean;
}

/** Rules from replacements of single units. */
export function escapeRules(replacements: ReadonlyMap<number, string>, replaceNonCharacters: boolean): EscapeRules {
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
  return { sizes, starts, pool: Uint8Array.from(pool), replaceNonCharacters };
}

/**
 * Writes UTF-16LE bytes [start, end) up to the first NUL; `end - start` must be even. `out` needs six places per unit
 * (`\u0001`). Gives the end position in `out`.
 */
export function writeUnits(
  view: DataView,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
  rules: EscapeRules,
): number {
  const { sizes } = rules;
  let place = at;
  for (let i = start; i < end; i += 2) {
    const unit = view.getUint16(i, true);
    if (unit >= 0x80) {
      const next = (unit & 0xfc00) === 0xd800 && i + 2 < end ? view.getUint16(i + 2, true) : 0;
      place = writeWide(rules, unit, next, out, place);
      if ((next & 0xfc00) === 0xdc00) i += 2;
    } else if (sizes[unit] === 0) {
      if (unit === 0) break;
      out[place++] = unit;
    } else {
      place = replace(rules, unit, out, place);
    }
  }
  return place;
}

/** Writes windows-1252 bytes [start, end) without NULs; `out` needs six places per byte. Gives the end position. */
export function writeAnsi(
  view: DataView,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
  rules: EscapeRules,
): number {
  let place = at;
  for (let i = start; i < end; i++) {
    const byte = view.getUint8(i);
    if (byte >= 0x80) place = writeWide(rules, ansiUnit(byte), 0, out, place);
    else if (byte !== 0) place = replace(rules, byte, out, place);
  }
  return place;
}

/** Writes an ASCII unit as the rules want it. */
export function replace(rules: EscapeRules, unit: number, out: Uint8Array, at: number): number {
  const size = rules.sizes[unit]!;
  if (size === 0) {
    out[at] = unit;
    return at + 1;
  }
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
