// Rules that an analyst who reads one wants to read next: those that look for the same values, then those tagged with
// the same technique. A value that half the rules look for says little, so each counts by how rare it is.

import type { RuleSet } from '../model/rule-set.ts';
import { techniquesOfTags } from './attack-matrix.ts';
import type { Indicator } from './rule-indicators.ts';

export interface RelatedRule {
  /** Number in the rule set. */
  readonly rule: number;
  /** Values that both look for. */
  readonly shared: number;
  /** Techniques that both are tagged with. */
  readonly techniques: readonly string[];
}

/** A shared technique counts like a value that twenty rules look for: there are hundreds of rules for some. */
const TECHNIQUE_WEIGHT = 1 / 20;

/** Lists up to `most` related rules, the closest first. `indicators` are those of the asked rule. */
export function listRelated(set: RuleSet, rule: number, indicators: readonly Indicator[], most: number): RelatedRule[] {
  const shared = new Map<number, { count: number; weight: number }>();
  for (const { sharedBy } of indicators) {
    for (const other of sharedBy) {
      const known = shared.get(other) ?? { count: 0, weight: 0 };
      shared.set(other, { count: known.count + 1, weight: known.weight + 1 / sharedBy.length });
    }
  }
  const own = new Set(techniquesOfTags(set.rules[rule]?.info.tags ?? []));
  const scored = set.rules.flatMap((other, number) => {
    if (number === rule) return [];
    const techniques = own.size === 0 ? [] : techniquesOfTags(other.info.tags).filter((id) => own.has(id));
    const { count = 0, weight = 0 } = shared.get(number) ?? {};
    const score = weight + techniques.length * TECHNIQUE_WEIGHT;
    return score === 0 ? [] : [{ rule: number, shared: count, techniques, score }];
  });
  scored.sort((a, b) => b.score - a.score || a.rule - b.rule);
  return scored.slice(0, most).map(({ rule: number, shared: count, techniques }) => {
    return { rule: number, shared: count, techniques };
  });
}
