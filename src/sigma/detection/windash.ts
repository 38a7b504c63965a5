// `windash`: every dash or slash that starts a word stands for any of five characters (sigma-engine 1.3). The places
// are kept as parts of their own; only lowering decides whether to write the variants out.

import type { ValuePart } from './value-parts.ts';
import { DASH, joinParts } from './value-parts.ts';

export const DASHES: readonly string[] = ['-', '/', '\u2013', '\u2014', '\u2015'];

const WORD = /[\p{L}\p{N}_]/u;

/** Parts with a dash part at each place where a `-` or `/` begins a word (`\B[-/]\b`). */
export function openDashes(parts: readonly ValuePart[]): ValuePart[] {
  const out: ValuePart[] = [];
  for (const part of parts) {
    if (part.kind !== 'text') {
      out.push(part);
      continue;
    }
    const units = Array.from(part.text);
    let text = '';
    units.forEach((unit, at) => {
      const before = units[at - 1];
      const after = units[at + 1];
      const starts =
        (unit === '-' || unit === '/') &&
        (before === undefined || !WORD.test(before)) &&
        after !== undefined &&
        WORD.test(after);
      if (!starts) {
        text += unit;
        return;
      }
      if (text !== '') out.push({ kind: 'text', text });
      out.push(DASH);
      text = '';
    });
    if (text !== '') out.push({ kind: 'text', text });
  }
  return out;
}

/** Every text variant of parts with dash parts, or undefined when there are more than `limit`. */
export function writeDashesOut(parts: readonly ValuePart[], limit: number): ValuePart[][] | undefined {
  const places = parts.filter((part) => part.kind === 'dash').length;
  if (DASHES.length ** places > limit) return undefined;
  let variants: ValuePart[][] = [[]];
  for (const part of parts) {
    variants =
      part.kind === 'dash'
        ? DASHES.flatMap((text) => variants.map((variant) => [...variant, { kind: 'text', text } as const]))
        : variants.map((variant) => [...variant, part]);
  }
  return variants.map(joinParts);
}
