// The kept cases, newest first.

import type { CaseId, CaseSummary } from '../model/case.ts';
import type { CaseStore } from '../store/case-store.ts';

export class CaseList {
  readonly #store: CaseStore;
  #cases = $state.raw<readonly CaseSummary[] | undefined>(undefined);

  constructor(store: CaseStore) {
    this.#store = store;
  }

  /** Undefined until the first load. */
  get cases(): readonly CaseSummary[] | undefined {
    return this.#cases;
  }

  async load(): Promise<void> {
    const cases = await this.#store.listCases();
    this.#cases = cases.toSorted((a, b) => b.changed - a.changed);
  }

  async rename(id: CaseId, name: string): Promise<void> {
    await this.#store.renameCase(id, name);
    await this.load();
  }

  async remove(id: CaseId): Promise<void> {
    await this.#store.deleteCase(id);
    await this.load();
  }
}
