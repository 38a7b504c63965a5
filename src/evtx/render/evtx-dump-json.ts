// Dialect A: the JSON that evtx_dump writes and that the ecosystem reads (attributes under "#attributes", content beside
// them under "#text", Data elements of EventData and UserData by their Name). Rules: docs/dialects.md. The tree holds
// more than this form can say; screens and searches read the tree.

import type { EventAttribute, EventElement } from '../../model/event.ts';
import { dialectText, formatDialectScalar, formatJsonString } from './dialect-value.ts';

/** `{"Event":…}` on one line. Depth is bounded by the renderer. */
export function formatEvtxDumpJson(event: EventElement): string {
  return `{${formatJsonString(event[0])}:${formatElement(event, isDataContainer(event[0]))}}`;
}

function formatElement(element: EventElement, isContainer: boolean): string {
  const [, attributes, text, children, marks] = element;
  if (children.length > 0 || attributes.length > 0) return formatObject(element, isContainer);
  return text === '' ? 'null' : formatDialectScalar(text, marks);
}

function formatObject(element: EventElement, isContainer: boolean): string {
  const [, attributes, text, children, marks] = element;
  const members: string[] = [];
  if (attributes.length > 0) members.push(`"#attributes":${formatAttributes(attributes)}`);
  if (text !== '') members.push(`"#text":${formatDialectScalar(text, marks)}`);
  const data = isContainer ? children.filter((child) => child[0] === 'Data') : [];
  const named = data.some((child) => nameOf(child) !== undefined);
  const seen = new Map<string, number>();
  let listed = false;
  for (const child of children) {
    if (isContainer && child[0] === 'Data') {
      if (named) {
        const name = nameOf(child);
        // Beside named ones, unnamed Data is dropped by this dialect.
        if (name !== undefined) members.push(`${formatJsonString(dialectText(name[1], name[2]))}:${formatData(child)}`);
      } else if (!listed) {
        listed = true;
        members.push(
          `"Data":{"#text":${data.length === 1 ? formatData(child) : `[${data.map(formatData).join(',')}]`}}`,
        );
      }
      continue;
    }
    members.push(
      `${formatJsonString(numberedName(seen, child[0]))}:${formatElement(child, isDataContainer(child[0]))}`,
    );
  }
  return `{${members.join(',')}}`;
}

/** The value of a Data element: its content, '' when there is none. */
function formatData(data: EventElement): string {
  if (data[3].length > 0) return formatObject(data, false);
  return data[2] === '' ? '""' : formatDialectScalar(data[2], data[4]);
}

/** The `Name` attribute of an element, unless empty. */
export function nameOf(element: EventElement): EventAttribute | undefined {
  return element[1].find((attribute) => attribute[0] === 'Name' && attribute[1] !== '');
}

/** Elements whose Data children are keyed by their Name, wherever they stand. */
export function isDataContainer(name: string): boolean {
  return name === 'EventData' || name === 'UserData';
}

/** Name of a child among its siblings: repeated ones get `_1`, `_2`, …; counts in `seen`. */
export function numberedName(seen: Map<string, number>, name: string): string {
  const earlier = seen.get(name) ?? 0;
  seen.set(name, earlier + 1);
  return earlier === 0 ? name : `${name}_${earlier}`;
}

/** An object of attribute values. */
export function formatAttributes(attributes: readonly EventAttribute[]): string {
  const members = attributes.map(
    ([name, value, marks]) => `${formatJsonString(name)}:${formatDialectScalar(value, marks)}`,
  );
  return `{${members.join(',')}}`;
}
