// Collects the diagnostics of a document, each at its place.

import type { Diagnostic, TextRange } from '../../model/diagnostic.ts';

/** Remarks (and as many errors again) that are kept of one document; a document with more has one cause, many times. */
const MAX_DIAGNOSTICS = 500;

/** A list of diagnostics with short ways to add one. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];

  error(code: string, range: TextRange | undefined, message: string, hint?: string): void {
    this.#add('error', code, range, message, hint);
  }

  warning(code: string, range: TextRange | undefined, message: string, hint?: string): void {
    this.#add('warning', code, range, message, hint);
  }

  info(code: string, range: TextRange | undefined, message: string, hint?: string): void {
    this.#add('info', code, range, message, hint);
  }

  get failed(): boolean {
    return this.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  }

  #add(
    severity: Diagnostic['severity'],
    code: string,
    range: TextRange | undefined,
    message: string,
    hint: string | undefined,
  ): void {
    if (this.diagnostics.length >= (severity === 'error' ? 2 * MAX_DIAGNOSTICS : MAX_DIAGNOSTICS)) return;
    this.diagnostics.push({
      code,
      severity,
      message,
      ...(range === undefined ? {} : { range }),
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
