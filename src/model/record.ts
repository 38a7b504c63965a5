// The cursor over the records of a slice. src/evtx implements it, src/engine and src/scan drive it. One cursor and
// its tables are reused for every record: whoever wants to keep something copies it before the next call.

import type { RecordClass } from './event.ts';
import type { Problem } from './problem.ts';
import type { Shape, ValueTable } from './shape.ts';

/** One embedded fragment of the current record, in the order in which it stands in the event. */
export interface InnerRoot {
  readonly shape: Shape;
  readonly values: ValueTable;
  /** Element names from Event down to the element that holds the fragment, Event included (usually just `Event`). */
  readonly hostPath: readonly string[];
  /** Number in `inner` of the root whose values hold the fragment, or -1 when it lies in the outer fragment. */
  readonly parent: number;
  /** Index of the value (type 0x21) of that root in which the fragment lies; several roots can share one value (F41). */
  readonly valueIndex: number;
}

export interface RecordCursor {
  /** Slice bytes followed by scratch space; every offset of the tables points into it. */
  readonly bytes: Uint8Array;
  readonly view: DataView;

  /** Start of the current chunk in `bytes`, and its number in the file. */
  readonly chunkStart: number;
  readonly chunkNumber: number;

  /** Start and size of the current record in `bytes`. */
  readonly recordStart: number;
  readonly recordSize: number;
  readonly recordClass: RecordClass;
  /** Record number and written time of the record header (not the event's own, F25 and F26). */
  readonly headerIdHigh: number;
  readonly headerIdLow: number;

  /** Shape and values of the outer fragment (the Event element). */
  readonly shape: Shape;
  readonly values: ValueTable;

  /** Embedded fragments; valid after resolveInner(). `innerCount` of `inner` are in use. */
  readonly inner: readonly InnerRoot[];
  readonly innerCount: number;

  /** Steps to the next chunk of the slice; false at its end. Damage is collected in `problems`. */
  nextChunk(): boolean;
  /** Steps to the next readable record of the chunk; false at its end. Unreadable ones are collected in `problems`. */
  nextRecord(): boolean;
  /**
   * Resolves the embedded fragments of the current record. Gives the number that stands for the ordered list of their
   * shapes and hosts (0 = none, equal lists give equal numbers within one shape bank), so that it can key a plan.
   */
  resolveInner(): number;

  /** Damage met so far in this slice, with offsets relative to the file. */
  readonly problems: readonly Problem[];
}
