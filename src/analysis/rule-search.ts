// The rule list's search: words in everything that a rule says of itself, and facets. One pass over 5,000 rules takes
// some 5 ms, so it runs with every key that is pressed. A facet's counts ignore its own choice, as in the findings.

import type { RuleInfo, RuleLevel } from '../model/rule-set.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';
import type { AttackTable } from './attack-matrix.ts';
import { parentTechnique, tacticsOfTags, techniquesOfTags } from './attack-matrix.ts';

export const RULE_FACETS = ['level', 'tactic', 'technique', 'logsource', 'pack', 'status', 'fires'] as const;
export type RuleFacet = (typeof RULE_FACETS)[number];

/** What is asked for. A facet without values restricts nothing; a rule passes when it has one of the values. */
export interface RuleQuery {
  readonly text: string;
  readonly facets: Readonly<Partial<Record<RuleFacet, readonly string[]>>>;
  /** Only rules that no event log can make fire. */
  readonly notEvaluable: boolean;
}

export interface RuleIndex {
  readonly infos: readonly RuleInfo[];
  readonly texts: readonly string[];
  /** Values of each rule per facet; `fires` is not in it, it changes with the case. */
  readonly values: Readonly<Record<Exclude<RuleFacet, 'fires'>, readonly (readonly string[])[]>>;
}

export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** Builds the index, once per set of rules; some 20 ms for 5,000. Tactics need the table: without it there are none. */
export function indexRules(infos: readonly RuleInfo[], table: AttackTable | undefined): RuleIndex {
  const tacticsById = new Map(table?.techniques.map(({ id, tactics }) => [id, tactics]));
  const techniquesOf = (info: RuleInfo): string[] => techniquesOfTags(info.tags);
  return {
    infos,
    texts: infos.map((info) => {
      const { title, id, name, description, author, tags, references, falsePositives, pack, file, status } = info;
      const { product, category, service } = info.logsource;
      const lists = [tags, references, falsePositives, product, category, service].flat();
      return [title, id, name ?? '', description, author, pack, file, status, ...lists].join('\n').toLowerCase();
    }),
    values: {
      level: infos.map(({ level }) => [level]),
      tactic: infos.map((info) => {
        if (table === undefined) return [];
        const served = techniquesOf(info).flatMap((id) => tacticsById.get(id) ?? []);
        return [...new Set([...tacticsOfTags(info.tags, table), ...served])];
      }),
      technique: infos.map((info) => [...new Set(techniquesOf(info).flatMap((id) => [id, parentTechnique(id)]))]),
      logsource: infos.map(({ logsource }) => [...new Set([...logsource.category, ...logsource.service])]),
      pack: infos.map(({ pack }) => [pack]),
      status: infos.map(({ status }) => (status === '' ? [] : [status])),
    },
  };
}

/** Gives the numbers of the rules that pass, worst level first, then by title, and the values to choose from. */
export function searchRules(
  index: RuleIndex,
  query: RuleQuery,
  /** Findings of the open case by rule id; undefined when no case is open. */
  hits: ReadonlyMap<string, number> | undefined,
): { readonly numbers: readonly number[]; readonly facets: Readonly<Record<RuleFacet, readonly FacetCount[]>> } {
  const words = query.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const chosen = RULE_FACETS.map((facet) => new Set(query.facets[facet] ?? []));
  const counts = RULE_FACETS.map(() => new Map<string, number>());
  const numbers: number[] = [];
  index.infos.forEach((info, number) => {
    if (query.notEvaluable && info.notEvaluable === undefined) return;
    if (!words.every((word) => index.texts[number]!.includes(word))) return;
    const values = RULE_FACETS.map((facet) => valuesOf(index, facet, number, hits));
    let misses = 0;
    chosen.forEach((set, at) => {
      if (set.size > 0 && !values[at]!.some((value) => set.has(value))) misses |= 1 << at;
    });
    if (misses === 0) numbers.push(number);
    counts.forEach((count, at) => {
      if ((misses & ~(1 << at)) !== 0) return;
      for (const value of values[at]!) count.set(value, (count.get(value) ?? 0) + 1);
    });
  });
  const { infos } = index;
  const rank = (number: number): number => RULE_LEVELS.indexOf(infos[number]!.level);
  numbers.sort((a, b) => rank(b) - rank(a) || (infos[a]!.title < infos[b]!.title ? -1 : 1));
  const facets = Object.fromEntries(RULE_FACETS.map((facet, at) => [facet, sortCounts(counts[at]!)])) as Record<
    RuleFacet,
    FacetCount[]
  >;
  return { numbers, facets };
}

function valuesOf(
  index: RuleIndex,
  facet: RuleFacet,
  number: number,
  hits: ReadonlyMap<string, number> | undefined,
): readonly string[] {
  if (facet !== 'fires') return index.values[facet][number]!;
  if (hits === undefined) return [];
  return [hits.has(index.infos[number]!.id) ? 'yes' : 'no'];
}

function sortCounts(counts: ReadonlyMap<string, number>): FacetCount[] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

/** The rules as the ATT&CK matrix takes them: each counts once under the techniques of its tags. */
export function tagRules(infos: readonly RuleInfo[]): { tags: readonly string[]; count: number; level: number }[] {
  return infos
    .filter(({ notEvaluable }) => notEvaluable === undefined)
    .map(({ tags, level }) => ({ tags, count: 1, level: RULE_LEVELS.indexOf(level satisfies RuleLevel) }));
}
