// How the view tables are written down: field names as people write them, turned into keys once. Knows no view.

import type { FieldKey } from '../../model/field-key.ts';
import { fieldKeyOf } from '../../model/field-key.ts';
import type { FieldSource, FieldView } from '../../model/field-view.ts';
import type { ProcessJoin } from '../../model/process-join.ts';

/** One line of a view: derived field, names of the inputs, transform (none = the values as they are). */
export type SourceLine = readonly [field: string, inputs: readonly string[], transform?: string];

/** One joined field: its name, the field that names the process, the field read from that process' creation. */
export type JoinLine = readonly [field: string, by: string, read: string];

export interface ViewText {
  readonly name: string;
  readonly sources?: readonly SourceLine[];
  /** Fields whose own leaf means something else on these events. */
  readonly hides?: readonly string[];
  readonly joins?: readonly JoinLine[];
}

/** Builds a view from its lines; several lines for one field add up. */
export function defineView(id: number, text: ViewText): FieldView {
  const sources = new Map<FieldKey, FieldSource[]>();
  for (const [field, inputs, transform] of text.sources ?? []) {
    const key = fieldKeyOf(field);
    const list = sources.get(key) ?? [];
    list.push({ inputs: inputs.map(fieldKeyOf), transform });
    sources.set(key, list);
  }
  return {
    id,
    name: text.name,
    sources,
    hides: new Set((text.hides ?? []).map(fieldKeyOf)),
    joined: new Set((text.joins ?? []).map(([field]) => fieldKeyOf(field))),
  };
}

/** The joins of a view by the field that they supply. */
export function defineJoins(text: ViewText): ReadonlyMap<FieldKey, ProcessJoin> {
  return new Map(
    (text.joins ?? []).map(([field, by, read]) => [fieldKeyOf(field), { by: fieldKeyOf(by), read: fieldKeyOf(read) }]),
  );
}
