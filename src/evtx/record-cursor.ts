// The cursor over the records of a slice (contract: model/record.ts): walks chunks and records, steps over damage and
// says what it cost (F13–F15, F20–F24). One cursor serves a worker for all its slices and files; nothing is allocated
// per record. What stands in a record's BinXML is fragment-reader.ts' business; space outside the records is carve's.

import { emptyFileAccount } from '../model/coverage.ts';
import type { FileAccount } from '../model/coverage.ts';
import type { RecordClass } from '../model/event.ts';
import type { Problem } from '../model/problem.ts';
import type { InnerRoot, RecordCursor } from '../model/record.ts';
import type { Shape, ValueTable } from '../model/shape.ts';
import { areRecordsSound, chunkIdsAt, chunkKindAt, isHeaderSound, recordsEnd } from './chunk-header.ts';
import type { ChunkKind } from './chunk-header.ts';
import { ChunkProblems } from './chunk-problems.ts';
import { FragmentReader } from './fragment-reader.ts';
import { CHUNK_HEADER_SIZE, CHUNK_SIZE, MIN_RECORD_SIZE, RECORD_HEADER_SIZE, SCRATCH_BYTES } from './limits.ts';
import type { ShapeBank } from './shape-bank.ts';

export interface ReaderOptions {
  /** Also step to torn records (class 'torn'): partly false by nature (F22). Default false: they are only counted. */
  readonly torn?: boolean;
  /** Check the checksums of chunks (F10). Default true; costs about as much as reading the System fields. */
  readonly checksums?: boolean;
}

/** A record cursor that is turned to one slice after another. */
export interface SliceCursor extends RecordCursor {
  /** Kind of the current chunk: a 'bad' one has no records here, but may be carved. */
  readonly chunkKind: ChunkKind;
  /** Bytes of the current chunk: 65,536, fewer only at the end of a truncated file. */
  readonly chunkSize: number;
  /** Where the allocated records of the chunk end, relative to its start; what lies behind is slack. */
  readonly chunkRecordsEnd: number;
  /** Bytes from the start of the file to byte 0 of `bytes`. */
  readonly fileOffset: number;
  /** What was read and what was lost in this slice so far. */
  readonly account: FileAccount;
  /**
   * Turns to a slice: whole chunks in `bytes` [0, sliceLength), the first being chunk `firstChunk` of the file, and at
   * least SCRATCH_BYTES of free room behind them. `fileOffset` = offset of byte 0 in the file.
   */
  open(bytes: Uint8Array, sliceLength: number, firstChunk: number, fileOffset: number): void;
}

/** Creates a cursor that keeps its shapes in `bank`. A bank serves one cursor at a time. */
export function createRecordCursor(bank: ShapeBank, options: ReaderOptions = {}): SliceCursor {
  return new SliceReader(bank, options);
}

const RECORD_SIGNATURE = 0x0000_2a2a;
/** More missing records than a chunk can hold: the header's ids are not to be trusted. */
const MOST_RECORDS = CHUNK_SIZE / MIN_RECORD_SIZE;

class SliceReader implements SliceCursor {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  chunkStart = 0;
  chunkNumber = 0;
  chunkKind: ChunkKind = 'empty';
  chunkSize = 0;
  chunkRecordsEnd = 0;
  fileOffset = 0;
  recordStart = 0;
  recordSize = 0;
  recordClass: RecordClass = 'allocated';
  headerIdHigh = 0;
  headerIdLow = 0;
  account: FileAccount = emptyFileAccount();

  readonly #bank: ShapeBank;
  readonly #fragments: FragmentReader;
  readonly #problems = new ChunkProblems();
  readonly #yieldTorn: boolean;
  readonly #checksums: boolean;
  #sliceLength = 0;
  #nextChunk = 0;
  #nextChunkNumber = 0;
  /** Next record, end of the chunk's records, end of the chunk: positions in `bytes`. */
  #at = 0;
  #recordsEnd = 0;
  #chunkEnd = 0;
  #resynced = false;
  /** Torn records since the last good one. */
  #tornBefore = 0;

  constructor(bank: ShapeBank, options: ReaderOptions) {
    this.#bank = bank;
    this.#fragments = new FragmentReader(bank);
    this.#yieldTorn = options.torn ?? false;
    this.#checksums = options.checksums ?? true;
  }

  get shape(): Shape {
    return this.#fragments.shape;
  }
  get values(): ValueTable {
    return this.#fragments.values;
  }
  get inner(): readonly InnerRoot[] {
    return this.#fragments.inner;
  }
  get innerCount(): number {
    return this.#fragments.innerCount;
  }
  get problems(): readonly Problem[] {
    return this.#problems.list;
  }

