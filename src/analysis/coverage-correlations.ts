// The state of correlation rules, from the states of the rules that they count. A correlation can fire when enough of
// those are judged anywhere, because its events may come from several hosts; on a host it is as good as its best part.

import type { CorrelationRule, Expression, RuleSet } from '../model/rule-set.ts';

/** Per host one state (position in COVERAGE_STATES, 0 = judged) and the reason that goes with it. */
export interface StateRow {
  readonly states: Uint8Array;
  readonly reasons: Int32Array;
}

/** State rows of all correlations by rule number. `rowOf` gives those of event rules. */
export function judgeCorrelations(
  ruleSet: RuleSet,
  rowOf: (rule: number) => StateRow | undefined,
  isFixed: (rule: number) => boolean,
): ReadonlyMap<number, StateRow> {
  const rows = new Map<number, StateRow>();
  for (const number of inOrder(ruleSet)) {
    const rule = ruleSet.rules[number];
    if (rule?.kind !== 'correlation' || isFixed(number)) continue;
    const parts = rule.rules.map((member) => rows.get(member) ?? rowOf(member));
    rows.set(
      number,
      judge(
        rule,
        parts.filter((part) => part !== undefined),
      ),
    );
  }
  return rows;
}

/** Correlations, those that others count first. An own stack: chains may be as long as the rule set. */
function inOrder(ruleSet: RuleSet): number[] {
  const order: number[] = [];
  const state = new Uint8Array(ruleSet.rules.length);
  ruleSet.rules.forEach((rule, start) => {
    if (rule.kind !== 'correlation') return;
    const open = [start];
    for (let number = open[open.length - 1]; number !== undefined; number = open[open.length - 1]) {
      const members = ruleSet.rules[number];
      if (members?.kind !== 'correlation' || state[number] === 2) {
        open.pop();
      } else if (state[number] === 1) {
        open.pop();
        state[number] = 2;
        order.push(number);
      } else {
        state[number] = 1;
        // The compiler refuses circles; in one, a rule that is already under way would simply not count.
        for (const member of members.rules) if (state[member] === 0) open.push(member);
      }
    }
  });
  return order;
}

function judge(rule: CorrelationRule, parts: readonly StateRow[]): StateRow {
  const hosts = parts[0]?.states.length ?? 0;
  const best = bestOf(parts, hosts);
  const somewhere = parts.map((part) => part.states.includes(0));
  if (canFire(rule, somewhere)) return best;
  // What keeps it from firing is a part that no host can judge.
  return bestOf(
    parts.filter((_, at) => somewhere[at] === false),
    hosts,
  );
}

function bestOf(parts: readonly StateRow[], hosts: number): StateRow {
  const states = new Uint8Array(hosts);
  const reasons = new Int32Array(hosts).fill(-1);
  for (let host = 0; host < hosts; host++) {
    let best: StateRow | undefined;
    for (const part of parts) if (best === undefined || part.states[host]! < best.states[host]!) best = part;
    states[host] = best?.states[host] ?? 0;
    reasons[host] = best?.reasons[host] ?? -1;
  }
  return { states, reasons };
}

function canFire(rule: CorrelationRule, judged: readonly boolean[]): boolean {
  if (rule.expression !== undefined) return mayHold(rule.expression, judged, 0);
  const count = judged.filter(Boolean).length;
  if (!rule.type.startsWith('temporal')) return count > 0;
  if (rule.conditions.length === 0) return count === judged.length;
  // The conditions are over the number of different rules that match in a window: at most those that are judged.
  for (let matching = 1; matching <= count; matching++) {
    if (rule.conditions.every(({ compare, value }) => holds(matching, compare, value))) return true;
  }
  return false;
}

function holds(count: number, compare: CorrelationRule['conditions'][number]['compare'], value: number): boolean {
  switch (compare) {
    case 'eq':
      return count === value;
    case 'neq':
      return count !== value;
    case 'lt':
      return count < value;
    case 'lte':
      return count <= value;
    case 'gt':
      return count > value;
    case 'gte':
      return count >= value;
  }
}

/** Bounds recursion; the compiler refuses conditions deeper than 32. */
const MAX_DEPTH = 256;

/** Whether an expression over positions in `judged` can become true. A rule that is not judged never matches. */
function mayHold(node: Expression, judged: readonly boolean[], depth: number): boolean {
  if (depth > MAX_DEPTH) return true;
  switch (node.op) {
    case 'test':
      return judged[node.predicate] ?? true;
    case 'not':
      // A rule that is judged may still not match, and one that is not never does.
      return true;
    case 'and':
      return node.children.every((child) => mayHold(child, judged, depth + 1));
    case 'or':
      return node.children.some((child) => mayHold(child, judged, depth + 1));
  }
}
