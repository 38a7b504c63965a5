// Adds to a rule set what joins need of a scan: hidden rules, judged by the engine like any other, whose matches become
// rows (join-writer.ts) instead of findings. The engine knows nothing of joins: a rule that reads a joined field is
// split into what is certain without it, what may be gained, what may be lost, and what it asks of the parent's record.
// Reference: engine algorithms 9; which fields are joined from where: sigma/views.

import { fieldKeyOf, type FieldKey } from '../../model/field-key.ts';
import type { JoinedField, JoinedRule, JoinNumbers, JoinPlan, ProcessKind } from '../../model/join-plan.ts';
import type { ProcessJoin } from '../../model/process-join.ts';
import type { EventRule, Expression, Predicate, Route, RuleSet } from '../../model/rule-set.ts';
import { planCorrelationSources } from '../../engine/correlate/plan-sources.ts';
import { PROCESS_JOINS, ViewId } from '../../sigma/views/field-views.ts';
import { HiddenRules } from './hidden-rules.ts';
import { extractRules } from './extract-rules.ts';
import {
  ALWAYS,
  combineFolded,
  constantOf,
  forEachTest,
  negateFolded,
  NEVER,
  rewriteTests,
} from './rewrite-condition.ts';

/** What a scan is compiled from, and what its end is judged by. */
export interface JoinedRuleSet {
  /** Real rules as they were, hidden ones behind them. */
  readonly ruleSet: RuleSet;
  /** Undefined when no rule reads a joined field: then nothing was added. */
  readonly plan: JoinPlan | undefined;
}

const SYSMON_CHANNEL = 'microsoft-windows-sysmon/operational';
const SECURITY_CHANNEL = 'security';
const CREATION_VIEW: Readonly<Record<ProcessKind, number>> = {
  guid: ViewId.SysmonCreation,
  number: ViewId.Security4688,
};
/** The keys of a creation's row. In order of key, as the engine reads them: the parent first, then its own process. */
const CREATION_KEYS: Readonly<Record<ProcessKind, readonly FieldKey[]>> = {
  guid: [fieldKeyOf('ParentProcessGuid'), fieldKeyOf('ProcessGuid')],
  number: [fieldKeyOf('ParentProcessId'), fieldKeyOf('ProcessId')],
};

/** Adds the hidden rules. Rule, predicate and view numbers of what was there stay. */
export function withJoinRules(ruleSet: RuleSet): JoinedRuleSet {
  const hidden = new HiddenRules(ruleSet);
  const planner = new JoinPlanner(ruleSet, hidden);
  const rules = ruleSet.rules.flatMap((rule, number) => (rule.kind === 'event' ? planner.planRule(rule, number) : []));
  if (rules.length === 0) return { ruleSet, plan: undefined };
  const marks = planner.planMarks(new Set(rules.map(({ kind }) => kind)));
  const extracted = extractRules(ruleSet, [...new Set(rules.map(({ rule }) => rule))]);
  const numbers: JoinNumbers = {
    first: ruleSet.rules.length,
    open: rules.flatMap(({ open, rule }) => (open === undefined ? [] : [[open, rule] as const])),
  };
  const joined = new Set(rules.map(({ rule }) => rule));
  const sources = planCorrelationSources(ruleSet.rules).filter(({ rule }) => joined.has(rule));
  return {
    ruleSet: hidden.finish(),
    plan: {
      numbers,
      ...marks,
      rules: rules.map((rule) => ({ ...rule, local: extracted.localOf.get(rule.rule)! })),
      sources: sources.map(({ rule, fields }) => [rule, fields] as const),
      ruleSet: extracted.ruleSet,
    },
  };
}

/** The keys of a view's events, and what each joined field is read from. */
interface ViewJoins {
  readonly kind: ProcessKind;
  readonly keys: readonly FieldKey[];
  readonly joins: ReadonlyMap<FieldKey, ProcessJoin>;
}

class JoinPlanner {
  readonly #ruleSet: RuleSet;
  readonly #hidden: HiddenRules;
  readonly #lacking = new Map<string, number>();

