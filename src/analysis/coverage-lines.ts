// The coverage account in sentences: one line per shortfall, with the hosts that share it and the number of rules it
// costs. For the overview and the command line.

import type { Evidence } from './coverage-evidence.ts';
import type { StateRow } from './coverage-correlations.ts';
import { COVERAGE_STATES, type CoveragePlan, type CoverageState, type RuleClass } from './coverage-plan.ts';
import type { BlindReason } from './coverage-reasons.ts';
import { countWords, listWords, nameField, nameLog, SYSMON_CHANNEL, telemetryOf } from './coverage-words.ts';

export type CoverageLineKind =
  /** A field that rules need has no content on these hosts. */
  | 'field-missing'
  /** The log is there, but not the events that are usually in it. */
  | 'not-logged'
  /** The log is not in the evidence. */
  | 'no-log'
  /** Rules run on events that stand in for those they were made for. */
  | 'substitute'
  /** The same on every host, whatever the data. */
  | 'rules';

export interface CoverageLine {
  readonly kind: CoverageLineKind;
  /** Names of the hosts it is about; none when it is about all data. */
  readonly hosts: readonly string[];
  /** Number of rules that it costs (substitute: that it weakens). */
  readonly rules: number;
  /** One sentence. Quotes host and log names, which are untrusted. */
  readonly text: string;
  /** What to switch on or to bring; '' when there is nothing to do. */
  readonly advice: string;
}

export interface LineInput {
  readonly plan: CoveragePlan;
  /** Per class (and whatever rows follow): its rules that are on. */
  readonly sizes: ArrayLike<number>;
  readonly evidence: Evidence;
  readonly rows: readonly StateRow[];
  readonly reasons: readonly BlindReason[];
  readonly substituted: readonly (readonly number[])[];
  readonly rules: Readonly<Record<CoverageState, number>>;
  readonly rejected: number;
  readonly waiting: number;
  /** Titles of rules that are off, and of those that were when evidence was judged. */
  readonly off: { readonly now: readonly string[]; readonly then: readonly string[] };
}

/** Logs that fewer rules than this look into are named together. */
const FEW_RULES = 5;
const NO_CHANNEL = COVERAGE_STATES.indexOf('no-channel');
const NO_EVENTS = COVERAGE_STATES.indexOf('no-events');
const HOSTS_NAMED = 3;
const LOGS_NAMED = 4;
const RULES_NAMED = 5;

interface Shortfall {
  readonly kind: CoverageLineKind;
  /** The sentence up to the number of rules; ` on HOST` or ` of HOST` goes in for `$`. */
  readonly cause: string;
  readonly effect: (rules: string) => string;
  readonly advice: string;
}

/** Lines by the number of rules they cost, those about hosts before those about rules. */
export function summariseCoverage(input: LineInput): CoverageLine[] {
  const gathered = new Gathered(input);
  const { plan, sizes, evidence, rows, reasons, substituted } = input;
  let uneventful = 0;
  plan.classes.forEach((each, number) => {
    if (sizes[number] === 0) return;
    const row = rows[number]!;
    const { noLog, notLogged } = shortfallsWithoutEvents(each);
    const without: number[] = [];
    const silent: number[] = [];
    for (let host = 0; host < evidence.hosts.length; host++) {
      const state = row.states[host];
      if (state === NO_CHANNEL) without.push(host);
      else if (state === NO_EVENTS) silent.push(host);
      else if (row.reasons[host]! >= 0) gathered.addBlind(row.reasons[host]!, number, host);
    }
    gathered.add(noLog, number, without);
    if (notLogged !== undefined) gathered.add(notLogged, number, silent);
    else if (row.states[evidence.hosts.length] === NO_EVENTS) uneventful += sizes[number]!;
    const [first, ...others] = each.channels;
    if (first !== SYSMON_CHANNEL || others.length === 0) return;
    for (const hasLog of [true, false]) {
      const hosts = substituted[number]!.filter((host) => evidence.hosts[host]!.channels.has(first) === hasLog);
      gathered.add(substitute(each, hasLog), number, hosts);
    }
  });
  return [...gathered.lines(reasons), ...rulesLines(input, uneventful)];
}

/** Collects the hosts and rules of each shortfall. */
class Gathered {
  readonly #input: LineInput;
  readonly #byCause = new Map<string, { shortfall: Shortfall; hosts: Set<number>; classes: Set<number> }>();
  readonly #byReason: ({ hosts: Set<number>; classes: Set<number> } | undefined)[] = [];

