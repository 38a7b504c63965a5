// What can be completed at the cursor of the search bar: the name of a field, or the value behind one. Works on the text
// before the cursor alone, because a query that is being typed is rarely one that parses.

import { fieldKeyOf } from '../model/field-key.ts';
import { columnOfKey, type IndexColumn } from '../model/index-column.ts';
import { quoteField, quoteValue } from './search-term.ts';

export interface CompletionPlace {
  readonly kind: 'field' | 'value';
  /** Of a value: the field's name as typed. */
  readonly field: string;
  /** What has been typed of it, without an opening quote. */
  readonly typed: string;
  /** Where it begins and ends in the text; replaced by what is picked. */
  readonly start: number;
  readonly end: number;
}

/** Names that every event answers to. */
export const COMMON_FIELDS: ReadonlySet<string> = new Set([
  'time',
  'eventid',
  'level',
  'provider',
  'channel',
  'computer',
  'record',
]);

const BEFORE_VALUE =
  /(?:^|[\s(!-])("(?:[^"]|"")+"|\*|[\p{L}_][\p{L}\p{N}_.-]*)(:=|!=|=|:)(\(?)("?)([^\s()"]*|(?<=")[^"]*)$/u;
const BEFORE_NAME = /(?:^|[\s(!-])([\p{L}_][\p{L}\p{N}_.-]*)$/u;
/** A query line is short; completion looks no further back than this. */
const LOOK_BACK = 500;

/** Where completion applies for a cursor at this position; undefined where it does not. */
export function completionAt(text: string, cursor: number): CompletionPlace | undefined {
  const from = Math.max(0, cursor - LOOK_BACK);
  const before = text.slice(from, cursor);
  const value = BEFORE_VALUE.exec(before);
  if (value !== null) {
    const [, name = '', , , quote = '', typed = ''] = value;
    const field = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
    return { kind: 'value', field, typed, start: cursor - typed.length - quote.length, end: cursor };
  }
  const name = BEFORE_NAME.exec(before)?.[1];
  // Inside a phrase nothing is a field.
  if (name === undefined || isInQuotes(before)) return undefined;
  return { kind: 'field', field: '', typed: name, start: cursor - name.length, end: cursor };
}

/** The index column that answers for a field, undefined when its values are in the records. */
export function columnOfField(name: string): IndexColumn | undefined {
  return columnOfKey(fieldKeyOf(name));
}

/** Names that begin with what was typed first, then those that hold it; at most `limit`, each once. */
export function rankNames(names: Iterable<string>, typed: string, limit: number): string[] {
  const wanted = typed.toLowerCase();
  const first: string[] = [];
  const other: string[] = [];
  for (const name of new Set(names)) {
    const folded = name.toLowerCase();
    if (folded.startsWith(wanted)) first.push(name);
    else if (folded.includes(wanted)) other.push(name);
    if (first.length >= limit) break;
  }
  return [...first, ...other].slice(0, limit);
}

/** The text with the picked name or value in place, and where the cursor goes. */
export function complete(text: string, place: CompletionPlace, picked: string): { text: string; cursor: number } {
  const written = place.kind === 'field' ? `${quoteField(picked)}:` : `${quoteValue(picked)} `;
  const after = text.slice(place.end).replace(place.kind === 'field' ? /^:/ : /^ /, '');
  return { text: `${text.slice(0, place.start)}${written}${after}`, cursor: place.start + written.length };
}

function isInQuotes(text: string): boolean {
  return (text.split('"').length - 1) % 2 === 1;
}
