// The virtual fields EventData and UserData: the content of those elements as one text, the way rules that were written
// against raw XML expect it (`<Data>xp_cmdshell</Data><Data>0</Data>`): no white space between elements, texts and
// attribute values as they are, without XML escapes. For the reference interpreter and everyone who has a tree.

import type { EventElement } from './event.ts';
import { Mark } from './event.ts';

/** Content of an element: its text, then its children with tags. Omitted elements are not part of it. */
export function formatContent(element: EventElement): string {
  let text = element[2];
  // Own stack: depth is the reader's affair. Strings on the stack are end tags that are due.
  const open: (EventElement | string)[] = [];
  const push = (children: readonly EventElement[]): void => {
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i];
      if (child !== undefined && ((child[4] ?? 0) & Mark.Omitted) === 0) open.push(child);
    }
  };
  push(element[3]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') {
      text += next;
      continue;
    }
    const [name, attributes, own, children] = next;
    text += `<${name}${attributes.map(([key, value]) => ` ${key}="${value}"`).join('')}>${own}`;
    open.push(`</${name}>`);
    push(children);
  }
  return text;
}
