// Why a rule matches an event, or why not: what the interpreter tells (src/sigma/interpret/explain.ts) and screens show.

import type { Route } from './rule-set.ts';

/** Why a value of a rule was not met. */
export type Shortfall = 'field-absent' | 'field-empty' | 'other-value' | 'other-case';

export interface ExplainedValue {
  /** As the author wrote it. */
  readonly text: string;
  readonly pass: boolean;
  readonly shortfall: Shortfall | undefined;
}

export type ExplainedNode =
  | {
      readonly kind: 'group';
      readonly op: 'and' | 'or';
      readonly label: string;
      readonly pass: boolean;
      readonly children: readonly ExplainedNode[];
    }
  | { readonly kind: 'not'; readonly pass: boolean; readonly child: ExplainedNode }
  | { readonly kind: 'selection'; readonly name: string; readonly pass: boolean; readonly child: ExplainedNode }
  | {
      readonly kind: 'item';
      /** Field as written; '' for keywords. */
      readonly field: string;
      readonly modifiers: readonly string[];
      readonly pass: boolean;
      /** The event's values of the field (none for keywords, which look at all). */
      readonly actual: readonly string[];
      readonly state: 'absent' | 'empty' | 'present';
      readonly values: readonly ExplainedValue[];
    };

export interface ExplainedRoute {
  readonly route: Route;
  /** The event is of the kind that the route names. */
  readonly accepted: boolean;
  /** What the logsource further requires; undefined when the route was not accepted. */
  readonly extra: boolean | undefined;
}

export interface Explanation {
  readonly matched: boolean;
  readonly routes: readonly ExplainedRoute[];
  /** The rule's own detection and its filters, read through the first accepted route (else through the first route). */
  readonly parts: readonly { readonly origin: string; readonly condition: string; readonly root: ExplainedNode }[];
}
