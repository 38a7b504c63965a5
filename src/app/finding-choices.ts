// The choices that findings offer for filters that are not columns of the table: tactics of their rules, tags of the
// analyst, each with what choosing it would show.

import { tacticsNamed } from '../analysis/attack-matrix.ts';
import type { FindingColumns } from '../analysis/finding-columns.ts';
import type { FindingFacets } from '../analysis/select-findings.ts';

export interface Choice {
  readonly name: string;
  readonly count: number;
}

/** Tactics that rules of the findings name, most frequent first. */
export function tacticCounts(columns: FindingColumns, facets: FindingFacets): readonly Choice[] {
  return tally(
    columns.rules.map(({ tags }) => tacticsNamed(tags)),
    facets.tacticRules,
  );
}

/** The analyst's tags, most frequent first. */
export function tagCounts(columns: FindingColumns, facets: FindingFacets): readonly Choice[] {
  return tally(columns.tagSets, facets.tagSets);
}

function tally(names: readonly (readonly string[])[], counts: Uint32Array): readonly Choice[] {
  const sums = new Map<string, number>();
  names.forEach((list, at) => {
    const count = counts[at] ?? 0;
    if (count > 0) for (const name of list) sums.set(name, (sums.get(name) ?? 0) + count);
  });
  return [...sums]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
