// A cursor over the records that are not allocated any more: behind the free-space offset of a chunk, and in slots that
// lost their chunk header (F14, F63, F64). Everything is checked before it is shown; the class is 'recovered', and how
// the templates were found is told with each record. Works chunk by chunk beside a SliceCursor.

import type { EventElement, RecordClass } from '../../model/event.ts';
import type { Problem } from '../../model/problem.ts';
import type { InnerRoot, RecordCursor } from '../../model/record.ts';
import type { Shape, ValueTable } from '../../model/shape.ts';
import { CHUNK_SIZE, RECORD_HEADER_SIZE, SCRATCH_BYTES } from '../limits.ts';
import type { SliceCursor } from '../record-cursor.ts';
import { renderEventWithin } from '../render/render-event.ts';
import type { ShapeBank } from '../shape-bank.ts';
import { CarvedFragments, type TemplateSource } from './carved-fragments.ts';
import { DefinitionReader } from './definition-reader.ts';
import { countSuspicious, isPlausibleEvent } from './plausible-event.ts';
import { findCandidate, slackStart } from './record-candidates.ts';
import { TemplateLibrary } from './template-library.ts';

/** Elements and text units of one recovered event; a record of 64 KiB with all its values as hex stays below. */
const MAX_RECOVERED_COST = 300_000;
/** Unusual characters with which a record may still be itself; mixtures have hundreds. */
const MAX_SUSPICIOUS = 8;
/** Bytes of candidate records read per chunk: candidates may overlap, honest ones do not. */
const CANDIDATE_BUDGET = 8 * CHUNK_SIZE;

export class CarveCursor implements RecordCursor {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  chunkStart = 0;
  chunkNumber = 0;
  recordStart = 0;
  recordSize = 0;
  readonly recordClass: RecordClass = 'recovered';
  headerIdHigh = 0;
  headerIdLow = 0;
  readonly problems: Problem[] = [];
  /** The current record as a tree. */
  event: EventElement = ['Event', [], '', []];
  /** Part of the current record was overwritten or is unusual: some values may not be its own. */
  damaged = false;
  /** Templates of the file at hand; see collect(). */
  readonly fileTemplates: TemplateLibrary;
  /** Candidates (signature and size fit) and records accepted so far. */
  candidates = 0;
  accepted = 0;
  /** Candidates that could not be read because nobody knows one of their templates. */
  withoutTemplate = 0;

  readonly #definitions: DefinitionReader;
  readonly #fragments: CarvedFragments;
  #at = 0;
  #end = 0;
  #budget = 0;
  #limitNoted = false;

  /**
   * @param bank the bank of the cursor beside. @param library templates of the case and of its other files.
   * @param known templates from before the case.
   */
  constructor(bank: ShapeBank, library: TemplateLibrary, known?: TemplateLibrary) {
    this.fileTemplates = new TemplateLibrary(bank);
    this.#definitions = new DefinitionReader(bank);
    this.#fragments = new CarvedFragments(
      bank,
      this.#definitions,
      known === undefined ? [this.fileTemplates, library] : [this.fileTemplates, library, known],
    );
  }

  get shape(): Shape {
    if (this.#fragments.shape === undefined) throw new Error('no current record');
    return this.#fragments.shape;
  }
  get values(): ValueTable {
    return this.#fragments.values;
  }
  get inner(): readonly InnerRoot[] {
    return this.#fragments.inner;
  }
  get innerCount(): number {
    return this.#fragments.inner.length;
  }
  /** Where the templates of the current record were found. */
  get templateSource(): TemplateSource {
    return this.#fragments.source;
  }

  /** Takes up the templates of the current chunk of `cursor`; call it for all chunks of a file before carving. */
  collect(cursor: SliceCursor, sliceLength: number): void {
    this.#enterDefinitions(cursor, sliceLength);
    this.fileTemplates.collect(this.#definitions, cursor.bytes, cursor.view, cursor.chunkStart, cursor.chunkSize);
  }

  /** Turns to the current chunk of `cursor`. Its current record is lost: read all records of the chunk first. */
  enterChunk(cursor: SliceCursor, sliceLength: number): void {
    this.#enterDefinitions(cursor, sliceLength);
    this.bytes = cursor.bytes;
    this.view = cursor.view;
    this.chunkStart = cursor.chunkStart;
    this.chunkNumber = cursor.chunkNumber;
    this.#fragments.enter(cursor.bytes, cursor.view, cursor.chunkStart);
    this.#end = cursor.chunkStart + cursor.chunkSize;
    this.#at = slackStart(cursor);
    this.#budget = CANDIDATE_BUDGET;
    this.#limitNoted = false;
    this.problems.length = 0;
  }

  nextChunk(): boolean {
    return false;
  }

  resolveInner(): number {
    return this.#fragments.innerList;
  }

  nextRecord(): boolean {
    const { view, bytes } = this;
    for (;;) {
      const at = findCandidate(bytes, view, this.#at, this.#end);
      if (at < 0) break;
      this.#at = at + 1;
      const size = view.getUint32(at + 4, true);
      this.candidates++;
      this.#budget -= size;
      if (this.#budget < 0) {
        this.#noteLimit();
        break;
      }
      if (!this.#accept(at, size)) continue;
      this.accepted++;
      this.#at = at + size;
      return true;
    }
    if (this.#definitions.limitReached) this.#noteLimit();
    this.#at = this.#end;
    return false;
  }

  #accept(at: number, size: number): boolean {
    const isRead = this.#fragments.read(at + RECORD_HEADER_SIZE, at + size - 4);
    if (this.#fragments.missing) this.withoutTemplate++;
    if (!isRead || this.#fragments.missing) return false;
    this.recordStart = at;
    this.recordSize = size;
    this.headerIdLow = this.view.getUint32(at + 8, true);
    this.headerIdHigh = this.view.getUint32(at + 12, true);
    const { event, complete } = renderEventWithin(this, MAX_RECOVERED_COST);
    if (!complete || !isPlausibleEvent(event)) return false;
    const suspicious = countSuspicious(event);
    if (suspicious > MAX_SUSPICIOUS) return false;
    this.damaged = this.#fragments.damaged || suspicious > 0;
    // A template from elsewhere and damage together are too little to go by: most such records are mixtures.
    if (this.damaged && this.#fragments.isForeign) return false;
    this.event = event;
    return true;
  }

  #enterDefinitions(cursor: SliceCursor, sliceLength: number): void {
    const { bytes, view, chunkStart, chunkSize } = cursor;
    this.#definitions.enter(bytes, view, chunkStart, chunkSize, sliceLength, sliceLength + SCRATCH_BYTES);
  }

  #noteLimit(): void {
    if (this.#limitNoted) return;
    this.#limitNoted = true;
    this.problems.push({
      code: 'limit-reached',
      severity: 'warning',
      chunk: this.chunkNumber,
      detail: 'unallocated space of this chunk holds more record candidates than are looked at',
    });
  }
}
