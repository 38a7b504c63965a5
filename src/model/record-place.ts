// How rows that cross threads say where a record lies: in which file, and where in it.

/** Chunks begin on multiples of so many bytes, also where the file header is lost: rows count their offsets in it. */
export const CHUNK_UNIT = 4_096;

/**
 * The order in which the files of a case are ranked (CorrelationRecord.file): by path, then by size in bytes. A scan and a
 * trial on the index must rank alike, or they name other records first.
 */
export function compareRanked(
  a: { readonly path: string; readonly size: number },
  b: { readonly path: string; readonly size: number },
): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.size - b.size;
}
