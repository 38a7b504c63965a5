// What the intake needs from a zip reader. None is built in: without one a zip is reported with the advice to unpack
// it. A reader must cope with zip64, data descriptors and Deflate64 (Windows' own zips of large files use it).

/** A file within a zip. Sizes and paths are claims of the archive's author. */
export interface ZipEntry {
  readonly path: string;
  /** Bytes when unpacked, as declared. */
  readonly size: number;
  readonly lastModified: number;
  /** Protected by a password that the reader does not have. */
  readonly isLocked: boolean;
  /** Unpacks the entry from its start; the stream errors where the data is damaged. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Lists the files (not the folders) of a zip; rejects when there is no readable directory in it. */
export type OpenZip = (blob: Blob) => Promise<readonly ZipEntry[]>;
