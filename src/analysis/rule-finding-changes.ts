// What another scan of the same evidence found more and less than the one before, by rule: the effect of other rules.

export interface FoundBy {
  readonly id: string;
  readonly title: string;
}

export interface FindingChange extends FoundBy {
  readonly count: number;
}

export interface FindingChanges {
  /** Most findings first. */
  readonly fresh: readonly FindingChange[];
  readonly lost: readonly FindingChange[];
}

/** Compares findings by their identity; each stands with the rule that made it. */
export function compareFindings(
  before: ReadonlyMap<string, FoundBy>,
  after: ReadonlyMap<string, FoundBy>,
): FindingChanges {
  return { fresh: countMissing(after, before), lost: countMissing(before, after) };
}

function countMissing(from: ReadonlyMap<string, FoundBy>, other: ReadonlyMap<string, FoundBy>): FindingChange[] {
  const counts = new Map<string, { id: string; title: string; count: number }>();
  for (const [key, { id, title }] of from) {
    if (other.has(key)) continue;
    const count = counts.get(id);
    if (count === undefined) counts.set(id, { id, title, count: 1 });
    else count.count++;
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.title < b.title ? -1 : 1));
}
