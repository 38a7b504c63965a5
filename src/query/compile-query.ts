// The whole way of a query, from the text in the search bar to a test of events, and the remarks that help with it.

import { failure, success, type Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { ANY_FIELD, fieldKeyOf, type FieldKey } from '../model/field-key.ts';
import { evaluateQuery, type FieldLookup } from './evaluate-query.ts';
import { lowerQuery, type RegexCompiler } from './lower-query.ts';
import { parseQuery, type QueryNode } from './parse-query.ts';
import { queryDiagnostic } from './query-diagnostic.ts';
import type { QueryPlan } from './query-plan.ts';

export interface QueryOptions {
  /** Makes `/patterns/` ready; without it they are refused. `linear-matcher.ts` has one that cannot hang. */
  readonly compileRegex?: RegexCompiler;
  /** Names of the fields there are; a query for another one gets a remark with the nearest name. */
  readonly knownFields?: Iterable<string>;
}

export interface Query {
  /** Whether a thing matches. */
  matches(lookup: FieldLookup): boolean;
  /** True for an empty query, which everything matches. */
  readonly isEmpty: boolean;
  /** Keys that are asked for; ANY_FIELD among them when every value has to be looked at. */
  readonly fields: readonly FieldKey[];
  /** The tests themselves, for whoever can answer some of them without looking at the event. */
  readonly plan: QueryPlan;
  /** Remarks on a query that runs. */
  readonly remarks: readonly Diagnostic[];
}

/** Compiles a query, or gives everything that is wrong with it. */
export function compileQuery(text: string, options: QueryOptions = {}): Result<Query, readonly Diagnostic[]> {
  const { root, diagnostics } = parseQuery(text);
  const lowered = lowerQuery(root, options.compileRegex);
  const errors = [...diagnostics, ...lowered.diagnostics];
  if (errors.length > 0) return failure(errors.sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0)));
  const { plan } = lowered;
  return success({
    matches: (lookup) => evaluateQuery(plan, lookup),
    isEmpty: root === undefined,
    fields: [...lowered.fields.keys()],
    plan,
    remarks: [...remarksOnFields(lowered.fields, options.knownFields), ...remarksOnSwitches(root)],
  });
}

function remarksOnFields(
  fields: ReturnType<typeof lowerQuery>['fields'],
  knownFields: Iterable<string> | undefined,
): readonly Diagnostic[] {
  if (knownFields === undefined) return [];
  const nameByKey = new Map([...knownFields].map((name) => [fieldKeyOf(name), name]));
  const remarks: Diagnostic[] = [];
  for (const [key, field] of fields) {
    if (field === undefined || key === ANY_FIELD || nameByKey.has(key)) continue;
    const nearest = nearestName(key, nameByKey);
    const hint =
      nearest === undefined ? 'Search without a field name to find the text anywhere.' : `Did you mean ${nearest}?`;
    remarks.push(
      queryDiagnostic('query-unknown-field', field.range, `No event here has a field ${field.name}.`, hint, 'warning'),
    );
  }
  return remarks;
}

/** `-enc` reads as "not enc"; who types only that usually looks for the switch. */
function remarksOnSwitches(root: QueryNode | undefined): readonly Diagnostic[] {
  if (root?.kind !== 'not' || root.child.kind !== 'term' || root.child.field !== undefined) return [];
  const { value } = root.child;
  if (value.form !== 'word') return [];
  const message = `This shows everything without ${value.text}.`;
  return [
    queryDiagnostic(
      'query-negated-word',
      value.range,
      message,
      `To find -${value.text} itself, write "-${value.text}".`,
      'info',
    ),
  ];
}

/** The known name with the fewest changes, at most two. */
function nearestName(key: string, nameByKey: ReadonlyMap<string, string>): string | undefined {
  let best: string | undefined;
  let fewest = 3;
  for (const [known, name] of nameByKey) {
    const changes = countChanges(key, known, fewest);
    if (changes < fewest) {
      fewest = changes;
      best = name;
    }
  }
  return best;
}

/** Insertions, removals and replacements between two keys; `limit` when there are at least that many. */
function countChanges(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const same = a[i] === b[j] ? 0 : 1;
      next.push(Math.min(row[j]! + same, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return Math.min(limit, row[b.length]!);
}
