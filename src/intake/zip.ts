// What the intake needs from a zip reader (open-zip.ts). Everything an archive says about itself is a claim of its author.

import type { PackedLog } from '../model/packed-log.ts';

/** A file within a zip. */
export interface ZipEntry {
  /** As shown: decoded, slashes one way, bounded, no way up. Two entries may have the same. */
  readonly path: string;
  /** Bytes when unpacked, as declared. */
  readonly size: number;
  readonly lastModified: number;
  readonly isEncrypted: boolean;
  /** How it is packed, where this reader knows no way to unpack it (`LZMA`, `method 98`). */
  readonly unknownMethod?: string;
  /**
   * The bytes of the entry: a piece of the archive where it is only stored, otherwise what it takes to unpack it. Rejects
   * where its header is damaged or reaches beyond the archive.
   */
  content(password?: string): Promise<Blob | PackedLog>;
  /**
   * Unpacks the entry from its start; the stream errors where the data is damaged. `verified` by the checksum as well: the
   * browser then withholds the last bytes of what does not fit it. Rejects as content() does.
   */
  stream(password?: string, verified?: 'verified'): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}

/** What is odd about the directory of an archive, counted. */
export interface ZipOddities {
  /** Entries whose bytes lie within those of another entry. */
  readonly overlapping: number;
  /** Entries whose name leads out of the archive, is longer than any path, or holds characters that turn text round. */
  readonly trickyNames: number;
  readonly firstTrickyName?: string;
  /** The directory was lost (a cut copy): the entries were found by their own headers. */
  readonly isRebuilt: boolean;
  /** The directory lists more entries than are looked at. */
  readonly isCut: boolean;
}

export interface ZipArchive {
  readonly entries: readonly ZipEntry[];
  readonly oddities: ZipOddities;
}

/** Lists the files (not the folders) of a zip; rejects when there is neither a directory nor any entry in it. */
export type OpenZip = (blob: Blob) => Promise<ZipArchive>;

/** What a person is asked who dropped an archive that no known password opens. */
export interface PasswordQuestion {
  readonly archive: string;
  /** Encrypted files in it. */
  readonly files: number;
  /** The last answer did not open it. */
  readonly wasWrong: boolean;
}

/** Gives a password to try, or undefined when there is none. */
export type AskPassword = (question: PasswordQuestion) => Promise<string | undefined>;
