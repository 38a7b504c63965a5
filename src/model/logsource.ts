// The logsource of a rule and what it leads to. src/sigma resolves it from its tables; kept apart so that the table
// and the compiler can be tested without each other.

import type { Diagnostic } from './diagnostic.ts';
import type { FieldKey } from './field-key.ts';
import type { NotEvaluableReason } from './rule-set.ts';

/** Folded texts; a list means any of them, empty means not given. */
export interface Logsource {
  readonly product: readonly string[];
  readonly category: readonly string[];
  readonly service: readonly string[];
}

/** A route before it meets a condition. `requires` are tests that the logsource itself implies: the field has one of the (folded) texts. */
export interface LogsourceRoute {
  readonly channel: string | undefined;
  readonly provider: string | undefined;
  readonly eventIds: readonly number[] | undefined;
  readonly view: number;
  readonly requires: readonly { readonly field: FieldKey; readonly anyOf: readonly string[] }[];
}

export interface LogsourceResolution {
  readonly routes: readonly LogsourceRoute[];
  /** Set when no event log can ever hold such events; `routes` is then empty. */
  readonly notEvaluable: NotEvaluableReason | undefined;
  /** Without ranges: the compiler adds the place of the logsource. */
  readonly diagnostics: readonly Diagnostic[];
}
