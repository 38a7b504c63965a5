// What is kept off the lists of the open case: its own suppressions together with those for all cases and with the rules
// that are off. Marks the rows of the finding list; nothing is ever taken away, and every hidden finding is counted. How
// that is done is in hidden-changes.ts, loaded when there is something to hide.

import type { CaseId } from '../model/case.ts';
import type { Finding } from '../model/finding.ts';
import type { Suppression } from '../model/suppression.ts';
import type { CaseStore } from '../store/case-store.ts';
import type { AuditLog } from './audit-log.svelte.ts';
import type { FindingList } from './finding-list.svelte.ts';
import type { SuppressionAction } from './hidden-changes.ts';
import type { Notices } from './notices.svelte.ts';
import type { RuleTuning } from './rule-tuning.svelte.ts';

export interface HiddenBookTools {
  readonly store: CaseStore;
  readonly tuning: RuleTuning;
  readonly notices: Notices;
}

/** The book from the inside, for hidden-changes.ts. */
export interface HiddenDesk extends HiddenBookTools {
  readonly caseId: CaseId;
  readonly findings: FindingList;
  readonly audit: AuditLog;
  /** Suppressions of this case. */
  own: readonly Suppression[];
  counts: ReadonlyMap<string, number>;
  /** Rules whose findings are being looked through. */
  checking: number;
  /** Keeps how much is hidden now. */
  readonly saveCounts: () => Promise<void>;
  /** Per rule the number of the newest check; an older one that still reads gives up. */
  readonly turns: Map<string, number>;
}

const load = () => import('./hidden-changes.ts');

export class HiddenBook {
  readonly #desk: HiddenDesk;
  readonly #stop: () => void;
  #own = $state.raw<readonly Suppression[]>([]);
  #counts = $state.raw<ReadonlyMap<string, number>>(new Map());
  #checking = $state(0);

  constructor(
    caseId: CaseId,
    findings: FindingList,
    audit: AuditLog,
    { store, tuning, notices }: HiddenBookTools,
    saveCounts: () => Promise<void> = () => Promise.resolve(),
  ) {
    // Accessors of an object have no way to this object's private state but through a name.
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const book = this;
    this.#desk = {
      ...{ caseId, findings, audit, store, tuning, notices, saveCounts, turns: new Map<string, number>() },
      get own() {
        return book.#own;
      },
      set own(own) {
        book.#own = own;
      },
      get counts() {
        return book.#counts;
      },
      set counts(counts) {
        book.#counts = counts;
      },
      get checking() {
        return book.#checking;
      },
      set checking(checking) {
        book.#checking = checking;
      },
    };
    findings.setRules(tuning.settings);
    this.#stop = tuning.listen(({ settings, suppressed }) => {
      findings.setRules(settings);
      findings.refresh();
      for (const ruleId of new Set(suppressed)) {
        load()
          .then(({ checkRule }) => checkRule(this.#desk, ruleId))
          .catch((error: unknown) => {
            notices.show('error', `Suppressions could not be applied: ${String(error)}`, {
              hint: 'Findings that they hide are shown. Reload the page to try again.',
            });
          });
      }
    });
  }

  /** Suppressions that hold in this case, its own first. */
  get all(): readonly Suppression[] {
    return [...this.#own, ...this.#desk.tuning.suppressions];
  }
  /** Findings of this case on which each suppression holds, by its id. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
  get checking(): number {
    return this.#checking;
  }

  async load(): Promise<void> {
    this.#own = await this.#desk.store.loadSuppressions(this.#desk.caseId);
  }

  /** Marks findings that have just been appended. */
  async apply(findings: readonly Finding[]): Promise<void> {
    const { all } = this;
    if (all.length === 0) return;
    const concerned = findings.filter((finding) => all.some(({ ruleId }) => ruleId === finding.ruleId));
    if (concerned.length > 0) (await load()).markNew(this.#desk, concerned);
  }

  /** Keeps suppressions in place of those with their ids and hides what they hold on. */
  async keep(suppressions: readonly Suppression[], action: SuppressionAction): Promise<void> {
    await (await load()).keep(this.#desk, suppressions, action);
  }

  /** Takes a suppression away; what it hid is shown again. */
  async remove(suppression: Suppression): Promise<void> {
    await (await load()).remove(this.#desk, suppression);
  }

  /** Takes in the newer suppressions of another copy of this case; gives how many were taken. */
  async merge(theirs: readonly Suppression[]): Promise<number> {
    return (await load()).merge(this.#desk, theirs);
  }

  close(): void {
    this.#stop();
  }
}
