// What the app asks of the store. IndexedDB implements it (indexed-case-store.ts); memory implements it where the
// browser refuses a database, so that findings stay on screen and exportable.

import type { Result } from '../base/result.ts';
import type { CaseId, CaseRecord, CaseSummary } from '../model/case.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Finding, FindingKey, Triage } from '../model/finding.ts';

export interface CaseStore {
  /** False when nothing survives the tab (database denied or absent). */
  readonly durable: boolean;
  listCases(): Promise<readonly CaseSummary[]>;
  createCase(name: string): Promise<CaseId>;
  /** The case without findings and triage; undefined when there is none. */
  loadCase(id: CaseId): Promise<CaseRecord | undefined>;
  /** Findings in blocks of up to 1,000, in the order of writing. */
  loadFindings(id: CaseId): AsyncIterable<readonly Finding[]>;
  loadTriage(id: CaseId): Promise<ReadonlyMap<FindingKey, Triage>>;
  /** Settles once the findings are on disk; a diagnostic (`store-full`, `store-denied`) when they could not be kept. */
  appendFindings(id: CaseId, findings: readonly Finding[]): Promise<Result<undefined, Diagnostic>>;
  saveCase(record: CaseRecord): Promise<Result<undefined, Diagnostic>>;
  saveTriage(id: CaseId, triage: readonly Triage[]): Promise<Result<undefined, Diagnostic>>;
  renameCase(id: CaseId, name: string): Promise<void>;
  deleteCase(id: CaseId): Promise<void>;
  close(): void;
}
