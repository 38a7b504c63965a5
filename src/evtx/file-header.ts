// The first 4,096 bytes of a log (F1–F6). Only a wrong signature or a short file stops a reader; counters in the header
// are stale in files copied from a live system, so the number of chunks comes from the size of the file.

import { crc32 } from '../base/crc32.ts';
import type { Problem } from '../model/problem.ts';
import { CHUNK_SIZE, FILE_HEADER_SIZE } from './limits.ts';

/** What the header states. 64-bit counters are numbers: a file of 2^53 chunks does not exist, larger ones are clipped. */
export interface FileHeader {
  readonly majorVersion: number;
  readonly minorVersion: number;
  readonly firstChunk: number;
  readonly lastChunk: number;
  readonly nextRecordId: bigint;
  /** Chunk count of the header: 16 bits, stale in dirty files (F4, F5). */
  readonly statedChunks: number;
  readonly isDirty: boolean;
  readonly isFull: boolean;
  /** False when the file says that its checksums are not kept (F6). */
  readonly hasChecksums: boolean;
  /** Chunk slots of the file, by its size; a short last one counts. */
  readonly chunks: number;
  readonly problems: readonly Problem[];
}

const FLAG_DIRTY = 1;
const FLAG_FULL = 2;
const FLAG_NO_CRC = 4;

/**
 * Reads the header of a file of `fileSize` bytes from its first bytes. Gives the problem that stops the reader when
 * this is no event log: file-empty, file-too-small or file-not-evtx.
 */
export function parseFileHeader(bytes: Uint8Array, fileSize: number): FileHeader | Problem {
  if (fileSize === 0) return { code: 'file-empty', severity: 'warning', detail: 'the file has no bytes' };
  if (!hasSignature(bytes)) {
    return { code: 'file-not-evtx', severity: 'error', offset: 0, detail: 'no event log signature at its start' };
  }
  if (fileSize < FILE_HEADER_SIZE || bytes.length < 128) {
    return {
      code: 'file-too-small',
      severity: 'error',
      detail: `${fileSize} bytes, a header alone has ${FILE_HEADER_SIZE}`,
    };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint32(120, true);
  const chunks = Math.ceil((fileSize - FILE_HEADER_SIZE) / CHUNK_SIZE);
  const header = {
    majorVersion: view.getUint16(38, true),
    minorVersion: view.getUint16(36, true),
    firstChunk: Number(view.getBigUint64(8, true)),
    lastChunk: Number(view.getBigUint64(16, true)),
    nextRecordId: view.getBigUint64(24, true),
    statedChunks: view.getUint16(42, true),
    isDirty: (flags & FLAG_DIRTY) !== 0,
    isFull: (flags & FLAG_FULL) !== 0,
    hasChecksums: (flags & FLAG_NO_CRC) === 0,
    chunks,
  };
  return { ...header, problems: headerProblems(header, bytes, view) };
}

function hasSignature(bytes: Uint8Array): boolean {
  const signature = 'ElfFile\0';
  if (bytes.length < signature.length) return false;
  for (let i = 0; i < signature.length; i++) if (bytes[i] !== signature.charCodeAt(i)) return false;
  return true;
}

function headerProblems(header: Omit<FileHeader, 'problems'>, bytes: Uint8Array, view: DataView): Problem[] {
  const problems: Problem[] = [];
  if (header.isDirty) {
    problems.push({ code: 'header-dirty', severity: 'info', detail: 'copied while in use: the header may be behind' });
  }
  if (header.hasChecksums && crc32(bytes, 0, 120) !== view.getUint32(124, true)) {
    problems.push({
      code: 'header-checksum',
      severity: 'warning',
      offset: 124,
      detail: 'checksum of the file header differs',
    });
  }
  // A log with unused slots behind its last chunk is normal; fewer chunks than stated is a cut file.
  const isBehind = header.isDirty && header.lastChunk + 1 < header.chunks && header.firstChunk <= header.lastChunk;
  if (isBehind || header.statedChunks > (header.chunks & 0xffff)) {
    problems.push({
      code: 'header-count-stale',
      severity: 'info',
      offset: 42,
      detail: `the header states ${header.statedChunks} chunks, the file has room for ${header.chunks}`,
    });
  }
  return problems;
}
