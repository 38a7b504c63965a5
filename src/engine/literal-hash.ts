// The hashes that the literal tables are built with and looked up by. Builder and matcher must agree to the bit, so
// both take them from here; the matcher repeats the one-line steps inside its loops.

/** What a table key stands for: the anchor of the literal, or the width of the gram it is found by. */
export const KeyKind = { Exact: 1, Prefix: 2, Suffix: 3, Gram4: 4, Gram3: 5, Gram2: 6, Gram1: 7 } as const;

export const HASH_START = 0x811c_9dc5 | 0;
export const HASH_FACTOR = 0x0100_0193;
export const GRAM_FACTOR = 0x9e37_79b1 | 0;

/** One step of the rolled hash over folded units, from the anchored end inwards. */
export function hashStep(hash: number, unit: number): number {
  const mixed = Math.imul(hash ^ unit, HASH_FACTOR);
  return mixed ^ (mixed >>> 15);
}

/** The byte that stands for a unit in a gram. */
export function mixUnit(unit: number): number {
  return (unit ^ (unit >>> 8)) & 255;
}

/** Key in the bucket table: `value` is a rolled hash (with its length) or a packed gram. Never 0, which marks a free place. */
export function tableKey(kind: number, length: number, value: number): number {
  const mixed = Math.imul(value ^ Math.imul((length << 3) | kind, GRAM_FACTOR), 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 14)) | 1;
}
