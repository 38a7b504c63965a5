// The rules of the corpus as rule sets for benchmarks.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Expression, Predicate, Rule, RuleSet } from '../src/model/rule-set.ts';
import { compileRules } from '../src/sigma/compile-rules.ts';

/** SigmaHQ's current Windows rules. */
export function loadSigmaHq(shared: string): RuleSet {
  const files = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].flatMap((folder) => {
    const root = join(shared, 'sigma/sigmahq', folder);
    return readdirSync(root, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.yml'))
      .sort()
      .map((name) => ({ pack: 'sigmahq', file: join(folder, name), text: readFileSync(join(root, name), 'utf8') }));
  });
  return compileRules(files).ruleSet;
}

/** The rule set `times` over; in each copy the letters of all literals are rotated, so that nothing is shared. */
export function multiplied(ruleSet: RuleSet, times: number): RuleSet {
  const predicates: Predicate[] = [];
  const rules: Rule[] = [];
  for (let copy = 0; copy < times; copy++) {
    const shift = predicates.length;
    for (const predicate of ruleSet.predicates) predicates.push(copy === 0 ? predicate : rotated(predicate, copy));
    for (const rule of ruleSet.rules) {
      if (rule.kind !== 'event') continue;
      const routes = rule.routes.map((route) => ({ ...route, extra: route.extra && moved(route.extra, shift) }));
      rules.push({ ...rule, routes, condition: moved(rule.condition, shift) });
    }
  }
  return { ...ruleSet, predicates, rules };
}

function rotated(predicate: Predicate, by: number): Predicate {
  // Ids and levels route or gate most rules: rotated they would switch the copies off.
  if (predicate.kind !== 'literal' || /^\d+$/.test(predicate.text)) return predicate;
  const text = predicate.text.replace(/[a-z]/g, (letter) =>
    String.fromCharCode(97 + ((letter.charCodeAt(0) - 97 + by) % 26)),
  );
  return { ...predicate, text };
}

function moved(node: Expression, shift: number): Expression {
  if (node.op === 'test') return { op: 'test', predicate: node.predicate + shift };
  if (node.op === 'not') return { op: 'not', child: moved(node.child, shift) };
  return { op: node.op, children: node.children.map((child) => moved(child, shift)) };
}
