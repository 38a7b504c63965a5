// The analyst's judgements of a case: state and note per finding key. Written to the store as they are made; a bulk
// judgement can be taken back as a whole.

import type { CaseId } from '../model/case.ts';
import type { FindingKey, Triage, TriageState } from '../model/finding.ts';
import type { CaseStore } from '../store/case-store.ts';
import type { AuditLog, NewAction } from './audit-log.svelte.ts';
import type { FindingList } from './finding-list.svelte.ts';
import type { Notices } from './notices.svelte.ts';

export class TriageBook {
  readonly #store: CaseStore;
  readonly #caseId: CaseId;
  readonly #findings: FindingList;
  readonly #notices: Notices;
  readonly #now: () => number;
  readonly #audit: AuditLog | undefined;
  readonly #entries = new Map<FindingKey, Triage>();
  /** A new wrapper with every change: it tells readers that the entries behind it changed. */
  #current = $state.raw({ entries: this.#entries });

  constructor(
    store: CaseStore,
    caseId: CaseId,
    findings: FindingList,
    notices: Notices,
    now: () => number,
    audit?: AuditLog,
  ) {
    this.#store = store;
    this.#caseId = caseId;
    this.#findings = findings;
    this.#notices = notices;
    this.#now = now;
    this.#audit = audit;
  }

  /** Number of findings judged or noted. */
  get count(): number {
    return this.#current.entries.size;
  }

  /** The judgement of a finding; new and without a note when there is none. */
  of(key: FindingKey): Triage {
    return this.#current.entries.get(key) ?? { key, state: 'new', note: '', tags: [], changed: 0 };
  }

  /** The judgement of a finding, undefined when nobody has judged or noted it. */
  kept(key: FindingKey): Triage | undefined {
    return this.#entries.get(key);
  }

  /** Takes in what the store kept. */
  async load(): Promise<void> {
    const kept = await this.#store.loadTriage(this.#caseId);
    for (const [key, triage] of kept) this.#entries.set(key, triage);
    this.#current = { entries: this.#entries };
  }

  /** Puts known judgements on rows that have just been appended. */
  apply(keys: Iterable<FindingKey>): void {
    if (this.#entries.size === 0) return;
    for (const key of keys) {
      const triage = this.#entries.get(key);
      if (triage !== undefined) this.#findings.judge(key, triage.state);
    }
  }

  /** Judges findings; gives the judgements as they were, for undoing. */
  async setState(keys: readonly FindingKey[], state: TriageState): Promise<readonly Triage[]> {
    const before = keys.map((key) => this.of(key));
    void this.#audit?.add('judged', state, keys.length, keys);
    await this.#keep(before.map((triage) => ({ ...triage, state, changed: this.#now() })));
    return before;
  }

  async setNote(key: FindingKey, note: string): Promise<void> {
    const before = this.of(key);
    if (before.note === note) return;
    void this.#audit?.add('noted', note === '' ? 'note taken away' : note, 1, [key]);
    await this.#keep([{ ...before, note, changed: this.#now() }]);
  }

  /** Takes a judgement back: sets judgements as they were. */
  async restore(triage: readonly Triage[]): Promise<void> {
    const keys = triage.map((entry) => entry.key);
    void this.#audit?.add('judged', 'set back to what it was before', keys.length, keys);
    await this.#keep(triage);
  }

  /** All judgements and notes, in the order in which they were first made. */
  get all(): readonly Triage[] {
    return [...this.#current.entries.values()];
  }

  /**
   * Takes in another person's judgements: the newer one of each finding holds, and the log of actions has the other.
   * Gives how many were taken and how many were older than ours.
   */
  async merge(triage: readonly Triage[]): Promise<{ readonly taken: number; readonly older: number }> {
    const taken: Triage[] = [];
    const replaced: NewAction[] = [];
    let older = 0;
    for (const theirs of triage) {
      const ours = this.#entries.get(theirs.key);
      if (ours !== undefined && sameJudgement(ours, theirs)) continue;
      const wins = ours === undefined || theirs.changed > ours.changed;
      if (wins) taken.push(theirs);
      else older++;
      if (ours === undefined) continue;
      const lost = wins ? ours : theirs;
      const what = lost.note === '' ? lost.state : `${lost.state}: ${lost.note}`;
      const detail = `${wins ? 'ours' : 'theirs'} was older: ${what}`;
      replaced.push({ action: 'judgement-replaced', detail, count: 1, findings: [theirs.key] });
    }
    await this.#audit?.addAll(replaced);
    if (taken.length > 0) await this.#keep(taken);
    return { taken: taken.length, older };
  }

  /** Judgements hold on screen at once; a store that refuses them is said so. */
  async #keep(triage: readonly Triage[]): Promise<void> {
    for (const entry of triage) {
      this.#entries.set(entry.key, entry);
      this.#findings.judge(entry.key, entry.state);
    }
    this.#current = { entries: this.#entries };
    this.#findings.refresh();
    const kept = await this.#store.saveTriage(this.#caseId, triage);
    if (!kept.ok) {
      this.#notices.show('error', `The judgement could not be kept: ${kept.error.message}`, {
        hint: kept.error.hint ?? 'It holds until this tab closes. Export the findings before that.',
      });
    }
  }
}

function sameJudgement(a: Triage, b: Triage): boolean {
  return a.state === b.state && a.note === b.note && a.tags.join('\n') === b.tags.join('\n');
}
