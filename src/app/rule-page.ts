// What the page of a rule shows, folded from the rule set, the rule's text and the open case.

import type { AttackTable } from '../analysis/attack-matrix.ts';
import { parentTechnique, tacticsOfTags, techniquesOfTags } from '../analysis/attack-matrix.ts';
import type { RouteCoverage } from '../analysis/rule-coverage.ts';
import { listRouteCoverage } from '../analysis/rule-coverage.ts';
import type { Indicator, IndicatorIndex } from '../analysis/rule-indicators.ts';
import { buildIndicatorIndex, listIndicators } from '../analysis/rule-indicators.ts';
import type { RelatedRule } from '../analysis/rule-relations.ts';
import { listRelated } from '../analysis/rule-relations.ts';
import type { PredicateText, RuleTreeLine } from '../analysis/rule-tree.ts';
import { describePredicate, listRuleTree } from '../analysis/rule-tree.ts';
import type { EventKindCount } from '../model/coverage.ts';
import { fieldKeyOf } from '../model/field-key.ts';
import type { Rule, RuleInfo, RuleSet } from '../model/rule-set.ts';

const MOST_RELATED = 12;

export interface TechniqueCoverage {
  readonly id: string;
  /** '' when ATT&CK does not know the id. */
  readonly name: string;
  readonly parentName: string;
  readonly tactics: readonly string[];
  readonly retired: boolean;
}

export interface RulePageView {
  readonly rule: Rule;
  readonly techniques: readonly TechniqueCoverage[];
  /** Tactics tagged without a technique that serves them. */
  readonly tactics: readonly string[];
  readonly routes: readonly RouteCoverage[];
  readonly tree: readonly (RuleTreeLine & { readonly test: PredicateText | undefined })[];
  readonly indicators: readonly (Omit<Indicator, 'sharedBy'> & { readonly sharedBy: readonly RuleInfo[] })[];
  /** The closest first (analysis/rule-relations.ts). */
  readonly related: readonly (Omit<RelatedRule, 'rule'> & { readonly info: RuleInfo })[];
  /** For correlations: the rules they count. */
  readonly parts: readonly RuleInfo[];
  /** Correlations that count what the rule matches. */
  readonly countedBy: readonly RuleInfo[];
}

/** An index per rule set: it costs some 20 ms and every page of the set uses it. */
const indices = new WeakMap<RuleSet, IndicatorIndex>();

/** Folds the page of rule `number`; undefined when the set has no such rule. `source` gives the fields their spelling. */
export function foldRulePage(
  set: RuleSet,
  number: number,
  source: string | undefined,
  table: AttackTable,
  kinds: readonly EventKindCount[] | undefined,
): RulePageView | undefined {
  const rule = set.rules[number];
  if (rule === undefined) return undefined;
  let index = indices.get(set);
  if (index === undefined) {
    index = buildIndicatorIndex(set);
    indices.set(set, index);
  }
  const indicators = listIndicators(set, index, number);
  const spelling = spellFields(source ?? '');
  const spelt = <T extends PredicateText>(text: T): T => ({ ...text, field: spelling.get(text.field) ?? text.field });
  const techniques = coverTechniques(rule.info, table);
  const served = new Set(techniques.flatMap((technique) => technique.tactics));
  const infosOf = (numbers: readonly number[]): RuleInfo[] => numbers.flatMap((at) => set.rules[at]?.info ?? []);
  return {
    rule,
    techniques,
    tactics: tacticNames(tacticsOfTags(rule.info.tags, table), table).filter((name) => !served.has(name)),
    routes: listRouteCoverage(rule, kinds),
    tree:
      rule.kind === 'event'
        ? listRuleTree(rule.condition).map((line) => {
            const predicate = line.predicate === undefined ? undefined : set.predicates[line.predicate];
            return { ...line, test: predicate === undefined ? undefined : spelt(describePredicate(predicate)) };
          })
        : [],
    indicators: indicators.map((indicator) => ({
      ...spelt(indicator),
      sharedBy: infosOf(indicator.sharedBy),
    })),
    related: listRelated(set, number, indicators, MOST_RELATED).flatMap(({ rule: other, ...rest }) =>
      infosOf([other]).map((info) => ({ info, ...rest })),
    ),
    parts: rule.kind === 'correlation' ? infosOf(rule.rules) : [],
    countedBy: set.rules.flatMap((each) =>
      each.kind === 'correlation' && each.rules.includes(number) ? [each.info] : [],
    ),
  };
}

function coverTechniques(info: RuleInfo, table: AttackTable): TechniqueCoverage[] {
  const known = new Map([...table.retired, ...table.techniques].map((technique) => [technique.id, technique]));
  const retired = new Set(table.retired.map((technique) => technique.id));
  return techniquesOfTags(info.tags).map((id) => {
    const technique = known.get(id);
    const parent = parentTechnique(id);
    return {
      id,
      name: technique?.name ?? '',
      parentName: parent === id ? '' : (known.get(parent)?.name ?? ''),
      tactics: tacticNames(technique?.tactics ?? [], table),
      retired: retired.has(id),
    };
  });
}

function tacticNames(shortnames: readonly string[], table: AttackTable): string[] {
  return table.tactics.filter((tactic) => shortnames.includes(tactic.shortname)).map((tactic) => tactic.name);
}

/** A line of a rule that names a field is shorter; longer ones are values, and are not worth a pattern's time. */
const MAX_FIELD_LINE = 200;
const FIELD_LINE = /^[ -]*'?([A-Za-z_][\w .-]*?)'?(?:\|[\w|]+)?:/;

/** Spelling of field names in a rule's text, by key: compiled rules only keep the key. */
function spellFields(source: string): ReadonlyMap<string, string> {
  const spelling = new Map<string, string>();
  // The rule's own facts stand above its detection, and `description` there is not a field.
  const [, detection = ''] = source.split(/^detection:/m);
  for (const line of detection.split('\n')) {
    const name = line.length > MAX_FIELD_LINE ? undefined : FIELD_LINE.exec(line)?.[1];
    if (name === undefined) continue;
    const key: string = fieldKeyOf(name);
    if (!spelling.has(key)) spelling.set(key, name);
  }
  return spelling;
}
