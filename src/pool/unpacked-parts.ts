// The bytes of a log that were unpacked and that no worker has finished with: they are held until their slices are in,
// so that a worker that dies costs a repeat.

/** Copies are at least as large as most of them, so that their memory fits the next one. */
const COPY_BYTES = 4 * 1_024 * 1_024 + 4_096;
const MOST_SPARES = 4;

/** Memory of copies that came back, used again for the next ones: one for all logs of a scan. */
export class CopyMemory {
  readonly #spares: ArrayBuffer[] = [];

  /** Bytes of this length, with anything in them. */
  take(length: number): Uint8Array<ArrayBuffer> {
    const spare = this.#spares.pop();
    const isFit = spare !== undefined && spare.byteLength >= length;
    return new Uint8Array(isFit ? spare : new ArrayBuffer(Math.max(length, COPY_BYTES)), 0, length);
  }

  /** Takes back the memory of a copy. */
  recycle(copy: ArrayBuffer): void {
    if (this.#spares.length < MOST_SPARES) this.#spares.push(copy);
  }

  /** Lets go what waits to be used again. */
  clear(): void {
    this.#spares.length = 0;
  }
}

interface Part {
  readonly start: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes that are not finished. */
  left: number;
}

export class UnpackedParts {
  /** In order; finished ones are gone. */
  #parts: Part[] = [];
  #end = 0;
  readonly #memory: CopyMemory;

  constructor(memory: CopyMemory) {
    this.#memory = memory;
  }

  /** Bytes that came so far. */
  get end(): number {
    return this.#end;
  }

  /** Takes the next bytes. */
  add(bytes: Uint8Array<ArrayBuffer>): void {
    this.#parts.push({ start: this.#end, bytes, left: bytes.length });
    this.#end += bytes.length;
  }

  /** A copy of the bytes from `start` to `end`, to be given away. None of them may be finished. */
  copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    const length = Math.max(0, Math.min(end, this.#end) - start);
    const copy = this.#memory.take(length);
    let filled = 0;
    for (const part of this.#between(start, end)) {
      const piece = part.bytes.subarray(Math.max(0, start - part.start), Math.min(part.bytes.length, end - part.start));
      copy.set(piece, Math.max(0, part.start - start));
      filled += piece.length;
    }
    if (filled !== copy.length) throw new Error('bytes of a packed log were let go too early');
    return copy;
  }

  /** Nobody needs the bytes from `start` to `end` again. Gives the memory of parts that are finished with that. */
  finish(start: number, end: number): ArrayBuffer[] {
    for (const part of this.#between(start, end)) {
      part.left -= Math.min(end, part.start + part.bytes.length) - Math.max(start, part.start);
    }
    const finished = this.#parts.filter(({ left }) => left <= 0);
    if (finished.length > 0) this.#parts = this.#parts.filter(({ left }) => left > 0);
    return finished.map(({ bytes }) => bytes.buffer);
  }

  #between(start: number, end: number): readonly Part[] {
    return this.#parts.filter((part) => part.start < end && part.start + part.bytes.length > start);
  }
}
