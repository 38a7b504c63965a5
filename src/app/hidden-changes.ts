// Changes of what is hidden in a case, and looking through findings for it. Loaded when there is something to hide.

import { compileSuppressions, describeSuppression } from '../analysis/suppression-match.ts';
import type { Finding } from '../model/finding.ts';
import { SUPPRESSION_LIMITS, type Suppression } from '../model/suppression.ts';
import type { HiddenDesk } from './hidden-book.svelte.ts';

/** Findings looked at between two looks at whether the answer is still wanted. */
const STEP = 500;

export type SuppressionAction = 'suppressed' | 'suppression-changed';

/** Marks findings that have just been appended. */
export function markNew(desk: HiddenDesk, findings: readonly Finding[]): void {
  const counts = new Map(desk.counts);
  for (const ruleId of new Set(findings.map((finding) => finding.ruleId))) {
    const suppressions = suppressionsOf(desk, ruleId);
    const holding = compileSuppressions(suppressions);
    for (const finding of findings) {
      const row = desk.findings.rowOf(finding.key);
      // A copy of a known record is its row, and counted with it.
      const isRow = finding.ruleId === ruleId && row !== undefined && desk.findings.isAt(row, finding);
      if (!isRow) continue;
      const held = holding(finding.event);
      desk.findings.suppress(row, held.length > 0);
      for (const at of held) counts.set(suppressions[at]!.id, (counts.get(suppressions[at]!.id) ?? 0) + 1);
    }
  }
  desk.counts = counts;
}

/** Looks through a rule's findings with the suppressions that it has now; a later look takes over from an earlier one. */
export async function checkRule(desk: HiddenDesk, ruleId: string): Promise<void> {
  const turn = (desk.turns.get(ruleId) ?? 0) + 1;
  desk.turns.set(ruleId, turn);
  const suppressions = suppressionsOf(desk, ruleId);
  const rows = desk.findings.rowsOf(ruleId);
  const holding = compileSuppressions(suppressions);
  const hits = suppressions.map(() => 0);
  const held = new Uint8Array(rows.length);
  desk.checking++;
  try {
    for (let from = 0; from < rows.length && suppressions.length > 0; from += STEP) {
      let at = from;
      for await (const block of desk.findings.read(rows.subarray(from, from + STEP))) {
        for (const finding of block) {
          const found = holding(finding.event);
          for (const each of found) hits[each]!++;
          held[at++] = found.length > 0 ? 1 : 0;
        }
      }
      if (desk.turns.get(ruleId) !== turn) return;
    }
    rows.forEach((row, at) => desk.findings.suppress(row, held[at] === 1));
    const counts = new Map(desk.counts);
    suppressions.forEach(({ id }, at) => counts.set(id, hits[at]!));
    desk.counts = counts;
    desk.findings.refresh();
    await desk.saveCounts();
  } finally {
    desk.checking--;
  }
}

/** Keeps suppressions, each where its scope says, in place of those with their ids; in the log of actions as `action`. */
export async function keep(
  desk: HiddenDesk,
  suppressions: readonly Suppression[],
  action: SuppressionAction,
): Promise<void> {
  if (desk.own.length + suppressions.length > SUPPRESSION_LIMITS.count) {
    throw new Error(`a case keeps at most ${SUPPRESSION_LIMITS.count} suppressions`);
  }
  const { tuning } = desk;
  const ids = new Set(suppressions.map(({ id }) => id));
  const own = suppressions.filter(({ scope }) => scope === 'case');
  // One whose scope changed moves.
  const left = desk.own.filter(({ id }) => ids.has(id) && !own.some((each) => each.id === id)).map(({ id }) => id);
  const moved = tuning.suppressions.filter(({ id }) => own.some((each) => each.id === id));
  desk.own = [...desk.own.filter(({ id }) => !ids.has(id)), ...own];
  for (const each of moved) await tuning.remove(each);
  for (const each of suppressions) if (each.scope === 'all') await tuning.keep(each);
  await Promise.all([...new Set(suppressions.map(({ ruleId }) => ruleId))].map((ruleId) => checkRule(desk, ruleId)));
  await note(desk, action, suppressions);
  await save(desk, own, left);
}

/** Takes a suppression away; what it hid is shown again. */
export async function remove(desk: HiddenDesk, suppression: Suppression): Promise<void> {
  const { id, ruleId, scope } = suppression;
  const hid = desk.counts.get(id);
  if (scope === 'all') await desk.tuning.remove(suppression);
  desk.own = desk.own.filter((each) => each.id !== id);
  await checkRule(desk, ruleId);
  await note(desk, 'suppression-removed', [suppression], hid);
  if (scope === 'case') await save(desk, [], [id]);
}

/** Takes in the suppressions of another copy of this case; the newer one of each holds. Gives how many were taken. */
export async function merge(desk: HiddenDesk, theirs: readonly Suppression[]): Promise<number> {
  const own = new Map(desk.own.map(({ id, changed }) => [id, changed]));
  // Another's file changes nothing that holds in all cases of this browser.
  const everywhere = new Set(desk.tuning.suppressions.map(({ id }) => id));
  const taken = theirs.filter(({ id, changed }) => !everywhere.has(id) && (own.get(id) ?? -1) < changed);
  if (taken.length > 0) await keep(desk, taken, 'suppressed');
  return taken.length;
}

function suppressionsOf(desk: HiddenDesk, ruleId: string): readonly Suppression[] {
  return [...desk.own, ...desk.tuning.suppressions].filter((each) => each.ruleId === ruleId);
}

function note(
  desk: HiddenDesk,
  action: SuppressionAction | 'suppression-removed',
  suppressions: readonly Suppression[],
  hid?: number,
): Promise<void> {
  const countOf = ({ id }: Suppression): number => hid ?? desk.counts.get(id) ?? 0;
  return desk.audit.addAll(
    suppressions.map((each) => ({ action, detail: describeSuppression(each), count: countOf(each) })),
  );
}

/** Suppressions hold on screen at once; a store that refuses them is said so. */
async function save(desk: HiddenDesk, kept: readonly Suppression[], removed: readonly string[]): Promise<void> {
  if (kept.length + removed.length === 0) return;
  const saved = await desk.store.changeSuppressions(desk.caseId, kept, removed);
  if (saved.ok) return;
  desk.notices.show('error', `The suppression could not be kept: ${saved.error.message}`, {
    hint: saved.error.hint ?? 'It holds until this tab closes.',
  });
}