  constructor(input: LineInput) {
    this.#input = input;
  }

  add(shortfall: Shortfall, number: number, hosts: readonly number[]): void {
    if (hosts.length === 0) return;
    const key = `${shortfall.kind}/${shortfall.cause}`;
    let entry = this.#byCause.get(key);
    if (entry === undefined) {
      entry = { shortfall, hosts: new Set(), classes: new Set() };
      this.#byCause.set(key, entry);
    }
    for (const host of hosts) entry.hosts.add(host);
    entry.classes.add(number);
  }

  addBlind(reason: number, number: number, host: number): void {
    const entry = (this.#byReason[reason] ??= { hosts: new Set(), classes: new Set() });
    entry.hosts.add(host);
    entry.classes.add(number);
  }

  lines(reasons: readonly BlindReason[]): CoverageLine[] {
    const lines: CoverageLine[] = [];
    const few = { logs: new Set<string>(), rules: 0, hosts: new Set<number>() };
    for (const { shortfall, hosts, classes } of this.#byCause.values()) {
      const rules = this.#countRules(classes);
      if (shortfall.kind === 'no-log' && rules < FEW_RULES) {
        few.logs.add(shortfall.cause);
        few.rules += rules;
        for (const host of hosts) few.hosts.add(host);
      } else lines.push(this.#line(shortfall, hosts, rules));
    }
    this.#byReason.forEach((entry, number) => {
      if (entry === undefined) return;
      const shortfall = blindShortfall(reasons[number]!);
      lines.push(this.#line(shortfall, entry.hosts, this.#countRules(entry.classes)));
    });
    if (few.rules > 0) {
      const logs = few.logs.size === 1 ? 'One further log is' : `${countWords(few.logs.size)} further logs are`;
      const missing: Shortfall = {
        kind: 'no-log',
        cause: `${logs} not in the evidence$`,
        effect: nothingToLookAt,
        advice: '',
      };
      lines.push(this.#line(missing, few.hosts, few.rules));
    }
    return lines.sort((a, b) => b.rules - a.rules || (a.text < b.text ? -1 : 1));
  }

  #countRules(classes: ReadonlySet<number>): number {
    let rules = 0;
    for (const number of classes) rules += this.#input.sizes[number]!;
    return rules;
  }

  #line({ kind, cause, effect, advice }: Shortfall, hosts: ReadonlySet<number>, rules: number): CoverageLine {
    const names = [...hosts]
      .sort((a, b) => a - b)
      .map((host) => this.#input.evidence.hosts[host]!.computer || '(no name)');
    const all = names.length > 1 && names.length === this.#input.evidence.hosts.length;
    const where = all ? `any of the ${countWords(names.length)} hosts` : listWords(names, HOSTS_NAMED, 'other hosts');
    const place = ` ${kind === 'no-log' ? 'of' : 'on'} ${where}`;
    // Not replace(): a host name may hold its special patterns.
    const at = cause.lastIndexOf('$');
    const sentence = at < 0 ? cause + place : cause.slice(0, at) + place + cause.slice(at + 1);
    return { kind, hosts: names, rules, text: `${sentence}: ${effect(countRules(rules))}.`, advice };
  }
}

function one(count: number, single: string, several: string): string {
  return count === 1 ? single : several;
}

function countRules(rules: number): string {
  return `${countWords(rules)} ${one(rules, 'rule', 'rules')}`;
}

const nothingToLookAt = (rules: string): string => `${rules} ${rules === '1 rule' ? 'has' : 'have'} nothing to look at`;

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

interface BareShortfalls {
  readonly noLog: Shortfall;
  /** Undefined when it is normal that such events do not occur. */
  readonly notLogged: Shortfall | undefined;
}

function shortfallsWithoutEvents({ channels, routes }: RuleClass): BareShortfalls {
  const logs = [...new Set(channels.map(nameLog))];
  const [first] = routes;
  const telemetry = telemetryOf(first?.channel, first?.eventIds);
  return {
    noLog: {
      kind: 'no-log',
      cause: `There is no ${listWords(logs, LOGS_NAMED, 'other', 'or')} log$`,
      effect: nothingToLookAt,
      advice: 'If the host has this log, add it to the evidence.',
    },
    notLogged:
      telemetry === undefined
        ? undefined
        : {
            kind: 'not-logged',
            cause: `${upperFirst(telemetry.what)} are not logged$`,
            effect: nothingToLookAt,
            advice: telemetry.advice,
          },
  };
}

function substitute({ routes, channels }: RuleClass, hasLog: boolean): Shortfall {
  const [first] = routes;
  const what = telemetryOf(first?.channel, first?.eventIds)?.what ?? 'the same events';
  const other = routes.find((route) => route.channel !== channels[0]);
  const events = `${nameLog(other?.channel ?? '')} ${(other?.eventIds ?? []).join(', ')}`.trim();
  return {
    kind: 'substitute',
    cause: hasLog ? `Sysmon logs no ${what}$` : `There is no Sysmon log for ${what}$`,
    effect: (rules) => `${rules} ${rules === '1 rule' ? 'runs' : 'run'} on ${events} only`,
    advice: `${events} tells less than Sysmon: fields such as hashes and original file names are missing.`,
  };
}

/** The one field whose absence has a name of its own. */
const COMMAND_LINE_EVENTS = { channel: 'security', eventId: 4688, field: 'CommandLine' } as const;

function blindShortfall({ channel, eventId, empty, absent }: BlindReason): Shortfall {
  const names = [...empty, ...absent].map(nameField);
  const [only] = names;
  const blind = (rules: string): string => `${rules} ${rules === '1 rule' ? 'is' : 'are'} blind`;
  const { channel: log, eventId: id, field } = COMMAND_LINE_EVENTS;
  if (names.length === 1 && only === field && channel === log && eventId === id) {
    return {
      kind: 'field-missing',
      cause: 'Process command lines are not logged$',
      effect: blind,
      advice: 'Turn on the policy "Include command line in process creation events".',
    };
  }
  const never = absent.length === 0 ? 'never filled' : 'never there';
  return {
    kind: 'field-missing',
    cause: `${listWords(names, LOGS_NAMED, 'other fields')} ${one(names.length, 'is', 'are')} ${never} in ${nameLog(channel)} ${eventId}$`,
    effect: blind,
    advice: '',
  };
}

/** Lines that hold whatever the data. */
function rulesLines({ rules, rejected, waiting, off }: LineInput, uneventful: number): CoverageLine[] {
  const lines: CoverageLine[] = [];
  const add = (count: number, text: (rules: string, s: boolean) => string, advice = ''): void => {
    if (count > 0)
      lines.push({ kind: 'rules', hosts: [], rules: count, text: text(countRules(count), count === 1), advice });
  };
  add(
    off.now.length,
    (text, s) => `${text} ${s ? 'is' : 'are'} turned off by you: ${listWords(off.now, RULES_NAMED, 'others')}.`,
    'What was found before is hidden. A rule is turned on again on its page or under Tuning.',
  );
  add(
    off.then.length,
    (text, s) =>
      `${text} ${s ? 'was' : 'were'} turned off when the evidence was scanned: ${listWords(off.then, RULES_NAMED, 'others')}.`,
    'On by now: scan the evidence again to have it judged.',
  );
  add(
    uneventful,
    (text, s) => `${text} ${s ? 'looks' : 'look'} for events that no host has; often that is the normal case.`,
  );
  add(rejected, (text, s) => `${text} ${s ? 'was' : 'were'} rejected.`, 'The rules screen says what to correct.');
  add(
    waiting,
    (text, s) => `${text} ${s ? 'waits' : 'wait'} for a list of values that only you know.`,
    'Give the values of the placeholders that the rules name.',
  );
  add(
    rules['needs-message'],
    (text, s) => `${text} ${s ? 'needs' : 'need'} the text of messages, which log files do not hold.`,
  );
  add(rules['etw-only'], (text, s) => `${text} ${s ? 'needs' : 'need'} live tracing: no event log holds such events.`);
  add(rules['never-logged'], (text, s) => `${text} ${s ? 'needs' : 'need'} fields that no event log holds.`);
  add(rules['other-product'], (text, s) => `${text} ${s ? 'is' : 'are'} made for another product than Windows.`);
  add(
    rules.contradiction,
    (text, s) => `${text} ${s ? 'contradicts itself' : 'contradict themselves'}: no event can match.`,
  );
  return lines;
}
