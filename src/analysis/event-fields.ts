// The fields of an event as a list in document order, ready to be read by a person: System first, then whatever the
// provider wrote. Which element of the rule met which field is decided here too, by field key.

import type { EventElement } from '../model/event.ts';
import { Mark } from '../model/event.ts';
import { fieldKeyOf, fieldKeysOf } from '../model/field-key.ts';

export interface EventField {
  /** `System`, `EventData`, `UserData`, `RenderingInfo`, … */
  readonly section: string;
  readonly name: string;
  readonly value: string;
  /** Keys under which rules can ask for it. */
  readonly keys: readonly string[];
  /** Depth below the section, for indentation. */
  readonly depth: number;
}

/** One part of a rule that held: what main.ts gets from the interpreter's explanation. */
export interface MatchedPart {
  readonly selection: string;
  readonly field: string;
  readonly modifier: string;
  readonly value: string;
  /** The event's value that met it, where known: finds the field when the rule calls it by another name. */
  readonly actual?: string;
}

/** Ends the walk over an event that has been made to be endless; real events have fewer than 200 fields. */
const MAX_FIELDS = 4_096;
/** Deeper elements are left out; the reader ends at 256 levels as well. */
const MAX_DEPTH = 256;

/** Lists the fields of an event. Walks with a stack of its own: the depth of an event is its writer's choice. */
export function listEventFields(event: EventElement): EventField[] {
  const fields: EventField[] = [];
  const stack: { element: EventElement; path: readonly string[] }[] = [];
  for (let i = event[3].length - 1; i >= 0; i--) {
    const section = event[3][i]!;
    stack.push({ element: section, path: [event[0], section[0]] });
  }
  while (stack.length > 0 && fields.length < MAX_FIELDS) {
    const { element, path } = stack.pop()!;
    const [name, attributes, text, children, marks = 0] = element;
    // Dropped by its template (F61): in the tree for one renderer's sake, but not part of the event.
    if ((marks & Mark.Omitted) !== 0) continue;
    const section = path[1] ?? '';
    const dataName = attributes.find(([attribute]) => attribute === 'Name')?.[1];
    const isData = name === 'Data' && path.length > 2;
    const label =
      isData && dataName !== undefined && dataName !== '' ? dataName : path.length > 2 ? path.slice(2).join('.') : name;
    const depth = Math.max(0, path.length - 3);
    const shown = attributes.filter(
      ([attribute, , attributeMarks = 0]) =>
        (attributeMarks & Mark.Omitted) === 0 &&
        attribute !== 'xmlns' &&
        !attribute.startsWith('xmlns:') &&
        !(isData && attribute === 'Name'),
    );
    for (const [attribute, value] of shown) {
      const keys = fieldKeysOf({ path, attribute, dataName });
      fields.push({ section, name: path.length > 2 ? `${label} ${attribute}` : attribute, value, keys, depth });
    }
    if (text !== '' || (children.length === 0 && shown.length === 0 && path.length > 2)) {
      fields.push({
        section,
        name: label,
        value: text,
        keys: fieldKeysOf({ path, attribute: undefined, dataName }),
        depth,
      });
    }
    if (path.length >= MAX_DEPTH) continue;
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i]!;
      stack.push({ element: child, path: [...path, child[0]] });
    }
  }
  return fields;
}

export interface FieldMark {
  readonly part: MatchedPart;
  /** Ranges of the field's text to light up, [start, end); empty lights the whole field. */
  readonly ranges: readonly (readonly [start: number, end: number])[];
}

/**
 * Matched parts per field. A part whose field the event does not have under that name (a view renamed it, or it is a
 * keyword) goes to the fields whose text holds its value; parts that no field shows have no mark.
 */
export function markFields(
  fields: readonly EventField[],
  parts: readonly MatchedPart[],
): ReadonlyMap<number, readonly FieldMark[]> {
  const marks = new Map<number, FieldMark[]>();
  for (const part of parts) {
    const key: string = fieldKeyOf(part.field);
    let met = part.field === '' ? [] : fields.flatMap((field, i) => (field.keys.includes(key) ? [i] : []));
    const needle = part.value.replaceAll('*', '').toLowerCase();
    if (met.length > 1 && needle !== '') {
      const narrowed = met.filter((i) => fields[i]!.value.toLowerCase().includes(needle));
      if (narrowed.length > 0) met = narrowed;
    }
    if (met.length === 0 && part.actual !== undefined && part.actual !== '') {
      met = fields.flatMap((field, i) => (field.value === part.actual ? [i] : []));
    }
    if (met.length === 0 && needle.length >= 3) {
      met = fields.flatMap((field, i) => (field.value.toLowerCase().includes(needle) ? [i] : []));
    }
    for (const i of met) {
      const mark: FieldMark = { part, ranges: rangesOf(fields[i]!.value, needle) };
      const list = marks.get(i);
      if (list === undefined) marks.set(i, [mark]);
      else list.push(mark);
    }
  }
  return marks;
}

/** A lit field has at most this many ranges; a value of one letter in a long text would have thousands. */
const MAX_RANGES = 64;

function rangesOf(text: string, needle: string): (readonly [number, number])[] {
  const ranges: (readonly [number, number])[] = [];
  const folded = text.toLowerCase();
  // Lower case of a few letters is longer than the letter: positions would be off, so the whole field is lit instead.
  if (needle === '' || folded.length !== text.length) return ranges;
  for (
    let at = folded.indexOf(needle);
    at >= 0 && ranges.length < MAX_RANGES;
    at = folded.indexOf(needle, at + needle.length)
  ) {
    ranges.push([at, at + needle.length]);
  }
  return ranges;
}
