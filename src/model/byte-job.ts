// What is asked of records that must be looked at byte by byte, and how that is answered: between the event index, which
// knows the rows, and whoever reads files. Structured-cloneable but for the functions.

import type { CorrelationRows } from './correlation.ts';
import type { FieldKey } from './field-key.ts';
import type { JoinRows } from './join-plan.ts';
import type { EvidenceBytes } from './packed-log.ts';
import type { Problem } from './problem.ts';

export interface ByteQuestion {
  /** In the language of the search bar; '' for every record. */
  readonly query: string;
  /** Texts of which one must occur; none asked for when empty. */
  readonly terms: readonly string[];
  /** A rule program of which some event rule must match; left out where none is asked for. */
  readonly program?: ArrayBuffer;
  /** Fields whose values are wanted of the records that pass. */
  readonly fields: readonly FieldKey[];
}

/** Records of one file in order of place. */
export interface ByteJob {
  readonly blob: EvidenceBytes;
  readonly path: string;
  /** Offset in the file of chunk 0. */
  readonly dataOffset: number;
  /** Per record its number in the index, its chunk and its place there. */
  readonly row: Uint32Array;
  readonly chunk: Uint32Array;
  readonly offset: Uint16Array;
  readonly question: ByteQuestion;
}

/** Some of the records that passed, and per record the values of the fields asked for. */
export interface JobFound {
  readonly rows: readonly number[];
  readonly texts: readonly (readonly (string | undefined)[])[];
  /** Of a question with a program: what its correlations and joins need of the records of one slice. */
  readonly behind?: RowsBehind;
}

/** Rows that rules over several records are judged on when every record has been looked at. */
export interface RowsBehind {
  /** Offset of the slice in its file: a slice that comes twice counts once. */
  readonly at: number;
  readonly correlation: CorrelationRows | undefined;
  readonly joins: JoinRows | undefined;
}

/** Who reads bytes: workers in the app, the same thread in tests. */
export interface ByteReaders {
  /** Jobs that are worth handing out at a time. */
  readonly parallel: number;
  /**
   * Does a job; what it finds comes in pieces, a piece perhaps twice. Never rejects: what went wrong is in the problems,
   * undefined `signal` means that it cannot be stopped.
   */
  run(
    job: ByteJob,
    take: (found: JobFound, bytesDone: number) => void,
    signal?: AbortSignal,
  ): Promise<readonly Problem[]>;
}
