// The coverage account: what every rule could see of the evidence, host by host. The difference between "nothing found"
// and "nothing to look at". Rules are taken by class and fields by form, so 2,858 rules on 300 hosts stay far below the
// 200 ms that an overview may take. What the numbers are folded from: model/coverage.ts.

import type { EventKindCount } from '../model/coverage.ts';
import type { FieldKey } from '../model/field-key.ts';
import type { RuleSet, RuleVerdict } from '../model/rule-set.ts';
import { judgeCorrelations, type StateRow } from './coverage-correlations.ts';
import { gatherEvidence, type Evidence, type EventKind, type SeenKind } from './coverage-evidence.ts';
import { Sight, Truth, type FormTable } from './coverage-forms.ts';
import { summariseCoverage, type CoverageLine } from './coverage-lines.ts';
import { COVERAGE_STATES, coveragePlanOf, type CoveragePlan, type CoverageState } from './coverage-plan.ts';
import { ReasonTable, type BlindReason } from './coverage-reasons.ts';

export type { CoverageLine } from './coverage-lines.ts';
export { type CoverageState } from './coverage-plan.ts';
export type { BlindReason } from './coverage-reasons.ts';

export interface CoverageOptions {
  /** What became of the documents of rule files: adds those that are rejected or wait for a list. */
  readonly verdicts?: readonly RuleVerdict[];
  /** The scan fetches fields of the process' creation record where a view says so (FieldView.joined). Default: it does not. */
  readonly joins?: boolean;
  /** Rules that the analyst turned off, now or when evidence was judged. */
  readonly off?: RulesOff;
}

/** Ids of rules; each rule is told of once, those of `now` first. */
export interface RulesOff {
  readonly now: ReadonlySet<string>;
  /** Off while evidence of the case was judged. */
  readonly then: ReadonlySet<string>;
}

const NONE_OFF: RulesOff = { now: new Set(), then: new Set() };

export type StateCounts = Readonly<Record<CoverageState, number>>;

export interface HostCoverage {
  readonly computer: string;
  readonly events: number;
  /** Number of rules in each state on this host. */
  readonly rules: StateCounts;
}

/** Plain data; crosses threads as it is. Ask it with coverageOf. */
export interface CoverageAccount {
  /** In order of their names. */
  readonly hosts: readonly HostCoverage[];
  /** Number of rules by their best state over all hosts. */
  readonly rules: StateCounts;
  /** Most rules first. */
  readonly lines: readonly CoverageLine[];
  readonly rejected: readonly RuleVerdict[];
  /** Sound rules that need a list of values which only the site knows. */
  readonly waiting: readonly RuleVerdict[];
  /** Per rule its row in `states` and `reasons`; rows hold one entry per host and a last one for the best of all. */
  readonly rowOf: Int32Array;
  readonly states: Uint8Array;
  readonly reasons: Int32Array;
  readonly blind: readonly BlindReason[];
}

export interface RuleCoverageState {
  readonly state: CoverageState;
  /** For the two states of missing fields. */
  readonly blind: BlindReason | undefined;
}

const STATE = Object.fromEntries(COVERAGE_STATES.map((name, at) => [name, at])) as Readonly<
  Record<CoverageState, number>
>;

