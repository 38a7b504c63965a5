// A growing list of 32-bit numbers that ends as an Int32Array. Plain arrays of a million numbers cost the builder more
// in memory and time than the tables themselves.

export class NumberList {
  length = 0;
  private items = new Int32Array(1_024);

  push(value: number): void {
    this.reserve(1);
    this.items[this.length++] = value;
  }

  get(index: number): number {
    return this.items[index]!;
  }

  set(index: number, value: number): void {
    this.items[index] = value;
  }

  /** Appends `count` copies of `value` and gives the place of the first. */
  fill(value: number, count: number): number {
    this.reserve(count);
    const at = this.length;
    this.items.fill(value, at, at + count);
    this.length += count;
    return at;
  }

  /** The numbers so far, as an array of their own. */
  toArray(): Int32Array {
    return this.items.slice(0, this.length);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.items.length) return;
    const larger = new Int32Array(Math.max(this.items.length * 2, this.length + count));
    larger.set(this.items.subarray(0, this.length));
    this.items = larger;
  }
}
