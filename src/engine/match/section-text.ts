// The virtual fields EventData and UserData: the content of that section as XML without white space between elements
// and with unescaped text, which is how rules that look for `<Data>xp_cmdshell</Data>` are written
// (reference: sigma-engine 2.9, quirk 3).

import { Mark, type EventElement } from '../../model/event.ts';

/** Serialised content of Event/`section`; undefined when the event has no such element. */
export function serialiseSection(event: EventElement, section: 'EventData' | 'UserData'): string | undefined {
  const found = event[3].filter((child) => child[0] === section && !isOmitted(child));
  if (found.length === 0) return undefined;
  const parts: string[] = [];
  for (const element of found) writeContent(element, parts);
  return parts.join('');
}

function isOmitted(element: EventElement): boolean {
  return ((element[4] ?? 0) & Mark.Omitted) !== 0;
}

/** Text and children of an element, with an explicit stack: the depth of an event is its writer's choice. */
function writeContent(root: EventElement, parts: string[]): void {
  const stack: (EventElement | string)[] = [...root[3]].reverse();
  parts.push(root[2]);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'string') {
      parts.push(next);
      continue;
    }
    if (isOmitted(next)) continue;
    const [name, attributes, text, children] = next;
    parts.push('<', name);
    for (const [attribute, value] of attributes) parts.push(' ', attribute, '="', value, '"');
    parts.push('>', text);
    stack.push(`</${name}>`);
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]!);
  }
}
