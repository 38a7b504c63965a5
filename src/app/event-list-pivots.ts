// Ways from one event to those around it: neighbours in time, the same host, logon session, process. Each is a search
// that can be read and changed in the bar; the event they start from stays open.

import type { EventField } from '../analysis/event-fields.ts';
import type { EventPlace, EventQuery, LogonRef } from './event-list-query.ts';
import { EMPTY_EVENT_QUERY } from './event-list-query.ts';
import { formatTerm } from './search-term.ts';

export interface Pivot {
  readonly kind: 'neighbours' | 'host' | 'logon' | 'process';
  readonly label: string;
  /** What the search will show, in one sentence. */
  readonly title: string;
  readonly query: EventQuery;
}

export interface PivotSource {
  /** ISO, UTC; '' when absent. */
  readonly time: string;
  readonly computer: string;
  /** Fields of the event, where they are known. */
  readonly fields: readonly EventField[];
  /** Undefined where the record's file is not open: the searches then begin at their first event. */
  readonly place: EventPlace | undefined;
}

const NEIGHBOUR_MINUTES = 5;
/** Fields that hold a logon session: 4624 and other events of it, and Sysmon's. No log has all of them. */
export const LOGON_FIELDS = ['TargetLogonId', 'SubjectLogonId', 'LogonId'];
/** Sysmon's names for a process, and those of events in which it is the one acted upon. */
const GUID_FIELDS = ['ProcessGuid', 'ParentProcessGuid', 'SourceProcessGUID', 'TargetProcessGUID'];
const PROCESS_FIELDS = ['NewProcessId', 'ProcessId', 'ParentProcessId', 'SourceProcessId', 'TargetProcessId'];
const EMPTY_GUID = /^\{?0{8}-(?:0{4}-){3}0{12}\}?$/;

/** Pivots that the event allows; those whose fields it lacks are left out. */
export function listPivots(source: PivotSource): readonly Pivot[] {
  const { time, computer, place } = source;
  const host = computer === '' ? '' : formatTerm('computer', computer);
  const on = computer === '' ? '' : ' on this host';
  const pivots: Pivot[] = [];
  const add = (
    kind: Pivot['kind'],
    label: string,
    title: string,
    terms: readonly string[],
    more: Partial<EventQuery> = {},
  ): void => {
    const text = terms.filter((term) => term !== '').join(' ');
    pivots.push({ kind, label, title, query: { ...EMPTY_EVENT_QUERY, text, at: place, ...more } });
  };
  const milliseconds = Date.parse(time);
  if (!Number.isNaN(milliseconds)) {
    const span = NEIGHBOUR_MINUTES * 60_000;
    const from = new Date(milliseconds - span).toISOString().slice(0, 19);
    const to = new Date(milliseconds + span).toISOString().slice(0, 19);
    const title = `Everything${on} within ${NEIGHBOUR_MINUTES} minutes of this event`;
    add('neighbours', 'Around this time', title, [host, `time>=${from}`, `time<=${to}`]);
  }
  if (host !== '') add('host', 'This host', 'Every event of this host, at this event', [host]);
  const id = valueOf(source.fields, LOGON_FIELDS, (value) => /^0x0+$|^0$/i.test(value));
  if (id !== undefined) {
    const logon = { id, computer, time };
    const title = `Who logged on as session ${id}, from where, and all that the session did${on}`;
    add('logon', 'Logon session', title, [sessionTerms(logon)], { logon });
  }
  const guid = valueOf(source.fields, GUID_FIELDS.slice(0, 1), (value) => EMPTY_GUID.test(value));
  const processId = valueOf(source.fields, PROCESS_FIELDS.slice(0, 2), (value) => /^0x0+$|^0$/i.test(value));
  if (guid !== undefined) {
    add('process', 'Process', `What this process did and started${on}`, [host, anyOf(GUID_FIELDS, guid)]);
  } else if (processId !== undefined) {
    const title = `Events${on} that name the process id ${processId}; Windows gives ids out again`;
    add('process', 'Process id', title, [host, anyOf(PROCESS_FIELDS, processId)]);
  }
  return pivots;
}

/** The search for every event that names the session, of whatever boot. */
export function sessionTerms({ id, computer }: LogonRef): string {
  const host = computer === '' ? '' : `${formatTerm('computer', computer)} `;
  return `${host}${anyOf(LOGON_FIELDS, id)}`;
}

/** The first of the fields with a value that stands for something; blanks and the empty value are passed over. */
function valueOf(
  fields: readonly EventField[],
  names: readonly string[],
  isEmpty: (value: string) => boolean,
): string | undefined {
  for (const name of names) {
    const field = fields.find((each) => each.section !== 'System' && each.name === name);
    const value = field?.value.trim() ?? '';
    if (value !== '' && value !== '-' && !isEmpty(value)) return value;
  }
  return undefined;
}

function anyOf(names: readonly string[], value: string): string {
  return `(${names.map((name) => formatTerm(name, value)).join(' or ')})`;
}
