// Damage in evidence, and everything else that makes a result smaller than it could be. Collected, counted, shown;
// never thrown. docs/errors.md has one heading per code, and a test keeps both in step.

export type ProblemSeverity = 'info' | 'warning' | 'error';

export type ProblemCode =
  // files
  | 'file-empty'
  | 'file-not-evtx'
  | 'file-too-small'
  | 'file-unreadable'
  | 'folder-unreadable'
  | 'file-duplicate'
  | 'file-changed'
  | 'file-other-format'
  | 'archive-damaged'
  | 'archive-limit'
  | 'archive-locked'
  | 'archive-method'
  | 'archive-too-deep'
  | 'archive-overlap'
  | 'archive-names'
  | 'header-checksum'
  | 'header-dirty'
  | 'header-count-stale'
  // chunks
  | 'chunk-bad-magic'
  | 'chunk-header-checksum'
  | 'chunk-records-checksum'
  | 'chunk-short'
  // records
  | 'record-corrupt'
  | 'record-torn'
  | 'record-resynced'
  | 'record-unreadable'
  | 'template-unreadable'
  | 'recovered-damaged'
  | 'recovered-template-unknown'
  | 'record-id-gap'
  | 'record-id-regression'
  | 'clock-backwards'
  // limits and our own faults
  | 'limit-reached'
  | 'correlation-left-out'
  | 'worker-lost'
  | 'rule-disabled'
  | 'case-file-items'
  | 'store-full'
  | 'store-denied'
  | 'cancelled'
  | 'internal';

export interface Problem {
  readonly code: ProblemCode;
  readonly severity: ProblemSeverity;
  /** Name of the file as shown to the user. */
  readonly file?: string;
  /** Bytes from the start of the file. */
  readonly offset?: number;
  /** Chunk number within the file, from 0. */
  readonly chunk?: number;
  /** How many things this line stands for, when more than one. */
  readonly count?: number;
  /** One short clause with the particulars; plain text, may quote hostile input. */
  readonly detail?: string;
  /** One line on what the user can do. */
  readonly hint?: string;
}
