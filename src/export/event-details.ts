// The payload of an event as one readable text: `Name: value ¦ Name: value`. Read from the ordered tree, so nothing is
// lost that a JSON dialect drops (unnamed beside named Data, repeated names). For cells and lists, not for machines.

import { Mark, type EventElement } from '../model/event.ts';

/** Separator of the details; the one analysts know from native hunters. */
const SEPARATOR = ' ¦ ';
/** Leaves per event; a crafted event may have hundreds of thousands. */
const MAX_LEAVES = 2_000;

/** Formats everything below EventData, UserData and other sections but System; empty values are left out. */
export function formatEventDetails(event: EventElement): string {
  const parts: string[] = [];
  const stack = [...event[3].filter(([name]) => name !== 'System')].reverse();
  for (let element = stack.pop(); element !== undefined; element = stack.pop()) {
    if (((element[4] ?? 0) & Mark.Omitted) !== 0) continue;
    if (parts.length >= MAX_LEAVES) {
      parts.push('…');
      break;
    }
    const [name, attributes, text, children] = element;
    const dataName = name === 'Data' ? attributes.find(([attribute]) => attribute === 'Name')?.[1] : undefined;
    for (const [attribute, value] of attributes) {
      const isLabel =
        attribute === 'xmlns' || attribute.startsWith('xmlns:') || (name === 'Data' && attribute === 'Name');
      if (!isLabel && value !== '') parts.push(`${name}_${attribute}: ${value}`);
    }
    if (text.trim() !== '') parts.push(`${dataName ?? name}: ${text}`);
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
  return parts.join(SEPARATOR);
}
