// What a value of a detection item is while modifiers work on it. One written value may become several alternatives
// (windash, base64offset, expand); they stay an OR among themselves, also under `all`.

import type { Network } from '../../base/cidr.ts';
import type { TextRange } from '../../model/diagnostic.ts';
import type { Comparison, TextAnchor, TimePart } from '../../model/rule-set.ts';
import type { ValuePart } from './value-parts.ts';

export type ItemVariant =
  | { readonly kind: 'text'; readonly parts: readonly ValuePart[] }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  /** Bytes of an encoding that waits for base64. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Translated pattern (base/linear-regex.ts); `pattern` and `flags` are as written, for further flags. */
  | { readonly kind: 'regex'; readonly pattern: string; readonly flags: string }
  | { readonly kind: 'cidr'; readonly network: Network }
  | { readonly kind: 'compare'; readonly compare: Comparison; readonly value: string }
  | { readonly kind: 'time'; readonly part: TimePart; readonly compare: Comparison; readonly value: string }
  | { readonly kind: 'fieldref'; readonly name: string; readonly anchor: TextAnchor }
  | { readonly kind: 'exists'; readonly value: boolean };

/** A value as written, with what it became. */
export interface ItemValue {
  /** As the author wrote it, for explanations. */
  readonly text: string;
  readonly range: TextRange;
  readonly variants: readonly ItemVariant[];
}

/** `Field|modifier|…: values`, modifiers carried out. */
export interface DetectionItem {
  /** Name as written, or undefined for keywords. */
  readonly field: string | undefined;
  readonly modifiers: readonly string[];
  readonly values: readonly ItemValue[];
  /** All values must match (`all`), not just one. */
  readonly all: boolean;
  /** The item is true when its values do not match (`neq`). */
  readonly negated: boolean;
  readonly cased: boolean;
  readonly range: TextRange;
}

export type DetectionNode =
  | { readonly kind: 'item'; readonly item: DetectionItem }
  | { readonly kind: 'group'; readonly op: 'and' | 'or'; readonly children: readonly DetectionNode[] };

/** A named part of a detection. Several under one name (a repeated key) are one `and` group. */
export interface Selection {
  readonly name: string;
  readonly range: TextRange;
  /** Undefined when there is nothing in it: an error only where the condition asks for it. */
  readonly root: DetectionNode | undefined;
}
