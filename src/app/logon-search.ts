// Looks for a logon session among the events of a case: its logon, its privileges and its end. Session ids are given out
// again after a restart, so the session lies between its own logon, or the start of Windows before the moment at which it
// was seen, and the next logon with that id or the next start.

import { SECURITY } from '../analysis/process-start.ts';
import type { EventRow } from '../model/event-search.ts';
import type { EventIndex } from '../pool/event-index.ts';
import { sessionTerms } from './event-list-pivots.ts';
import type { EventPlace, LogonRef } from './event-list-query.ts';
import { readSearch } from './read-search.ts';
import { formatTerm } from './search-term.ts';

/** An event of the session that says something about it. */
export interface SessionEvent {
  readonly place: EventPlace;
  /** ISO, UTC. */
  readonly time: string;
  readonly eventId: number;
}

export interface SessionLogon extends SessionEvent {
  readonly user: string;
  readonly domain: string;
  /** As the event writes it: a number. */
  readonly type: string;
  readonly address: string;
  readonly workstation: string;
  /** What let it in: NTLM, Kerberos, Negotiate. */
  readonly authentication: string;
}

export interface LogonSession {
  readonly ref: LogonRef;
  /** 4624; undefined where the logs do not have it. */
  readonly logon: SessionLogon | undefined;
  /** 4672: the session got privileges of an administrator. */
  readonly privileges: (SessionEvent & { readonly names: string }) | undefined;
  /** 4634, or 4647 where the user asked for it. */
  readonly end: SessionEvent | undefined;
  /** What the session begins and ends with as far as the logs tell; undefined: they do not. */
  readonly begins: 'logon' | 'boot' | undefined;
  readonly ends: 'next-logon' | 'boot' | undefined;
  /** The search for all its events. */
  readonly query: string;
}

const LOGON_FIELDS = [
  'TargetUserName',
  'TargetDomainName',
  'LogonType',
  'IpAddress',
  'WorkstationName',
  'AuthenticationPackageName',
];
/** The kernel's own start and that of the security subsystem; both come before the first logon. */
const BOOT = `((eventid:12 provider:Microsoft-Windows-Kernel-General) or (eventid:4608 provider:${SECURITY}))`;

/** Windows writes a session's privileges and group checks moments before its logon. */
const SLACK_MS = 2_000;

/** Finds what the logs tell about a session. Six searches, each narrowed by event id; rejects when aborted. */
export async function findLogonSession(index: EventIndex, ref: LogonRef, signal: AbortSignal): Promise<LogonSession> {
  const { id, computer, time } = ref;
  const host = computer === '' ? '' : formatTerm('computer', computer);
  const one = async (
    terms: readonly string[],
    latestFirst: boolean,
    fields: readonly string[] = [],
  ): Promise<EventRow | undefined> =>
    (await readSearch(index, [host, ...terms], { latestFirst, most: 1, fields }, signal)).rows[0];
  const logons = [`eventid:4624 provider:${SECURITY}`, formatTerm('TargetLogonId', id)];
  const seen = shift(time, SLACK_MS);

  const last = await one([...logons, seen === '' ? '' : `time<=${seen}`], true, LOGON_FIELDS);
  const boot = time === '' ? undefined : await one([BOOT, `time<=${time}`], true);
  // A logon of an earlier boot is another session.
  const logon = last !== undefined && (boot === undefined || last.time >= boot.time) ? last : undefined;
  const from = [shift(logon?.time ?? '', -SLACK_MS), boot?.time ?? ''].sort().at(-1) ?? '';

  const next = seen === '' ? undefined : await one([...logons, `time>${seen}`], false);
  const nextBoot = time === '' ? undefined : await one([BOOT, `time>${time}`], false);
  const isBootFirst = nextBoot !== undefined && (next === undefined || nextBoot.time <= next.time);
  // What comes right before the next logon is of that one.
  const until = isBootFirst ? nextBoot.time : shift(next?.time ?? '', -SLACK_MS);

  const within = [from === '' ? '' : `time>=${from}`, until === '' ? '' : `time<${until}`];
  const special = await one([`eventid:4672 provider:${SECURITY}`, formatTerm('SubjectLogonId', id), ...within], false, [
    'PrivilegeList',
  ]);
  const ends = `(eventid:4634 or eventid:4647) provider:${SECURITY}`;
  const end = await one([ends, formatTerm('TargetLogonId', id), ...within], true);
  return {
    ref,
    logon: logon && logonOf(logon),
    privileges: special && { ...eventOf(special), names: special.fields[0] ?? '' },
    end: end && eventOf(end),
    begins: logon !== undefined ? 'logon' : boot !== undefined ? 'boot' : undefined,
    ends: isBootFirst ? 'boot' : next !== undefined ? 'next-logon' : undefined,
    query: [sessionTerms(ref), ...within].filter((term) => term !== '').join(' '),
  };
}

/** A moment later or, with less than 0, earlier; '' stays. */
function shift(time: string, milliseconds: number): string {
  const at = Date.parse(time);
  return Number.isNaN(at) ? '' : new Date(at + milliseconds).toISOString();
}

function eventOf({ file, offset, time, eventId }: EventRow): SessionEvent {
  return { place: { file, offset }, time, eventId };
}

function logonOf(row: EventRow): SessionLogon {
  const [user, domain, type, address, workstation, authentication] = row.fields.map((value) =>
    value === undefined || value === '-' ? '' : value,
  );
  return {
    ...eventOf(row),
    user: user ?? '',
    domain: domain ?? '',
    type: type ?? '',
    address: address ?? '',
    workstation: workstation ?? '',
    authentication: authentication ?? '',
  };
}
