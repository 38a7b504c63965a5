// Collects the index of a slice (model/index-part.ts) record by record.

import type { RecordClass } from '../model/event.ts';
import { IndexFlag, type IndexPart } from '../model/index-part.ts';
import type { RecordCursor } from '../model/record.ts';
import { FILE_HEADER_SIZE } from './limits.ts';
import type { SystemReader } from './system-reader.ts';

const FLAGS: Record<RecordClass, number> = {
  allocated: 0,
  torn: IndexFlag.Torn,
  resynced: IndexFlag.Resynced,
  recovered: IndexFlag.Recovered,
};

/** What is known of a record; names by number. */
export interface RowFacts {
  readonly timeHigh: number;
  readonly timeLow: number;
  readonly eventId: number;
  readonly provider: number;
  readonly channel: number;
  readonly computer: number;
}

interface NameLists {
  readonly providers: { readonly texts: readonly string[] };
  readonly channels: { readonly texts: readonly string[] };
  readonly computers: { readonly texts: readonly string[] };
}

/** Collects rows; kept over slices, so that it stops growing after the first few. */
export class IndexColumns {
  count = 0;
  readonly #system: SystemReader;
  #capacity = 0;
  #words: Uint32Array[] = [];
  #eventId = new Uint16Array(0);
  #level = new Uint8Array(0);
  #flags = new Uint8Array(0);
  #offset = new Uint16Array(0);
  #size = new Uint16Array(0);
  readonly #providers: LocalNames;
  readonly #channels: LocalNames;
  readonly #computers: LocalNames;

  /** @param names lists of names by number, for add() with facts; those of the SystemReader when left out. */
  constructor(system: SystemReader, names: NameLists = system) {
    this.#system = system;
    this.#providers = new LocalNames(names.providers);
    this.#channels = new LocalNames(names.channels);
    this.#computers = new LocalNames(names.computers);
    this.#grow(4_096);
  }

  /** Adds the cursor's current record; its System fields are then in the SystemReader. Gives the row's number. */
  add(cursor: RecordCursor): number {
    this.#system.read(cursor);
    return this.#append(cursor, this.#system);
  }

  /** Adds the cursor's current record, of which somebody has read these facts already: that is most of the cost. */
  addKnown(cursor: RecordCursor, facts: RowFacts): number {
    this.#system.readLevelAndId(cursor);
    return this.#append(cursor, facts);
  }

  /** Drops the rows so far: those of a slice that was given up. */
  restart(): void {
    this.count = 0;
    this.#providers.take();
    this.#channels.take();
    this.#computers.take();
  }

  #append(cursor: RecordCursor, facts: RowFacts): number {
    const system = this.#system;
    const row = this.count;
    if (row >= this.#capacity) this.#grow(this.#capacity * 2);
    const words = this.#words;
    words[0]![row] = facts.timeHigh;
    words[1]![row] = facts.timeLow;
    words[2]![row] = system.recordIdHigh;
    words[3]![row] = system.recordIdLow;
    words[4]![row] = this.#providers.localOf(facts.provider);
    words[5]![row] = this.#channels.localOf(facts.channel);
    words[6]![row] = this.#computers.localOf(facts.computer);
    words[7]![row] = cursor.chunkNumber;
    this.#eventId[row] = facts.eventId;
    this.#level[row] = system.level;
    const start = cursor.recordStart;
    const hasTime = cursor.view.getUint32(start + 16, true) !== 0 || cursor.view.getUint32(start + 20, true) !== 0;
    this.#flags[row] = FLAGS[cursor.recordClass] | (hasTime ? 0 : IndexFlag.NoWrittenTime);
    this.#offset[row] = start - cursor.chunkStart;
    this.#size[row] = cursor.recordSize;
    this.count = row + 1;
    return row;
  }

  /** The rows so far as arrays of exact size; begins anew. `dataOffset` is where chunk 0 of the file lies. */
  take(dataOffset: number = FILE_HEADER_SIZE): IndexPart {
    const { count } = this;
    const word = (number: number): Uint32Array => this.#words[number]!.slice(0, count);
    const part: IndexPart = {
      count,
      dataOffset,
      timeHigh: word(0),
      timeLow: word(1),
      recordIdHigh: word(2),
      recordIdLow: word(3),
      provider: word(4),
      channel: word(5),
      computer: word(6),
      chunk: word(7),
      eventId: this.#eventId.slice(0, count),
      level: this.#level.slice(0, count),
      flags: this.#flags.slice(0, count),
      offset: this.#offset.slice(0, count),
      size: this.#size.slice(0, count),
      providers: this.#providers.take(),
      channels: this.#channels.take(),
      computers: this.#computers.take(),
    };
    this.count = 0;
    return part;
  }

  #grow(capacity: number): void {
    const words: Uint32Array[] = [];
    for (let i = 0; i < 8; i++) {
      const column = new Uint32Array(capacity);
      column.set(this.#words[i] ?? []);
      words.push(column);
    }
    this.#words = words;
    const halves = (old: Uint16Array): Uint16Array<ArrayBuffer> => {
      const column = new Uint16Array(capacity);
      column.set(old);
      return column;
    };
    const octets = (old: Uint8Array): Uint8Array<ArrayBuffer> => {
      const column = new Uint8Array(capacity);
      column.set(old);
      return column;
    };
    this.#eventId = halves(this.#eventId);
    this.#offset = halves(this.#offset);
    this.#size = halves(this.#size);
    this.#level = octets(this.#level);
    this.#flags = octets(this.#flags);
    this.#capacity = capacity;
  }
}

/** Numbers of names within one part: a part must not carry the names of every file before it. */
class LocalNames {
  /** The list may be begun anew between slices, so it is asked for each time. */
  readonly #list: { readonly texts: readonly string[] };
  #local = new Int32Array(256);
  #names: string[] = [''];
  #used: number[] = [];

  constructor(list: { readonly texts: readonly string[] }) {
    this.#list = list;
  }

  localOf(number: number): number {
    if (number === 0) return 0;
    if (number < this.#local.length) {
      const local = this.#local[number]!;
      if (local !== 0) return local;
    } else {
      const local = new Int32Array(Math.max(number + 1, this.#local.length * 2));
      local.set(this.#local);
      this.#local = local;
    }
    const local = this.#names.push(this.#list.texts[number] ?? '') - 1;
    this.#local[number] = local;
    this.#used.push(number);
    return local;
  }

  take(): string[] {
    const names = this.#names;
    for (const number of this.#used) this.#local[number] = 0;
    this.#used = [];
    this.#names = [''];
    return names;
  }
}
