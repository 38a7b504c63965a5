// How rows that cross threads say where a record lies.

/** Chunks begin on multiples of so many bytes, also where the file header is lost: rows count their offsets in it. */
export const CHUNK_UNIT = 4_096;
