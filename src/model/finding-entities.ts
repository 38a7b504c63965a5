// Who, what and from where: the user, process and remote address that an event names, for grouping findings. The names
// of fields are tried in order, because one event often has several: the account that logged on says more than the
// service that let it in.

import type { EventElement } from './event.ts';
import { Mark } from './event.ts';

/** Changes when the same event would name others: what was kept under another number is worked out anew. */
export const ENTITIES_VERSION = 1;

export interface FindingEntities {
  /** `DOMAIN\name`, or the name alone where no domain is told; '' where there is none. */
  readonly user: string;
  /** Path of the process's image. */
  readonly process: string;
  /** Address of the other side. */
  readonly address: string;
}

const USERS = ['User', 'TargetUserName', 'SubjectUserName', 'UserName', 'AccountName', 'TargetUser', 'SourceUser'];
const PROCESSES = [
  'Image',
  'NewProcessName',
  'ProcessName',
  'SourceImage',
  'Application',
  'CallerProcessName',
  'Process Name',
  'ImagePath',
];
const ADDRESSES = [
  'IpAddress',
  'DestinationIp',
  'DestAddress',
  'SourceAddress',
  'SourceIp',
  'ClientAddress',
  'ClientIP',
  'Address',
  'RemoteAddress',
];
/** The domain that belongs to a name. */
const DOMAINS: ReadonlyMap<string, string> = new Map([
  ['TargetUserName', 'TargetDomainName'],
  ['SubjectUserName', 'SubjectDomainName'],
]);

type Kind = keyof FindingEntities;
/** By the name of a field: what it tells, and how soon it is preferred. */
const WANTED = new Map<string, { readonly kind: Kind; readonly rank: number }>();
for (const [kind, names] of [
  ['user', USERS],
  ['process', PROCESSES],
  ['address', ADDRESSES],
] as const) {
  names.forEach((name, rank) => WANTED.set(name, { kind, rank }));
}
const WANTED_DOMAINS = new Set(DOMAINS.values());

/** Elements looked at: real events have fewer than 200 fields, made-up ones may have any number. */
const MAX_ELEMENTS = 512;
/** Longer values are no names that a list could show; they are cut. */
const MAX_VALUE = 260;
/** What Windows writes where it has no value. */
const EMPTY: ReadonlySet<string> = new Set(['', '-', '::', '0.0.0.0', 'LOCAL']);

interface Best {
  rank: number;
  name: string;
  value: string;
}

/** Gives the entities that an event names; '' for each it does not name. */
export function entitiesOf(event: EventElement): FindingEntities {
  const best: Record<Kind, Best> = {
    user: { rank: Infinity, name: '', value: '' },
    process: { rank: Infinity, name: '', value: '' },
    address: { rank: Infinity, name: '', value: '' },
  };
  const domains = new Map<string, string>();
  const stack: EventElement[] = event[3].filter(([name]) => name !== 'System');
  for (let looked = 0; stack.length > 0 && looked < MAX_ELEMENTS; looked++) {
    const [element, attributes, text, children, marks = 0] = stack.pop()!;
    if ((marks & Mark.Omitted) !== 0) continue;
    for (let i = Math.min(children.length, MAX_ELEMENTS) - 1; i >= 0; i--) stack.push(children[i]!);
    const name = element === 'Data' ? (attributes[0]?.[0] === 'Name' ? attributes[0][1] : '') : element;
    if (WANTED_DOMAINS.has(name)) domains.set(name, text);
    const wanted = WANTED.get(name);
    if (wanted === undefined) continue;
    if (wanted.rank >= best[wanted.kind].rank) continue;
    const value = text.slice(0, MAX_VALUE).trim();
    if (!EMPTY.has(value)) best[wanted.kind] = { rank: wanted.rank, name, value };
  }
  const domain =
    domains
      .get(DOMAINS.get(best.user.name) ?? '')
      ?.slice(0, MAX_VALUE)
      .trim() ?? '';
  return {
    user: EMPTY.has(domain) || best.user.value === '' ? best.user.value : `${domain}\\${best.user.value}`,
    process: best.process.value,
    // An IPv4 address in the clothes of IPv6 is the same address.
    address: best.address.value.replace(/^::ffff:(?=\d+\.)/i, ''),
  };
}
