// A parsed rule becomes an event rule: its logsource gives routes, its condition narrows them, its detection and its
// filters become one expression.

import type { LogsourceRoute } from '../../model/logsource.ts';
import type { EventRule, NotEvaluableReason, Route, RuleInfo } from '../../model/rule-set.ts';
import type { SourcePart } from '../../model/rule-source.ts';
import { resolveLogsource } from '../logsource/resolve-logsource.ts';
import { combine } from '../lower/expressions.ts';
import { lowerPart } from '../lower/lower-section.ts';
import type { EventDemand } from '../lower/narrow.ts';
import { demandOf } from '../lower/narrow.ts';
import type { PredicateTable } from '../lower/predicate-table.ts';
import { lowerRoute, narrowRoute } from '../lower/routes.ts';
import type { FieldTables } from '../lower/satisfiable.ts';
import { blockingFields } from '../lower/satisfiable.ts';
import type { DetectionPart, RuleDraft } from '../schema/rule-draft.ts';
import { remarkMessageTexts } from './message-texts.ts';

export interface LoweredRule {
  readonly rule: EventRule;
  readonly parts: readonly SourcePart[];
}

const NOTHING: EventRule['condition'] = { op: 'or', children: [] };

/** The event rule of a draft with its filters. Rules that cannot fire keep no routes and no condition. */
export function lowerRule(
  draft: RuleDraft,
  filters: readonly DetectionPart[],
  table: PredicateTable,
  tables: FieldTables,
): LoweredRule {
  const { report } = draft;
  const resolution = resolveLogsource(draft.logsource);
  for (const diagnostic of resolution.diagnostics) {
    report.diagnostics.push({ ...diagnostic, range: diagnostic.range ?? draft.logsourceRange });
  }
  if (resolution.notEvaluable !== undefined) return refused(draft, resolution.notEvaluable);
  const detection = [draft.detection, ...filters];
  const demand = demandOf(detection);
  const narrowed = resolution.routes.flatMap((route) => narrowRoute(route, demand));
  if (narrowed.length === 0) {
    report.warning(
      'contradiction',
      draft.logsourceRange,
      describeContradiction(demand, resolution.routes),
      'Correct the logsource or the condition.',
    );
    return refused(draft, 'contradiction');
  }
  remarkMessageTexts(draft);
  const lowered = detection.map((part) => lowerPart(part, table));
  const condition = combine(
    'and',
    lowered.map((part) => part.expression),
  );
  const routes: Route[] = [];
  const missing = new Set<string>();
  for (const route of narrowed.map((each) => lowerRoute(each, table))) {
    const blocking = blockingFields(condition, route, table.predicates, tables);
    if (blocking.length === 0) routes.push(route);
    else for (const field of blocking) missing.add(field);
  }
  if (routes.length === 0) {
    report.info(
      'fields-never-logged',
      draft.logsourceRange,
      `The events never hold ${[...missing].sort().join(', ')}.`,
    );
    return refused(draft, 'fields-never-logged');
  }
  return {
    rule: { kind: 'event', info: infoOf(draft, undefined), routes, condition, generates: true },
    parts: lowered.map((part) => part.source),
  };
}

/** Says what no event can be: two ids at once, or an id or a log that the logsource does not mean. */
function describeContradiction(demand: EventDemand, routes: readonly LogsourceRoute[]): string {
  const fields = [
    ['EventID', demand.eventIds],
    ['Channel', demand.channels],
    ['Provider_Name', demand.providers],
  ] as const;
  for (const [name, values] of fields) {
    if (values?.size === 0) return `The condition asks for two different values of ${name} in one event.`;
  }
  const asked = fields.flatMap(([name, values]) =>
    values === undefined ? [] : [`${name} ${[...values].slice(0, 5).join(', ')}`],
  );
  const channels = [...new Set(routes.map((route) => route.channel ?? 'any log'))].slice(0, 5).join(', ');
  return `The condition asks for ${asked.join(' and ')}, but the logsource means other events (${channels}).`;
}

function refused(draft: RuleDraft, reason: NotEvaluableReason): LoweredRule {
  return {
    rule: { kind: 'event', info: infoOf(draft, reason), routes: [], condition: NOTHING, generates: true },
    parts: [],
  };
}

function infoOf(draft: RuleDraft, notEvaluable: NotEvaluableReason | undefined): RuleInfo {
  return { ...draft.metadata, logsource: draft.logsource, notEvaluable, warnings: draft.report.diagnostics };
}
