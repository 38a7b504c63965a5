// Field views: how one field name finds its values in events of different kinds. Data only; src/sigma fills it from
// its tables, the reference interpreter and the engine both read it.

import type { FieldKey } from './field-key.ts';

/** Where the values of a field come from: values of other fields, put through a named transform (model/transform.ts). */
export interface FieldSource {
  /** Keys of the fields that are read. Several inputs are combined by the transform. */
  readonly inputs: readonly FieldKey[];
  /** Name in `transforms`; undefined takes the values as they are. */
  readonly transform: string | undefined;
}

/**
 * A view adds sources to fields (Image of a 4688 is NewProcessName) on top of the event's own leaves. A field in
 * `hides` does not see its own leaf (ProcessId of a 4688 is the parent's), only the sources.
 */
export interface FieldView {
  readonly id: number;
  /** For reports: `sysmon`, `security-4688`, … */
  readonly name: string;
  readonly sources: ReadonlyMap<FieldKey, readonly FieldSource[]>;
  readonly hides: ReadonlySet<FieldKey>;
  /** Fields that only a join with another record can supply (ParentCommandLine on 4688). */
  readonly joined: ReadonlySet<FieldKey>;
}

/** The view that adds nothing. Its id is 0 in every rule set. */
export const PLAIN_VIEW: FieldView = {
  id: 0,
  name: 'plain',
  sources: new Map(),
  hides: new Set(),
  joined: new Set(),
};
