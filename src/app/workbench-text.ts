// The text of a rule that is being written: a start to write from, a copy of another rule with an identity of its own,
// names of files. Text goes in and text comes out, so that comments and spelling of the author stay.

import { randomHex } from '../base/hex-text.ts';

/** What a new rule starts from: it compiles, and matches nothing by accident. */
export function newRuleText(id: string, date: string): string {
  return `title: New rule
id: ${id}
status: experimental
description: What the rule finds, and what to do next.
author: ''
date: ${date}
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    Image|endswith: '\\example.exe'
  condition: selection
falsepositives:
  - Unknown
level: medium
`;
}

/** A copy with an id of its own that names the rule it comes from: two rules of one id would be taken for one. */
export function copyRuleText(text: string, fromId: string, id: string, date: string): string {
  const lines = text.replace(/\r\n?/g, '\n').trimEnd().split('\n');
  const at = (key: string): number => lines.findIndex((line) => line.startsWith(`${key}:`));
  const set = (key: string, value: string, after: string): void => {
    const line = `${key}: ${value}`;
    const known = at(key);
    // A value in the lines below its key goes with it.
    if (known >= 0) lines.splice(known, endOfEntry(lines, known) - known, line);
    else lines.splice(at(after) + 1, 0, line);
  };
  set('id', id, 'title');
  set('status', 'experimental', 'id');
  set('modified', date, at('date') >= 0 ? 'date' : 'status');
  if (/^[\w-]{1,64}$/.test(fromId)) {
    const related = at('related');
    if (related >= 0) {
      const indent = /^( *)-/.exec(lines[related + 1] ?? '')?.[1];
      // A list in one line is left as it is.
      if (indent !== undefined) lines.splice(related + 1, 0, `${indent}- id: ${fromId}`, `${indent}  type: derived`);
    } else lines.splice(at('id') + 1, 0, 'related:', `  - id: ${fromId}`, '    type: derived');
  }
  return `${lines.join('\n')}\n`;
}

/** The line behind an entry of the top level. */
function endOfEntry(lines: readonly string[], from: number): number {
  let end = from + 1;
  while (end < lines.length && /^(\s+\S|- )/.test(lines[end]!)) end++;
  return end;
}

/** A file name from a title that no other file has; `taken` are the names in use. */
export function ruleFileName(title: string, taken: ReadonlySet<string>): string {
  const slug =
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 80) || 'rule';
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${slug}.yml` : `${slug}-${number}.yml`;
    if (!taken.has(name)) return name;
  }
}

/** A random id (UUID version 4): the digit after the second dash is the version, that after the third begins with 10. */
export function newRuleId(): string {
  const hex = randomHex(16);
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]!;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
