// Looks at chosen records of a file once more: which of them pass a test, and what some of their fields are. The test
// comes from outside (src/query is not known here); the records are named by their places, as the index has them.

import type { ReadableBytes } from '../base/readable-bytes.ts';
import { TextFinder } from '../base/text-finder.ts';
import { CHUNK_SIZE } from '../evtx/limits.ts';
import { createRecordCursor, type SliceCursor } from '../evtx/record-cursor.ts';
import { renderEvent } from '../evtx/render/render-event.ts';
import { ShapeBank } from '../evtx/shape-bank.ts';
import { SystemReader } from '../evtx/system-reader.ts';
import type { RowsBehind } from '../model/byte-job.ts';
import type { EventElement } from '../model/event.ts';
import { ANY_FIELD, type FieldKey } from '../model/field-key.ts';
import { columnOfKey, columnText, type IndexedRecord } from '../model/index-column.ts';
import type { RecordCursor } from '../model/record.ts';
import type { RecordJudge } from './judge-record.ts';
import { RecordFields, fieldNamesOf } from './record-fields.ts';
import { RecordSieve } from './record-sieve.ts';
import { readSlices } from './read-slices.ts';
import { RecoveredRecords } from './recovered-records.ts';

/** Records of one file by place, ascending; `row` is whatever the caller knows them by. */
export interface RecordPlaces {
  readonly row: Uint32Array;
  readonly chunk: Uint32Array;
  readonly offset: Uint16Array;
}

export interface SearchedFile {
  readonly blob: ReadableBytes;
  readonly path: string;
  /** Offset in the file of chunk 0. */
  readonly dataOffset: number;
}

/** Gives the values of a field, ANY_FIELD for all of them. */
export interface RecordLookup {
  valuesOf(key: FieldKey): readonly string[];
  /** Whether certainly no value contains this folded text. */
  lacks(text: string): boolean;
}

export interface RecordTest {
  /** Of each list some text must occur in a value of a record that passes. Looked for first, where it lies. */
  readonly required: readonly TextFinder[];
  /** Texts of which one must occur in a value; undefined when none is asked for. */
  readonly terms: TextFinder | undefined;
  /** Rules of which one must match the record. */
  readonly judge?: RecordJudge | undefined;
  /** Left out: every record passes. */
  readonly matches?: ((record: RecordLookup) => boolean) | undefined;
}

export interface FoundRecords {
  readonly rows: number[];
  /** Per row the value of each field asked for, several joined; undefined where the event lacks it. */
  readonly texts: (string | undefined)[][];
  /** What correlations and joins keep of the records of the slice at this offset of the file. */
  behind?: RowsBehind;
}

/** Chunks without a wanted record that are read through rather than skipped: a new stream costs more. */
const LONGEST_GAP = 16;
const CHUNKS_PER_SLICE = 8;
/** Longest text given for a field; tables cut it far earlier. */
const LONGEST_TEXT = 4_096;
const STEP_MS = 20;
/** Sieves kept for single words; a query has at most 512 terms. */
const MOST_SIEVES = 512;

