// Cases in IndexedDB. Every write is one transaction that first looks whether the case still exists and is ours; what
// the database refuses is kept in memory, so that a full disk never takes a finding off the screen. Findings and
// counters go through one transaction, so the list of cases always tells the truth about the blocks.

import { failure, success, type Result } from '../base/result.ts';
import type { CaseId, CaseRecord, CaseSummary } from '../model/case.ts';
import type { AuditEntry } from '../model/audit-entry.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Finding, FindingBlock, FindingKey, Triage } from '../model/finding.ts';
import type { Suppression } from '../model/suppression.ts';
import { decodeBlock } from './block-codec.ts';
import type { CaseLocks } from './case-lock.ts';
import type { CaseStore } from './case-store.ts';
import type { CaseNews } from './case-tabs.ts';
import { countFindings, mergeSummary, newCaseId, newSummary } from './case-summary.ts';
import type { Connection } from './connection.ts';
import { createFindingsWriter, type FindingsWriter } from './findings-writer.ts';
import { decodeKinds, encodeKinds } from './kinds-codec.ts';
import { maskText, randomSeed, unmaskText } from '../base/mask.ts';
import { MemoryCaseStore } from './memory-case-store.ts';
import { rangeOfCase, type BlockRecord, type CaseDetails } from './schema.ts';
import { CASE_GONE, diagnoseFailure, STORE_DENIED, StoreRefusal } from './store-failure.ts';
import { appendAuditRecords, countBytes, loadAuditRecords } from './audit-records.ts';
import { loadSuppressionRecords, suppressionRecord } from './suppression-records.ts';
import { loadBlocks, loadTriageRecords, saveTriageRecords } from './stored-parts.ts';
import { writeToCase } from './write-to-case.ts';

/** Where a case has records beside its summary and lease. */
const PARTS = ['details', 'blocks', 'triage', 'audit', 'suppressions', 'roots'] as const;

export class IndexedCaseStore implements CaseStore {
  readonly durable = true;
  readonly #connection: Connection;
  readonly #locks: CaseLocks;
  readonly #writers = new Map<CaseId, FindingsWriter>();
  /** Cases that could not even be created on disk, and why. */
  readonly #memory = new MemoryCaseStore();
  readonly #reasons = new Map<CaseId, Diagnostic>();
  /** Parts of stored cases that the database refused; they go again with the next save of their kind. */
  readonly #refusedRecords = new Map<CaseId, CaseRecord>();
  readonly #refusedTriage = new Map<CaseId, Map<FindingKey, Triage>>();
  readonly #refusedAudit = new Map<CaseId, readonly AuditEntry[]>();
  /** Findings that are written and not counted; they may have to wait for a later write. */
  readonly #copies = new WeakSet<Finding>();

  /** Judgements as this tab knows them: what another tab writes is merged against them. */
  readonly #seenTriage = new Map<CaseId, Map<FindingKey, Triage>>();
  readonly #tell: (news: CaseNews) => void;

  constructor(connection: Connection, locks: CaseLocks, tell: (news: CaseNews) => void = () => undefined) {
    this.#connection = connection;
    this.#locks = locks;
    this.#tell = tell;
  }

