// The rules as the coverage account needs them: classes of rules that look at the same events and need the same fields.
// Made once per rule set (some 40 ms for 2,858 rules) and kept as long as the set lives.

import { foldText } from '../base/fold.ts';
import type { FieldKey } from '../model/field-key.ts';
import { ANY_FIELD } from '../model/field-key.ts';
import type { EventRule, NotEvaluableReason, RuleSet } from '../model/rule-set.ts';
import { FormTable, Truth } from './coverage-forms.ts';

/**
 * What became of a rule on the events of a host, best first: judged; blind because a field it needs was met but never
 * had content; blind because a field was never met; the log is there but not the events; the log is not there. The rest
 * holds whatever the data: only a stored message would help; only live tracing has such events; no event log has the
 * fields; another product; no event can match. Before all that: the analyst turned the rule off.
 */
export const COVERAGE_STATES = [
  'judged',
  'field-empty',
  'field-absent',
  'no-events',
  'no-channel',
  'needs-message',
  'etw-only',
  'never-logged',
  'other-product',
  'contradiction',
  'off',
] as const;

export type CoverageState = (typeof COVERAGE_STATES)[number];

const REASON_STATES: Readonly<Record<NotEvaluableReason, CoverageState>> = {
  'etw-only': 'etw-only',
  'fields-never-logged': 'never-logged',
  'needs-rendered-message': 'needs-message',
  'other-product': 'other-product',
  contradiction: 'contradiction',
};

export interface ClassRoute {
  readonly channel: string | undefined;
  readonly provider: string | undefined;
  readonly eventIds: readonly number[] | undefined;
  readonly form: number;
}

/** Rules that always share their fate. */
export interface RuleClass {
  readonly routes: readonly ClassRoute[];
  /** Channels of the routes, each once; empty when some route takes any channel. */
  readonly channels: readonly string[];
}

export interface RouteEntry {
  readonly class: number;
  readonly route: ClassRoute;
}

export interface CoveragePlan {
  readonly forms: FormTable;
  readonly classes: readonly RuleClass[];
  /** Per rule: its class, -1 for correlations and rules with a fixed state. */
  readonly classOf: Int32Array;
  /** Per rule: its state whatever the data. */
  readonly fixed: readonly (CoverageState | undefined)[];
  /** Routes by channel; undefined holds those that take any. */
  readonly entries: ReadonlyMap<string | undefined, readonly RouteEntry[]>;
}

const NO_FIELDS: ReadonlySet<FieldKey> = new Set();
const plans = new WeakMap<RuleSet, Map<boolean, CoveragePlan>>();

/** The plan of a rule set; with `joins`, fields that a view can join count as supplied. */
export function coveragePlanOf(ruleSet: RuleSet, joins: boolean): CoveragePlan {
  let known = plans.get(ruleSet);
  if (known === undefined) {
    known = new Map();
    plans.set(ruleSet, known);
  }
  let plan = known.get(joins);
  if (plan === undefined) {
    plan = makePlan(ruleSet, joins);
    known.set(joins, plan);
  }
  return plan;
}

function makePlan(ruleSet: RuleSet, joins: boolean): CoveragePlan {
  const forms = new FormTable();
  const classes: RuleClass[] = [];
  const classNumbers = new Map<string, number>();
  const classOf = new Int32Array(ruleSet.rules.length).fill(-1);
  const fixed = ruleSet.rules.map(({ info }) =>
    info.notEvaluable === undefined ? undefined : REASON_STATES[info.notEvaluable],
  );
  ruleSet.rules.forEach((rule, number) => {
    if (rule.kind !== 'event' || fixed[number] !== undefined) return;
    const routes = reduceRoutes(rule, ruleSet, forms, joins);
    if (routes.length === 0) {
      fixed[number] = hasMessageRemark(rule) ? 'needs-message' : 'contradiction';
      return;
    }
    const key = JSON.stringify(
      routes.map(({ channel, provider, eventIds, form }) => [channel, provider, eventIds, form]),
    );
    let at = classNumbers.get(key);
    if (at === undefined) {
      at = classes.length;
      const channels = routes.map((route) => route.channel);
      classes.push({
        routes,
        channels: channels.every((each) => each !== undefined) ? [...new Set(channels)] : [],
      });
      classNumbers.set(key, at);
    }
    classOf[number] = at;
  });
  const entries = new Map<string | undefined, RouteEntry[]>();
  classes.forEach(({ routes }, at) => {
    for (const route of routes) {
      const list = entries.get(route.channel) ?? [];
      list.push({ class: at, route });
      entries.set(route.channel, list);
    }
  });
  return { forms, classes, classOf, fixed, entries };
}

/** Routes on which the condition can hold at all when every field is there. */
function reduceRoutes(rule: EventRule, { predicates, views }: RuleSet, forms: FormTable, joins: boolean): ClassRoute[] {
  const impossible = messagePredicates(rule, predicates);
  const all = new Map<number, number>();
  const routes: ClassRoute[] = [];
  for (const { channel, provider, eventIds, view, extra } of rule.routes) {
    const context = { predicates, impossible, supplied: joins ? (views[view]?.joined ?? NO_FIELDS) : NO_FIELDS };
    const shared = joins ? view : 0;
    let form = all.get(shared);
    if (form === undefined) {
      form = forms.reduce(rule.condition, context);
      all.set(shared, form);
    }
    if (extra !== undefined) form = forms.combine('and', [form, forms.reduce(extra, context)]);
    // Sight.Filled is 0: a fresh array says that every field was seen.
    if (forms.judge(form, new Uint8Array(forms.fields.length)) === Truth.False) continue;
    routes.push({ channel, provider, eventIds, form });
  }
  return routes;
}

function hasMessageRemark(rule: EventRule): boolean {
  return rule.info.warnings.some(({ code }) => code === 'needs-rendered-message');
}

/** Keywords that the compiler took for the text of a message: no stored event holds them. */
function messagePredicates(rule: EventRule, predicates: RuleSet['predicates']): ReadonlySet<number> {
  const found = new Set<number>();
  if (!hasMessageRemark(rule)) return found;
  const remarks = rule.info.warnings
    .filter(({ code }) => code === 'needs-rendered-message')
    .map(({ message }) => foldText(message));
  const open = [rule.condition];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.op === 'not') open.push(node.child);
    else if (node.op !== 'test') for (const child of node.children) open.push(child);
    else {
      const predicate = predicates[node.predicate];
      if (predicate?.kind !== 'literal' || predicate.field !== ANY_FIELD) continue;
      const quoted = `"${foldText(predicate.text).trim()}"`;
      if (remarks.some((remark) => remark.includes(quoted))) found.add(node.predicate);
    }
  }
  return found;
}
