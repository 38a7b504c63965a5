// What the analyst asks of the events, and its spelling in the address: `q` the search, `sort` the column (a minus in
// front: descending), `cols` the added fields, `at` the opened record as file:offset, `list` that a list of terms is set, `logon` the
// logon session that is told about as id,time,host, `copies=all` that copies of a record are listed too.

import { encodeUriPart } from '../base/uri-part.ts';
import type { ColumnOrField, EventPlace, EventSort } from '../model/event-search.ts';
import { INDEX_COLUMNS } from '../model/index-column.ts';
import type { AddressParams } from './address.ts';

export type { EventHistogram, EventPlace, EventRow, EventSort, FacetCount } from '../model/event-search.ts';
export type { IndexColumn } from '../model/index-column.ts';

/** A logon session, as an event names it. */
export interface LogonRef {
  /** Of the session; Windows gives it out again after a restart. */
  readonly id: string;
  readonly computer: string;
  /** A moment at which the session was there: ISO, UTC; '' where the event has none. */
  readonly time: string;
}

export interface EventQuery {
  /** In the language of the search bar; '' for every event. */
  readonly text: string;
  readonly sort: EventSort;
  /** Fields shown as columns behind the usual ones. */
  readonly columns: readonly string[];
  /** The record that is open. */
  readonly at: EventPlace | undefined;
  /** Name of a list of terms that restricts the events; the terms themselves stay in the tab. */
  readonly list: string;
  /** The session that is told about above the list. */
  readonly logon: LogonRef | undefined;
  /** Lists every copy of a record that is in several files. */
  readonly allCopies: boolean;
}

export const EMPTY_EVENT_QUERY: EventQuery = {
  text: '',
  sort: { by: 'time', descending: false },
  columns: [],
  at: undefined,
  list: '',
  logon: undefined,
  allCopies: false,
};

/** More columns than this cannot be told apart on any screen, and each costs a value per row. */
export const MAX_COLUMNS = 12;
const MAX_NAME = 200;

/** Reads the address; what is missing or cannot be read is as in EMPTY_EVENT_QUERY. */
export function parseEventQuery(params: AddressParams): EventQuery {
  return {
    text: params.get('q') ?? '',
    sort: parseSort(params.get('sort') ?? ''),
    columns: parseColumns(params.get('cols') ?? ''),
    at: parsePlace(params.get('at') ?? ''),
    list: params.get('list') ?? '',
    logon: parseLogon(params.get('logon') ?? ''),
    allCopies: params.get('copies') === 'all',
  };
}

/** Gives the parameters of an address; what is as usual is left out. */
export function formatEventQuery(query: EventQuery): AddressParams {
  const params = new Map<string, string>();
  if (query.text !== '') params.set('q', query.text);
  if (query.list !== '') params.set('list', query.list);
  if (!isSameSort(query.sort, EMPTY_EVENT_QUERY.sort)) params.set('sort', formatSort(query.sort));
  if (query.columns.length > 0) params.set('cols', query.columns.map(encodeUriPart).join(','));
  if (query.at !== undefined) params.set('at', `${query.at.file}:${query.at.offset}`);
  if (query.logon !== undefined) params.set('logon', `${query.logon.id},${query.logon.time},${query.logon.computer}`);
  if (query.allCopies) params.set('copies', 'all');
  return params;
}

export function isSameSort(a: EventSort, b: EventSort): boolean {
  return a.descending === b.descending && columnKey(a.by) === columnKey(b.by);
}

/** A text that names a column: an index column as it is, a field with a dot in front (no index column has one). */
export function columnKey(by: ColumnOrField): string {
  return typeof by === 'string' ? by : `.${by.field}`;
}

/** The column that a key of columnKey names. */
export function parseColumnKey(key: string): ColumnOrField | undefined {
  if (key.startsWith('.')) return key.length > 1 ? { field: key.slice(1, MAX_NAME + 1) } : undefined;
  return INDEX_COLUMNS.find((column) => column === key);
}

function parseSort(text: string): EventSort {
  const descending = text.startsWith('-');
  const by = parseColumnKey(descending ? text.slice(1) : text);
  return by === undefined ? EMPTY_EVENT_QUERY.sort : { by, descending };
}

function formatSort(sort: EventSort): string {
  return `${sort.descending ? '-' : ''}${columnKey(sort.by)}`;
}

function parseColumns(text: string): readonly string[] {
  const names = text.split(',').map(decodeName);
  return [...new Set(names)].filter((name) => name !== '' && name.length <= MAX_NAME).slice(0, MAX_COLUMNS);
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign of an edited address.
    return text;
  }
}

function parsePlace(text: string): EventPlace | undefined {
  const match = /^(\d{1,9}):(\d{1,15})$/.exec(text);
  return match === null ? undefined : { file: Number(match[1]), offset: Number(match[2]) };
}

function parseLogon(text: string): LogonRef | undefined {
  const match = /^(0x[\da-f]{1,16}|\d{1,20}),([\dT:.Z-]{0,40}),(.{0,255})$/is.exec(text);
  return match === null ? undefined : { id: match[1]!, time: match[2]!, computer: match[3]! };
}