export class RecordSearcher {
  readonly #bank = new ShapeBank();
  readonly #cursor: SliceCursor = createRecordCursor(this.#bank, { checksums: false });
  readonly #recovered = new RecoveredRecords(this.#bank);
  readonly #system = new SystemReader(this.#bank);
  readonly #fields = new RecordFields();
  #file = '';
  #isSystemRead = false;
  #record: RecordCursor = this.#cursor;
  readonly #sieves = new Map<string, RecordSieve>();
  /** Jobs of one search come with the same finders: with ten thousand texts a sieve takes longer to make than to use. */
  readonly #sievesOfFinders = new WeakMap<TextFinder, RecordSieve>();
  /** Every value of the current record, once somebody has asked for them. */
  #all: readonly string[] | undefined;
  readonly #lookup: RecordLookup = {
    valuesOf: (key) => this.#valuesOf(key),
    lacks: (text) => !this.#sieveOf(text).mayHold(this.#record),
  };

  /**
   * Tests the records at `places` and hands on what passes, chunk by chunk. Gives the number of records that could not be
   * found again. Throws what the blob throws when it cannot be read.
   */
  async search(
    file: SearchedFile,
    places: RecordPlaces,
    test: RecordTest,
    fields: readonly FieldKey[],
    take: (found: FoundRecords, bytesDone: number) => void,
    isStopped: () => boolean,
    pause: () => Promise<void>,
  ): Promise<number> {
    const sieves = [...test.required, ...(test.terms === undefined ? [] : [test.terms])]
      .filter((finder) => !finder.findsAll)
      .map((finder) => this.#sieveFor(finder));
    this.#file = file.path;
    let next = 0;
    let missing = 0;
    let since = performance.now();
    const { chunk } = places;
    while (next < chunk.length && !isStopped()) {
      const first = chunk[next]!;
      let last = next;
      while (last + 1 < chunk.length && chunk[last + 1]! - chunk[last]! <= LONGEST_GAP) last++;
      const fileOffset = file.dataOffset + first * CHUNK_SIZE;
      const byteLength = (chunk[last]! - first + 1) * CHUNK_SIZE;
      const options = { fileOffset, byteLength, chunksPerSlice: CHUNKS_PER_SLICE };
      for await (const slice of readSlices(file.blob, options)) {
        const firstChunk = Math.floor((slice.fileOffset - file.dataOffset) / CHUNK_SIZE);
        const found: FoundRecords = { rows: [], texts: [] };
        this.#cursor.open(slice.bytes, slice.byteLength, firstChunk, slice.fileOffset);
        while (this.#cursor.nextChunk()) {
          const number = this.#cursor.chunkNumber;
          while (next <= last && chunk[next]! < number) {
            next++;
            missing++;
          }
          if (next > last || chunk[next] !== number) continue;
          const end = endOf(chunk, next, last);
          missing += this.#searchChunk(slice.byteLength, places, next, end, test, sieves, fields, found);
          next = end;
        }
        if (test.judge !== undefined) found.behind = { at: slice.fileOffset, ...test.judge.take() };
        take(found, slice.byteLength);
        if (isStopped()) return missing;
        if (performance.now() - since > STEP_MS) {
          await pause();
          since = performance.now();
        }
      }
      missing += last + 1 - next;
      next = last + 1;
    }
    return missing;
  }

  /** The whole event at an offset of a file; undefined when no record can be read there. */
  async loadEvent(file: SearchedFile, offset: number): Promise<EventElement | undefined> {
    const chunk = Math.floor((offset - file.dataOffset) / CHUNK_SIZE);
    let event: EventElement | undefined;
    await this.#visit(file, chunk, [offset - file.dataOffset - chunk * CHUNK_SIZE], (record) => {
      event = this.#eventOf(record);
    });
    return event;
  }

  #eventOf(record: RecordCursor): EventElement {
    return record === this.#recovered.carver ? this.#recovered.carver.event : renderEvent(record);
  }

  /** Names of the fields of one record. */
  async loadFieldNames(file: SearchedFile, chunk: number, offset: number): Promise<string[]> {
    let names: string[] = [];
    await this.#visit(file, chunk, [offset], (record) => {
      names = fieldNamesOf(record);
    });
    return names;
  }

  async #visit(
    { blob, dataOffset }: SearchedFile,
    chunk: number,
    offsets: readonly number[],
    visit: (record: RecordCursor) => void,
  ): Promise<void> {
    const fileOffset = dataOffset + chunk * CHUNK_SIZE;
    for await (const slice of readSlices(blob, { fileOffset, byteLength: CHUNK_SIZE, chunksPerSlice: 1 })) {
      this.#cursor.open(slice.bytes, slice.byteLength, chunk, fileOffset);
      if (!this.#cursor.nextChunk()) return;
      this.#eachRecord(slice.byteLength, offsets, (record) => visit(record));
    }
  }

  /** Calls `visit` at the records at these offsets of the current chunk; those in its records first, in order. */
  #eachRecord(
    sliceLength: number,
    offsets: ArrayLike<number>,
    visit: (record: RecordCursor, index: number) => void,
    from = 0,
    to = offsets.length,
  ): number {
    const cursor = this.#cursor;
    let next = from;
    const left: number[] = [];
    while (next < to && cursor.nextRecord()) {
      const offset = cursor.recordStart - cursor.chunkStart;
      while (next < to && offsets[next]! < offset) left.push(next++);
      if (next < to && offsets[next] === offset) visit(cursor, next++);
    }
    while (next < to) left.push(next++);
    if (left.length === 0) return 0;
    // What is left lies outside the chunk's records: it was recovered.
    const recovered = this.#recovered;
    while (cursor.nextRecord());
    recovered.startSlice();
    recovered.enterChunk(cursor, sliceLength);
    let found = 0;
    while (found < left.length && recovered.nextRecord()) {
      const offset = recovered.carver.recordStart - cursor.chunkStart;
      const at = left.find((index) => offsets[index] === offset);
      if (at === undefined) continue;
      visit(recovered.carver, at);
      found++;
    }
    return left.length - found;
  }

  #searchChunk(
    sliceLength: number,
    { row, offset }: RecordPlaces,
    from: number,
    to: number,
    test: RecordTest,
    sieves: readonly RecordSieve[],
    fields: readonly FieldKey[],
    found: FoundRecords,
  ): number {
    const visit = (record: RecordCursor, index: number): void => {
      for (const sieve of sieves) if (!sieve.mayHold(record)) return;
      this.#record = record;
      this.#isSystemRead = false;
      this.#all = undefined;
      this.#fields.enter(record);
      const { terms } = test;
      if (test.judge?.matches(record, this.#cursor, () => this.#eventOf(record)) === false) return;
      if (test.matches?.(this.#lookup) === false) return;
      if (terms !== undefined && !this.#valuesOf(ANY_FIELD).some((text) => terms.isInText(text))) return;
      found.rows.push(row[index]!);
      if (fields.length > 0) found.texts.push(fields.map((key) => this.#textOf(key)));
    };
    return this.#eachRecord(sliceLength, offset, visit, from, to);
  }

  #valuesOf(key: FieldKey): readonly string[] {
    const column = columnOfKey(key);
    if (key === ANY_FIELD) return (this.#all ??= this.#fields.valuesOf(key));
    if (column === undefined) return this.#fields.valuesOf(key);
    const text = columnText(column, this.#systemOf());
    return text === '' ? [] : [text];
  }

  #sieveFor(finder: TextFinder): RecordSieve {
    let sieve = this.#sievesOfFinders.get(finder);
    if (sieve === undefined) this.#sievesOfFinders.set(finder, (sieve = new RecordSieve(finder)));
    return sieve;
  }

  #sieveOf(text: string): RecordSieve {
    let sieve = this.#sieves.get(text);
    if (sieve === undefined) {
      if (this.#sieves.size >= MOST_SIEVES) this.#sieves.clear();
      this.#sieves.set(text, (sieve = new RecordSieve(new TextFinder([text]))));
    }
    return sieve;
  }

  #systemOf(): IndexedRecord {
    const system = this.#system;
    if (!this.#isSystemRead) system.read(this.#record);
    this.#isSystemRead = true;
    const { timeHigh, timeLow, recordIdHigh, recordIdLow, eventId, level } = system;
    return {
      timeHigh,
      timeLow,
      recordIdHigh,
      recordIdLow,
      eventId,
      level,
      provider: system.providers.texts[system.provider]!,
      channel: system.channels.texts[system.channel]!,
      computer: system.computers.texts[system.computer]!,
      file: this.#file,
    };
  }

  #textOf(key: FieldKey): string | undefined {
    const texts = this.#valuesOf(key);
    if (texts.length === 0) return undefined;
    const text = texts.length === 1 ? texts[0]! : texts.join(', ');
    return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  }
}

/** First place from `at` on, at most `last` + 1, that lies in another chunk. */
function endOf(chunk: Uint32Array, at: number, last: number): number {
  const number = chunk[at];
  let end = at;
  while (end <= last && chunk[end] === number) end++;
  return end;
}
