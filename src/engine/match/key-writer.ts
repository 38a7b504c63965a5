// Writes the inputs of a derived field end to end, with kinds and lengths: the key under which its values are
// remembered. Different inputs never give equal bytes.

const INPUT_MARK = 0x7fff_ffff;
const TEXT_KIND = 0x200;

export class KeyWriter {
  bytes = new Uint8Array(1_024);
  view = new DataView(this.bytes.buffer);
  length = 0;

  start(): void {
    this.length = 0;
  }

  /** Separates one input field from the next. */
  addMark(): void {
    this.reserve(4);
    this.addWord(INPUT_MARK);
  }

  addBytes(kind: number, bytes: Uint8Array, offset: number, length: number): void {
    this.reserve(8 + length);
    this.addWord(kind);
    this.addWord(length);
    for (let i = 0; i < length; i++) this.bytes[this.length + i] = bytes[offset + i]!;
    this.length += length;
  }

  addText(text: string): void {
    this.reserve(8 + 2 * text.length);
    this.addWord(TEXT_KIND);
    this.addWord(text.length);
    for (let i = 0; i < text.length; i++) {
      this.view.setUint16(this.length, text.charCodeAt(i), true);
      this.length += 2;
    }
  }

  private addWord(value: number): void {
    this.view.setInt32(this.length, value, true);
    this.length += 4;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}
