// The start of a file: is it a log, and where do its chunks begin. A destroyed header costs a problem line, not the log:
// the chunks behind it stand for themselves.

import { parseFileHeader } from '../evtx/file-header.ts';
import { FILE_HEADER_SIZE } from '../evtx/limits.ts';
import type { Problem } from '../model/problem.ts';

/** Bytes from the start of a file that openLog wants to see: the file header and the first chunk's signature. */
export const OPENING_BYTES = FILE_HEADER_SIZE + 8;

export interface LogOpening {
  /** Offset of the first chunk in bytes: 4,096, or 0 where the file begins with a chunk. */
  readonly dataOffset: number;
  /** False when nothing in the file can be read as chunks; the problems say why. */
  readonly scannable: boolean;
  readonly problems: readonly Problem[];
}

/** Judges a file of `size` bytes by its first OPENING_BYTES (fewer when it is shorter). */
export function openLog(head: Uint8Array, size: number): LogOpening {
  const header = parseFileHeader(head, size);
  if (!('code' in header)) return { dataOffset: FILE_HEADER_SIZE, scannable: true, problems: header.problems };
  if (header.code !== 'file-not-evtx') return { dataOffset: FILE_HEADER_SIZE, scannable: false, problems: [header] };
  const dataOffset = [FILE_HEADER_SIZE, 0].find((offset) => hasChunkAt(head, offset));
  if (dataOffset === undefined) return { dataOffset: FILE_HEADER_SIZE, scannable: false, problems: [header] };
  const detail = 'the file header is destroyed; the chunks are read without it';
  return {
    dataOffset,
    scannable: true,
    problems: [{ code: 'header-checksum', severity: 'warning', offset: 0, detail }],
  };
}

function hasChunkAt(head: Uint8Array, offset: number): boolean {
  const signature = 'ElfChnk\0';
  for (let i = 0; i < signature.length; i++) if (head[offset + i] !== signature.charCodeAt(i)) return false;
  return true;
}
