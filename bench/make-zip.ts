// Writes a zip of logs to disk as triage tools make them: deflated logs and, stored between them, what no packer makes
// smaller (hives, file tables). Streams, so that the zip may be larger than memory.

import { randomFillSync } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import { ZipWriter } from '@zip.js/zip.js';

export interface ZipPlan {
  /** Logs on disk, each one entry. */
  readonly logs: readonly string[];
  /** Bytes of other files, one entry per log. */
  readonly fillerBytes: number;
  /** Encrypts by AES under it, as the zips of collectors are. */
  readonly password?: string | undefined;
}

interface Entry {
  readonly name: Buffer;
  readonly offset: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

const FILLER_PART = 4 * 1_024 * 1_024;

/** Writes the zip; gives its size and that of the logs in it. All sizes must stay below 4 GiB: no zip64 here. */
export async function makeZip(path: string, plan: ZipPlan): Promise<{ zipBytes: number; logBytes: number }> {
  if (plan.password !== undefined) return makeEncryptedZip(path, plan, plan.password);
  const file = await open(path, 'w');
  try {
    const entries: Entry[] = [];
    let at = 0;
    let logBytes = 0;
    for (const [number, log] of plan.logs.entries()) {
      const entry = await addEntry(
        file,
        at,
        logName(number, log),
        8,
        createReadStream(log, { highWaterMark: 1_024 * 1_024 }),
      );
      entries.push(entry);
      at = entry.offset + 30 + entry.name.length + entry.packed;
      logBytes += entry.size;
      const share = Math.floor(plan.fillerBytes / plan.logs.length);
      if (share === 0) continue;
      const other = await addEntry(file, at, fillerName(number), 0, filler(share));
      entries.push(other);
      at = other.offset + 30 + other.name.length + other.packed;
    }
    const centrals = Buffer.concat(entries.map(centralOf));
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x0605_4b50, 0);
    end.writeUInt16LE(entries.length, 8);
    end.writeUInt16LE(entries.length, 10);
    end.writeUInt32LE(centrals.length, 12);
    end.writeUInt32LE(at, 16);
    await file.write(Buffer.concat([centrals, end]), 0, undefined, at);
    return { zipBytes: at + centrals.length + end.length, logBytes };
  } finally {
    await file.close();
  }
}

function logName(number: number, log: string): string {
  return `HOST-${number}/C/Windows/System32/winevt/Logs/${basename(log)}`;
}

function fillerName(number: number): string {
  return `HOST-${number}/C/$MFT.bin`;
}

async function makeEncryptedZip(path: string, { logs, fillerBytes }: ZipPlan, password: string) {
  const zip = new ZipWriter(Writable.toWeb(createWriteStream(path)), { useWebWorkers: false, password });
  const share = Math.floor(fillerBytes / logs.length);
  let logBytes = 0;
  for (const [number, log] of logs.entries()) {
    const read = Readable.toWeb(createReadStream(log, { highWaterMark: 1_024 * 1_024 }));
    await zip.add(logName(number, log), read as ReadableStream<Uint8Array>);
    logBytes += statSync(log).size;
    if (share === 0) continue;
    const other = Readable.toWeb(Readable.from(filler(share)));
    await zip.add(fillerName(number), other as ReadableStream<Uint8Array>, { level: 0 });
  }
  await zip.close();
  return { zipBytes: statSync(path).size, logBytes };
}

function* filler(bytes: number): Generator<Buffer> {
  for (let left = bytes; left > 0; left -= FILLER_PART) yield randomFillSync(Buffer.alloc(Math.min(left, FILLER_PART)));
}

async function addEntry(
  file: FileHandle,
  offset: number,
  name: string,
  method: 0 | 8,
  bytes: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<Entry> {
  const named = Buffer.from(name);
  let crc = 0;
  let size = 0;
  let packed = 0;
  let at = offset + 30 + named.length;
  const put = async (part: Buffer): Promise<void> => {
    await file.write(part, 0, part.length, at);
    at += part.length;
    packed += part.length;
  };
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const part of bytes) {
      crc = crc32(part, crc);
      size += part.length;
      yield part;
    }
  }
  if (method === 0) for await (const part of counted()) await put(part);
  else {
    const deflate = createDeflateRaw({ level: 6 });
    const feed = (async () => {
      for await (const part of counted()) {
        if (!deflate.write(part)) await new Promise((resolve) => deflate.once('drain', resolve));
      }
      deflate.end();
    })();
    for await (const part of deflate) await put(part as Buffer);
    await feed;
  }
  const entry: Entry = { name: named, offset, method, crc, packed, size };
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x0403_4b50, 0);
  local.writeUInt16LE(20, 4);
  writeFacts(local, 8, entry);
  await file.write(Buffer.concat([local, named]), 0, undefined, offset);
  return entry;
}

function centralOf(entry: Entry): Buffer {
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x0201_4b50, 0);
  central.writeUInt16LE(20, 4);
  central.writeUInt16LE(20, 6);
  writeFacts(central, 10, entry);
  central.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([central, entry.name]);
}

/** Method, time, checksum, sizes and length of the name, as both headers have them. */
function writeFacts(header: Buffer, at: number, { method, crc, packed, size, name }: Entry): void {
  header.writeUInt16LE(method, at);
  header.writeUInt16LE(0x5a21, at + 4);
  header.writeUInt32LE(crc >>> 0, at + 6);
  header.writeUInt32LE(packed, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt16LE(name.length, at + 18);
}
