// Every record of a case as a row of typed columns: 44 bytes each, in blocks, so that growing copies nothing. Rows are
// numbered as they arrive; order of arrival means nothing, `orderedRows` gives the order of files and places.

import type { EvidenceBytes } from '../model/packed-log.ts';
import { IndexFlag, type IndexPart } from '../model/index-part.ts';
import type { RecordClass } from '../model/event.ts';
import type { IndexedRecord } from '../model/index-column.ts';

export const BLOCK_BITS = 16;
export const BLOCK_ROWS = 1 << BLOCK_BITS;
const BLOCK_MASK = BLOCK_ROWS - 1;
const CHUNK_BYTES = 65_536;

/** One block of rows; all columns have BLOCK_ROWS places. */
export class Block {
  readonly timeHigh = new Uint32Array(BLOCK_ROWS);
  readonly timeLow = new Uint32Array(BLOCK_ROWS);
  readonly recordIdHigh = new Uint32Array(BLOCK_ROWS);
  readonly recordIdLow = new Uint32Array(BLOCK_ROWS);
  readonly provider = new Uint32Array(BLOCK_ROWS);
  readonly channel = new Uint32Array(BLOCK_ROWS);
  readonly computer = new Uint32Array(BLOCK_ROWS);
  readonly chunk = new Uint32Array(BLOCK_ROWS);
  /** Number of the file in `files`, which is not the number its owner gave it. */
  readonly file = new Uint32Array(BLOCK_ROWS);
  readonly eventId = new Uint16Array(BLOCK_ROWS);
  readonly offset = new Uint16Array(BLOCK_ROWS);
  readonly size = new Uint16Array(BLOCK_ROWS);
  readonly level = new Uint8Array(BLOCK_ROWS);
  readonly flags = new Uint8Array(BLOCK_ROWS);
}

export interface IndexedFile {
  /** The owner's number. */
  readonly number: number;
  readonly path: string;
  blob: EvidenceBytes;
  dataOffset: number;
  /** False when the number has been given to other evidence since. */
  isLive: boolean;
}

/** Rows of one slice; they lie in order of place. */
interface Stretch {
  readonly file: number;
  readonly first: number;
  readonly count: number;
  readonly chunk: number;
}

/** Names and their numbers; number 0 is ''. */
export class NameList {
  readonly texts: string[] = [''];
  readonly #numbers = new Map<string, number>([['', 0]]);

  numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.texts.push(text) - 1));
    return number;
  }
}

export class EventColumns {
  count = 0;
  readonly blocks: Block[] = [];
  readonly files: IndexedFile[] = [];
  readonly providers = new NameList();
  readonly channels = new NameList();
  readonly computers = new NameList();
  /** Grows with every change of which rows there are. */
  version = 0;
  readonly #current = new Map<number, number>();
  readonly #stretches: Stretch[] = [];
  #ordered: { readonly version: number; readonly rows: Uint32Array } | undefined;

  addFile(number: number, path: string, blob: EvidenceBytes): void {
    const before = this.fileOf(number);
    if (before !== undefined) before.isLive = false;
    this.#current.set(number, this.files.push({ number, path, blob, dataOffset: 4_096, isLive: true }) - 1);
    this.version++;
  }

  /** The file that has this number now. */
  fileOf(number: number): IndexedFile | undefined {
    const at = this.#current.get(number);
    return at === undefined ? undefined : this.files[at];
  }

