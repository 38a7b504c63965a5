// Opens the store of the browser, or memory where there is none to be had.

import { createLeaseLocks, createWebLocks } from './case-lock.ts';
import type { CaseStore } from './case-store.ts';
import { openConnection } from './connection.ts';
import { IndexedCaseStore } from './indexed-case-store.ts';
import { MemoryCaseStore } from './memory-case-store.ts';

/**
 * Gives the store of kept cases. Never rejects: where the database is denied, absent, of a newer version or does not
 * answer, the store is in memory (`durable` false) and `notice` says why.
 */
export async function openCaseStore(): Promise<CaseStore> {
  const opened = await openConnection();
  if (!opened.ok) return new MemoryCaseStore(opened.error);
  const connection = opened.value;
  const manager = lockManager();
  const locks = manager === undefined ? createLeaseLocks(() => connection.database()) : createWebLocks(manager);
  return new IndexedCaseStore(connection, locks);
}

/** Web Locks: absent on pages that are not a secure context, and in Node. */
function lockManager(): LockManager | undefined {
  return (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
}
