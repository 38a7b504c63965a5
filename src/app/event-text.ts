// An event as plain text to paste into a ticket: a line per field, sections apart.

import { listEventFields } from '../analysis/event-fields.ts';
import type { EventElement } from '../model/event.ts';

/** Gives `Section` lines and `  Name: value` lines; line breaks of a value are indented. */
export function formatEventText(event: EventElement): string {
  const lines: string[] = [];
  let section = '';
  for (const field of listEventFields(event)) {
    if (field.section !== section) lines.push(field.section);
    section = field.section;
    lines.push(`  ${field.name}: ${field.value.replace(/\r\n?|\n/g, '\n    ')}`);
  }
  return `${lines.join('\n')}\n`;
}
