// What the app asks of the store. IndexedDB implements it (indexed-case-store.ts); memory implements it where the
// browser refuses a database, so that findings stay on screen and exportable.

import type { Result } from '../base/result.ts';
import type { CaseId, CaseRecord, CaseSummary } from '../model/case.ts';
import type { AuditEntry } from '../model/audit-entry.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Finding, FindingBlock, FindingKey, Triage } from '../model/finding.ts';
import type { Suppression } from '../model/suppression.ts';

export interface CaseStore {
  /** False when nothing survives the tab (database denied or absent). */
  readonly durable: boolean;
  /** Why `durable` is false, for the user; undefined when it is true. */
  readonly notice?: Diagnostic | undefined;
  listCases(): Promise<readonly CaseSummary[]>;
  createCase(name: string): Promise<CaseId>;
  /** The case without findings and triage; undefined when there is none. */
  loadCase(id: CaseId): Promise<CaseRecord | undefined>;
  /** Findings in blocks of up to 1,000, in the order of writing. Throws at the end when a part could not be read back. */
  loadFindings(id: CaseId): AsyncIterable<FindingBlock>;
  loadTriage(id: CaseId): Promise<ReadonlyMap<FindingKey, Triage>>;
  /**
   * Settles once the findings are on disk; a diagnostic (`store-full`, `store-denied`) when they could not be kept.
   * `copies` are those among them whose record the case has from another place: kept as a further source, not counted.
   */
  appendFindings(
    id: CaseId,
    findings: readonly Finding[],
    copies?: ReadonlySet<Finding>,
  ): Promise<Result<undefined, Diagnostic>>;
  /** Removes the findings and keeps the rest: before a rescan, whose findings take the triage over by their keys. */
  clearFindings(id: CaseId): Promise<Result<undefined, Diagnostic>>;
  /** Keeps name, files and problems. The counters `findings` and `byLevel` stay the store's own count. */
  saveCase(record: CaseRecord): Promise<Result<undefined, Diagnostic>>;
  saveTriage(id: CaseId, triage: readonly Triage[]): Promise<Result<undefined, Diagnostic>>;
  /** Keeps handles to the evidence (Intake.roots), so that one click opens it again after a reload. */
  saveRoots(id: CaseId, roots: readonly FileSystemHandle[]): Promise<Result<undefined, Diagnostic>>;
  loadRoots(id: CaseId): Promise<readonly FileSystemHandle[]>;
  /** Adds to the log of actions, in the order given; nothing in the log is ever changed. */
  appendAudit(id: CaseId, entries: readonly AuditEntry[]): Promise<Result<undefined, Diagnostic>>;
  /** The log of actions, in the order of writing. */
  loadAudit(id: CaseId): Promise<readonly AuditEntry[]>;
  /** The suppressions kept with the case, oldest first. */
  loadSuppressions(id: CaseId): Promise<readonly Suppression[]>;
  /** Keeps suppressions in place of those with their ids, and removes others. */
  changeSuppressions(
    id: CaseId,
    kept: readonly Suppression[],
    removed: readonly string[],
  ): Promise<Result<undefined, Diagnostic>>;
  /** A diagnostic when the database refuses; a case that is gone counts as renamed. */
  renameCase(id: CaseId, name: string): Promise<Result<undefined, Diagnostic>>;
  /** Removes everything of the case; gives the bytes that its findings, judgements and accounts took. */
  deleteCase(id: CaseId): Promise<Result<number, Diagnostic>>;
  /** Writes what is pending, then lets go of the database and of the cases. */
  close(): void;
}
