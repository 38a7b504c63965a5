// The open case among the tabs of this browser: whether this tab writes it, and what the others did to it.

import type { CaseId } from '../model/case.ts';
import type { CaseNews, CaseTabs } from '../store/case-tabs.ts';

/**
 * `ours`: this tab writes the case. `elsewhere`: another tab does, this one reads and judges. `lost`: another tab took it
 * from this one. `deleted`: it is gone from the database.
 */
export type CaseHold = 'ours' | 'elsewhere' | 'lost' | 'deleted';

export interface SharingHost {
  /** True while the case must not be taken from this tab. */
  isBusy(id: CaseId): boolean;
  /** Other tabs judged findings of the open case. */
  judged(): void;
  /** Something about the list of cases changed. */
  listChanged(): void;
  /** A newer version in another tab took the database over. */
  superseded(): void;
  /** Opens the case again from the store. */
  reopen(id: CaseId): Promise<void>;
}

export class CaseSharing {
  readonly #tabs: CaseTabs | undefined;
  readonly #host: SharingHost;
  #open: CaseId | undefined;
  #hold = $state<CaseHold>('ours');
  #grown = $state(false);
  #claim: Promise<void> = Promise.resolve();

  constructor(tabs: CaseTabs | undefined, host: SharingHost) {
    this.#tabs = tabs;
    this.#host = host;
    tabs?.listen({
      news: (news) => this.#hear(news),
      letGo: (id) => Promise.resolve(!host.isBusy(id)),
    });
  }

  /** How this tab has the open case. */
  get hold(): CaseHold {
    return this.#hold;
  }
  /** Whether the other tab has written findings that are not shown here. */
  get grown(): boolean {
    return this.#grown;
  }

  /** The case is open here from now on, and the one before is not. */
  open(id: CaseId): void {
    if (this.#open === id && this.#hold === 'ours') return;
    if (this.#open !== undefined && this.#open !== id) this.#tabs?.leave(this.#open);
    this.#open = id;
    this.#hold = 'ours';
    this.#grown = false;
    this.#claim = this.#ask(id);
  }

  /** The open case was deleted or closed here. */
  close(): void {
    if (this.#open !== undefined) this.#tabs?.leave(this.#open);
    this.#open = undefined;
    this.#hold = 'ours';
  }

  /** Whether this tab may write the open case; waits for the answer of the others. */
  async mayWrite(): Promise<boolean> {
    await this.#claim;
    return this.#hold === 'ours';
  }

  /** Takes the open case from the other tab; false when that tab has work under way. */
  async takeOver(): Promise<boolean> {
    const id = this.#open;
    if (this.#tabs === undefined || id === undefined) return true;
    if ((await this.#tabs.takeOver(id)) === 'refused') return false;
    if (this.#open !== id) return true;
    // The other tab may have written since this one read.
    this.#open = undefined;
    this.#hold = 'ours';
    await this.#host.reopen(id);
    return true;
  }

  /** Shows what the other tab has written. */
  async showGrown(): Promise<void> {
    if (this.#open !== undefined) await this.#host.reopen(this.#open);
  }

  async #ask(id: CaseId): Promise<void> {
    const isOurs = (await this.#tabs?.claim(id).catch(() => true)) ?? true;
    if (!isOurs && this.#open === id) this.#hold = 'elsewhere';
  }

  #hear({ kind, id }: CaseNews): void {
    const isOpen = id !== undefined && id === this.#open;
    if (kind === 'superseded') this.#host.superseded();
    else if (kind === 'lost' && isOpen && this.#hold === 'ours') this.#hold = 'lost';
    else if (kind === 'deleted') {
      if (isOpen) this.#hold = 'deleted';
      this.#host.listChanged();
    } else if (kind === 'changed') this.#host.listChanged();
    else if (kind === 'judged' && isOpen) this.#host.judged();
    else if (kind === 'found' && isOpen && this.#hold !== 'ours') this.#grown = true;
  }
}
