// The analyst's judgements of a case: state, reason, note and tags per finding key. Written to the store as they are made;
// every change is one step, of one finding or of thousands, and steps can be taken back one after the other.

import type { CaseId } from '../model/case.ts';
import type { FindingKey, Triage, TriageState } from '../model/finding.ts';
import type { CaseStore } from '../store/case-store.ts';
import type { AuditLog, NewAction } from './audit-log.svelte.ts';
import type { FindingList } from './finding-list.svelte.ts';
import type { Notices } from './notices.svelte.ts';
import { UndoSteps } from './undo-steps.ts';

/** Judgements changed without giving the page a moment: about 10 ms. */
const STEP = 4_000;
const MAX_TAG = 60;
const MAX_TEXT = 10_000;

export class TriageBook {
  readonly #store: CaseStore;
  readonly #caseId: CaseId;
  readonly #findings: FindingList;
  readonly #notices: Notices;
  readonly #now: () => number;
  readonly #audit: AuditLog | undefined;
  readonly #entries = new Map<FindingKey, Triage>();
  readonly #steps = new UndoSteps();
  #undoLabel = $state.raw<string | undefined>(undefined);
  /** A change of many findings that is under way: the next one waits for it. */
  #running: Promise<void> | undefined;
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
    // Findings that are shown already: another tab judged them.
    this.apply(kept.keys());
    this.#findings.refresh();
  }

  /** Tags in use, in alphabetical order. */
  get tagNames(): readonly string[] {
    return [...new Set([...this.#current.entries.values()].flatMap(({ tags }) => tags))].sort();
  }

  /** Reasons given so far, the latest first. */
  get reasons(): readonly string[] {
    const given = [...this.#current.entries.values()].filter(({ reason }) => reason !== undefined);
    given.sort((a, b) => b.changed - a.changed);
    return [...new Set(given.map(({ reason }) => reason!))].slice(0, 20);
  }

  /** What the next undo takes back; undefined when there is nothing. */
  get undoLabel(): string | undefined {
    return this.#undoLabel;
  }

  /** Puts known judgements on rows that have just been appended. */
  apply(keys: Iterable<FindingKey>): void {
    if (this.#entries.size === 0) return;
    for (const key of keys) {
      const triage = this.#entries.get(key);
      if (triage !== undefined) this.#findings.judge(triage);
    }
  }

  /** Judges findings; a reason goes with benign ones only. */
  async setState(keys: readonly FindingKey[], state: TriageState, reason = ''): Promise<void> {
    const because = state === 'benign' ? reason.trim().slice(0, MAX_TEXT) : '';
    const detail = because === '' ? state : `${state}: ${because}`;
    const label = `${countFindings(keys)} marked ${state}`;
    await this.#change(keys, label, { action: 'judged', detail }, ({ key, note, tags }) => ({
      key,
      state,
      note,
      tags,
      changed: 0,
      ...(because !== '' && { reason: because }),
    }));
  }

  /** Says why a finding is benign, or takes the reason away. */
  async setReason(key: FindingKey, reason: string): Promise<void> {
    const { state, reason: known = '' } = this.of(key);
    if (state === 'benign' && known !== reason.trim()) await this.setState([key], state, reason);
  }

  /** Sets a finding's note; letters typed one after the other are one step. */
  async setNote(key: FindingKey, note: string): Promise<void> {
    if (this.of(key).note === note) return;
    const detail = note === '' ? 'note taken away' : note;
    await this.#change([key], 'a note', { action: 'noted', detail }, (before) => ({ ...before, note }), key);
  }

  /** Adds a line to the notes of findings. */
  async addNote(keys: readonly FindingKey[], line: string): Promise<void> {
    const added = line.trim();
    if (added === '') return;
    await this.#change(keys, `a note on ${countFindings(keys)}`, { action: 'noted', detail: added }, (before) => ({
      ...before,
      note: (before.note === '' ? added : `${before.note}\n${added}`).slice(0, MAX_TEXT),
    }));
  }

  /** Puts a tag on findings; those that have it stay as they are. */
  async addTag(keys: readonly FindingKey[], name: string): Promise<void> {
    const tag = tagOf(name);
    if (tag === '') return;
    const without = keys.filter((key) => !this.of(key).tags.includes(tag));
    const label = `tag ${tag} on ${countFindings(without)}`;
    await this.#change(without, label, { action: 'tagged', detail: tag }, (before) => ({
      ...before,
      tags: [...new Set([...before.tags, tag])],
    }));
  }

  /** Takes a tag from findings. */
  async removeTag(keys: readonly FindingKey[], tag: string): Promise<void> {
    const tagged = keys.filter((key) => this.of(key).tags.includes(tag));
    const label = `tag ${tag} taken from ${countFindings(tagged)}`;
    await this.#change(tagged, label, { action: 'tagged', detail: `${tag} taken away` }, (before) => ({
      ...before,
      tags: before.tags.filter((other) => other !== tag),
    }));
  }

  /** Takes the last change back and gives what it was; undefined when there is nothing to take back. */
  async undo(): Promise<string | undefined> {
    while (this.#running !== undefined) await this.#running;
    const step = this.#steps.pop();
    this.#undoLabel = this.#steps.last?.label;
    if (step === undefined) return undefined;
    const keys = step.before.map((entry) => entry.key);
    void this.#audit?.add('undone', step.label, keys.length, keys);
    await this.#keep(step.before);
    return step.label;
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
    if (taken.length > 0) {
      // Steps from before would put back what others have judged since.
      this.#steps.clear();
      this.#undoLabel = undefined;
      await this.#keep(taken);
    }
    return { taken: taken.length, older };
  }

  /** One change of any number of findings: one line in the log of actions, one step to take back. */
  async #change(
    keys: readonly FindingKey[],
    label: string,
    action: Pick<NewAction, 'action' | 'detail'>,
    edit: (before: Triage) => Triage,
    noteOf?: FindingKey,
  ): Promise<void> {
    if (keys.length === 0) return;
    while (this.#running !== undefined) await this.#running;
    const changed = this.#now();
    const before = keys.map((key) => this.of(key));
    this.#steps.push({ label, before, ...(noteOf !== undefined && { noteOf }) });
    this.#undoLabel = this.#steps.last?.label;
    void this.#audit?.add(action.action, action.detail, keys.length, keys);
    await this.#keep(before, (entry) => ({ ...edit(entry), changed }));
  }

  /** Judgements hold on screen at once; a store that refuses them is said so. */
  async #keep(triage: readonly Triage[], edit: (entry: Triage) => Triage = (entry) => entry): Promise<void> {
    const kept: Triage[] = [];
    const apply = (from: number): void => {
      for (const entry of triage.slice(from, from + STEP)) {
        const next = edit(entry);
        kept.push(next);
        this.#entries.set(next.key, next);
        this.#findings.judge(next);
      }
    };
    const rest = async (): Promise<void> => {
      for (let from = STEP; from < triage.length; from += STEP) {
        await new Promise((resolve) => setTimeout(resolve));
        apply(from);
      }
    };
    apply(0);
    if (triage.length > STEP) {
      this.#running = rest();
      await this.#running;
      this.#running = undefined;
    }
    this.#current = { entries: this.#entries };
    this.#findings.refresh();
    const saved = await this.#store.saveTriage(this.#caseId, kept);
    if (!saved.ok) {
      this.#notices.show('error', `The judgement could not be kept: ${saved.error.message}`, {
        hint: saved.error.hint ?? 'It holds until this tab closes. Export the findings before that.',
      });
    }
  }
}

function countFindings(keys: readonly FindingKey[]): string {
  return keys.length === 1 ? '1 finding' : `${keys.length} findings`;
}

/** A tag as it is kept: one line, bounded. */
function tagOf(name: string): string {
  return name.replace(/\s+/g, ' ').trim().slice(0, MAX_TAG);
}

function sameJudgement(a: Triage, b: Triage): boolean {
  return (
    a.state === b.state &&
    a.note === b.note &&
    (a.reason ?? '') === (b.reason ?? '') &&
    a.tags.join('\n') === b.tags.join('\n')
  );
}
