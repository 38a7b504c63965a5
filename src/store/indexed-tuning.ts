// The analyst's settings of rules and the suppressions for all cases in IndexedDB.

import { failure, success, type Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { RuleSetting, Suppression } from '../model/suppression.ts';
import type { Connection } from './connection.ts';
import type { Database } from './schema.ts';
import { diagnoseFailure } from './store-failure.ts';
import { ALL_CASES, loadSuppressionRecords, suppressionRecord } from './suppression-records.ts';
import { setsNothing, type Tuning, type TuningStore } from './tuning-store.ts';

export class IndexedTuning implements TuningStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async loadTuning(): Promise<Tuning> {
    const database = await this.#connection.database();
    const [settings, suppressions] = await Promise.all([
      database.getAll('ruleSettings'),
      loadSuppressionRecords(this.#connection, ALL_CASES),
    ]);
    return { settings, suppressions };
  }

  saveSetting(setting: RuleSetting): Promise<Result<undefined, Diagnostic>> {
    const { ruleId } = setting;
    return this.#change((database) =>
      setsNothing(setting) ? database.delete('ruleSettings', ruleId) : database.put('ruleSettings', setting, ruleId),
    );
  }

  saveSuppression(suppression: Suppression): Promise<Result<undefined, Diagnostic>> {
    const record = suppressionRecord(suppression);
    return this.#change((database) => database.put('suppressions', record, [ALL_CASES, suppression.id]));
  }

  removeSuppression(id: string): Promise<Result<undefined, Diagnostic>> {
    return this.#change((database) => database.delete('suppressions', [ALL_CASES, id]));
  }

  async #change(work: (database: Database) => Promise<unknown>): Promise<Result<undefined, Diagnostic>> {
    try {
      await work(await this.#connection.database());
      return success(undefined);
    } catch (error) {
      return failure(diagnoseFailure(error));
    }
  }
}
