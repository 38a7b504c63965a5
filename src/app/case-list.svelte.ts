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
    const renamed = await this.#store.renameCase(id, name);
    if (!renamed.ok) throw new Error(renamed.error.message);
    await this.load();
  }

  /** Deletes cases; gives the bytes that became free. */
  async remove(ids: readonly CaseId[]): Promise<number> {
    let bytes = 0;
    try {
      for (const id of ids) {
        const freed = await this.#store.deleteCase(id);
        if (!freed.ok) throw new Error(freed.error.message);
        bytes += freed.value;
      }
    } finally {
      await this.load();
    }
    return bytes;
  }
}
