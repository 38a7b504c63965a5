// Cuts a text into marked and plain pieces. Ranges may overlap and may reach beyond the text (it may have been cut).

export interface TextPiece {
  /** Start in the text; unique within the result. */
  readonly at: number;
  readonly text: string;
  readonly marked: boolean;
}

/** Pieces of the text in order; joined they are the text. */
export function cutMarks(text: string, ranges: readonly (readonly [start: number, end: number])[]): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const from = Math.max(at, start);
    const to = Math.min(text.length, end);
    if (to <= from) continue;
    if (from > at) pieces.push({ at, text: text.slice(at, from), marked: false });
    pieces.push({ at: from, text: text.slice(from, to), marked: true });
    at = to;
  }
  if (at < text.length) pieces.push({ at, text: text.slice(at), marked: false });
  return pieces;
}
