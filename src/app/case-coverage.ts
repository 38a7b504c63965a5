// What the rules could see of the open case: the coverage account for the overview, and one rule's part of it for its
// page. The account of a rule set is kept until the evidence changes, because both screens ask for it.

import type { BlindReason, CoverageAccount, CoverageState, RulesOff } from '../analysis/coverage-account.ts';
import { accountCoverage, coverageOf } from '../analysis/coverage-account.ts';
import { listWords, nameField, nameLog } from '../analysis/coverage-words.ts';
import type { EventKindCount } from '../model/coverage.ts';
import type { RuleSet, RuleVerdict } from '../model/rule-set.ts';
import type { CaseSession } from './case-session.svelte.ts';
import { lastJudgingOf } from './resumed-files.ts';
import type { RuleTuning } from './rule-tuning.svelte.ts';
import { rulesOffIn } from './rules-off.ts';

export type { CoverageAccount } from '../analysis/coverage-account.ts';

interface KeptAccount {
  readonly kinds: readonly EventKindCount[];
  readonly off: string;
  readonly account: CoverageAccount;
}

const accounts = new WeakMap<RuleSet, KeptAccount>();

/** The account of a rule set on the kinds of event that a case holds. */
export function coverCase(
  set: RuleSet,
  kinds: readonly EventKindCount[],
  verdicts: readonly RuleVerdict[],
  off: RulesOff,
): CoverageAccount {
  const known = accounts.get(set);
  const offText = JSON.stringify([[...off.now], [...off.then]]);
  if (known?.kinds === kinds && known.off === offText) return known.account;
  const account = accountCoverage(set, kinds, { verdicts, joins: true, off });
  accounts.set(set, { kinds, off: offText, account });
  return account;
}

/** The rules that the analyst has off, and those that were when the evidence of the case was judged. */
export function rulesOffOf({ evidence, files }: CaseSession, tuning: RuleTuning): RulesOff {
  return { now: tuning.off, then: new Set(lastJudgingOf(evidence.scans, files.length).flatMap(rulesOffIn)) };
}

export interface RuleOnHosts {
  /** Undefined where no event log of any host could change it: the rule itself cannot be judged. */
  readonly judged: number | undefined;
  readonly hosts: number;
  /** Hosts that share a fate, most first, in a sentence; host and log names are untrusted. */
  readonly lines: readonly string[];
}

const HOSTS_NAMED = 6;
const FIELDS_NAMED = 6;
const EVIDENCE_STATES: readonly CoverageState[] = ['judged', 'field-empty', 'field-absent', 'no-events', 'no-channel'];

/** How a rule fared on each host of the case. */
export function coverRule(account: CoverageAccount, rule: number): RuleOnHosts {
  const groups = new Map<string, string[]>();
  let judged = 0;
  for (const [host, { computer }] of account.hosts.entries()) {
    const { state, blind } = coverageOf(account, rule, host);
    if (!EVIDENCE_STATES.includes(state)) return { judged: undefined, hosts: account.hosts.length, lines: [] };
    if (state === 'judged') judged++;
    const text = describeState(state, blind);
    groups.set(text, [...(groups.get(text) ?? []), computer === '' ? '(no host)' : computer]);
  }
  const lines = [...groups].sort((a, b) => b[1].length - a[1].length);
  return {
    judged,
    hosts: account.hosts.length,
    lines: lines.map(([text, hosts]) => `${text} on ${listWords(hosts, HOSTS_NAMED, 'other hosts')}.`),
  };
}

function describeState(state: CoverageState, blind: BlindReason | undefined): string {
  switch (state) {
    case 'judged':
      return 'Judged';
    case 'no-events':
      return 'The log is there, but none of the events that the rule looks at,';
    case 'no-channel':
      return 'The log that the rule looks at is not in the evidence';
    default:
      return blind === undefined ? 'Fields that the rule needs are missing' : describeBlind(blind);
  }
}

function describeBlind({ channel, eventId, empty, absent }: BlindReason): string {
  const fields = (absent.length > 0 ? absent : empty).map(nameField);
  const what = absent.length > 0 ? 'never there' : 'never filled';
  const verb = fields.length === 1 ? 'is' : 'are';
  return `Blind: ${listWords(fields, FIELDS_NAMED, 'other fields')} ${verb} ${what} in ${nameLog(channel)} ${eventId}`;
}
