// What the app asks of the place where the analyst's settings of rules and the suppressions for all cases are kept.
// IndexedDB implements it (indexed-tuning.ts), memory where the browser refuses a database.

import { success, type Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { RuleSetting, Suppression } from '../model/suppression.ts';

export interface Tuning {
  readonly settings: readonly RuleSetting[];
  readonly suppressions: readonly Suppression[];
}

export interface TuningStore {
  loadTuning(): Promise<Tuning>;
  /** Keeps a rule's setting; one that sets nothing is removed. */
  saveSetting(setting: RuleSetting): Promise<Result<undefined, Diagnostic>>;
  saveSuppression(suppression: Suppression): Promise<Result<undefined, Diagnostic>>;
  removeSuppression(id: string): Promise<Result<undefined, Diagnostic>>;
}

/** True when the setting leaves the rule as it is. */
export function setsNothing({ off, level }: RuleSetting): boolean {
  return !off && level === undefined;
}

export class MemoryTuning implements TuningStore {
  readonly #settings = new Map<string, RuleSetting>();
  readonly #suppressions = new Map<string, Suppression>();

  loadTuning(): Promise<Tuning> {
    return Promise.resolve({ settings: [...this.#settings.values()], suppressions: [...this.#suppressions.values()] });
  }

  saveSetting(setting: RuleSetting): Promise<Result<undefined, never>> {
    if (setsNothing(setting)) this.#settings.delete(setting.ruleId);
    else this.#settings.set(setting.ruleId, setting);
    return Promise.resolve(success(undefined));
  }

  saveSuppression(suppression: Suppression): Promise<Result<undefined, never>> {
    this.#suppressions.set(suppression.id, suppression);
    return Promise.resolve(success(undefined));
  }

  removeSuppression(id: string): Promise<Result<undefined, never>> {
    this.#suppressions.delete(id);
    return Promise.resolve(success(undefined));
  }
}
