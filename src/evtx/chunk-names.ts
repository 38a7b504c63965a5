// Names of the current chunk by their offset (F31). A name is read once per chunk and offset; entering a chunk clears
// nothing, because entries carry the epoch of the chunk that wrote them. The bucket table and the chains of the chunk
// header are not used at all: they are hints, and damaged ones cycle (F16, F17).

import { CHUNK_SIZE, MAX_NAME_UNITS, NAME_BUDGET } from './limits.ts';
import type { StringTable } from './string-table.ts';

const NAME_HEADER = 8;

export class ChunkNames {
  readonly #table: StringTable;
  readonly #numberAt = new Int32Array(CHUNK_SIZE);
  readonly #epochAt = new Uint32Array(CHUNK_SIZE);
  #epoch = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #size = 0;
  #budget = 0;

  constructor(table: StringTable) {
    this.#table = table;
  }

  /** Turns to the chunk of `size` bytes that starts at byte `start`; forgets the names of the one before. */
  enter(view: DataView, start: number, size: number): void {
    this.#epoch = (this.#epoch + 1) >>> 0;
    if (this.#epoch === 0) {
      this.#epochAt.fill(0);
      this.#epoch = 1;
    }
    this.#view = view;
    this.#start = start;
    this.#size = size;
    this.#budget = NAME_BUDGET;
  }

  /** Number of the name at a chunk offset, or -1 when there is no readable name. */
  numberAt(offset: number): number {
    if (offset < 0 || offset + NAME_HEADER > this.#size) return -1;
    if (this.#epochAt[offset] === this.#epoch) return this.#numberAt[offset]!;
    const number = this.#read(offset);
    this.#numberAt[offset] = number;
    this.#epochAt[offset] = this.#epoch;
    return number;
  }

  #read(offset: number): number {
    const at = this.#start + offset;
    const units = this.#view.getUint16(at + 6, true);
    if (units > MAX_NAME_UNITS || units > this.#budget) return -1;
    if (offset + NAME_HEADER + 2 * units > this.#size) return -1;
    this.#budget -= units;
    return this.#table.intern(this.#view, at + NAME_HEADER, units);
  }
}

/**
 * Hash that Windows stores with a name: h * 65599 + unit, low 16 bits (F31). A name of an allocated record is read
 * whatever its hash says; recovery asks for it.
 */
export function nameHash(view: DataView, at: number, units: number): number {
  let hash = 0;
  for (let i = 0; i < units; i++) hash = (Math.imul(hash, 65_599) + view.getUint16(at + 2 * i, true)) | 0;
  return hash & 0xffff;
}
