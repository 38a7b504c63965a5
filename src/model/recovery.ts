// What recovery of deleted records needs to know before it reads them (design: two passes). A survey of every slice
// comes first; what it finds is plain data that crosses threads, and is put together where the whole scan is seen.

/** Where the templates of a recovered record were found; a record's is the farthest of them. */
export type TemplateOrigin = 'same-chunk' | 'same-file' | 'other-file' | 'bank';

/** How a recovered record could be read. */
export interface RecoveredHow {
  readonly template: TemplateOrigin;
}

/** A template definition that stands on its own, and the first chunk of the file in which it was met. */
export interface SurveyedTemplate {
  readonly chunk: number;
  readonly definition: Uint8Array;
}

/** What the first pass learned from one slice. */
export interface SliceSurvey {
  /** Definitions that were new to this run, in the order of their chunks. */
  readonly templates: readonly SurveyedTemplate[];
  /** Identities of the allocated records, two words each; made with the scan's seed, they mean nothing without it. */
  readonly identities: Uint32Array<ArrayBuffer>;
  /** Numbers of the chunks that hold something like a record in unallocated space, ascending. */
  readonly chunks: readonly number[];
}

/** What all files of a scan are recovered with. */
export interface ScanRecovery {
  /** Start of the identities' hash, new for each scan: whoever made a log must not be able to make two records meet. */
  readonly seed: number;
  /** Template banks (model/template-bank.ts): of all files of the scan, and what was known before it. */
  readonly scanTemplates: Uint8Array;
  readonly bankTemplates: Uint8Array;
}

/** What one file is recovered with. */
export interface FileRecovery {
  /** Template bank of the file itself. */
  readonly templates: Uint8Array;
  /** Identities of all its allocated records. */
  readonly identities: Uint32Array;
}
