// RuleSet → rule program (program.ts). Runs at build time for the shipped rules and in the rules worker for dropped
// ones, never on the way of an event; literal tables are built here so that a scan worker only has to load.

import { planCorrelationSources } from '../correlate/plan-sources.ts';
import { EVENT_ID_FIELD } from '../event-kind.ts';
import type { JoinNumbers } from '../../model/join-plan.ts';
import type { EventRule, Expression, RuleSet } from '../../model/rule-set.ts';
import type { FieldView } from '../../model/field-view.ts';
import { packProgram, RouteColumn, ROUTE_COLUMNS, RuleFlag, type StoredView } from '../program.ts';
import { buildLiteralIndex } from './build-literal-index.ts';
import { conditionDepth, lowerExpression, MAX_CONDITION_DEPTH, simplifyExpression } from './lower-expression.ts';
import { lowerPredicates } from './lower-predicates.ts';
import { NumberList } from './number-list.ts';
import { pickWitness } from './pick-witness.ts';

/**
 * The program of a rule set: same rule, predicate and view numbers. Correlation rules only keep their place. `joins`
 * tells what src/scan/joins added to the rules, if it did.
 */
export function compileProgram(ruleSet: RuleSet, joins?: JoinNumbers): ArrayBuffer {
  const rules = ruleSet.rules;
  const conditions = rules.map((rule) =>
    rule.kind === 'event' && isUsable(rule) ? simplifyExpression(rule.condition) : undefined,
  );
  const extras = new Map<Expression, Expression>();
  const used = new Uint8Array(ruleSet.predicates.length);
  for (let i = 0; i < rules.length; i++) {
    const condition = conditions[i];
    const rule = rules[i]!;
    if (condition === undefined || rule.kind !== 'event') continue;
    markUsed(condition, used);
    for (const { extra } of rule.routes) {
      if (extra === undefined || extras.has(extra)) continue;
      const simple = simplifyExpression(extra);
      markUsed(simple, used);
      extras.set(extra, simple);
    }
  }
  const columns = lowerPredicates(ruleSet.predicates, used);
  const eventIdField = columns.fields.indexOf(EVENT_ID_FIELD);

  const code = new NumberList();
  const ruleCode = new NumberList();
  const ruleWitness = new NumberList();
  const witness = new NumberList();
  const routes = new NumberList();
  const routeIds = new NumberList();
  const channels = new NameList();
  const providers = new NameList();
  const extraCode = new Map<Expression, readonly [number, number]>();
  const ruleFlags = new Uint8Array(rules.length);
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!;
    const condition = conditions[i];
    ruleCode.push(code.length);
    ruleWitness.push(witness.length);
    if (condition === undefined || rule.kind !== 'event') continue;
    ruleFlags[i] = rule.generates ? RuleFlag.Generates : 0;
    lowerExpression(condition, columns.kind, code);
    for (const predicate of pickWitness(condition, columns, eventIdField)?.predicates ?? []) witness.push(predicate);
  }
  ruleCode.push(code.length);
  ruleWitness.push(witness.length);
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!;
    if (conditions[i] === undefined || rule.kind !== 'event') continue;
    for (const route of rule.routes) {
      const row = new Int32Array(ROUTE_COLUMNS).fill(-1);
      row[RouteColumn.Rule] = i;
      row[RouteColumn.Channel] = channels.numberOf(route.channel);
      row[RouteColumn.Provider] = providers.numberOf(route.provider);
      row[RouteColumn.View] = route.view;
      if (route.eventIds !== undefined) {
        row[RouteColumn.IdsAt] = routeIds.length;
        row[RouteColumn.IdsCount] = route.eventIds.length;
        for (const id of route.eventIds) routeIds.push(id);
      }
      if (route.extra !== undefined) {
        let range = extraCode.get(route.extra);
        if (range === undefined) {
          const start = code.length;
          lowerExpression(extras.get(route.extra)!, columns.kind, code);
          range = [start, code.length];
          extraCode.set(route.extra, range);
        }
        row[RouteColumn.ExtraAt] = range[0];
        row[RouteColumn.ExtraEnd] = range[1];
      }
      for (const value of row) routes.push(value);
    }
  }
  for (const view of ruleSet.eventViews) {
    channels.numberOf(view.channel);
    providers.numberOf(view.provider);
  }
  const index = buildLiteralIndex(columns.literals, columns.fieldLiterals);
  return packProgram(
    {
      ruleCount: rules.length,
      fields: columns.fields,
      channels: channels.names,
      providers: providers.names,
      views: ruleSet.views.map(storeView),
      eventViews: ruleSet.eventViews,
      payloads: columns.payloads,
      correlationSources: planCorrelationSources(rules),
      ...(joins === undefined ? {} : { joins }),
      depth: MAX_CONDITION_DEPTH * 2,
    },
    {
      pool: columns.literals.pool,
      literalOffset: columns.literals.offset,
      literalLength: columns.literals.length,
      literalAnchor: columns.literals.anchor,
      fieldLiterals: columns.fieldLiterals,
      indexRows: index.rows,
      tables: index.tables,
      buckets: index.buckets,
      bitmaps: index.bitmaps,
      lengths: index.lengths,
      predicateKind: columns.kind,
      predicateField: columns.field,
      predicateLiteral: columns.literal,
      predicatePayload: columns.payload,
      fieldTexts: columns.fieldTexts,
      textPredicates: columns.textPredicates,
      predicateText: columns.text,
      ruleCode: ruleCode.toArray(),
      code: code.toArray(),
      ruleWitness: ruleWitness.toArray(),
      witness: witness.toArray(),
      ruleFlags,
      routes: routes.toArray(),
      routeIds: routeIds.toArray(),
    },
  );
}

/** Rules that can fire at all. A condition deeper than the bound costs its rule, never the program. */
function isUsable(rule: EventRule): boolean {
  return rule.routes.length > 0 && conditionDepth(rule.condition) <= MAX_CONDITION_DEPTH;
}

function markUsed(node: Expression, used: Uint8Array): void {
  if (node.op === 'test') used[node.predicate] = 1;
  else if (node.op === 'not') markUsed(node.child, used);
  else for (const child of node.children) markUsed(child, used);
}

function storeView(view: FieldView): StoredView {
  return { id: view.id, name: view.name, sources: [...view.sources], hides: [...view.hides], joined: [...view.joined] };
}

class NameList {
  readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(name: string | undefined): number {
    if (name === undefined) return -1;
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}
