// The index of a slice: one row a record in typed arrays, ready to be transferred. 41 bytes a record; the event list and
// the timeline live on these. A row's other fields are decoded from its bytes when somebody looks at it.

/** Bits of the flags column. */
export const IndexFlag = {
  Torn: 1,
  Resynced: 2,
  Recovered: 4,
  /** The record header's written time is zero (F26). */
  NoWrittenTime: 8,
} as const;

/** Rows of one slice, in record order. Names are positions in the part's own lists; number 0 is the absent name. */
export interface IndexPart {
  readonly count: number;
  /** Offset in the file of chunk 0: 4,096, or 0 where the file begins with a chunk. */
  readonly dataOffset: number;
  /** System/TimeCreated as FILETIME halves; 0 when absent. */
  readonly timeHigh: Uint32Array;
  readonly timeLow: Uint32Array;
  readonly recordIdHigh: Uint32Array;
  readonly recordIdLow: Uint32Array;
  readonly eventId: Uint16Array;
  readonly level: Uint8Array;
  readonly flags: Uint8Array;
  readonly provider: Uint32Array;
  readonly channel: Uint32Array;
  readonly computer: Uint32Array;
  /** Chunk number within the file, and place and size of the record within the chunk. */
  readonly chunk: Uint32Array;
  readonly offset: Uint16Array;
  readonly size: Uint16Array;
  readonly providers: readonly string[];
  readonly channels: readonly string[];
  readonly computers: readonly string[];
}

/** Buffers of a part, for the transfer list of postMessage. */
export function transferablesOf(part: IndexPart): ArrayBuffer[] {
  const { timeHigh, timeLow, recordIdHigh, recordIdLow, eventId, level, flags } = part;
  const { provider, channel, computer, chunk, offset, size } = part;
  const columns = [timeHigh, timeLow, recordIdHigh, recordIdLow, eventId, level, flags, provider, channel, computer];
  return [...columns, chunk, offset, size].map((column) => column.buffer as ArrayBuffer);
}
