// One writer per case among tabs. Web Locks where the browser has them: they end with the tab. Else a lease record,
// renewed while the tab lives and checked inside every write, so that a tab that slept through its lease cannot write.

import type { CaseId } from '../model/case.ts';
import type { Database, LeaseRecord } from './schema.ts';

/** How long a lease outlives its last renewal. Timers of hidden tabs fire once a minute. */
export const LEASE_MS = 150_000;
const RENEW_MS = 30_000;

export interface CaseLocks {
  /** Takes the case for this tab if no other has it; true also when this tab already has it. */
  acquire(id: CaseId): Promise<boolean>;
  /** False when the lease seen within a write belongs to another tab; such a write must be given up. */
  permits(lease: LeaseRecord | undefined): boolean;
  release(id: CaseId): void;
  /** Settles when the cases are free for other tabs; never rejects. */
  releaseAll(): Promise<void>;
}

/** Locks over the Web Locks API. */
export function createWebLocks(manager: LockManager): CaseLocks {
  const releases = new Map<CaseId, () => void>();
  const asking = new Map<CaseId, Promise<boolean>>();

  const ask = (id: CaseId) =>
    new Promise<boolean>((resolve, reject) => {
      manager
        .request(`winnow-case-${id}`, { ifAvailable: true }, (lock) => {
          if (lock === null) {
            resolve(false);
            return;
          }
          // The lock is held for as long as the returned promise is pending.
          return new Promise<void>((release) => {
            releases.set(id, release);
            resolve(true);
          });
        })
        .catch(reject);
    });

  const release = (id: CaseId) => {
    releases.get(id)?.();
    releases.delete(id);
  };

  return {
    async acquire(id) {
      if (releases.has(id)) return true;
      const answer = asking.get(id) ?? ask(id).finally(() => asking.delete(id));
      asking.set(id, answer);
      return answer;
    },
    permits: () => true,
    release,
    releaseAll() {
      [...releases.keys()].forEach(release);
      return Promise.resolve();
    },
  };
}

/** Locks over lease records. `now` is the clock in Unix milliseconds. */
export function createLeaseLocks(open: () => Promise<Database>, now: () => number = Date.now): CaseLocks {
  const owner = crypto.getRandomValues(new Uint32Array(4)).join('-');
  const held = new Set<CaseId>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const isForeign = (lease: LeaseRecord | undefined) =>
    lease !== undefined && lease.owner !== owner && lease.until > now();

  async function take(id: CaseId): Promise<boolean> {
    const transaction = (await open()).transaction('leases', 'readwrite');
    const lease = await transaction.store.get(id);
    const isFree = !isForeign(lease);
    if (isFree) await transaction.store.put({ owner, until: now() + LEASE_MS }, id);
    await transaction.done;
    if (isFree) held.add(id);
    else held.delete(id);
    return isFree;
  }

  async function giveBack(id: CaseId): Promise<void> {
    const transaction = (await open()).transaction('leases', 'readwrite');
    if ((await transaction.store.get(id))?.owner === owner) await transaction.store.delete(id);
    await transaction.done;
  }

  async function release(id: CaseId): Promise<void> {
    if (!held.delete(id)) return;
    if (held.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    // A lease that cannot be given back runs out by itself.
    await giveBack(id).catch(() => undefined);
  }

  return {
    async acquire(id) {
      if (held.has(id)) return true;
      const isTaken = await take(id);
      // A renewal that fails shows at the next write, which looks at the record itself.
      if (isTaken)
        timer ??= setInterval(() => held.forEach((each) => void take(each).catch(() => undefined)), RENEW_MS);
      return isTaken;
    },
    permits: (lease) => lease?.owner === owner || !isForeign(lease),
    release: (id) => void release(id),
    async releaseAll() {
      await Promise.all([...held].map(release));
    },
  };
}
