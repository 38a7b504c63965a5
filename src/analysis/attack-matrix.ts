// Findings and rules laid on the ATT&CK matrix. The table of techniques is data handed in (rules/attack), in matrix
// order; tags are Sigma's (`attack.t1059.001`, `attack.credential-access`).

export interface AttackTactic {
  readonly id: string;
  readonly shortname: string;
  readonly name: string;
}

export interface AttackTechnique {
  readonly id: string;
  readonly name: string;
  /** Short names of the tactics it serves. */
  readonly tactics: readonly string[];
  /** Whether ATT&CK lists it for Windows. */
  readonly windows: boolean;
}

/** `version` is ATT&CK's; tactics stand in matrix order. Revoked and deprecated techniques keep a name but no cell of their own. */
export interface AttackTable {
  readonly version: string;
  readonly tactics: readonly AttackTactic[];
  readonly techniques: readonly AttackTechnique[];
  readonly retired: readonly AttackTechnique[];
}

export interface AttackCell {
  readonly technique: AttackTechnique;
  /** Findings tagged with the technique or one of its sub-techniques. */
  readonly count: number;
  /** Highest level rank among them, -1 when there are none. */
  readonly topLevel: number;
  /** Sub-techniques met, with their counts. */
  readonly subs: readonly { readonly technique: AttackTechnique; readonly count: number; readonly topLevel: number }[];
}

export interface AttackColumn {
  readonly tactic: AttackTactic;
  /** Techniques with findings first, most severe and most frequent on top. */
  readonly cells: readonly AttackCell[];
  readonly count: number;
}

export interface TaggedCount {
  readonly tags: readonly string[];
  readonly count: number;
  readonly level: number;
}

const TECHNIQUE_TAG = /^attack\.(t\d{4}(?:\.\d{3})?)$/i;

/** Technique ids (upper case) named by Sigma tags, without repetition. */
export function techniquesOfTags(tags: readonly string[]): string[] {
  const ids = new Set<string>();
  for (const tag of tags) {
    const match = TECHNIQUE_TAG.exec(tag);
    if (match?.[1] !== undefined) ids.add(match[1].toUpperCase());
  }
  return [...ids];
}

/** Short names of the tactics named by Sigma tags; both spellings (`defense_evasion`, `defense-evasion`) are read. */
export function tacticsOfTags(tags: readonly string[], table: AttackTable): string[] {
  const known = new Set(table.tactics.map((tactic) => tactic.shortname));
  const found = new Set<string>();
  for (const tag of tags) {
    if (!/^attack\./i.test(tag)) continue;
    const name = tag.slice('attack.'.length).toLowerCase().replaceAll('_', '-');
    if (known.has(name)) found.add(name);
  }
  return [...found];
}

/** Tags of `attack.` that are neither techniques, groups nor software, in the spelling of short names of tactics. */
export function tacticsNamed(tags: readonly string[]): string[] {
  const names = new Set<string>();
  for (const tag of tags) {
    const match = /^attack\.([a-z]+(?:[-_][a-z]+)*)$/i.exec(tag);
    if (match?.[1] !== undefined) names.add(match[1].toLowerCase().replaceAll('_', '-'));
  }
  return [...names];
}

/** Id of the technique that a sub-technique belongs to. */
export function parentTechnique(id: string): string {
  const dot = id.indexOf('.');
  return dot < 0 ? id : id.slice(0, dot);
}

interface Tally {
  count: number;
  topLevel: number;
}

/**
 * Lays tagged counts on the matrix. A technique stands in every column it serves. `all` also gives techniques without
 * findings (those that ATT&CK lists for Windows). Ids that the table does not know are given back in `unknown`.
 */
export function foldAttackMatrix(
  items: readonly TaggedCount[],
  table: AttackTable,
  all: boolean,
): {
  readonly columns: readonly AttackColumn[];
  readonly unknown: readonly { readonly id: string; readonly count: number }[];
} {
  const techniqueById = new Map(table.techniques.map((technique) => [technique.id, technique]));
  const exact = new Map<string, Tally>();
  const whole = new Map<string, Tally>();
  for (const item of items) {
    const ids = techniquesOfTags(item.tags);
    for (const id of ids) addTally(exact, id, item);
    // One finding with three sub-techniques of T1059 is one finding of T1059.
    for (const id of new Set(ids.map(parentTechnique))) addTally(whole, id, item);
  }
  const subsByParent = new Map<string, AttackTechnique[]>();
  for (const technique of table.techniques) {
    const parent = parentTechnique(technique.id);
    if (parent === technique.id || !exact.has(technique.id)) continue;
    const list = subsByParent.get(parent);
    if (list === undefined) subsByParent.set(parent, [technique]);
    else list.push(technique);
  }
  const columns = table.tactics.map((tactic) => {
    const cells: AttackCell[] = [];
    let count = 0;
    for (const technique of table.techniques) {
      if (technique.id.includes('.') || !technique.tactics.includes(tactic.shortname)) continue;
      const tally = whole.get(technique.id);
      if (tally === undefined && !(all && technique.windows)) continue;
      const subs = (subsByParent.get(technique.id) ?? []).map((sub) => ({
        technique: sub,
        count: exact.get(sub.id)?.count ?? 0,
        topLevel: exact.get(sub.id)?.topLevel ?? -1,
      }));
      count += tally?.count ?? 0;
      cells.push({ technique, count: tally?.count ?? 0, topLevel: tally?.topLevel ?? -1, subs });
    }
    cells.sort(
      (a, b) => b.topLevel - a.topLevel || b.count - a.count || (a.technique.name < b.technique.name ? -1 : 1),
    );
    return { tactic, cells, count };
  });
  const unknown = [...exact]
    .filter(([id]) => !techniqueById.has(id))
    .map(([id, tally]) => ({ id, count: tally.count }));
  return { columns, unknown };
}

function addTally(tallies: Map<string, Tally>, id: string, item: TaggedCount): void {
  const tally = tallies.get(id);
  if (tally === undefined) tallies.set(id, { count: item.count, topLevel: item.level });
  else {
    tally.count += item.count;
    tally.topLevel = Math.max(tally.topLevel, item.level);
  }
}
