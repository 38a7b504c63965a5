// Which columns of a table leave when room is short.

export interface FittingColumn {
  /** Pixels that it needs. */
  readonly room: number;
  /** The column with the lowest leaves first. */
  readonly keep: number;
}

/** Pixels that columns need together. */
export function roomOf(columns: readonly FittingColumn[]): number {
  return columns.reduce((sum, column) => sum + column.room, 0);
}

/** The columns that have room in `width` pixels, in the order given. Those with `keep` of `always` or more stay even without. */
export function fitColumns<C extends FittingColumn>(columns: readonly C[], width: number, always = Infinity): C[] {
  const kept = new Set(columns);
  let room = roomOf(columns);
  for (const column of columns.toSorted((a, b) => a.keep - b.keep)) {
    if (room <= width || column.keep >= always) break;
    kept.delete(column);
    room -= column.room;
  }
  return columns.filter((column) => kept.has(column));
}
