// Words and labels of the events screen.

import type { IndexColumn } from '../../app/event-list-query.ts';

/** Names of System/Level; 0 stands for "always logged" and is what audit events carry. */
const LEVELS: readonly string[] = ['always', 'critical', 'error', 'warning', 'info', 'verbose'];

/** Further in, XML is not moved: made-up events may nest without end. */
const DEEPEST = 24;

export function levelWord(level: number): string {
  return LEVELS[level] ?? String(level);
}

export const COLUMN_LABELS: Readonly<Record<IndexColumn, string>> = {
  time: 'Time (UTC)',
  eventId: 'Event',
  level: 'Level',
  provider: 'Provider',
  channel: 'Channel',
  computer: 'Computer',
  recordId: 'Record',
  file: 'File',
};

/** What the query language calls an index column; a file has no name there. */
export const COLUMN_FIELDS: Readonly<Record<IndexColumn, string | undefined>> = {
  time: 'time',
  eventId: 'eventid',
  level: 'level',
  provider: 'provider',
  channel: 'channel',
  computer: 'computer',
  recordId: 'record',
  file: undefined,
};

/** `Microsoft-Windows-Sysmon` → `Sysmon`; anything else stays. */
export function shortProvider(provider: string): string {
  return provider.replace(/^Microsoft-Windows-(?=.)/, '');
}

/** XML with each element on a line of its own, for reading. Text stays as it is: a `<` in it is written as `&lt;`. */
export function layOutXml(xml: string): string {
  let depth = 0;
  return xml
    .replaceAll('><', '>\n<')
    .split('\n')
    .map((line) => {
      const isTag = line.startsWith('<');
      if (line.startsWith('</') || (!isTag && line.includes('</'))) depth--;
      if (!isTag) return line;
      const laidOut = `${'  '.repeat(Math.max(0, Math.min(depth, DEEPEST)))}${line}`;
      if (/^<[^/]/.test(line) && !line.endsWith('/>') && !line.includes('</')) depth++;
      return laidOut;
    })
    .join('\n');
}

/** A value of one field in a row or a pane, as menus and buttons act on it. */
export interface FieldValue {
  readonly label: string;
  /** Name in the query language; undefined where it cannot be searched. */
  readonly field: string | undefined;
  /** Undefined where the event lacks the field. */
  readonly value: string | undefined;
  /** Name of the column it can become; undefined where it is one of the usual ones. */
  readonly column: string | undefined;
}
