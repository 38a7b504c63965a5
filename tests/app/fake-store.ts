// A case store in memory that can be told to refuse.

import type { Result } from '../../src/base/result.ts';
import type { AuditEntry } from '../../src/model/audit-entry.ts';
import type { CaseId, CaseRecord, CaseSummary } from '../../src/model/case.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { Finding, FindingKey, Triage } from '../../src/model/finding.ts';
import type { Suppression } from '../../src/model/suppression.ts';
import { RULE_LEVELS, type RuleLevel } from '../../src/model/rule-set.ts';
import type { CaseStore } from '../../src/store/case-store.ts';

export class FakeStore implements CaseStore {
  durable = true;
  refusal: Diagnostic | undefined;
  readonly cases = new Map<CaseId, CaseRecord>();
  readonly findings = new Map<CaseId, Finding[]>();
  readonly triage = new Map<CaseId, Map<FindingKey, Triage>>();
  readonly audit = new Map<CaseId, readonly AuditEntry[]>();
  readonly suppressions = new Map<CaseId, readonly Suppression[]>();
  readonly roots = new Map<CaseId, readonly FileSystemHandle[]>();
  /** Calls back before each batch is taken. */
  onAppend: ((findings: readonly Finding[]) => void) | undefined;
  /** Findings that were given as copies of known records. */
  copies = 0;
  readonly #refused = new Map<CaseId, readonly Finding[]>();
  #next = 1;

  listCases(): Promise<readonly CaseSummary[]> {
    return Promise.resolve([...this.cases.values()].map((record) => record.summary));
  }

  createCase(name: string): Promise<CaseId> {
    const id = `case-${this.#next++}` as CaseId;
    const byLevel = Object.fromEntries(RULE_LEVELS.map((level) => [level, 0])) as Record<RuleLevel, number>;
    const summary = { id, name, created: 1, changed: 1, files: 0, bytes: 0, records: 0, findings: 0, byLevel };
    this.cases.set(id, { summary, files: [], problems: [] });
    return Promise.resolve(id);
  }

  loadCase(id: CaseId): Promise<CaseRecord | undefined> {
    return Promise.resolve(this.cases.get(id));
  }

  async *loadFindings(id: CaseId): AsyncIterable<readonly Finding[]> {
    const all = this.findings.get(id) ?? [];
    for (let i = 0; i < all.length; i += 1_000) yield await Promise.resolve(all.slice(i, i + 1_000));
  }

  loadTriage(id: CaseId): Promise<ReadonlyMap<FindingKey, Triage>> {
    return Promise.resolve(this.triage.get(id) ?? new Map());
  }

  appendFindings(
    id: CaseId,
    findings: readonly Finding[],
    copies?: ReadonlySet<Finding>,
  ): Promise<Result<undefined, Diagnostic>> {
    this.onAppend?.(findings);
    this.copies += copies?.size ?? 0;
    // As the stores do: what is refused is kept in memory and goes first next time.
    const waiting = [...(this.#refused.get(id) ?? []), ...findings];
    this.#refused.set(id, this.refusal === undefined ? [] : waiting);
    if (this.refusal === undefined) this.findings.set(id, [...(this.findings.get(id) ?? []), ...waiting]);
    return this.#answer();
  }

  saveCase(record: CaseRecord): Promise<Result<undefined, Diagnostic>> {
    if (this.refusal === undefined) this.cases.set(record.summary.id, record);
    return this.#answer();
  }

  saveTriage(id: CaseId, triage: readonly Triage[]): Promise<Result<undefined, Diagnostic>> {
    const kept = this.triage.get(id) ?? new Map<FindingKey, Triage>();
    if (this.refusal === undefined) for (const entry of triage) kept.set(entry.key, entry);
    this.triage.set(id, kept);
    return this.#answer();
  }

  clearFindings(id: CaseId): Promise<Result<undefined, Diagnostic>> {
    this.findings.delete(id);
    return this.#answer();
  }

  saveRoots(id: CaseId, roots: readonly FileSystemHandle[]): Promise<Result<undefined, Diagnostic>> {
    this.roots.set(id, roots);
    return this.#answer();
  }

  loadRoots(id: CaseId): Promise<readonly FileSystemHandle[]> {
    return Promise.resolve(this.roots.get(id) ?? []);
  }

  appendAudit(id: CaseId, entries: readonly AuditEntry[]): Promise<Result<undefined, Diagnostic>> {
    if (this.refusal === undefined) this.audit.set(id, [...(this.audit.get(id) ?? []), ...entries]);
    return this.#answer();
  }

  loadAudit(id: CaseId): Promise<readonly AuditEntry[]> {
    return Promise.resolve(this.audit.get(id) ?? []);
  }

  loadSuppressions(id: CaseId): Promise<readonly Suppression[]> {
    return Promise.resolve(this.suppressions.get(id) ?? []);
  }

  changeSuppressions(
    id: CaseId,
    kept: readonly Suppression[],
    removed: readonly string[],
  ): Promise<Result<undefined, Diagnostic>> {
    const gone = new Set([...removed, ...kept.map((each) => each.id)]);
    const rest = (this.suppressions.get(id) ?? []).filter((each) => !gone.has(each.id));
    if (this.refusal === undefined) this.suppressions.set(id, [...rest, ...kept]);
    return this.#answer();
  }

  renameCase(id: CaseId, name: string): Promise<Result<undefined, Diagnostic>> {
    const record = this.cases.get(id);
    if (record !== undefined) this.cases.set(id, { ...record, summary: { ...record.summary, name } });
    return this.#answer();
  }

  deleteCase(id: CaseId): Promise<Result<number, Diagnostic>> {
    this.cases.delete(id);
    this.findings.delete(id);
    return Promise.resolve({ ok: true, value: 1_000 });
  }

  close(): void {}

  #answer(): Promise<Result<undefined, Diagnostic>> {
    return Promise.resolve(
      this.refusal === undefined ? { ok: true, value: undefined } : { ok: false, error: this.refusal },
    );
  }
}
