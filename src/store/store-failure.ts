// What a refusal of the database means to the user. Quota and permission are his to fix; everything else that
// IndexedDB throws is our bug and stays an exception.

import type { Diagnostic } from '../model/diagnostic.ts';

/** A refusal that the user can do something about; `diagnostic` says what. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal';
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic, cause?: unknown) {
    super(diagnostic.message, { cause: cause ?? diagnostic });
    this.diagnostic = diagnostic;
  }
}

export const STORE_FULL: Diagnostic = {
  code: 'store-full',
  severity: 'error',
  message: 'The browser has no room left for this case; new findings are kept until this tab is closed.',
  hint: 'The scan goes on. Free other cases or disk space and they are kept after all, or export what there is.',
};

export const STORE_DENIED: Diagnostic = {
  code: 'store-denied',
  severity: 'warning',
  message: 'The browser gives this page no database; nothing survives closing the tab.',
  hint: 'Export what you need. Leaving private mode or allowing site data brings the database back.',
};

export const STORE_BUSY: Diagnostic = {
  code: 'store-busy',
  severity: 'warning',
  message: 'This case is open in another tab, which writes it.',
  hint: 'Judgements and notes are kept from here too. For anything else close it there, or open it here and take it over.',
};

export const STORE_SUPERSEDED: Diagnostic = {
  code: 'store-denied',
  severity: 'warning',
  message:
    'Another tab runs a newer version and took the database over; changes made here are kept until this tab is closed.',
  hint: 'Reload this page.',
};

/** At the start: this version cannot read what a newer one wrote, and leaves it alone. */
export const STORE_NEWER: Diagnostic = {
  code: 'store-denied',
  severity: 'warning',
  message: 'The cases in this browser were written by a newer version of Winnow; this one leaves them as they are.',
  hint: 'Open the newer version to see them. Reloading this page may bring it.',
};

export const STORE_BLOCKED: Diagnostic = {
  code: 'store-denied',
  severity: 'warning',
  message: 'Another tab with an older version of Winnow holds the database; kept cases are not shown here.',
  hint: 'Close the other tabs of Winnow, then reload this page.',
};

export const CASE_GONE: Diagnostic = {
  code: 'case-gone',
  severity: 'warning',
  message: 'This case was deleted.',
  hint: 'Open or create another case.',
};

/** Names of exceptions that say the database cannot be had, whatever we do. */
const DENIALS: ReadonlySet<string> = new Set([
  'SecurityError',
  'InvalidStateError',
  'UnknownError',
  'NotAllowedError',
  'NotReadableError',
  'NotFoundError',
  'TimeoutError',
  'AbortError',
  'InvalidAccessError',
]);

/** The diagnostic for what the database threw; throws the error itself when it is a bug of ours. */
export function diagnoseFailure(error: unknown): Diagnostic {
  if (error instanceof StoreRefusal) return error.diagnostic;
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'QuotaExceededError') return STORE_FULL;
  if (name === 'VersionError') return STORE_SUPERSEDED;
  if (DENIALS.has(name)) return { ...STORE_DENIED, message: `${STORE_DENIED.message} (${name})` };
  throw error;
}
