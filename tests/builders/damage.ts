// Breaks built logs in the ways that real files are broken. Every function changes the bytes it is given and gives them
// back. Offsets are of the file; `record` counts within the chunk, from 0.

import { CHUNK_SIZE, sealChunk } from './chunk-writer.ts';
import { chunkOffset } from './evtx-builder.ts';

function viewOf(log: Uint8Array): DataView {
  return new DataView(log.buffer, log.byteOffset, log.byteLength);
}

/** File offset of a record, found by walking the sizes. */
export function recordOffset(log: Uint8Array, chunk: number, record: number): number {
  const view = viewOf(log);
  let at = chunkOffset(chunk) + 512;
  for (let i = 0; i < record; i++) at += view.getUint32(at + 4, true);
  if (view.getUint32(at, true) !== 0x2a2a) throw new Error(`no record ${record} in chunk ${chunk}`);
  return at;
}

/** Size of the record at a file offset. */
export function recordSize(log: Uint8Array, offset: number): number {
  return viewOf(log).getUint32(offset + 4, true);
}

/** F22: the tail of a record is zeros, as after a write that was cut off. */
export function tearRecord(log: Uint8Array, chunk: number, record: number, keep = 64): Uint8Array {
  const at = recordOffset(log, chunk, record);
  log.fill(0, at + keep, at + recordSize(log, at));
  return log;
}

/** F21: sets the size of a record (0, 27, past the end, …); the copy at its end stays. */
export function setRecordSize(log: Uint8Array, chunk: number, record: number, size: number): Uint8Array {
  viewOf(log).setUint32(recordOffset(log, chunk, record) + 4, size, true);
  return log;
}

/** F20: the copy of the size differs. */
export function breakSizeCopy(log: Uint8Array, chunk: number, record: number): Uint8Array {
  const at = recordOffset(log, chunk, record);
  const view = viewOf(log);
  view.setUint32(at + recordSize(log, at) - 4, 12_345, true);
  return log;
}

/** F20: the signature of a record is gone. */
export function breakRecordSignature(log: Uint8Array, chunk: number, record: number): Uint8Array {
  viewOf(log).setUint32(recordOffset(log, chunk, record), 0x1234_5678, true);
  return log;
}

/** F14: a used chunk without its signature; `zeros` bytes of its start are zero. */
export function breakChunkMagic(log: Uint8Array, chunk: number, zeros = 512): Uint8Array {
  log.fill(0, chunkOffset(chunk), chunkOffset(chunk) + zeros);
  return log;
}

/** F13: the chunk's slot as if it had never been used. */
export function zeroChunk(log: Uint8Array, chunk: number): Uint8Array {
  log.fill(0, chunkOffset(chunk), chunkOffset(chunk) + CHUNK_SIZE);
  return log;
}

/** F15: another free-space offset, with checksums that fit where they can. */
export function setFreeOffset(log: Uint8Array, chunk: number, free: number): Uint8Array {
  viewOf(log).setUint32(chunkOffset(chunk) + 48, free, true);
  sealChunk(log, chunkOffset(chunk));
  return log;
}

/** F4: a file copied while in use; its header knows fewer chunks. */
export function makeDirty(log: Uint8Array, statedChunks: number): Uint8Array {
  const view = viewOf(log);
  view.setUint32(120, view.getUint32(120, true) | 1, true);
  view.setUint16(42, statedChunks, true);
  view.setBigUint64(16, BigInt(Math.max(0, statedChunks - 1)), true);
  return log;
}

/** F10: checksums that do not fit. */
export function breakChecksums(log: Uint8Array, chunk: number): Uint8Array {
  const view = viewOf(log);
  const at = chunkOffset(chunk);
  view.setUint32(at + 52, ~view.getUint32(at + 52, true), true);
  view.setUint32(at + 124, ~view.getUint32(at + 124, true), true);
  return log;
}

/** F8: the file ends after `bytes` of its last chunk. */
export function cutLastChunk(log: Uint8Array, bytes: number): Uint8Array {
  return log.slice(0, log.length - CHUNK_SIZE + bytes);
}