  constructor(ruleSet: RuleSet, hidden: HiddenRules) {
    this.#ruleSet = ruleSet;
    this.#hidden = hidden;
  }

  /** The joins of a rule, one entry per view of its routes whose joined fields it reads. */
  planRule(rule: EventRule, number: number): JoinedRule[] {
    const views = new Set(rule.routes.map((route) => route.view));
    return [...views].flatMap((view) => {
      const planned = this.#planView(rule, number, view);
      return planned === undefined ? [] : [planned];
    });
  }

  /** Hidden rules that every join of a kind needs: creations, ends, boots. */
  planMarks(kinds: ReadonlySet<ProcessKind>): Pick<JoinPlan, 'creations' | 'ends' | 'boots'> {
    const hidden = this.#hidden;
    const creations = (['guid', 'number'] as const)
      .filter((kind) => kinds.has(kind))
      .map((kind) => {
        const view = CREATION_VIEW[kind];
        return { hidden: hidden.add([creationRoute(kind)], ALWAYS, CREATION_KEYS[kind]), kind, view };
      });
    // A ProcessGuid is never used again, so only numbers end, and only they do not outlive a boot.
    if (!kinds.has('number')) return { creations, ends: [], boots: [] };
    const security = (id: number): Route => routeOf(SECURITY_CHANNEL, undefined, [id], ViewId.Plain);
    const system = (provider: string, id: number): Route => routeOf('system', provider, [id], ViewId.Plain);
    const boots = [system('microsoft-windows-kernel-general', 12), system('eventlog', 6005), security(4608)];
    return {
      creations,
      ends: [hidden.add([security(4689)], ALWAYS, [fieldKeyOf('ProcessId')])],
      boots: [hidden.add(boots, ALWAYS, [])],
    };
  }

  #planView(rule: EventRule, number: number, view: number): JoinedRule | undefined {
    const viewJoins = viewJoinsOf(this.#ruleSet, view);
    if (viewJoins === undefined) return undefined;
    const { joins, keys, kind } = viewJoins;
    const used = new Set<FieldKey>();
    const effect = { gains: false, loses: false };
    forEachTest(rule.condition, (test, positive) => {
      const predicate = this.#predicate(test);
      const fields = fieldsOf(predicate).filter((field) => joins.has(field));
      if (fields.length === 0) return;
      for (const field of fields) used.add(field);
      // A test that holds on absence can only be lost by what a join supplies; every other one can only be gained.
      if (positive === (predicate.kind !== 'null')) effect.gains = true;
      else effect.loses = true;
    });
    const { gains, loses } = effect;
    if (used.size === 0) return undefined;
    const routes = rule.routes.filter((route) => route.view === view);
    const { condition } = rule;
    const best = this.#withUnknown(condition, joins, true);
    const worst = this.#withUnknown(condition, joins, false);
    const fields = [...used].sort().map((field): JoinedField => {
      const { by, read } = joins.get(field)!;
      return { field, key: keys.indexOf(by), read };
    });
    const isWeak = gains && view === ViewId.Security4688 && this.#holdsOnAnyEvent(condition, joins);
    return {
      rule: number,
      local: 0,
      kind,
      fields,
      candidate:
        gains && !isWeak
          ? this.#hidden.add(routes, combineFolded('and', [best, negateFolded(condition)]), keys)
          : undefined,
      open: loses ? this.#hidden.add(routes, combineFolded('and', [condition, negateFolded(worst)]), keys) : undefined,
      lacking: isWeak ? this.#lackingAny(fields) : undefined,
      parents: keys.map((by, key) =>
        gains && fields.some((field) => field.key === key) ? this.#planParent(condition, viewJoins, by) : undefined,
      ),
    };
  }

