// Two hands on one judgement: what either changed since both saw the same holds, and no note is lost.

import type { Triage } from './finding.ts';

/** Gives `ours` with what another hand changed since `before`; what both changed goes to the later one, notes are joined. */
export function mergeJudgements(before: Triage | undefined, ours: Triage, theirs: Triage): Triage {
  const base: Triage = before ?? { key: ours.key, state: 'new', note: '', tags: [], changed: 0 };
  const pick = <T>(was: T, our: T, their: T): T => {
    if (isSame(our, was)) return their;
    return isSame(their, was) || ours.changed >= theirs.changed ? our : their;
  };
  return {
    ...pick(verdictOf(base), verdictOf(ours), verdictOf(theirs)),
    note: mergeNotes(base.note, ours.note, theirs.note),
    tags: pick(base.tags, ours.tags, theirs.tags),
    changed: Math.max(ours.changed, theirs.changed),
  };
}

/** The state with whatever belongs to it. */
function verdictOf(judgement: Triage): Omit<Triage, 'note' | 'tags' | 'changed'> {
  const verdict: Partial<Triage> = { ...judgement };
  for (const apart of ['note', 'tags', 'changed'] as const) Reflect.deleteProperty(verdict, apart);
  return verdict as Omit<Triage, 'note' | 'tags' | 'changed'>;
}

/** Gives one note from two that began as `before`. */
export function mergeNotes(before: string, ours: string, theirs: string): string {
  if (ours === before || ours === theirs) return theirs;
  if (theirs === before || ours.includes(theirs)) return ours;
  // Their note has what we began with, and more: what we made of it takes its place.
  const at = before === '' ? -1 : theirs.lastIndexOf(before);
  if (at >= 0) return theirs.slice(0, at) + ours + theirs.slice(at + before.length);
  return ours === '' ? theirs : `${theirs}\n${ours}`;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
