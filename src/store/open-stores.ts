// Opens the stores of the browser, or memory where there is none to be had.

import { createLeaseLocks, createWebLocks } from './case-lock.ts';
import type { CaseStore } from './case-store.ts';
import { openConnection } from './connection.ts';
import { IndexedCaseStore } from './indexed-case-store.ts';
import { IndexedRulePacks } from './indexed-rule-packs.ts';
import { MemoryCaseStore } from './memory-case-store.ts';
import { MemoryRulePacks } from './memory-rule-packs.ts';
import { IndexedTuning } from './indexed-tuning.ts';
import type { RulePackStore } from './rule-pack-store.ts';
import { MemoryTuning, type TuningStore } from './tuning-store.ts';

export interface Stores {
  readonly cases: CaseStore;
  readonly packs: RulePackStore;
  readonly tuning: TuningStore;
}

/**
 * Gives the stores of kept cases and rule packs, over one connection. Never rejects: where the database is denied,
 * absent, of a newer version or does not answer, they are in memory (`cases.durable` false, `cases.notice` says why).
 */
export async function openStores(): Promise<Stores> {
  const opened = await openConnection();
  if (!opened.ok) {
    return { cases: new MemoryCaseStore(opened.error), packs: new MemoryRulePacks(), tuning: new MemoryTuning() };
  }
  const connection = opened.value;
  const manager = lockManager();
  const locks = manager === undefined ? createLeaseLocks(() => connection.database()) : createWebLocks(manager);
  return {
    cases: new IndexedCaseStore(connection, locks),
    packs: new IndexedRulePacks(connection),
    tuning: new IndexedTuning(connection),
  };
}

/** Web Locks: absent on pages that are not a secure context, and in Node. */
function lockManager(): LockManager | undefined {
  return (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
}
