// What is wrong with a query, with its place and what to type instead. Codes have headings in docs/errors.md.

import type { Diagnostic, TextRange } from '../model/diagnostic.ts';

export type QueryCode =
  | 'query-too-long'
  | 'query-too-many-terms'
  | 'query-too-deep'
  | 'query-open-quote'
  | 'query-open-parenthesis'
  | 'query-stray-parenthesis'
  | 'query-stray-operator'
  | 'query-missing-term'
  | 'query-missing-value'
  | 'query-field-in-group'
  | 'query-not-comparable'
  | 'query-bad-time'
  | 'query-bad-regex'
  // remarks on queries that run
  | 'query-unknown-field'
  | 'query-negated-word';

/** Makes a diagnostic at offsets of the query text. */
export function queryDiagnostic(
  code: QueryCode,
  range: TextRange,
  message: string,
  hint: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  return { code, severity, message, range, hint };
}

/** Line and column of offsets; a query pasted into the bar may have several lines. */
export function rangeIn(text: string, start: number, end: number): TextRange {
  const before = text.slice(0, start);
  const lastBreak = before.lastIndexOf('\n');
  return { start, end, line: before.split('\n').length, column: start - lastBreak };
}