  /** The condition if what a join supplies were in the rule's favour (or against it) wherever the event lacks the field. */
  #withUnknown(condition: Expression, joins: ViewJoins['joins'], favourable: boolean): Expression {
    return rewriteTests(condition, (test, positive) =>
      this.#openWhereAbsent(
        { op: 'test', predicate: test },
        fieldsOf(this.#predicate(test)).filter((field) => joins.has(field)),
        positive === favourable,
      ),
    );
  }

  /** The test, or true (false) where one of the fields is absent. */
  #openWhereAbsent(test: Expression, fields: readonly FieldKey[], value: boolean): Expression {
    if (fields.length === 0) return test;
    const present = fields.map((field) => this.#hidden.existsTest(field));
    return value ? combineFolded('or', [test, ...present.map(negateFolded)]) : combineFolded('and', [test, ...present]);
  }

  /** Whether the condition could hold on an event of which no test of its own is true: it tells too little to look for. */
  #holdsOnAnyEvent(condition: Expression, joins: ViewJoins['joins']): boolean {
    const rest = rewriteTests(condition, (test, positive) => {
      const predicate = this.#predicate(test);
      if (fieldsOf(predicate).some((field) => joins.has(field))) return positive ? ALWAYS : NEVER;
      return predicate.kind === 'null' ? ALWAYS : NEVER;
    });
    return constantOf(rest) === true;
  }

  #lackingAny(fields: readonly JoinedField[]): number {
    const key = JSON.stringify(fields.map(({ field }) => field));
    let number = this.#lacking.get(key);
    if (number === undefined) {
      const absent = fields.map(({ field }) => negateFolded(this.#hidden.existsTest(field)));
      number = this.#hidden.add([creationRoute('number')], combineFolded('or', absent), CREATION_KEYS.number);
      this.#lacking.set(key, number);
    }
    return number;
  }

  /** What the rule asks of the record of the process that `by` names, everything else taken in its favour. */
  #planParent(condition: Expression, { joins, kind }: ViewJoins, by: FieldKey): number | undefined {
    const creationJoins = viewJoinsOf(this.#ruleSet, CREATION_VIEW[kind])?.joins;
    const asked = rewriteTests(condition, (test, positive) => {
      const predicate = this.#predicate(test);
      const join = predicate.kind === 'fieldref' ? undefined : joins.get(predicate.field);
      if (join?.by !== by) return positive ? ALWAYS : NEVER;
      const moved = this.#hidden.predicate({ ...predicate, field: join.read });
      // The parent may lack the field too, and get it from its own parent.
      const fields = creationJoins?.has(join.read) === true ? [join.read] : [];
      return this.#openWhereAbsent({ op: 'test', predicate: moved }, fields, positive);
    });
    const constant = constantOf(asked);
    return constant === true ? undefined : this.#hidden.add([creationRoute(kind)], asked, CREATION_KEYS[kind]);
  }

  #predicate(number: number): Predicate {
    const predicate = this.#ruleSet.predicates[number];
    if (predicate === undefined) throw new Error(`no predicate ${number}`);
    return predicate;
  }
}

/** The joins of a view that has any; undefined for others, and for those that this engine's tables do not know. */
export function viewJoinsOf({ views }: Pick<RuleSet, 'views'>, view: number): ViewJoins | undefined {
  const joins = views[view]?.joined.size === 0 ? undefined : PROCESS_JOINS.get(view);
  if (joins === undefined) return undefined;
  const isGuid = [...joins.values()].every(({ by }) => by.endsWith('processguid'));
  const kind = isGuid ? 'guid' : 'number';
  const keys = [...new Set([...joins.values()].map(({ by }) => by))].sort();
  return { kind, keys: view === CREATION_VIEW[kind] ? CREATION_KEYS[kind] : keys, joins };
}

function fieldsOf(predicate: Predicate): readonly FieldKey[] {
  return predicate.kind === 'fieldref' ? [predicate.field, predicate.other] : [predicate.field];
}

function creationRoute(kind: ProcessKind): Route {
  return kind === 'guid'
    ? routeOf(SYSMON_CHANNEL, undefined, [1], CREATION_VIEW.guid)
    : routeOf(SECURITY_CHANNEL, undefined, [4688], CREATION_VIEW.number);
}

function routeOf(channel: string, provider: string | undefined, eventIds: readonly number[], view: number): Route {
  return { channel, provider, eventIds, view, extra: undefined };
}