/** Folds the account. `kinds` may hold several counts of one kind (one per slice and file); they add up. */
export function accountCoverage(
  ruleSet: RuleSet,
  kinds: readonly EventKindCount[],
  { verdicts = [], joins = false, off = NONE_OFF }: CoverageOptions = {},
): CoverageAccount {
  const plan = coveragePlanOf(ruleSet, joins);
  const evidence = gatherEvidence(kinds);
  const judged = judgeClasses(plan, evidence);
  const width = evidence.hosts.length + 1;
  const rows = new RowList(width);
  for (let at = 0; at < plan.classes.length; at++) rows.add(judged.rows[at]!);
  const rowOf = new Int32Array(ruleSet.rules.length).fill(-1);
  const fixedRows = new Map<CoverageState, number>();
  const fixedRow = (state: CoverageState): number => {
    let row = fixedRows.get(state);
    if (row === undefined) {
      row = rows.add({ states: new Uint8Array(width).fill(STATE[state]), reasons: new Int32Array(width).fill(-1) });
      fixedRows.set(state, row);
    }
    return row;
  };
  ruleSet.rules.forEach((_, number) => {
    const fixed = plan.fixed[number];
    rowOf[number] = fixed === undefined ? plan.classOf[number]! : fixedRow(fixed);
  });
  const correlations = judgeCorrelations(
    ruleSet,
    (rule) => rows.row(rowOf[rule]!),
    (rule) => plan.fixed[rule] !== undefined,
  );
  for (const [rule, row] of correlations) rowOf[rule] = rows.add(row);
  // After the correlations: these still count what rules match that are off.
  const offNow = titlesIn(ruleSet, off.now);
  const offThen = titlesIn(ruleSet, off.then, off.now);
  for (const number of [...offNow.keys(), ...offThen.keys()]) rowOf[number] = fixedRow('off');

  const sizes = new Int32Array(rows.count);
  for (const row of rowOf) if (row >= 0) sizes[row]!++;
  const countsAt = (column: number): StateCounts => {
    const counts = new Array<number>(COVERAGE_STATES.length).fill(0);
    for (let row = 0; row < rows.count; row++) counts[rows.row(row).states[column]!]! += sizes[row]!;
    return Object.fromEntries(COVERAGE_STATES.map((name, at) => [name, counts[at]!])) as StateCounts;
  };
  const waiting = verdicts.filter(waitsForList);
  const rejected = verdicts.filter(({ verdict }) => verdict === 'rejected');
  const rules = countsAt(width - 1);
  const lines = summariseCoverage({
    plan,
    sizes,
    evidence,
    rows: judged.rows,
    reasons: judged.reasons,
    substituted: judged.substituted,
    rules,
    rejected: rejected.length,
    waiting: waiting.length,
    off: { now: [...offNow.values()], then: [...offThen.values()] },
  });
  return {
    hosts: evidence.hosts.map(({ computer, events }, at) => ({ computer, events, rules: countsAt(at) })),
    rules,
    lines,
    rejected,
    waiting,
    rowOf,
    ...rows.pack(),
    blind: judged.reasons,
  };
}

/** The state of a rule on a host (position in `hosts`), or its best over all hosts. */
export function coverageOf(account: CoverageAccount, rule: number, host?: number): RuleCoverageState {
  const width = account.hosts.length + 1;
  const at = (account.rowOf[rule] ?? 0) * width + (host ?? width - 1);
  const state = COVERAGE_STATES[account.states[at] ?? STATE['no-channel']] ?? 'no-channel';
  return { state, blind: account.blind[account.reasons[at] ?? -1] };
}

/** Titles by rule number of the rules with these ids, but for those of `besides`. */
function titlesIn(
  { rules }: RuleSet,
  ids: ReadonlySet<string>,
  besides: ReadonlySet<string> = new Set(),
): ReadonlyMap<number, string> {
  if (ids.size === 0) return new Map();
  return new Map(
    rules.flatMap(({ info }, number) => (ids.has(info.id) && !besides.has(info.id) ? [[number, info.title]] : [])),
  );
}

function waitsForList({ verdict, diagnostics }: RuleVerdict): boolean {
  return verdict === 'not-evaluable' && diagnostics.some(({ code }) => code === 'placeholder-unknown');
}

/** Rows of states, packed at the end. */
class RowList {
  readonly #rows: StateRow[] = [];
  readonly #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  get count(): number {
    return this.#rows.length;
  }

  add(row: StateRow): number {
    return this.#rows.push(row) - 1;
  }

  row(number: number): StateRow {
    return this.#rows[number]!;
  }

  pack(): { states: Uint8Array; reasons: Int32Array } {
    const states = new Uint8Array(this.#rows.length * this.#width);
    const reasons = new Int32Array(states.length);
    this.#rows.forEach((row, at) => {
      states.set(row.states, at * this.#width);
      reasons.set(row.reasons, at * this.#width);
    });
    return { states, reasons };
  }
}

interface JudgedClasses {
  /** Per class; the last entry is the best of all hosts. */
  readonly rows: readonly StateRow[];
  readonly reasons: readonly BlindReason[];
  /** Per class: hosts on which events were met, but none of the log that the rules were made for. */
  readonly substituted: readonly (readonly number[])[];
}

