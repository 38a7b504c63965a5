// Opens the stores of the browser, or memory where there is none to be had.

import { createLeaseLocks, createWebLocks } from './case-lock.ts';
import type { CaseStore } from './case-store.ts';
import { createCaseTabs, type CaseTabs } from './case-tabs.ts';
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
  /** Other tabs with the same database; undefined where cases are in memory only. */
  readonly tabs?: CaseTabs;
}

/**
 * Gives the stores of kept cases and rule packs, over one connection. Never rejects: where the database is denied,
 * absent, of a newer version or does not answer, they are in memory (`cases.durable` false, `cases.notice` says why).
 */
export async function openStores(): Promise<Stores> {
  const heard: { tabs?: CaseTabs } = {};
  const opened = await openConnection(() => heard.tabs?.note({ kind: 'superseded' }));
  if (!opened.ok) {
    return { cases: new MemoryCaseStore(opened.error), packs: new MemoryRulePacks(), tuning: new MemoryTuning() };
  }
  const connection = opened.value;
  const manager = lockManager();
  const locks = manager === undefined ? createLeaseLocks(() => connection.database()) : createWebLocks(manager);
  const tabs = createCaseTabs(locks);
  heard.tabs = tabs;
  const cases = new IndexedCaseStore(connection, locks, (news) => tabs.tell(news));
  return { cases, packs: new IndexedRulePacks(connection), tuning: new IndexedTuning(connection), tabs };
}

/** Web Locks: absent on pages that are not a secure context, and in Node. */
function lockManager(): LockManager | undefined {
  return (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
}
