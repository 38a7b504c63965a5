// One change of one case as one transaction: the case is ours, it still exists, its summary moves with its parts.

import type { IDBPTransaction, StoreNames } from 'idb';
import type { CaseId, CaseSummary } from '../model/case.ts';
import type { CaseLocks } from './case-lock.ts';
import type { Connection } from './connection.ts';
import type { WinnowSchema } from './schema.ts';
import { CASE_GONE, STORE_BUSY, StoreRefusal } from './store-failure.ts';

export type CaseTransaction = IDBPTransaction<WinnowSchema, StoreNames<WinnowSchema>[], 'readwrite'>;

/** Changes parts of the case and gives its new summary; undefined deletes the summary. Must only await the database. */
export type CaseChange = (transaction: CaseTransaction, summary: CaseSummary) => Promise<CaseSummary | undefined>;

/** Who may write: the tab that has the case; or any tab, where the change merges what it writes with what is there. */
export type CaseWriter = 'owner' | 'any';

/**
 * Runs a change within one transaction over the summary, the leases and the named stores, and settles when it is
 * complete. Throws StoreRefusal when the case is gone or another tab writes it, and whatever the database throws.
 */
export async function writeToCase(
  connection: Connection,
  locks: CaseLocks,
  id: CaseId,
  stores: readonly StoreNames<WinnowSchema>[],
  durability: IDBTransactionDurability,
  change: CaseChange,
  writer: CaseWriter = 'owner',
): Promise<void> {
  if (writer === 'owner' && !(await locks.acquire(id))) throw new StoreRefusal(STORE_BUSY);
  const database = await connection.database();
  const transaction: CaseTransaction = database.transaction(['cases', 'leases', ...stores], 'readwrite', {
    durability,
  });
  // Observed below in every case; this keeps an early abort from counting as unhandled.
  transaction.done.catch(() => undefined);
  try {
    const lease = await transaction.objectStore('leases').get(id);
    if (writer === 'owner' && !locks.permits(lease)) throw new StoreRefusal(STORE_BUSY);
    const summary = await transaction.objectStore('cases').get(id);
    if (summary === undefined) throw new StoreRefusal(CASE_GONE);
    const changed = await change(transaction, summary);
    if (changed === undefined) await transaction.objectStore('cases').delete(id);
    else await transaction.objectStore('cases').put({ ...changed, changed: Date.now() }, id);
    await transaction.done;
  } catch (error) {
    await abandon(transaction);
    // A failed commit shows on the requests as AbortError; the reason (quota) is on the transaction.
    throw transaction.error ?? error;
  }
}

async function abandon(transaction: CaseTransaction): Promise<void> {
  try {
    transaction.abort();
  } catch {
    // Already ended by the failure itself.
  }
  await transaction.done.catch(() => undefined);
}
