// The store where the browser gives no database: everything works until the tab is closed.

import { failure, success, type Result } from '../base/result.ts';
import type { AuditEntry } from '../model/audit-entry.ts';
import type { CaseId, CaseRecord, CaseSummary } from '../model/case.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Finding, FindingKey, Triage } from '../model/finding.ts';
import type { Suppression } from '../model/suppression.ts';
import { BLOCK_FINDINGS } from './block-codec.ts';
import type { CaseStore } from './case-store.ts';
import { countFindings, mergeSummary, newCaseId, newSummary } from './case-summary.ts';
import { CASE_GONE } from './store-failure.ts';

interface MemoryCase {
  record: CaseRecord;
  findings: Finding[];
  triage: Map<FindingKey, Triage>;
  roots: readonly FileSystemHandle[];
  audit: AuditEntry[];
  suppressions: Map<string, Suppression>;
}

export class MemoryCaseStore implements CaseStore {
  readonly durable = false;
  readonly notice: Diagnostic | undefined;
  readonly #cases = new Map<CaseId, MemoryCase>();

  constructor(notice?: Diagnostic) {
    this.notice = notice;
  }

  has(id: CaseId): boolean {
    return this.#cases.has(id);
  }

  listCases(): Promise<readonly CaseSummary[]> {
    return Promise.resolve([...this.#cases.values()].map((each) => each.record.summary));
  }

  createCase(name: string): Promise<CaseId> {
    const id = newCaseId();
    const record = { summary: newSummary(id, name, Date.now()), files: [], problems: [] };
    this.#cases.set(id, { record, findings: [], triage: new Map(), roots: [], audit: [], suppressions: new Map() });
    return Promise.resolve(id);
  }

  loadCase(id: CaseId): Promise<CaseRecord | undefined> {
    return Promise.resolve(this.#cases.get(id)?.record);
  }

  async *loadFindings(id: CaseId): AsyncGenerator<readonly Finding[]> {
    const findings = [...(this.#cases.get(id)?.findings ?? [])];
    for (let at = 0; at < findings.length; at += BLOCK_FINDINGS) {
      yield await Promise.resolve(findings.slice(at, at + BLOCK_FINDINGS));
    }
  }

  loadTriage(id: CaseId): Promise<ReadonlyMap<FindingKey, Triage>> {
    return Promise.resolve(new Map(this.#cases.get(id)?.triage));
  }

  appendFindings(
    id: CaseId,
    findings: readonly Finding[],
    copies?: ReadonlySet<Finding>,
  ): Promise<Result<undefined, Diagnostic>> {
    return this.#change(id, (each) => {
      for (const finding of findings) each.findings.push(finding);
      const counted = findings.filter((finding) => copies?.has(finding) !== true);
      each.record = { ...each.record, summary: countFindings(each.record.summary, counted) };
    });
  }

  clearFindings(id: CaseId): Promise<Result<undefined, Diagnostic>> {
    return this.#change(id, (each) => {
      const { findings, byLevel } = newSummary(id, '', 0);
      each.findings = [];
      each.record = { ...each.record, summary: { ...each.record.summary, findings, byLevel } };
    });
  }

  saveCase(record: CaseRecord): Promise<Result<undefined, Diagnostic>> {
    return this.#change(record.summary.id, (each) => {
      each.record = { ...record, summary: mergeSummary(each.record.summary, record.summary, Date.now()) };
    });
  }

  saveTriage(id: CaseId, triage: readonly Triage[]): Promise<Result<undefined, Diagnostic>> {
    return this.#change(id, (each) => {
      for (const judgement of triage) each.triage.set(judgement.key, judgement);
    });
  }

  saveRoots(id: CaseId, roots: readonly FileSystemHandle[]): Promise<Result<undefined, Diagnostic>> {
    return this.#change(id, (each) => {
      each.roots = roots;
    });
  }

  loadRoots(id: CaseId): Promise<readonly FileSystemHandle[]> {
    return Promise.resolve(this.#cases.get(id)?.roots ?? []);
  }

  appendAudit(id: CaseId, entries: readonly AuditEntry[]): Promise<Result<undefined, Diagnostic>> {
    return this.#change(id, (each) => {
      each.audit.push(...entries);
    });
  }

  loadAudit(id: CaseId): Promise<readonly AuditEntry[]> {
    return Promise.resolve([...(this.#cases.get(id)?.audit ?? [])]);
  }

  loadSuppressions(id: CaseId): Promise<readonly Suppression[]> {
    return Promise.resolve([...(this.#cases.get(id)?.suppressions.values() ?? [])]);
  }

  changeSuppressions(
    id: CaseId,
    kept: readonly Suppression[],
    removed: readonly string[],
  ): Promise<Result<undefined, Diagnostic>> {
    return this.#change(id, ({ suppressions }) => {
      for (const each of kept) suppressions.set(each.id, each);
      for (const each of removed) suppressions.delete(each);
    });
  }

  renameCase(id: CaseId, name: string): Promise<Result<undefined, Diagnostic>> {
    const found = this.#cases.get(id);
    if (found !== undefined) {
      found.record = { ...found.record, summary: { ...found.record.summary, name, changed: Date.now() } };
    }
    return Promise.resolve(success(undefined));
  }

  /** What memory frees is not known in bytes. */
  deleteCase(id: CaseId): Promise<Result<number, Diagnostic>> {
    this.#cases.delete(id);
    return Promise.resolve(success(0));
  }

  close(): void {
    this.#cases.clear();
  }

  #change(id: CaseId, change: (found: MemoryCase) => void): Promise<Result<undefined, Diagnostic>> {
    const found = this.#cases.get(id);
    if (found === undefined) return Promise.resolve(failure(CASE_GONE));
    change(found);
    found.record = { ...found.record, summary: { ...found.record.summary, changed: Date.now() } };
    return Promise.resolve(success(undefined));
  }
}
