// Whether a condition can be true on a route at all, given the fields that its events never have (sigma-engine 2.7).
// Three-valued: a test of such a field is false (null is true), everything else is open.

import type { FieldKey } from '../../model/field-key.ts';
import type { FieldView } from '../../model/field-view.ts';
import { fieldKeysOf } from '../../model/field-key.ts';
import type { EventView, Expression, Predicate, Route } from '../../model/rule-set.ts';
import { neverHolds } from './known-fields.ts';

type Truth = 'true' | 'false' | 'open';

const SYSTEM_KEYS: ReadonlySet<FieldKey> = new Set(
  [
    ['Provider', 'Name'],
    ['Provider', 'Guid'],
    ['EventID', undefined],
    ['Version', undefined],
    ['Level', undefined],
    ['Task', undefined],
    ['Opcode', undefined],
    ['Keywords', undefined],
    ['TimeCreated', 'SystemTime'],
    ['EventRecordID', undefined],
    ['Correlation', 'ActivityID'],
    ['Execution', 'ProcessID'],
    ['Execution', 'ThreadID'],
    ['Channel', undefined],
    ['Computer', undefined],
    ['Security', 'UserID'],
  ].flatMap(([tag, attribute]) =>
    fieldKeysOf({ path: ['Event', 'System', tag ?? ''], attribute, dataName: undefined }),
  ),
);

export interface FieldTables {
  readonly views: readonly FieldView[];
  readonly eventViews: readonly EventView[];
}

/** Fields of the predicates that keep the route from ever matching; empty when it can match. */
export function blockingFields(
  expression: Expression,
  route: Route,
  predicates: readonly Predicate[],
  tables: FieldTables,
): readonly FieldKey[] {
  const absent = new Set<FieldKey>();
  const seen = new Map<FieldKey, boolean>();
  const isAbsent = (field: FieldKey): boolean => {
    let known = seen.get(field);
    if (known === undefined) {
      known =
        neverHolds(route.channel, route.eventIds, field) &&
        !SYSTEM_KEYS.has(field) &&
        !isSupplied(field, route, tables);
      seen.set(field, known);
      if (known) absent.add(field);
    }
    return known;
  };
  const truth = judge(expression, (number) => {
    const predicate = predicates[number];
    if (predicate === undefined) return 'open';
    const missing = isAbsent(predicate.field) || (predicate.kind === 'fieldref' && isAbsent(predicate.other));
    if (!missing) return 'open';
    return predicate.kind === 'null' ? 'true' : 'false';
  });
  return truth === 'false' ? [...absent] : [];
}

/** Whether a view gives the field a source on these events, or a join can. */
function isSupplied(field: FieldKey, route: Route, tables: FieldTables): boolean {
  const ids = [route.view];
  for (const each of tables.eventViews) {
    const channel = each.channel === undefined || route.channel === undefined || each.channel === route.channel;
    const event =
      each.eventIds === undefined ||
      route.eventIds === undefined ||
      route.eventIds.some((id) => each.eventIds?.includes(id));
    if (channel && event) ids.push(each.view);
  }
  return ids.some(
    (id) => tables.views[id]?.sources.has(field) === true || tables.views[id]?.joined.has(field) === true,
  );
}

function judge(expression: Expression, test: (predicate: number) => Truth): Truth {
  switch (expression.op) {
    case 'test':
      return test(expression.predicate);
    case 'not': {
      const child = judge(expression.child, test);
      return child === 'open' ? 'open' : child === 'true' ? 'false' : 'true';
    }
    case 'and':
    case 'or': {
      const decisive: Truth = expression.op === 'and' ? 'false' : 'true';
      let result: Truth = decisive === 'false' ? 'true' : 'false';
      for (const child of expression.children) {
        const truth = judge(child, test);
        if (truth === decisive) return decisive;
        if (truth === 'open') result = 'open';
      }
      return result;
    }
  }
}
