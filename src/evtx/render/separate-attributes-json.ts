// Dialect B: evtx_dump's JSON with separate attributes, as Chainsaw and Hayabusa read it. Attributes move to a sibling
// `<Name>_attributes` in front of the element, which then is its bare content. Rules: docs/dialects.md.

import type { EventElement } from '../../model/event.ts';
import { dialectText, formatDialectScalar, formatJsonString } from './dialect-value.ts';
import { formatAttributes, isDataContainer, nameOf, numberedName } from './evtx-dump-json.ts';

/** `{"Event_attributes":…,"Event":…}` on one line. Depth is bounded by the renderer. */
export function formatSeparateAttributesJson(event: EventElement): string {
  const members: string[] = [];
  addElement(members, event[0], event, isDataContainer(event[0]));
  return `{${members.join(',')}}`;
}

function addElement(members: string[], key: string, element: EventElement, isContainer: boolean): void {
  const [, attributes, text, children] = element;
  if (attributes.length > 0) members.push(`${formatJsonString(`${key}_attributes`)}:${formatAttributes(attributes)}`);
  // An element that had only attributes is fully told by them.
  if (attributes.length > 0 && text === '' && children.length === 0) return;
  members.push(`${formatJsonString(key)}:${formatContent(element, isContainer, 'null')}`);
}

function formatContent(element: EventElement, isContainer: boolean, empty: string): string {
  const [, , text, children, marks] = element;
  if (children.length === 0) return text === '' ? empty : formatDialectScalar(text, marks);
  const members: string[] = [];
  if (text !== '') members.push(`"#text":${formatDialectScalar(text, marks)}`);
  const data = isContainer ? children.filter((child) => child[0] === 'Data') : [];
  const named = data.some((child) => nameOf(child) !== undefined);
  const seen = new Map<string, number>();
  let listed = false;
  for (const child of children) {
    if (isContainer && child[0] === 'Data') {
      if (named) {
        const name = nameOf(child);
        if (name !== undefined) {
          members.push(`${formatJsonString(dialectText(name[1], name[2]))}:${formatContent(child, false, '""')}`);
        }
      } else if (!listed) {
        listed = true;
        const values = data.map((one) => formatContent(one, false, '""'));
        members.push(`"Data":${values.length === 1 ? values[0]! : `[${values.join(',')}]`}`);
      }
      continue;
    }
    addElement(members, numberedName(seen, child[0]), child, isDataContainer(child[0]));
  }
  return `{${members.join(',')}}`;
}
