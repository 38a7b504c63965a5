// A query ready to run: tests of fields, joined. Plain data but for the regexes, which come from outside.

import type { Glob } from '../base/glob.ts';
import type { NumberOperand } from '../base/numeric-text.ts';
import type { FieldKey } from '../model/field-key.ts';
import type { TimeSpan } from './time-literal.ts';

export type Bound = 'lt' | 'lte' | 'gt' | 'gte';

/** One test of one field. Texts are folded. A field with several values passes when one of them does. */
export type QueryTest =
  | { readonly kind: 'exists'; readonly key: FieldKey }
  /** The whole value; `number` also accepts other spellings of the same number (0x1f4 and 500). */
  | {
      readonly kind: 'equal';
      readonly key: FieldKey;
      readonly text: string;
      readonly number: NumberOperand | undefined;
    }
  | { readonly kind: 'contains'; readonly key: FieldKey; readonly text: string }
  | { readonly kind: 'glob'; readonly key: FieldKey; readonly glob: Glob }
  | { readonly kind: 'regex'; readonly key: FieldKey; readonly test: (value: string) => boolean }
  | { readonly kind: 'number'; readonly key: FieldKey; readonly bound: Bound; readonly number: NumberOperand }
  | { readonly kind: 'time'; readonly key: FieldKey; readonly bound: Bound | 'within'; readonly span: TimeSpan };

export type QueryPlan =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly children: readonly QueryPlan[] }
  | { readonly kind: 'not'; readonly child: QueryPlan }
  | { readonly kind: 'test'; readonly test: QueryTest };