  open(bytes: Uint8Array, sliceLength: number, firstChunk: number, fileOffset: number): void {
    if (sliceLength + SCRATCH_BYTES > bytes.length) throw new Error('slice buffer without scratch space');
    if (
      bytes.buffer !== this.view.buffer ||
      bytes.byteOffset !== this.view.byteOffset ||
      bytes.length !== this.bytes.length
    ) {
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.bytes = bytes;
    this.fileOffset = fileOffset;
    this.account = emptyFileAccount();
    this.#problems.clear();
    this.#sliceLength = sliceLength;
    this.#nextChunk = 0;
    this.#nextChunkNumber = firstChunk;
    this.chunkKind = 'empty';
    this.#at = 0;
    this.#recordsEnd = 0;
    this.#chunkEnd = 0;
  }

  nextChunk(): boolean {
    while (this.#nextChunk < this.#sliceLength) {
      const start = this.#nextChunk;
      const size = Math.min(CHUNK_SIZE, this.#sliceLength - start);
      this.chunkStart = start;
      this.chunkNumber = this.#nextChunkNumber;
      this.chunkSize = size;
      this.#nextChunk = start + size;
      this.#nextChunkNumber++;
      this.account.bytes += size;
      this.chunkKind = chunkKindAt(this.view, start, size);
      if (this.chunkKind === 'empty') {
        this.account.chunksEmpty++;
        continue;
      }
      this.#enterChunk(start, size);
      return true;
    }
    this.#at = 0;
    this.#recordsEnd = 0;
    return false;
  }

  #enterChunk(start: number, size: number): void {
    const { view } = this;
    this.#problems.enterChunk(this.chunkNumber);
    this.#resynced = false;
    this.#tornBefore = 0;
    this.#chunkEnd = start + size;
    const at = this.fileOffset + start;
    if (size < CHUNK_SIZE) this.#problems.note('chunk-short', at, `${size} of ${CHUNK_SIZE} bytes are there`);
    this.#bank.trim();
    this.#fragments.enter(this.bytes, view, start, size, this.#sliceLength, this.#sliceLength + SCRATCH_BYTES);
    if (this.chunkKind === 'bad') {
      this.account.chunksBad++;
      this.chunkRecordsEnd = 0;
      this.#at = this.#chunkEnd;
      this.#recordsEnd = this.#chunkEnd;
      this.#problems.note('chunk-bad-magic', at, 'a used slot without the signature of a chunk');
      return;
    }
    this.account.chunksUsed++;
    this.chunkRecordsEnd = recordsEnd(view, start, size);
    this.#at = start + CHUNK_HEADER_SIZE;
    this.#recordsEnd = start + this.chunkRecordsEnd;
    this.headerIdHigh = 0;
    this.headerIdLow = 0;
    if (!this.#checksums) return;
    if (!isHeaderSound(this.bytes, view, start)) {
      this.#problems.note('chunk-header-checksum', at, 'checksum of the chunk header differs');
    }
    if (!areRecordsSound(this.bytes, view, start, size)) {
      this.#problems.note('chunk-records-checksum', at, 'checksum of the records differs');
    }
  }

  nextRecord(): boolean {
    const { view } = this;
    const fragments = this.#fragments;
    for (;;) {
      const at = this.#at;
      if (at >= this.#recordsEnd) return false;
      let size = 0;
      if (at + MIN_RECORD_SIZE <= this.#chunkEnd && view.getUint32(at, true) === RECORD_SIGNATURE) {
        size = view.getUint32(at + 4, true);
      }
      if (
        size < MIN_RECORD_SIZE ||
        size > this.#chunkEnd - at ||
        view.getUint32(at + size - 4, true) !== size ||
        (!this.#isFollowed(at + size) && this.#findInside(at, at + size) >= 0)
      ) {
        if (this.#stepOverDamage(at, size)) return true;
        continue;
      }
      this.#at = at + size;
      this.recordStart = at;
      this.recordSize = size;
      this.headerIdLow = view.getUint32(at + 8, true);
      this.headerIdHigh = view.getUint32(at + 12, true);
      this.#tornBefore = 0;
      if (fragments.readOuter(at + RECORD_HEADER_SIZE, at + size - 4, false)) {
        this.account.recordsRead++;
        if (this.#resynced) {
          this.account.recordsResynced++;
          this.recordClass = 'resynced';
        } else {
          this.recordClass = 'allocated';
        }
        return true;
      }
      this.account.recordsLost++;
      this.#noteFault(at, 'the record');
    }
  }

  resolveInner(): number {
    const list = this.#fragments.resolveInner();
    if (this.#fragments.fault !== '') {
      this.#noteFault(this.recordStart, 'an embedded part of the record');
      this.#fragments.fault = '';
    }
    return list;
  }

  /** Steps over what is not a record at `at`. True when it is a torn record that is to be shown. */
  #stepOverDamage(at: number, size: number): boolean {
    const { view } = this;
    const isTorn = size >= MIN_RECORD_SIZE && size <= this.#chunkEnd - at;
    const next = this.#findRecord(at + 1);
    if (!isTorn && next < 0 && (at + 4 > this.#chunkEnd || view.getUint32(at, true) === 0)) {
      // Zeros to the end of the records: a clean end, the free-space offset was wrong (F15).
      this.#at = this.#recordsEnd;
      return false;
    }
    if (isTorn) {
      this.account.recordsTorn++;
      this.#tornBefore++;
      this.#problems.note('record-torn', this.fileOffset + at, `size ${size}, but the record does not end there`);
    } else {
      this.#problems.note('record-corrupt', this.fileOffset + at, size === 0 ? 'no record or size 0' : `size ${size}`);
    }
    this.#countLost(next, isTorn);
    this.#at = next < 0 ? this.#recordsEnd : next;
    if (next >= 0) {
      this.#resynced = true;
      this.#problems.note('record-resynced', this.fileOffset + next, 'reading goes on here after damage');
    }
    if (!isTorn || !this.#yieldTorn) return false;
    const end = Math.min(at + size, next < 0 ? this.#chunkEnd : next);
    if (!this.#fragments.readOuter(at + RECORD_HEADER_SIZE, end, true)) return false;
    this.recordStart = at;
    this.recordSize = size;
    this.recordClass = 'torn';
    this.headerIdLow = view.getUint32(at + 8, true);
    this.headerIdHigh = view.getUint32(at + 12, true);
    return true;
  }

  /** Counts the records that lie between the last good one and the next, by their ids where these make sense. */
  #countLost(next: number, isTorn: boolean): void {
    const { view } = this;
    let missing = -1;
    if (this.headerIdLow !== 0 || this.headerIdHigh !== 0) {
      const before = this.headerIdHigh * 4_294_967_296 + this.headerIdLow;
      if (next >= 0) {
        missing = view.getUint32(next + 12, true) * 4_294_967_296 + view.getUint32(next + 8, true) - before - 1;
      } else {
        const { lastHigh, lastLow } = chunkIdsAt(view, this.chunkStart);
        missing = lastHigh * 4_294_967_296 + lastLow - before;
      }
    }
    const isPlausible = missing >= this.#tornBefore && missing <= MOST_RECORDS;
    const lost = isPlausible ? missing - this.#tornBefore : 0;
    this.account.recordsLost += isTorn ? lost : Math.max(lost, 1);
  }

  /** Position of the next signature from `from` on whose size copy matches (F21), or -1. */
  #findRecord(from: number): number {
    const { view, bytes } = this;
    const last = Math.min(this.#recordsEnd, this.#chunkEnd - MIN_RECORD_SIZE + 1);
    for (let at = from; at < last; at++) {
      if (bytes[at] !== 0x2a || !this.#isWhole(at)) continue;
      const end = at + view.getUint32(at + 4, true);
      if (this.#isFollowed(end)) return at;
      const inside = this.#findInside(at, end);
      return inside >= 0 ? inside : at;
    }
    return -1;
  }

  /** Whether signature, size and copy of a record at `at` fit. */
  #isWhole(at: number): boolean {
    const { view } = this;
    const room = this.#chunkEnd - at;
    if (room < MIN_RECORD_SIZE || view.getUint32(at, true) !== RECORD_SIGNATURE) return false;
    const size = view.getUint32(at + 4, true);
    return size >= MIN_RECORD_SIZE && size <= room && view.getUint32(at + size - 4, true) === size;
  }

  /** Whether a record or the end of all records follows at `end`. */
  #isFollowed(end: number): boolean {
    if (end === this.#recordsEnd) return true;
    return end + 4 <= this.#chunkEnd && this.view.getUint32(end, true) === RECORD_SIGNATURE;
  }

  /**
   * Position of a record inside (from, end) that is whole and followed, or -1. Then what seems to be a record there and is
   * not followed itself is none: its size is damaged and what looked like the copy of its size belongs to the record
   * inside. Neighbours are often equal in size, so that one changed byte would swallow the next record.
   */
  #findInside(from: number, end: number): number {
    const { view, bytes } = this;
    for (let at = from + 1; at < end; at++) {
      if (bytes[at] !== 0x2a || !this.#isWhole(at)) continue;
      if (this.#isFollowed(at + view.getUint32(at + 4, true))) return at;
    }
    return -1;
  }

  #noteFault(at: number, what: string): void {
    const { fault } = this.#fragments;
    const offset = this.fileOffset + at;
    switch (fault) {
      case '':
        break;
      case 'limit-reached':
        this.#problems.note(fault, offset, `${what} is larger or deeper than the reader allows`);
        break;
      case 'template-unreadable':
        this.#problems.note(fault, offset, `the template of ${what} is damaged or missing`);
        break;
      case 'record-unreadable':
        this.#problems.note(fault, offset, `${what} is not BinXML that can be read`);
        break;
    }
  }
}
