// A gzip file of several members, one behind the other, as `cat a.gz b.gz` and block packers make them. The browser's own
// gunzip takes one member and calls the rest junk, without saying where it ended; the next member is found by its header
// and a split is right when the member before it, checksum included, is whole.

import { chunksOf, partBehind, streamOf } from '../base/read-stream.ts';

type Chunk = Uint8Array<ArrayBuffer>;

const MOST_MEMBERS = 100_000;
/** Places that looked like a header and were none: ten bytes that fit by chance come once in some gigabytes. */
const MOST_WRONG = 32;
/** A header, an empty deflate block and a trailer. */
const SHORTEST_MEMBER = 20;
const HEADER = 10;

/** Unpacks every member; errors where one is damaged or something else follows. `gunzip` unpacks one member. */
export function openGzip(
  blob: Blob,
  gunzip: (member: Blob) => ReadableStream<Chunk> = nativeGunzip,
): ReadableStream<Chunk> {
  return streamOf(readMembers(blob, gunzip));
}

function nativeGunzip(member: Blob): ReadableStream<Chunk> {
  return inPieces(member).pipeThrough(new DecompressionStream('gzip'));
}

/**
 * Packed bytes that a decompressor takes at a time: browsers unpack each piece whole before anybody asks for it. The first
 * pieces are shorter, because often only the first bytes are wanted.
 */
const PIECE_BYTES = 128 * 1_024;
const FIRST_PIECE = 4 * 1_024;

/** Packed bytes in short pieces: one of 2 MiB, as browsers give them, can be 100 MB of log. */
export function inPieces(packed: Blob | readonly Chunk[]): ReadableStream<Chunk> {
  return streamOf(piecesOf(packed instanceof Blob ? chunksOf(packed.stream()) : packed));
}

async function* piecesOf(chunks: AsyncIterable<Chunk> | readonly Chunk[]): AsyncGenerator<Chunk, undefined> {
  let wanted = FIRST_PIECE;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      yield chunk.subarray(at, at + wanted);
      at += wanted;
      wanted = Math.min(PIECE_BYTES, wanted * 2);
    }
  }
  return undefined;
}

async function* readMembers(
  blob: Blob,
  gunzip: (member: Blob) => ReadableStream<Chunk>,
): AsyncGenerator<Chunk, undefined> {
  let start = 0;
  let wrong = 0;
  for (let members = 0; start < blob.size; members++) {
    if (members === MOST_MEMBERS) throw new Error('more members than are read');
    // Bytes of this member that were given: trying a later end gives them again.
    let given = 0;
    let failure: unknown;
    let end: number | undefined;
    // Nearly every file is one member, so the first one is taken to be the whole file; where it is not, what follows is
    // mostly split as well.
    for await (const next of endsOf(blob, start, members === 0)) {
      if (wrong > MOST_WRONG) break;
      let at = 0;
      try {
        for await (const chunk of chunksOf(gunzip(blob.slice(start, next)))) {
          const fresh = partBehind(chunk, at, given);
          at += chunk.length;
          given = Math.max(given, at);
          if (fresh.length > 0) yield fresh;
        }
        end = next;
        break;
      } catch (error) {
        failure ??= error;
        if (next !== blob.size) wrong++;
      }
    }
    if (end === undefined) throw failure instanceof Error ? failure : new Error('damaged');
    start = end;
  }
  return undefined;
}

/** Where the member that begins at `start` may end: before each header that follows, or with the file. */
async function* endsOf(blob: Blob, start: number, isFirst: boolean): AsyncGenerator<number, undefined> {
  if (isFirst) yield blob.size;
  let tail = new Uint8Array(0);
  let at = start + SHORTEST_MEMBER;
  for await (const chunk of chunksOf(blob.slice(at).stream())) {
    const bytes = new Uint8Array(tail.length + chunk.length);
    bytes.set(tail);
    bytes.set(chunk, tail.length);
    const last = bytes.length - HEADER;
    for (let i = bytes.indexOf(0x1f); i >= 0 && i <= last; i = bytes.indexOf(0x1f, i + 1)) {
      if (isHeader(bytes, i)) yield at + i;
    }
    const kept = Math.min(bytes.length, HEADER - 1);
    tail = bytes.slice(bytes.length - kept);
    at += bytes.length - kept;
  }
  if (!isFirst) yield blob.size;
  return undefined;
}

/** Magic, deflate, no reserved flags, a known level, a known system. */
function isHeader(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 1] !== 0x8b || bytes[at + 2] !== 8 || bytes[at + 3]! > 0x1f) return false;
  const level = bytes[at + 8]!;
  const system = bytes[at + 9]!;
  return (level === 0 || level === 2 || level === 4) && (system <= 13 || system === 255);
}
