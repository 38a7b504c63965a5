// What the author of a rule or a query can fix. All diagnostics of a document are reported at once, each at its place.

/** Position in a text: line and column count from 1, offsets from 0 (UTF-16 units). */
export interface TextRange {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

export interface Diagnostic {
  /** Stable code, kebab-case, one heading in docs/errors.md. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** One sentence: what is wrong. */
  readonly message: string;
  readonly range?: TextRange;
  /** What to write instead. */
  readonly hint?: string;
}
