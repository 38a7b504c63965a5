// A log that is still packed, as a plain value: what intake finds, the pool hands to an unpack worker, and that worker
// turns into bytes. Structured-cloneable; the packed bytes stay where they are, in the blob of the archive.

/** How the bytes are packed. */
export type PackedForm =
  /** A gzip stream: of a .gz, or made of a deflated zip entry by putting gzip's header and trailer around it. */
  | 'gzip'
  /** A zip with this one entry and nothing else: encrypted entries and Deflate64, which need the zip reader. */
  | 'zip-entry';

export interface PackedLog {
  readonly form: PackedForm;
  /** The packed bytes: pieces of the archive, never a copy of it. */
  readonly blob: Blob;
  /** Size when unpacked, as the archive claims; what comes out decides. */
  readonly size: number;
  readonly password?: string;
  /** Tells unpacked logs apart in every thread; set once `size` is what came out. */
  readonly key?: string;
}

/** Bytes of a log in memory, from `offset` on; what lies behind them is not there yet. */
export interface HeldBytes {
  readonly data: Uint8Array<ArrayBuffer>;
  readonly offset: number;
  /** End of the bytes, as a place in the log. */
  readonly size: number;
}

/** Where the bytes of a log are: a Blob, or an archive that is unpacked again when they are wanted. */
export type EvidenceBytes = Blob | PackedLog;

/** Bytes that one log may unpack to: twice the 4 GiB that Windows lets a log grow to. */
export const MAX_UNPACKED_BYTES = 8 * 1_024 ** 3;
/** Bytes that all packed files of a drop may unpack to. */
export const MAX_UNPACKED_TOTAL = 64 * 1_024 ** 3;
