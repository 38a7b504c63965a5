// Two texts line by line: what stayed, what went, what came. Equal heads and tails are cut off first; what is left is
// compared through the longest common run of lines, within a bound, because rules come from strangers.

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Cells of the table of common lines. Two texts that differ in 1,000 lines each; beyond it one replaces the other. */
const MAX_CELLS = 1_000_000;

/** Lists the lines of both texts in order; removed ones stand before those that take their place. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split(/\r?\n/);
  const fresh = after.split(/\r?\n/);
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < fresh.length - head &&
    old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]
  ) {
    tail++;
  }
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }));
  return [
    ...same(old.slice(0, head)),
    ...diffMiddle(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)),
    ...same(old.slice(old.length - tail)),
  ];
}

function diffMiddle(old: readonly string[], fresh: readonly string[]): DiffLine[] {
  const lines: DiffLine[] = [];
  const width = fresh.length + 1;
  const bounded = (old.length + 1) * width <= MAX_CELLS;
  // common[i][j]: length of the longest common run of old[i…] and fresh[j…].
  const common = new Uint16Array(bounded ? (old.length + 1) * width : 0);
  for (let i = bounded ? old.length - 1 : -1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      common[i * width + j] =
        old[i] === fresh[j]
          ? common[(i + 1) * width + j + 1]! + 1
          : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
    }
  }
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (bounded && i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push({ kind: 'same', text: old[i++]! });
      j++;
    } else if (
      i < old.length &&
      (j === fresh.length || !bounded || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)
    ) {
      lines.push({ kind: 'removed', text: old[i++]! });
    } else lines.push({ kind: 'added', text: fresh[j++]! });
  }
  return lines;
}