  async listCases(): Promise<readonly CaseSummary[]> {
    const database = await this.#connection.database();
    const stored = await database.getAll('cases');
    const all = [...stored, ...(await this.#memory.listCases())];
    return all.sort((a, b) => b.changed - a.changed);
  }

  async createCase(name: string): Promise<CaseId> {
    const id = newCaseId();
    try {
      const database = await this.#connection.database();
      await database.put('cases', newSummary(id, name, Date.now()), id);
      return id;
    } catch (error) {
      const reason = diagnoseFailure(error);
      const kept = await this.#memory.createCase(name);
      this.#reasons.set(kept, reason);
      return kept;
    }
  }

  async loadCase(id: CaseId): Promise<CaseRecord | undefined> {
    if (this.#memory.has(id)) return this.#memory.loadCase(id);
    const database = await this.#connection.database();
    const transaction = database.transaction(['cases', 'details']);
    const [summary, masked] = await Promise.all([
      transaction.objectStore('cases').get(id),
      transaction.objectStore('details').get(id),
    ]);
    if (summary === undefined) return undefined;
    const refused = this.#refusedRecords.get(id);
    if (refused !== undefined) return { ...refused, summary: mergeSummary(summary, refused.summary, Date.now()) };
    if (masked === undefined) return { summary, files: [], problems: [] };
    const { kinds, ...details } = JSON.parse(unmaskText(masked.bytes, masked.seed)) as CaseDetails;
    return { summary, ...details, ...(kinds === undefined ? {} : { kinds: decodeKinds(kinds) }) };
  }

  async *loadFindings(id: CaseId): AsyncGenerator<FindingBlock> {
    if (this.#memory.has(id)) {
      yield* this.#memory.loadFindings(id);
      return;
    }
    const writer = this.#writers.get(id);
    await writer?.flush();
    let unreadable = 0;
    let refusal: Error | undefined;
    const blocks = loadBlocks(this.#connection, id);
    for (;;) {
      const step = await blocks.next().catch((error: unknown) => {
        refusal = error instanceof Error ? error : new Error('the database could not be read', { cause: error });
        return undefined;
      });
      if (step === undefined || step.done === true) break;
      const findings = decodeOrNothing(step.value);
      if (findings === undefined) unreadable += step.value.count;
      else yield findings;
    }
    // What the database refused is shown even where it now refuses to be read.
    const unwritten = writer?.unwritten() ?? [];
    if (unwritten.length > 0) yield unwritten;
    if (refusal !== undefined) throw refusal;
    if (unreadable > 0) {
      throw new StoreRefusal({
        ...STORE_DENIED,
        message: `${String(unreadable)} findings of this case could not be read back; their part of the database is damaged.`,
        hint: 'Scan the evidence again.',
      });
    }
  }

  async loadTriage(id: CaseId): Promise<ReadonlyMap<FindingKey, Triage>> {
    if (this.#memory.has(id)) return this.#memory.loadTriage(id);
    const triage = await loadTriageRecords(this.#connection, id);
    this.#seenTriage.set(id, new Map(triage));
    for (const [key, judgement] of this.#refusedTriage.get(id) ?? []) triage.set(key, judgement);
    return triage;
  }

  async appendFindings(
    id: CaseId,
    findings: readonly Finding[],
    copies?: ReadonlySet<Finding>,
  ): Promise<Result<undefined, Diagnostic>> {
    if (this.#memory.has(id)) return this.#refuseInMemory(id, this.#memory.appendFindings(id, findings, copies));
    for (const copy of copies ?? []) this.#copies.add(copy);
    return this.#writerOf(id).append(findings);
  }

  async clearFindings(id: CaseId): Promise<Result<undefined, Diagnostic>> {
    if (this.#memory.has(id)) return this.#memory.clearFindings(id);
    const writer = this.#writerOf(id);
    await writer.flush();
    return this.#settle(async () => {
      await this.#write(id, ['blocks'], 'relaxed', async (transaction, summary) => {
        await transaction.objectStore('blocks').delete(rangeOfCase(id));
        const { findings, byLevel } = newSummary(id, '', 0);
        return { ...summary, findings, byLevel };
      });
      writer.reset();
    });
  }

  async saveCase(record: CaseRecord): Promise<Result<undefined, Diagnostic>> {
    const { id } = record.summary;
    if (this.#memory.has(id)) return this.#refuseInMemory(id, this.#memory.saveCase(record));
    const { files, problems, kinds, scans } = record;
    const details: CaseDetails = {
      files,
      problems,
      ...(kinds === undefined ? {} : { kinds: encodeKinds(kinds) }),
      ...(scans === undefined ? {} : { scans }),
    };
    const seed = randomSeed();
    const bytes = maskText(JSON.stringify(details), seed);
    const outcome = await this.#settle(() =>
      this.#write(id, ['details'], 'relaxed', async (transaction, summary) => {
        await transaction.objectStore('details').put({ seed, bytes }, id);
        return mergeSummary(summary, record.summary, Date.now());
      }),
    );
    if (outcome.ok || outcome.error === CASE_GONE) this.#refusedRecords.delete(id);
    else this.#refusedRecords.set(id, record);
    return outcome;
  }

  async saveTriage(id: CaseId, triage: readonly Triage[]): Promise<Result<undefined, Diagnostic>> {
    if (this.#memory.has(id)) return this.#refuseInMemory(id, this.#memory.saveTriage(id, triage));
    const all = new Map(this.#refusedTriage.get(id));
    for (const judgement of triage) all.set(judgement.key, judgement);
    const seen = this.#seenTriage.get(id) ?? new Map<FindingKey, Triage>();
    this.#seenTriage.set(id, seen);
    const given = [...all.values()];
    const outcome = await this.#settle(() =>
      saveTriageRecords(all, seen, id, (body) =>
        // Human work, which no rescan brings back: it is worth waiting for the disk.
        this.#write(
          id,
          ['triage'],
          'strict',
          async (transaction, summary) => {
            await body(transaction.objectStore('triage'));
            return summary;
          },
          'any',
        ),
      ),
    );
    for (const judgement of given) if (!all.has(judgement.key)) seen.set(judgement.key, judgement);
    if (all.size < given.length) this.#tell({ kind: 'judged', id });
    // saveTriageRecords takes out of `all` what it has written, so the rest is what was refused.
    if (outcome.ok || outcome.error === CASE_GONE) this.#refusedTriage.delete(id);
    else this.#refusedTriage.set(id, all);
    return outcome;
  }

  async saveRoots(id: CaseId, roots: readonly FileSystemHandle[]): Promise<Result<undefined, Diagnostic>> {
    if (this.#memory.has(id)) return this.#refuseInMemory(id, this.#memory.saveRoots(id, roots));
    return this.#settle(() =>
      this.#write(id, ['roots'], 'relaxed', async (transaction, summary) => {
        await transaction.objectStore('roots').put(roots, id);
        return summary;
      }),
    );
  }

  async loadRoots(id: CaseId): Promise<readonly FileSystemHandle[]> {
    if (this.#memory.has(id)) return this.#memory.loadRoots(id);
    const database = await this.#connection.database();
    return (await database.get('roots', id)) ?? [];
  }

  async appendAudit(id: CaseId, entries: readonly AuditEntry[]): Promise<Result<undefined, Diagnostic>> {
    if (this.#memory.has(id)) return this.#refuseInMemory(id, this.#memory.appendAudit(id, entries));
    const all = [...(this.#refusedAudit.get(id) ?? []), ...entries];
    // Taken at once, so that an append that comes meanwhile does not bring them too.
    this.#refusedAudit.delete(id);
    const outcome = await this.#settle(() =>
      this.#write(
        id,
        ['audit'],
        'strict',
        async (transaction, summary) => {
          await appendAuditRecords(transaction.objectStore('audit'), id, all);
          return summary;
        },
        'any',
      ),
    );
    if (!outcome.ok && outcome.error !== CASE_GONE)
      this.#refusedAudit.set(id, [...all, ...(this.#refusedAudit.get(id) ?? [])]);
    return outcome;
  }

  async loadAudit(id: CaseId): Promise<readonly AuditEntry[]> {
    if (this.#memory.has(id)) return this.#memory.loadAudit(id);
    const stored = await loadAuditRecords(this.#connection, id);
    return [...stored, ...(this.#refusedAudit.get(id) ?? [])];
  }

  loadSuppressions(id: CaseId): Promise<readonly Suppression[]> {
    if (this.#memory.has(id)) return this.#memory.loadSuppressions(id);
    return loadSuppressionRecords(this.#connection, id);
  }

  /** What the database refuses holds in the session that asked; it is said so, and the next change says it again. */
  async changeSuppressions(
    id: CaseId,
    kept: readonly Suppression[],
    removed: readonly string[],
  ): Promise<Result<undefined, Diagnostic>> {
    if (this.#memory.has(id)) return this.#refuseInMemory(id, this.#memory.changeSuppressions(id, kept, removed));
    const records = kept.map((each) => [each.id, suppressionRecord(each)] as const);
    return this.#settle(() =>
      this.#write(id, ['suppressions'], 'strict', async (transaction, summary) => {
        const store = transaction.objectStore('suppressions');
        await Promise.all([
          ...records.map(([name, record]) => store.put(record, [id, name])),
          ...removed.map((name) => store.delete([id, name])),
        ]);
        return summary;
      }),
    );
  }

  async renameCase(id: CaseId, name: string): Promise<Result<undefined, Diagnostic>> {
    if (this.#memory.has(id)) return this.#memory.renameCase(id, name);
    const outcome = await this.#settle(() =>
      this.#write(id, [], 'relaxed', (_transaction, summary) => Promise.resolve({ ...summary, name })),
    );
    if (outcome.ok) this.#tell({ kind: 'changed', id });
    return !outcome.ok && outcome.error === CASE_GONE ? success(undefined) : outcome;
  }

  async deleteCase(id: CaseId): Promise<Result<number, Diagnostic>> {
    if (this.#memory.has(id)) return this.#memory.deleteCase(id);
    let bytes = 0;
    const outcome = await this.#settle(() =>
      this.#write(id, [...PARTS], 'relaxed', async (transaction) => {
        bytes = await countBytes(transaction, id);
        await Promise.all([
          transaction.objectStore('audit').delete(rangeOfCase(id)),
          transaction.objectStore('suppressions').delete(rangeOfCase(id)),
          transaction.objectStore('details').delete(id),
          transaction.objectStore('blocks').delete(rangeOfCase(id)),
          transaction.objectStore('triage').delete(rangeOfCase(id)),
          transaction.objectStore('roots').delete(id),
          transaction.objectStore('leases').delete(id),
        ]);
        return undefined;
      }),
    );
    if (!outcome.ok && outcome.error !== CASE_GONE) return outcome;
    this.#writers.get(id)?.drop();
    this.#writers.delete(id);
    this.#refusedRecords.delete(id);
    this.#refusedTriage.delete(id);
    this.#refusedAudit.delete(id);
    this.#seenTriage.delete(id);
    void this.#locks.release(id);
    this.#tell({ kind: 'deleted', id });
    return success(bytes);
  }

  close(): void {
    const flushes = [...this.#writers.values()].map((writer) => writer.flush());
    void Promise.allSettled(flushes)
      .then(() => this.#locks.releaseAll())
      .finally(() => this.#connection.close());
  }

  #writerOf(id: CaseId): FindingsWriter {
    let writer = this.#writers.get(id);
    if (writer === undefined) {
      writer = createFindingsWriter({
        firstSequence: () => this.#firstSequence(id),
        write: (block, added) => this.#writeBlock(id, block, added),
      });
      this.#writers.set(id, writer);
    }
    return writer;
  }

  async #firstSequence(id: CaseId): Promise<number> {
    const database = await this.#connection.database();
    const cursor = await database.transaction('blocks').store.openKeyCursor(rangeOfCase(id), 'prev');
    return cursor === null ? 0 : cursor.key[1] + 1;
  }

  async #writeBlock(id: CaseId, block: BlockRecord, added: readonly Finding[]): Promise<void> {
    // Relaxed: on disk as far as the browser can tell, without waiting for the platter. A power cut may cost the last
    // moments of a scan, and a rescan brings them back; strict would cost 10–30 ms a block on laptops.
    await this.#write(id, ['blocks'], 'relaxed', async (transaction, summary) => {
      await transaction.objectStore('blocks').put(block, [id, block.sequence]);
      return countFindings(
        summary,
        added.filter((finding) => !this.#copies.has(finding)),
      );
    });
    this.#tell({ kind: 'found', id });
  }

  readonly #write: OmitFirstTwo<typeof writeToCase> = (id, stores, durability, change, writer) =>
    writeToCase(this.#connection, this.#locks, id, stores, durability, change, writer);

  async #settle(work: () => Promise<void>): Promise<Result<undefined, Diagnostic>> {
    try {
      await work();
      return success(undefined);
    } catch (error) {
      return failure(diagnoseFailure(error));
    }
  }

  /** The case lives in memory because it could not be created; every save says so. */
  async #refuseInMemory(
    id: CaseId,
    kept: Promise<Result<undefined, Diagnostic>>,
  ): Promise<Result<undefined, Diagnostic>> {
    const outcome = await kept;
    return outcome.ok ? failure(this.#reasons.get(id) ?? STORE_DENIED) : outcome;
  }
}

type OmitFirstTwo<F> = F extends (a: never, b: never, ...rest: infer R) => infer V ? (...rest: R) => V : never;

function decodeOrNothing(block: BlockRecord): FindingBlock | undefined {
  try {
    return decodeBlock(block.bytes, block.seed);
  } catch {
    return undefined;
  }
}