  /** Appends the rows of a slice. Throws for a number that addFile was not given. */
  add(number: number, part: IndexPart): void {
    const file = this.#current.get(number);
    if (file === undefined) throw new Error(`no file ${number} in the index`);
    if (part.count === 0) return;
    this.files[file]!.dataOffset = part.dataOffset;
    const providers = part.providers.map((text) => this.providers.numberOf(text));
    const channels = part.channels.map((text) => this.channels.numberOf(text));
    const computers = part.computers.map((text) => this.computers.numberOf(text));
    this.#stretches.push({ file, first: this.count, count: part.count, chunk: part.chunk[0]! });
    for (let from = 0; from < part.count;) {
      const at = this.count & BLOCK_MASK;
      if (at === 0) this.blocks.push(new Block());
      const block = this.blocks[this.count >>> BLOCK_BITS]!;
      const to = Math.min(part.count, from + BLOCK_ROWS - at);
      block.timeHigh.set(part.timeHigh.subarray(from, to), at);
      block.timeLow.set(part.timeLow.subarray(from, to), at);
      block.recordIdHigh.set(part.recordIdHigh.subarray(from, to), at);
      block.recordIdLow.set(part.recordIdLow.subarray(from, to), at);
      block.chunk.set(part.chunk.subarray(from, to), at);
      block.eventId.set(part.eventId.subarray(from, to), at);
      block.offset.set(part.offset.subarray(from, to), at);
      block.size.set(part.size.subarray(from, to), at);
      block.level.set(part.level.subarray(from, to), at);
      block.flags.set(part.flags.subarray(from, to), at);
      block.file.fill(file, at, at + to - from);
      for (let i = from, row = at; i < to; i++, row++) {
        block.provider[row] = providers[part.provider[i]!]!;
        block.channel[row] = channels[part.channel[i]!]!;
        block.computer[row] = computers[part.computer[i]!]!;
      }
      this.count += to - from;
      from = to;
    }
    this.version++;
  }

  /** Rows of files that are still there, by file, chunk and place in it. Kept until rows are added. */
  orderedRows(): Uint32Array {
    if (this.#ordered?.version === this.version) return this.#ordered.rows;
    const live = this.#stretches.filter(({ file }) => this.files[file]!.isLive);
    live.sort((a, b) => a.file - b.file || a.chunk - b.chunk || a.first - b.first);
    const rows = new Uint32Array(live.reduce((sum, { count }) => sum + count, 0));
    let at = 0;
    for (const { first, count } of live) for (let row = first; row < first + count; row++) rows[at++] = row;
    this.#ordered = { version: this.version, rows };
    return rows;
  }

  /** Number of the row of the record at this offset of a file; -1 when there is none. */
  rowAt(number: number, offset: number): number {
    const file = this.#current.get(number);
    if (file === undefined) return -1;
    const place = offset - this.files[file]!.dataOffset;
    const chunk = Math.floor(place / CHUNK_BYTES);
    const within = place - chunk * CHUNK_BYTES;
    for (const stretch of this.#stretches) {
      if (stretch.file !== file || stretch.chunk > chunk) continue;
      // Recovered rows share a stretch with none of the others; both are ascending.
      let low = stretch.first;
      let high = stretch.first + stretch.count - 1;
      while (low <= high) {
        const middle = (low + high) >>> 1;
        const block = this.blocks[middle >>> BLOCK_BITS]!;
        const at = middle & BLOCK_MASK;
        const order = block.chunk[at]! - chunk || block.offset[at]! - within;
        if (order === 0) return middle;
        if (order < 0) low = middle + 1;
        else high = middle - 1;
      }
    }
    return -1;
  }

  /** Byte offset of a row's record in its file. */
  offsetOf(row: number): number {
    const block = this.blocks[row >>> BLOCK_BITS]!;
    const at = row & BLOCK_MASK;
    return this.files[block.file[at]!]!.dataOffset + block.chunk[at]! * CHUNK_BYTES + block.offset[at]!;
  }

  recordOf(row: number): IndexedRecord {
    const block = this.blocks[row >>> BLOCK_BITS]!;
    const at = row & BLOCK_MASK;
    return {
      timeHigh: block.timeHigh[at]!,
      timeLow: block.timeLow[at]!,
      recordIdHigh: block.recordIdHigh[at]!,
      recordIdLow: block.recordIdLow[at]!,
      eventId: block.eventId[at]!,
      level: block.level[at]!,
      provider: this.providers.texts[block.provider[at]!]!,
      channel: this.channels.texts[block.channel[at]!]!,
      computer: this.computers.texts[block.computer[at]!]!,
      file: this.files[block.file[at]!]!.path,
    };
  }

  classOf(row: number): RecordClass {
    const flags = this.blocks[row >>> BLOCK_BITS]!.flags[row & BLOCK_MASK]!;
    if ((flags & IndexFlag.Recovered) !== 0) return 'recovered';
    if ((flags & IndexFlag.Torn) !== 0) return 'torn';
    return (flags & IndexFlag.Resynced) !== 0 ? 'resynced' : 'allocated';
  }
}
