// An event as fields: every leaf of the canonical tree under the keys by which rules ask for it. Slow and plain on
// purpose; the engine has its own way to the same values.

import type { EventElement } from '../../model/event.ts';
import { Mark } from '../../model/event.ts';
import { formatContent } from '../../model/event-content.ts';
import type { FieldKey, LeafPlace } from '../../model/field-key.ts';
import { ANY_FIELD, EVENT_DATA_FIELD, fieldKeysOf, isSystemPlace, USER_DATA_FIELD } from '../../model/field-key.ts';
import { foldText } from '../../base/fold.ts';

export interface EventFields {
  /** Folded facts that routes ask for; '' where the event has none, -1 where the event id is no number. */
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  /** The event's own values of a field, in document order; [] = absent. ANY_FIELD gives every value. */
  own(key: FieldKey): readonly string[];
}

const NONE: readonly string[] = [];

/** Reads the fields of an event tree. */
export function readEventFields(event: EventElement): EventFields {
  const system = new Map<FieldKey, string[]>();
  const others = new Map<FieldKey, string[]>();
  const everything: string[] = [];
  const facts = new Map<string, string>();
  const add = (place: LeafPlace, value: string): void => {
    const keys = fieldKeysOf(place);
    const inSection = place.path.length === 2 && place.attribute === undefined && value !== '';
    if (keys.length > 0 || inSection) everything.push(value);
    const table = isSystemPlace(place) ? system : others;
    for (const key of new Set(keys)) {
      const values = table.get(key);
      if (values === undefined) table.set(key, [value]);
      else values.push(value);
    }
  };
  walkLeaves(event, (place, value) => {
    add(place, value);
    if (isSystemPlace(place) && place.path.length === 3) {
      const name = `${place.path[2] ?? ''}/${place.attribute ?? ''}`;
      if (!facts.has(name)) facts.set(name, value);
    }
  });
  const content = (section: string): readonly string[] =>
    presentChildren(event)
      .filter(([name]) => name === section)
      .map(formatContent);
  const virtual = new Map<FieldKey, readonly string[]>([
    [EVENT_DATA_FIELD, content('EventData')],
    [USER_DATA_FIELD, content('UserData')],
  ]);
  const eventId = facts.get('EventID/') ?? '';
  return {
    channel: foldText(facts.get('Channel/') ?? ''),
    provider: foldText(facts.get('Provider/Name') ?? ''),
    eventId: /^\d{1,10}$/.test(eventId) ? Number(eventId) % 65_536 : -1,
    own(key) {
      if (key === ANY_FIELD) return everything;
      // A leaf of the event's data hides a System value of that name (System 104 has a Channel of its own).
      const leaves = others.get(key) ?? system.get(key) ?? NONE;
      const section = virtual.get(key);
      return section === undefined ? leaves : [...leaves, ...section];
    },
  };
}

function presentChildren(element: EventElement): readonly EventElement[] {
  return element[3].filter((child) => ((child[4] ?? 0) & Mark.Omitted) === 0);
}

/** Calls back for every attribute with a value and for the text of every element that has text or no children. */
function walkLeaves(event: EventElement, visit: (place: LeafPlace, value: string) => void): void {
  const open: { readonly element: EventElement; readonly path: readonly string[] }[] = [
    { element: event, path: [event[0]] },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { element, path } = next;
    const [name, attributes, text] = element;
    const dataName = name === 'Data' ? attributes.find(([key]) => key === 'Name')?.[1] : undefined;
    for (const [attribute, value] of attributes) {
      if (value !== '') visit({ path, attribute, dataName }, value);
    }
    const children = presentChildren(element);
    if (children.length === 0 || text.trim() !== '') visit({ path, attribute: undefined, dataName }, text);
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i];
      if (child !== undefined) open.push({ element: child, path: [...path, child[0]] });
    }
  }
}
