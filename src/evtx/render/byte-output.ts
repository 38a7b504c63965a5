// The growing output of the line writers. Whoever writes a line reserves room for the longest one first and then writes
// without further checks: a check per value and key cost a fifth of the time.

/** Lines longer than this are not written from programs but rendered as a tree, which has a cap. */
export const MAX_LINE = 250_000;
/** Most bytes that may stand behind `MAX_LINE` when that is found out: ready bytes and one value, escaped. */
const ROOM = MAX_LINE + 6 * 65_536 + 4_096;
const FIRST_CAPACITY = 2 * (MAX_LINE + ROOM);

export class ByteOutput {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_CAPACITY);
  view = new DataView(this.bytes.buffer);
  /** Bytes of whole lines. */
  length = 0;

  /** Makes room for one line of at most MAX_LINE bytes and what is written before that is noticed. */
  reserveLine(): void {
    this.#reserve(MAX_LINE + ROOM);
  }

  /** Adds a line that is already in UTF-8. */
  add(line: Uint8Array): void {
    this.#reserve(line.length);
    this.bytes.set(line, this.length);
    this.length += line.length;
  }

  /** The bytes so far; valid until the next write. */
  peek(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  #reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + size));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}
