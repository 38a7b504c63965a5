// Zips byte by byte, for what no writer makes: Deflate64, lies in headers, entries that overlap, names in old code pages.

import { crc32 } from 'node:zlib';

export interface ZipPart {
  readonly name: string | Uint8Array;
  /** As it stands in the archive: packed already. */
  readonly data: Uint8Array;
  readonly method?: number;
  /** Stated; by default those of `data`. */
  readonly size?: number;
  readonly crc?: number;
  /** Where the directory says that the entry is; by default where it is. */
  readonly offset?: number;
  /** Stated in the directory; by default that of `data`. */
  readonly packedSize?: number;
}

/** Gives a zip of the parts. `directory` false leaves it without one, like a copy that was cut off. */
export function buildZip(parts: readonly ZipPart[], directory = true): Uint8Array<ArrayBuffer> {
  const locals: Uint8Array[] = [];
  const centrals: Uint8Array[] = [];
  let at = 0;
  for (const part of parts) {
    const name = typeof part.name === 'string' ? new TextEncoder().encode(part.name) : part.name;
    const packedSize = part.packedSize ?? part.data.length;
    const facts = [
      ...u16(part.method ?? 0, 0, 0x5a21),
      ...u32(part.crc ?? crc32(part.data), packedSize, part.size ?? part.data.length),
      ...u16(name.length, 0),
    ];
    const local = Uint8Array.from([...u32(0x0403_4b50), ...u16(20, 0), ...facts, ...name]);
    const place = part.offset ?? at;
    const central = [...u32(0x0201_4b50), ...u16(20, 20, 0), ...facts, ...u16(0, 0, 0), ...u32(0, place), ...name];
    locals.push(local, part.data);
    centrals.push(Uint8Array.from(central));
    at += local.length + part.data.length;
  }
  if (!directory) return join(locals);
  const size = centrals.reduce((sum, central) => sum + central.length, 0);
  const count = Math.min(parts.length, 0xffff);
  const end = Uint8Array.from([...u32(0x0605_4b50), ...u16(0, 0, count, count), ...u32(size, at), ...u16(0)]);
  return join([...locals, ...centrals, ...(parts.length > 0xffff ? [zip64End(parts.length, size, at)] : []), end]);
}

/** What a directory of more than 65,535 entries needs in front of its end: the true numbers, and where they are. */
function zip64End(count: number, size: number, at: number): Uint8Array {
  const u64 = (value: number): number[] => u32(value, 0);
  const record = [...u32(0x0606_4b50), ...u64(44), ...u16(45, 45), ...u32(0, 0)];
  const numbers = [...u64(count), ...u64(count), ...u64(size), ...u64(at)];
  const locator = [...u32(0x0706_4b50), ...u32(0), ...u64(at + size), ...u32(1)];
  return Uint8Array.from([...record, ...numbers, ...locator]);
}

/** A Deflate64 stream of one block of stored bytes per 65,535: valid, and as large as what is in it. */
export function storeAsDeflate64(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 0xffff) {
    const piece = bytes.subarray(at, at + 0xffff);
    const isLast = at + 0xffff >= bytes.length;
    parts.push(Uint8Array.from([isLast ? 1 : 0, ...u16(piece.length, piece.length ^ 0xffff)]), piece);
  }
  return join(parts);
}

function u16(...values: readonly number[]): number[] {
  return values.flatMap((value) => [value & 255, (value >>> 8) & 255]);
}

function u32(...values: readonly number[]): number[] {
  return values.flatMap((value) => u16(value & 0xffff, value >>> 16));
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
