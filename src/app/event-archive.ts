// Events of findings, packed: JSON lines of a batch in one Blob, which the browser keeps outside the script heap (and
// on disk when large). As live objects 100,000 events took 600–800 MB of heap; packed, the heap keeps the positions.

import type { EventElement } from '../model/event.ts';

interface Block {
  readonly blob: Blob;
  /** First row of the block; rows of a block follow each other. */
  readonly first: number;
  /** Start of each row's line in bytes, and the end of the last. */
  readonly starts: Uint32Array;
}

/** Unpacked blocks that are kept; one is about 2 MB. Sorted export hops between a few blocks at a time. */
const CACHED_BLOCKS = 12;
const LINE_FEED = 10;

export class EventArchive {
  readonly #blocks: Block[] = [];
  readonly #cache = new Map<Block, Promise<Uint8Array>>();
  #count = 0;

  /** Number of events kept. */
  get count(): number {
    return this.#count;
  }

  /** Packs events as rows count, count + 1, … */
  append(events: readonly EventElement[]): void {
    if (events.length === 0) return;
    const encoder = new TextEncoder();
    this.appendLines(events.map((event) => encoder.encode(JSON.stringify(event))));
  }

  /** Like `append`, for events that are JSON already, each without a line break. */
  appendLines(lines: readonly Uint8Array[]): void {
    if (lines.length === 0) return;
    const starts = new Uint32Array(lines.length + 1);
    lines.forEach((line, i) => (starts[i + 1] = starts[i]! + line.length + 1));
    // One part: a Blob of thousands takes longer to make than to fill.
    const bytes = new Uint8Array(starts[lines.length]!).fill(LINE_FEED);
    lines.forEach((line, i) => bytes.set(line, starts[i]));
    this.#blocks.push({ blob: new Blob([bytes]), first: this.#count, starts });
    this.#count += lines.length;
  }

  /** The event of a row; throws when there is none (the caller's row number is wrong). */
  async load(row: number): Promise<EventElement> {
    const block = this.#blockOf(row);
    const bytes = await this.#bytesOf(block);
    const at = row - block.first;
    const line = new TextDecoder().decode(bytes.subarray(block.starts[at], (block.starts[at + 1] ?? 0) - 1));
    return JSON.parse(line) as EventElement;
  }

  /**
   * Looks for needles (lower case, written as JSON writes them) in the events from row `from` on, which must be where
   * an append began. Gives per block one mask per row (bit i: needle i is in the event).
   */
  async *search(
    needles: readonly string[],
    from: number,
  ): AsyncGenerator<{ readonly first: number; readonly masks: Uint8Array }> {
    for (let at = 0; at < this.#blocks.length; at++) {
      const block = this.#blocks[at]!;
      if (block.first < from) continue;
      const text = (await block.blob.text()).toLowerCase();
      const masks = new Uint8Array(block.starts.length - 1);
      const met = needles.filter((needle) => text.includes(needle));
      if (met.length > 0) {
        const lines = text.split('\n');
        for (let n = 0; n < needles.length; n++) {
          const needle = needles[n]!;
          if (!met.includes(needle)) continue;
          for (let i = 0; i < masks.length; i++) if (lines[i]!.includes(needle)) masks[i]! |= 1 << n;
        }
      }
      yield { first: block.first, masks };
    }
  }

  #blockOf(row: number): Block {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#blocks[middle]!.first <= row) low = middle;
      else high = middle - 1;
    }
    const block = this.#blocks[low];
    if (block === undefined || row < 0 || row >= this.#count) throw new Error(`no event of row ${row}`);
    return block;
  }

  #bytesOf(block: Block): Promise<Uint8Array> {
    const cached = this.#cache.get(block);
    this.#cache.delete(block);
    const bytes = cached ?? block.blob.arrayBuffer().then((buffer) => new Uint8Array(buffer));
    this.#cache.set(block, bytes);
    // Oldest use first: a Map keeps the order of insertion.
    for (const old of this.#cache.keys()) {
      if (this.#cache.size <= CACHED_BLOCKS) break;
      this.#cache.delete(old);
    }
    return bytes;
  }
}
