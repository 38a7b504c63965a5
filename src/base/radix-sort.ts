// Stable sorts of row numbers by 32-bit and 64-bit keys. Keys travel with their rows, so that every pass reads straight
// through; digits of 11 bits keep the counters and the places written to in the first cache. (16-bit digits with keys
// looked up by row took 258–361 ms for 1,000,000 times spread at random, because every read and write was a miss.)

const BITS = 11;
const DIGITS = 1 << BITS;
const MASK = DIGITS - 1;
/** Rows with one coarse key up to here are put in order by insertion. */
const MOST_INSERTED = 64;
const LARGEST = 0xffff_ffff;

/** Sorts rows by a key each, both in place; equal keys keep their order. */
export function sortPairs(keys: Uint32Array, rows: Uint32Array): void {
  const count = rows.length;
  let varying = 0;
  for (let i = 1; i < count; i++) varying |= keys[i]! ^ keys[0]!;
  if (varying === 0) return;
  let [fromKeys, fromRows] = [keys, rows];
  let [toKeys, toRows]: [Uint32Array, Uint32Array] = [new Uint32Array(count), new Uint32Array(count)];
  const starts = new Uint32Array(DIGITS);
  for (let shift = 0; shift < 32; shift += BITS) {
    // Digits in which all keys agree sort nothing: most upper halves of ids and ranks are such.
    if (((varying >>> shift) & MASK) === 0) continue;
    starts.fill(0);
    for (let i = 0; i < count; i++) {
      const digit = (fromKeys[i]! >>> shift) & MASK;
      starts[digit] = starts[digit]! + 1;
    }
    let sum = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const size = starts[digit]!;
      starts[digit] = sum;
      sum += size;
    }
    for (let i = 0; i < count; i++) {
      const key = fromKeys[i]!;
      const digit = (key >>> shift) & MASK;
      const at = starts[digit]!;
      starts[digit] = at + 1;
      toKeys[at] = key;
      toRows[at] = fromRows[i]!;
    }
    [fromKeys, fromRows, toKeys, toRows] = [toKeys, toRows, fromKeys, fromRows];
  }
  if (fromRows !== rows) {
    keys.set(fromKeys);
    rows.set(fromRows);
  }
}

/** The two halves of every row's key, in blocks of `1 << blockBits` rows. */
export interface WideKeys {
  readonly blockBits: number;
  readonly high: readonly Uint32Array[];
  readonly low: readonly Uint32Array[];
}

/**
 * Sorts rows by a 64-bit key each, in place; equal keys keep their order, and a key of 0 (a time that is absent) comes
 * first. By 32 bits of where a key lies between the smallest and the largest, which tells most keys apart; those that
 * it does not are few beside each other, and where they are many they are sorted again among themselves.
 */
export function sortWide(rows: Uint32Array, keys: WideKeys): void {
  const count = rows.length;
  const { blockBits, high: highs, low: lows } = keys;
  const within = (1 << blockBits) - 1;
  let minHigh = LARGEST;
  let minLow = LARGEST;
  let maxHigh = 0;
  let maxLow = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const high = highs[row >>> blockBits]![row & within]!;
    const low = lows[row >>> blockBits]![row & within]!;
    if (high === 0 && low === 0) continue;
    if (high < minHigh || (high === minHigh && low < minLow)) {
      minHigh = high;
      minLow = low;
    }
    if (high > maxHigh || (high === maxHigh && low > maxLow)) {
      maxHigh = high;
      maxLow = low;
    }
  }
  const distance = (high: number, low: number): number => (high - minHigh) * 4_294_967_296 + (low - minLow);
  const range = distance(maxHigh, maxLow);
  // One less than fits, because 0 is kept for absent keys. Doubles round, but never a smaller key above a larger one.
  const isExact = range < LARGEST;
  const scale = isExact ? 1 : (LARGEST - 1) / range;
  const coarse = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const high = highs[row >>> blockBits]![row & within]!;
    const low = lows[row >>> blockBits]![row & within]!;
    coarse[i] = high === 0 && low === 0 ? 0 : 1 + Math.floor(distance(high, low) * scale);
  }
  sortPairs(coarse, rows);
  if (isExact) return;
  let from = 0;
  for (let to = 1; to <= count; to++) {
    if (to < count && coarse[to] === coarse[from]) continue;
    if (coarse[from] !== 0) {
      if (to - from > MOST_INSERTED) sortWide(rows.subarray(from, to), keys);
      else insertRows(rows, from, to, keys);
    }
    from = to;
  }
}

function insertRows(
  rows: Uint32Array,
  from: number,
  to: number,
  { blockBits, high: highs, low: lows }: WideKeys,
): void {
  const within = (1 << blockBits) - 1;
  for (let i = from + 1; i < to; i++) {
    const row = rows[i]!;
    const high = highs[row >>> blockBits]![row & within]!;
    const low = lows[row >>> blockBits]![row & within]!;
    let at = i;
    while (at > from) {
      const other = rows[at - 1]!;
      const otherHigh = highs[other >>> blockBits]![other & within]!;
      if (otherHigh < high) break;
      if (otherHigh === high && lows[other >>> blockBits]![other & within]! <= low) break;
      rows[at--] = other;
    }
    rows[at] = row;
  }
}