function judgeClasses(plan: CoveragePlan, evidence: Evidence): JudgedClasses {
  const { forms, classes } = plan;
  const hostCount = evidence.hosts.length;
  const reasons = new ReasonTable(forms);
  const rows = classes.map((): StateRow => ({
    states: new Uint8Array(hostCount + 1).fill(STATE['no-channel']),
    reasons: new Int32Array(hostCount + 1).fill(-1),
  }));
  const substituted = classes.map((): number[] => []);
  const entriesOf = evidence.kinds.map((kind) => acceptedBy(plan, kind));
  const sights = new Uint8Array(forms.fields.length);
  const verdicts = new Uint8Array(forms.size);
  const stamps = new Int32Array(forms.size).fill(-1);
  /** Per class, on the host at hand. */
  const met = new Uint8Array(classes.length);
  const judged = new Uint8Array(classes.length);
  let round = 0;
  evidence.hosts.forEach((host, at) => {
    met.fill(Met.Nothing);
    judged.fill(0);
    classes.forEach(({ channels }, number) => {
      if (channels.length === 0 || channels.some((channel) => host.channels.has(channel))) {
        rows[number]!.states[at] = STATE['no-events'];
      }
    });
    for (const seen of host.seen) {
      const entries = entriesOf[seen.kind]!;
      if (entries.length === 0) continue;
      fillSights(sights, seen, forms);
      round++;
      for (let entry = 0; entry < entries.length; entry += ENTRY_COLUMNS) {
        const number = entries[entry]!;
        const form = entries[entry + 1]!;
        if (met[number] !== Met.Own) met[number] = entries[entry + 2]!;
        if (judged[number] === 1) continue;
        if (stamps[form] !== round) {
          stamps[form] = round;
          verdicts[form] = forms.judge(form, sights);
        }
        const row = rows[number]!;
        if (verdicts[form] !== Truth.False) {
          judged[number] = 1;
          row.states[at] = STATE.judged;
          row.reasons[at] = -1;
        } else if (row.reasons[at]! < 0) {
          // Kinds come most frequent first, so the reason names the events that matter.
          const reason = reasons.numberOf(form, sights, evidence.kinds[seen.kind]!, seen.kind);
          row.reasons[at] = reason;
          row.states[at] = reasons.reasons[reason]!.absent.length === 0 ? STATE['field-empty'] : STATE['field-absent'];
        }
      }
    }
    for (let number = 0; number < classes.length; number++)
      if (met[number] === Met.Other) substituted[number]!.push(at);
  });
  for (const row of rows) {
    let best = 0;
    for (let at = 1; at < hostCount; at++) if (row.states[at]! < row.states[best]!) best = at;
    row.states[hostCount] = row.states[best]!;
    row.reasons[hostCount] = row.reasons[best]!;
  }
  return { rows, reasons: reasons.reasons, substituted };
}

/** Of which log the events were that a class met: the one it was made for (its first), or others only. */
const Met = { Nothing: 0, Own: 1, Other: 2 } as const;
const ENTRY_COLUMNS = 3;

/** Routes that take events of the kind: class, form and Met of each, end to end. */
function acceptedBy({ entries, classes }: CoveragePlan, { channel, provider, eventId }: EventKind): Int32Array {
  const numbers: number[] = [];
  for (const list of [entries.get(channel), entries.get(undefined)]) {
    for (const { class: number, route } of list ?? []) {
      if (route.provider !== undefined && route.provider !== provider) continue;
      if (route.eventIds !== undefined && !route.eventIds.includes(eventId)) continue;
      numbers.push(number, route.form, route.channel === classes[number]!.channels[0] ? Met.Own : Met.Other);
    }
  }
  return Int32Array.from(numbers);
}

/** Notes what was seen of each field that forms ask for. A scan that looked at no fields leaves them all open. */
function fillSights(sights: Uint8Array, { parts }: SeenKind, forms: FormTable): void {
  const looked = parts.some(
    ({ fieldsPresent, fieldsFilled }) => fieldsPresent !== undefined || fieldsFilled !== undefined,
  );
  sights.fill(looked ? Sight.Absent : Sight.Filled);
  if (!looked) return;
  for (const { fieldsPresent, fieldsFilled } of parts) {
    // Mostly all fields that are there have content.
    if (fieldsPresent?.length !== fieldsFilled?.length) note(sights, fieldsPresent, Sight.Empty, forms);
  }
  for (const { fieldsFilled } of parts) note(sights, fieldsFilled, Sight.Filled, forms);
}

function note(sights: Uint8Array, keys: readonly FieldKey[] | undefined, sight: number, forms: FormTable): void {
  if (keys === undefined) return;
  for (const key of keys) {
    const field = forms.fieldNumber(key);
    if (field !== undefined) sights[field] = sight;
  }
}
