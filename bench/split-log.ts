// Cuts a log into many small ones of whole chunks, each with a header of its own: what a host's folder of logs looks
// like to the scanner. The chunks stay as they are, so all pieces together hold the records of the log.

import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const HEADER = 4_096;
const CHUNK = 65_536;

/** Writes `count` logs of `chunks` chunks each, from the start of a log, into a folder; gives their paths. */
export function splitLog(log: string, folder: string, count: number, chunks: number): string[] {
  mkdirSync(folder, { recursive: true });
  const file = openSync(log, 'r');
  const paths: string[] = [];
  const bytes = Buffer.alloc(HEADER + chunks * CHUNK);
  readSync(file, bytes, 0, HEADER, 0);
  bytes.writeBigUInt64LE(0n, 8);
  bytes.writeBigUInt64LE(BigInt(chunks - 1), 16);
  bytes.writeUInt16LE(chunks, 42);
  for (let i = 0; i < count; i++) {
    const read = readSync(file, bytes, HEADER, chunks * CHUNK, HEADER + i * chunks * CHUNK);
    if (read < chunks * CHUNK) throw new Error(`${log} is too short for ${count} logs of ${chunks} chunks`);
    // The id after that of the last record.
    bytes.writeBigUInt64LE(bytes.readBigUInt64LE(HEADER + (chunks - 1) * CHUNK + 32) + 1n, 24);
    bytes.writeUInt32LE(crc32(bytes.subarray(0, 120)), 124);
    const path = `${folder}/part-${String(i).padStart(4, '0')}.evtx`;
    writeFileSync(path, bytes);
    paths.push(path);
  }
  closeSync(file);
  return paths;
}
