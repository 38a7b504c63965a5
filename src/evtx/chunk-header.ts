// The first 512 bytes of a chunk (F9–F15): what kind of slot it is, where its records end, what its checksums say. The
// string and template buckets are not read: they are hints, and names and templates are found by their offsets.

import { crc32 } from '../base/crc32.ts';
import { CHUNK_HEADER_SIZE, CHUNK_SIZE } from './limits.ts';

/** 'empty' = an unused slot of zeros (F13), 'bad' = something else without the chunk's signature (F14). */
export type ChunkKind = 'valid' | 'empty' | 'bad';

const SIGNATURE_LOW = 0x43666c45; // "ElfC"
const SIGNATURE_HIGH = 0x006b6e68; // "hnk\0"
const FLAG_NO_CRC = 0x4;

/** Kind of the slot of `size` bytes (65,536, fewer only at the end of a file) at byte `start`. */
export function chunkKindAt(view: DataView, start: number, size: number): ChunkKind {
  if (size >= CHUNK_HEADER_SIZE) {
    const low = view.getUint32(start, true);
    if (low === SIGNATURE_LOW && view.getUint32(start + 4, true) === SIGNATURE_HIGH) return 'valid';
    if (low !== 0) return 'bad';
  }
  const words = size >> 2;
  for (let i = 0; i < words; i++) if (view.getUint32(start + 4 * i, true) !== 0) return 'bad';
  for (let i = words * 4; i < size; i++) if (view.getUint8(start + i) !== 0) return 'bad';
  return 'empty';
}

/**
 * Where the records of a chunk end, relative to its start: the free-space offset, or the end of the chunk when that
 * offset is impossible (F15).
 */
export function recordsEnd(view: DataView, start: number, size: number): number {
  const free = view.getUint32(start + 48, true);
  return free < CHUNK_HEADER_SIZE || free > size ? size : free;
}

/** Numbers of the header that the account of a chunk uses; ids, never numbers (F12). 64-bit ids as two halves. */
export interface ChunkIds {
  readonly firstHigh: number;
  readonly firstLow: number;
  readonly lastHigh: number;
  readonly lastLow: number;
}

/** First and last record id as the header states them; they may be stale (F15). */
export function chunkIdsAt(view: DataView, start: number): ChunkIds {
  return {
    firstLow: view.getUint32(start + 24, true),
    firstHigh: view.getUint32(start + 28, true),
    lastLow: view.getUint32(start + 32, true),
    lastHigh: view.getUint32(start + 36, true),
  };
}

/** Whether the header's checksum holds; true when the chunk carries none (F10, F11). */
export function isHeaderSound(bytes: Uint8Array, view: DataView, start: number): boolean {
  if ((view.getUint32(start + 120, true) & FLAG_NO_CRC) !== 0) return true;
  const crc = crc32(bytes, start + 128, start + CHUNK_HEADER_SIZE, crc32(bytes, start, start + 120));
  return crc === view.getUint32(start + 124, true);
}

/** Whether the checksum of the records holds; true when the chunk carries none or its end is impossible. */
export function areRecordsSound(bytes: Uint8Array, view: DataView, start: number, size: number): boolean {
  if ((view.getUint32(start + 120, true) & FLAG_NO_CRC) !== 0) return true;
  const free = view.getUint32(start + 48, true);
  if (free < CHUNK_HEADER_SIZE || free > Math.min(size, CHUNK_SIZE)) return false;
  return crc32(bytes, start + CHUNK_HEADER_SIZE, start + free) === view.getUint32(start + 52, true);
}
