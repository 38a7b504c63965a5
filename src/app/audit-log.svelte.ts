// The log of actions of the open case: what was done, when, and by whom. Written to the store as things are done;
// nothing in it is ever changed. Who is at the keyboard is a free-text name that the analyst gives.

import type { AuditAction, AuditEntry } from '../model/audit-entry.ts';
import { MAX_AUDIT_KEYS } from '../model/audit-entry.ts';
import type { CaseId } from '../model/case.ts';
import type { FindingKey } from '../model/finding.ts';
import type { CaseStore } from '../store/case-store.ts';
import type { Notices } from './notices.svelte.ts';
import type { Settings } from './ports.ts';

const NAME_SETTING = 'analyst';
const MAX_NAME = 80;
const MAX_DETAIL = 2_000;

export interface AuditTools {
  readonly store: CaseStore;
  readonly notices: Notices;
  readonly settings?: Settings | undefined;
  readonly now: () => number;
}

export interface NewAction {
  readonly action: AuditAction;
  readonly detail: string;
  readonly count?: number | undefined;
  readonly findings?: readonly FindingKey[] | undefined;
}

export class AuditLog {
  readonly #caseId: CaseId;
  readonly #tools: AuditTools;
  #entries = $state.raw<readonly AuditEntry[]>([]);
  #analyst = $state('');
  #asked = false;
  #refused = false;

  constructor(caseId: CaseId, tools: AuditTools) {
    this.#caseId = caseId;
    this.#tools = tools;
    this.#analyst = tools.settings?.read(NAME_SETTING) ?? '';
  }

  /** Oldest first. */
  get entries(): readonly AuditEntry[] {
    return this.#entries;
  }

  /** The name that actions carry from now on; '' when none was given. */
  get analyst(): string {
    return this.#analyst;
  }

  async load(): Promise<void> {
    const kept = await this.#tools.store.loadAudit(this.#caseId);
    // What was done while the log was being read stands at its end.
    this.#entries = [...kept, ...this.#entries.filter((entry) => !kept.some((other) => isSame(entry, other)))];
  }

  /** Notes an action. Settles when it is on disk; a store that refuses is said so once. */
  add(action: AuditAction, detail: string, count?: number, findings?: readonly FindingKey[]): Promise<void> {
    return this.addAll([{ action, detail, count, findings }]);
  }

  /** Notes several actions in one write. */
  async addAll(actions: readonly NewAction[]): Promise<void> {
    const time = this.#tools.now();
    const entries = actions.map(({ action, detail, count, findings }): AuditEntry => ({
      time,
      analyst: this.#analyst,
      action,
      detail: detail.slice(0, MAX_DETAIL),
      ...(count !== undefined && { count }),
      ...(findings !== undefined && { findings: findings.slice(0, MAX_AUDIT_KEYS) }),
    }));
    if (entries.length > 0) await this.#append(entries);
  }

  /** Takes in what another copy of this case logged; gives how many entries are new. */
  async merge(entries: readonly AuditEntry[]): Promise<number> {
    const known = new Set(this.#entries.map((entry) => JSON.stringify(entry)));
    const fresh = entries.filter((entry) => !known.has(JSON.stringify(entry)));
    if (fresh.length > 0) await this.#append(fresh);
    return fresh.length;
  }

  /** Sets the analyst's name for this and later cases, and notes the change. */
  async rename(name: string): Promise<void> {
    const trimmed = name.trim().slice(0, MAX_NAME);
    if (trimmed === this.#analyst) return;
    const before = this.#analyst;
    this.#analyst = trimmed;
    this.#tools.settings?.write(NAME_SETTING, trimmed);
    await this.add('analyst-changed', before === '' ? 'no name was given before' : `was ${before}`);
  }

  /** Asks once who is judging; the judgement does not wait for the answer. `ask` leads to where the name is given. */
  askName(ask: () => void): void {
    if (this.#asked || this.#analyst !== '') return;
    this.#asked = true;
    this.#tools.notices.show('info', 'Who is judging?', {
      hint: 'A name in the log of actions tells people apart when cases are put together. It stays in this browser.',
      action: { label: 'Give a name', run: ask },
    });
  }

  async #append(entries: readonly AuditEntry[]): Promise<void> {
    this.#entries = [...this.#entries, ...entries];
    const kept = await this.#tools.store.appendAudit(this.#caseId, entries);
    if (kept.ok || this.#refused) return;
    this.#refused = true;
    this.#tools.notices.show('error', `The log of actions could not be kept: ${kept.error.message}`, {
      hint: 'It is shown until this tab closes. Save the case file before that.',
    });
  }
}

function isSame(a: AuditEntry, b: AuditEntry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
