// What speaks for or against the logs as witnesses, case-wide: logs cleared, clocks set, gaps, checksums, records torn,
// lost and recovered. Folded from the counts per kind of event, the problems and the accounts of the files.

import type { CaseFile } from '../model/case.ts';
import type { EventKindCount } from '../model/coverage.ts';
import type { Problem, ProblemCode } from '../model/problem.ts';

export type IntegrityKind =
  | 'log-cleared'
  | 'clock-set'
  | 'clock-backwards'
  | 'record-gap'
  | 'checksum'
  | 'chunk-unreadable'
  | 'torn'
  | 'lost'
  | 'resynced'
  | 'recovered';

export interface IntegrityFact {
  readonly kind: IntegrityKind;
  /** Events, places or records: what the kind counts. */
  readonly count: number;
  /** Hosts (cleared logs, set clocks) or files, each once, in order of their names. Untrusted. */
  readonly places: readonly string[];
  /** Time text of the last such event; '' where the kind has no time. */
  readonly last: string;
}

interface EventSign {
  readonly kind: IntegrityKind;
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
}

/** Events by which Windows itself tells; names are compared without regard to case. */
const SIGNS: readonly EventSign[] = [
  { kind: 'log-cleared', channel: 'security', provider: 'microsoft-windows-eventlog', eventId: 1_102 },
  { kind: 'log-cleared', channel: 'system', provider: 'microsoft-windows-eventlog', eventId: 104 },
  { kind: 'clock-set', channel: 'security', provider: 'microsoft-windows-security-auditing', eventId: 4_616 },
  { kind: 'clock-set', channel: 'system', provider: 'microsoft-windows-kernel-general', eventId: 1 },
];

const PROBLEM_KINDS: ReadonlyMap<ProblemCode, IntegrityKind> = new Map([
  ['clock-backwards', 'clock-backwards'],
  ['record-id-gap', 'record-gap'],
  ['record-id-regression', 'record-gap'],
  ['header-checksum', 'checksum'],
  ['chunk-header-checksum', 'checksum'],
  ['chunk-records-checksum', 'checksum'],
]);

const ORDER: readonly IntegrityKind[] = [
  'log-cleared',
  'lost',
  'record-gap',
  'chunk-unreadable',
  'checksum',
  'torn',
  'clock-backwards',
  'clock-set',
  'resynced',
  'recovered',
];

/** Gives one fact per kind that was met, the gravest first; none when nothing speaks against the logs. */
export function foldIntegrityFacts(
  kinds: readonly EventKindCount[],
  problems: readonly Problem[],
  files: readonly CaseFile[],
): IntegrityFact[] {
  const facts = new Map<IntegrityKind, { count: number; places: Set<string>; last: string }>();
  const add = (kind: IntegrityKind, count: number, place: string, last = ''): void => {
    if (count === 0) return;
    const fact = facts.get(kind) ?? { count: 0, places: new Set<string>(), last: '' };
    facts.set(kind, fact);
    fact.count += count;
    fact.places.add(place);
    if (last > fact.last) fact.last = last;
  };
  for (const { computer, channel, provider, eventId, count, last } of kinds) {
    const sign = SIGNS.find(
      (each) =>
        each.eventId === eventId && each.channel === channel.toLowerCase() && each.provider === provider.toLowerCase(),
    );
    if (sign !== undefined) add(sign.kind, count, computer, last);
  }
  for (const { code, count = 1, file = '' } of problems) {
    const kind = PROBLEM_KINDS.get(code);
    if (kind !== undefined) add(kind, count, file);
  }
  for (const { path, account } of files) {
    add('torn', account.recordsTorn, path);
    add('lost', account.recordsLost, path);
    add('resynced', account.recordsResynced, path);
    add('recovered', account.recordsRecovered, path);
    add('chunk-unreadable', account.chunksBad, path);
  }
  return ORDER.flatMap((kind) => {
    const fact = facts.get(kind);
    return fact === undefined ? [] : [{ kind, count: fact.count, places: [...fact.places].sort(), last: fact.last }];
  });
}
