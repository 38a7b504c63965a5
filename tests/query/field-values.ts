// A lookup over plain names and values, as the app makes one over events and findings.

import { ANY_FIELD, fieldKeyOf, type FieldKey } from '../../src/model/field-key.ts';
import type { FieldLookup } from '../../src/query/evaluate-query.ts';

export function lookupOf(fields: readonly (readonly [name: string, value: string])[]): FieldLookup {
  return {
    valuesOf: (key: FieldKey) =>
      fields.filter(([name]) => key === ANY_FIELD || fieldKeyOf(name) === key).map(([, value]) => value),
  };
}
