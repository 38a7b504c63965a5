// Bytes that are read in pieces, as a Blob is, wherever they lie: a Blob itself, bytes in memory, or a stream that can
// be opened again. For readers that must not care.

import { holdReader } from './held-reader.ts';

/** The part of a Blob that readers of evidence use. */
export interface ReadableBytes {
  readonly size: number;
  slice(start?: number, end?: number): ReadableBytes;
  arrayBuffer(): Promise<ArrayBuffer>;
  /** Missing where reading pieces is as quick. */
  stream?(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** Bytes in memory that stand at `offset` of something larger, which is known up to their end. */
export function readHeld(data: Uint8Array, offset: number): ReadableBytes {
  return new Held(data, offset, 0, offset + data.length);
}

class Held implements ReadableBytes {
  readonly #data: Uint8Array;
  readonly #offset: number;
  readonly #from: number;
  readonly size: number;

  constructor(data: Uint8Array, offset: number, from: number, size: number) {
    this.#data = data;
    this.#offset = offset;
    this.#from = from;
    this.size = size;
  }

  slice(start = 0, end = this.size): ReadableBytes {
    const first = Math.min(start, this.size);
    return new Held(this.#data, this.#offset, this.#from + first, Math.max(0, Math.min(end, this.size) - first));
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    const start = this.#from - this.#offset;
    return Promise.resolve(new Uint8Array(this.#data.subarray(start, start + this.size)).buffer);
  }
}

type OpenAgain = () => ReadableStream<Uint8Array<ArrayBuffer>>;

/** Pieces are read and kept in this size. */
const PIECE_BYTES = 1_024 * 1_024;
const MOST_PIECES = 16;

/**
 * The first `size` bytes of a stream, by place. Reading onwards goes on with the open stream, reading backwards opens it
 * again, so what is read in order costs one pass; the last 16 MiB are kept. Rejects with a DOMException, as a Blob does,
 * where the stream breaks off.
 */
export function readStreamed(open: OpenAgain, size: number): ReadableBytes {
  const streamed = new Streamed(open, size);
  return new Piece(size, (start, end) => streamed.read(start, end));
}

class Piece implements ReadableBytes {
  readonly size: number;
  readonly #read: (start: number, end: number) => Promise<ArrayBuffer>;
  readonly #from: number;

  constructor(size: number, read: (start: number, end: number) => Promise<ArrayBuffer>, from = 0) {
    this.size = size;
    this.#read = read;
    this.#from = from;
  }

  slice(start = 0, end = this.size): ReadableBytes {
    const first = Math.min(start, this.size);
    return new Piece(Math.max(0, Math.min(end, this.size) - first), this.#read, this.#from + first);
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.#read(this.#from, this.#from + this.size);
  }
}

class Streamed {
  readonly #open: OpenAgain;
  readonly #size: number;
  /** By number, the least recently used first. */
  readonly #pieces = new Map<number, Uint8Array>();
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #release: () => void = () => undefined;
  /** Number of the next piece of the open stream, and what came of it. */
  #next = 0;
  #rest = new Uint8Array(0);
  /** Reads share the stream, so they take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(open: OpenAgain, size: number) {
    this.#open = open;
    this.#size = size;
  }

  read(start: number, end: number): Promise<ArrayBuffer> {
    const read = this.#turn.then(() => this.#gather(start, end));
    this.#turn = read.catch(() => undefined);
    return read;
  }

  async #gather(start: number, end: number): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(end - start);
    for (let at = start; at < end;) {
      const number = Math.floor(at / PIECE_BYTES);
      const piece = await this.#piece(number);
      const from = at - number * PIECE_BYTES;
      const part = piece.subarray(from, Math.min(piece.length, from + end - at));
      if (part.length === 0) throw new DOMException('the packed data ends before it', 'NotReadableError');
      bytes.set(part, at - start);
      at += part.length;
    }
    return bytes.buffer;
  }

  async #piece(number: number): Promise<Uint8Array> {
    const known = this.#pieces.get(number);
    if (known !== undefined) {
      this.#pieces.delete(number);
      this.#pieces.set(number, known);
      return known;
    }
    if (this.#reader === undefined || this.#next > number) this.#begin();
    while (this.#next < number) await this.#readPiece();
    const piece = await this.#readPiece();
    this.#pieces.set(number, piece);
    for (const oldest of this.#pieces.keys()) {
      if (this.#pieces.size <= MOST_PIECES) break;
      this.#pieces.delete(oldest);
    }
    return piece;
  }

  #begin(): void {
    this.#end();
    this.#reader = this.#open().getReader();
    this.#release = holdReader(this.#reader);
    this.#next = 0;
    this.#rest = new Uint8Array(0);
  }

  #end(): void {
    // Cancelling a stream that has failed rejects with what read() has thrown already.
    this.#reader?.cancel().catch(() => undefined);
    this.#release();
    this.#reader = undefined;
  }

  /** The next piece of the open stream; short at its end. */
  async #readPiece(): Promise<Uint8Array> {
    const wanted = Math.min(PIECE_BYTES, Math.max(0, this.#size - this.#next * PIECE_BYTES));
    const piece = new Uint8Array(wanted);
    let filled = 0;
    while (filled < wanted) {
      if (this.#rest.length === 0) {
        const chunk = await this.#readChunk();
        if (chunk === undefined) break;
        this.#rest = chunk;
      }
      const part = this.#rest.subarray(0, wanted - filled);
      piece.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    this.#next += 1;
    return piece.subarray(0, filled);
  }

  async #readChunk(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      return (await this.#reader?.read())?.value;
    } catch (error) {
      this.#end();
      throw new DOMException(error instanceof Error ? error.message : String(error), 'NotReadableError');
    }
  }
}
