// Field values of an event tree for the search bar: every leaf under every name that rules know for it, and the short
// names people type. Built when the first field is asked for, because most events are refused by cheaper means before.

import { Mark, type EventElement } from '../model/event.ts';
import { ANY_FIELD, fieldKeyOf, fieldKeysOf, type FieldKey } from '../model/field-key.ts';
import type { FieldLookup } from './evaluate-query.ts';

/** Short names and the field they stand for where the event has no field of that name itself. */
const SHORT_NAMES: ReadonlyMap<string, FieldKey> = new Map([
  ['time', fieldKeyOf('TimeCreated_SystemTime')],
  ['host', fieldKeyOf('Computer')],
  ['id', fieldKeyOf('EventID')],
  ['record', fieldKeyOf('EventRecordID')],
  ['pid', fieldKeyOf('Execution_ProcessID')],
]);

/** Values collected per event; a crafted one has hundreds of thousands. */
const MAX_VALUES = 20_000;

/**
 * Gives a lookup over an event. `extra` are fields beside it (rule title, tags, note), which go before the event's own
 * fields of the same key.
 */
export function createEventLookup(
  event: EventElement,
  extra: readonly (readonly [name: string, values: readonly string[]])[] = [],
): FieldLookup {
  let valuesByKey: Map<FieldKey, string[]> | undefined;
  return {
    valuesOf(key) {
      valuesByKey ??= collectValues(event, extra);
      const values = valuesByKey.get(key) ?? valuesByKey.get(SHORT_NAMES.get(key) ?? key);
      return values ?? [];
    },
  };
}

function collectValues(
  event: EventElement,
  extra: readonly (readonly [name: string, values: readonly string[]])[],
): Map<FieldKey, string[]> {
  const own = new Map<FieldKey, string[]>();
  const all: string[] = [];
  const keep = (
    path: readonly string[],
    attribute: string | undefined,
    dataName: string | undefined,
    value: string,
  ) => {
    const keys = fieldKeysOf({ path, attribute, dataName });
    if (keys.length > 0) all.push(value);
    for (const key of keys) {
      const known = own.get(key);
      if (known === undefined) own.set(key, [value]);
      else known.push(value);
    }
  };
  const stack: { readonly element: EventElement; readonly path: readonly string[] }[] = [
    { element: event, path: [event[0]] },
  ];
  for (let next = stack.pop(); next !== undefined && all.length < MAX_VALUES; next = stack.pop()) {
    const { element, path } = next;
    const [, attributes, text, children] = element;
    const dataName = attributes.find(([name]) => name === 'Name')?.[1];
    for (const [name, value] of attributes) keep(path, name, dataName, value);
    const shown = children.filter((child) => ((child[4] ?? 0) & Mark.Omitted) === 0);
    // The text of an element with children is the white space between them.
    if (shown.length === 0 || text.trim() !== '') keep(path, undefined, dataName, text);
    for (const child of shown.reverse()) stack.push({ element: child, path: [...path, child[0]] });
  }
  for (const [name, values] of extra) {
    own.set(fieldKeyOf(name), [...values]);
    all.push(...values);
  }
  return own.set(ANY_FIELD, all);
}
