// The canonical text of an event: compact JSON of [name, attributes, text, children], without marks and without what is
// not part of the event. It keeps every unit of every value (lone surrogates as \u escapes), so it is the form to
// compare and to hash. Format: docs/dialects.md.

import { Mark, type EventElement } from '../../model/event.ts';

/** An event tree without marks, as it is written out. */
export type CanonicalElement = [
  name: string,
  attributes: [string, string][],
  text: string,
  children: CanonicalElement[],
];

/** The element as plain data, without marks and omitted elements. Depth is bounded by the renderer. */
export function canonicalOf(element: EventElement): CanonicalElement {
  const [name, attributes, text, children] = element;
  return [
    name,
    attributes.map(([key, value]) => [key, value]),
    text,
    children.filter((child) => ((child[4] ?? 0) & Mark.Omitted) === 0).map(canonicalOf),
  ];
}

/** One line of compact JSON. */
export function formatCanonical(event: EventElement): string {
  return JSON.stringify(canonicalOf(event));
}
