// Which event rules feed correlations, and which fields their rows must carry. A chain reads the fields of its own
// group-by from the events at the bottom, because a correlation has no fields of its own.

import type { CorrelationSource } from '../../model/correlation.ts';
import type { FieldKey } from '../../model/field-key.ts';
import type { CorrelationRule, Rule } from '../../model/rule-set.ts';

/** Deepest chain of correlations that is followed; the compiler refuses cycles. */
const MAX_DEPTH = 32;

/**
 * The sources that a scan must emit rows for, in order of rule number; their fields in order of key. Empty when no rule
 * is a correlation.
 */
export function planCorrelationSources(rules: readonly Rule[]): readonly CorrelationSource[] {
  const fieldsOf = new Map<number, Set<FieldKey>>();
  for (const rule of rules) {
    if (rule.kind !== 'correlation') continue;
    rule.rules.forEach((member, position) => {
      const fields = fieldsAt(rule, position);
      for (const base of baseRules(rules, member, MAX_DEPTH)) {
        const known = fieldsOf.get(base) ?? new Set<FieldKey>();
        fieldsOf.set(base, known);
        for (const field of fields) known.add(field);
      }
    });
  }
  return [...fieldsOf.entries()]
    .sort(([a], [b]) => a - b)
    .map(([rule, fields]) => ({ rule, fields: [...fields].sort() }));
}

/** Fields that a correlation reads on the matches of the rule at a position of its list. */
export function fieldsAt(rule: CorrelationRule, position: number): readonly FieldKey[] {
  const groups = rule.groupBy.map((group) => group.fieldOf[position]).filter((field) => field !== undefined);
  return [...groups, ...rule.valueFields];
}

function baseRules(rules: readonly Rule[], member: number, depth: number): ReadonlySet<number> {
  const bases = new Set<number>();
  let level = new Set([member]);
  for (let step = 0; step < depth && level.size > 0; step++) {
    const next = new Set<number>();
    for (const number of level) {
      const rule = rules[number];
      if (rule?.kind === 'event') bases.add(number);
      else if (rule?.kind === 'correlation') for (const inner of rule.rules) next.add(inner);
    }
    level = next;
  }
  return bases;
}
