// What an author wrote, beside the compiled rule: selection names, fields, modifiers and values, with the expression
// that each value became. For explanations, for the matched parts of findings and for rule previews; the engine does
// not need it. Plain data.

import type { Expression } from './rule-set.ts';

export interface SourceValue {
  /** As the author wrote it. */
  readonly text: string;
  readonly expression: Expression;
}

export type SourceNode =
  | { readonly kind: 'group'; readonly op: 'and' | 'or'; readonly children: readonly SourceNode[] }
  | {
      readonly kind: 'item';
      /** Field as written; '' for keywords. */
      readonly field: string;
      readonly modifiers: readonly string[];
      readonly values: readonly SourceValue[];
      /** All values must match (`all`), and whether the result is turned round (`neq`). */
      readonly all: boolean;
      readonly negated: boolean;
    };

export interface SourceSelection {
  readonly name: string;
  readonly root: SourceNode;
}

/** A condition over positions in `selections` of its part. */
export type SourceCondition =
  | { readonly op: 'and' | 'or'; readonly children: readonly SourceCondition[]; readonly text?: string }
  | { readonly op: 'not'; readonly child: SourceCondition }
  | { readonly op: 'selection'; readonly selection: number };

/** The rule's own detection or one filter's. */
export interface SourcePart {
  /** '' for the rule itself, else the title of the filter. */
  readonly origin: string;
  readonly conditionText: string;
  readonly selections: readonly SourceSelection[];
  readonly condition: SourceCondition;
}

/** Source of one rule; all parts must hold. */
export interface RuleSource {
  /** Rule number in the rule set. */
  readonly rule: number;
  readonly parts: readonly SourcePart[];
}
