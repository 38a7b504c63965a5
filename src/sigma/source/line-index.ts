// From offsets to lines and columns.

import type { TextRange } from '../../model/diagnostic.ts';

/** Line starts of a text; makes ranges in O(log lines). */
export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 10 || (unit === 13 && text.charCodeAt(at + 1) !== 10)) this.#starts.push(at + 1);
    }
  }

  /** Range of [start, end); both are brought inside the text. */
  rangeOf(start: number, end: number): TextRange {
    const from = Math.max(0, Math.min(start, this.#length));
    const to = Math.max(from, Math.min(end, this.#length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= from) low = middle;
      else high = middle - 1;
    }
    return { start: from, end: to, line: low + 1, column: from - (this.#starts[low] ?? 0) + 1 };
  }
}
