// One text of a literal element, put together from its pieces. A single piece is only pointed at; several pieces
// (F39: entities split a text) are joined in scratch space behind the slice, so that every text is a range of bytes.

export class LiteralText {
  /** Whether a text has begun (it may be empty). */
  open = false;
  /** Where the text lies in the buffer, in bytes. */
  offset = 0;
  length = 0;
  #joined = false;
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #scratchStart = 0;
  #scratchEnd = 0;
  /** First free byte of the scratch space. */
  #free = 0;

  /** Turns to a buffer whose bytes [scratch, scratchEnd) may be written. */
  enter(bytes: Uint8Array, view: DataView, scratch: number, scratchEnd: number): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#scratchStart = scratch;
    this.#scratchEnd = scratchEnd;
    this.reset();
  }

  /** Frees the scratch space; texts of the record before lose their bytes. */
  reset(): void {
    this.#free = this.#scratchStart;
    this.open = false;
  }

  /** Adds a piece that lies in the buffer. False when the scratch space is used up. */
  addRange(at: number, length: number): boolean {
    if (!this.open) {
      this.open = true;
      this.offset = at;
      this.length = length;
      this.#joined = false;
      return true;
    }
    if (!this.#join(length)) return false;
    this.#bytes.copyWithin(this.offset + this.length, at, at + length);
    this.length += length;
    this.#free = this.offset + this.length;
    return true;
  }

  /** Adds a piece that is given as text. False when the scratch space is used up. */
  addText(text: string): boolean {
    if (!this.open) {
      this.open = true;
      this.offset = this.#free;
      this.length = 0;
      this.#joined = true;
    }
    if (!this.#join(2 * text.length)) return false;
    for (let i = 0; i < text.length; i++) {
      this.#view.setUint16(this.offset + this.length, text.charCodeAt(i), true);
      this.length += 2;
    }
    this.#free = this.offset + this.length;
    return true;
  }

  /** Moves the text into scratch space if it is not there, with room for `more` bytes. */
  #join(more: number): boolean {
    if (this.#joined) return this.offset + this.length + more <= this.#scratchEnd;
    const free = this.#free;
    if (free + this.length + more > this.#scratchEnd) return false;
    this.#bytes.copyWithin(free, this.offset, this.offset + this.length);
    this.offset = free;
    this.#joined = true;
    return true;
  }
}
