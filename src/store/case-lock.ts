// One writer per case among tabs. Web Locks where the browser has them: they end with the tab. Else a lease record,
// renewed while the tab lives and checked inside every write, so that a tab that slept through its lease cannot write.

import { randomHex } from '../base/hex-text.ts';
import type { CaseId } from '../model/case.ts';
import type { Database, LeaseRecord } from './schema.ts';

/** How long a lease outlives its last renewal. Timers of hidden tabs fire once a minute. */
export const LEASE_MS = 150_000;
const RENEW_MS = 30_000;

export interface CaseLocks {
  /** Takes the case for this tab if no other has it; true also when this tab already has it. */
  acquire(id: CaseId): Promise<boolean>;
  /** Whether this tab has the case, as far as it knows. */
  has(id: CaseId): boolean;
  /** False when the lease seen within a write belongs to another tab; such a write must be given up. */
  permits(lease: LeaseRecord | undefined): boolean;
  /** Takes the case from whatever tab has it; that tab's writes are refused from here on. */
  seize(id: CaseId): Promise<void>;
  /** Settles when the case is free for other tabs; never rejects. */
  release(id: CaseId): Promise<void>;
  /** Settles when the cases are free for other tabs; never rejects. */
  releaseAll(): Promise<void>;
  /** Calls back when another tab took a case of this one, where that is told. */
  onLost(lost: (id: CaseId) => void): void;
  /** Whether a case can seem taken by a tab that is gone. */
  readonly outlivesTab: boolean;
}

/** Locks over the Web Locks API. */
export function createWebLocks(manager: LockManager): CaseLocks {
  const releases = new Map<CaseId, () => void>();
  const requests = new Map<CaseId, Promise<unknown>>();
  /** Let go, and not free before the browser has ended the request: not even for this tab. */
  const ending = new Map<CaseId, Promise<unknown>>();
  const asking = new Map<CaseId, Promise<boolean>>();
  let tellLost: (id: CaseId) => void = () => undefined;

  const ask = (id: CaseId, how: LockOptions) =>
    new Promise<boolean>((resolve, reject) => {
      let release: (() => void) | undefined;
      const request = manager
        .request(`winnow-case-${id}`, how, (lock) => {
          if (lock === null) {
            resolve(false);
            return;
          }
          // The lock is held for as long as the returned promise is pending.
          return new Promise<void>((letGo) => {
            release = letGo;
            releases.set(id, letGo);
            resolve(true);
          });
        })
        .catch((error: unknown) => {
          if (release === undefined) reject(error instanceof Error ? error : new Error(String(error)));
          else if (releases.get(id) === release) {
            // Another tab took the lock over.
            releases.delete(id);
            tellLost(id);
          }
        })
        .finally(() => {
          if (ending.get(id) === request) ending.delete(id);
        });
      requests.set(id, request);
    });

  const release = async (id: CaseId) => {
    const letGo = releases.get(id);
    if (letGo === undefined) return;
    releases.delete(id);
    const request = requests.get(id) ?? Promise.resolve();
    ending.set(id, request);
    letGo();
    await request;
  };

  return {
    async acquire(id) {
      await ending.get(id);
      if (releases.has(id)) return true;
      const answer = asking.get(id) ?? ask(id, { ifAvailable: true }).finally(() => asking.delete(id));
      asking.set(id, answer);
      return answer;
    },
    has: (id) => releases.has(id),
    permits: () => true,
    async seize(id) {
      await ask(id, { steal: true });
    },
    release,
    async releaseAll() {
      await Promise.all([...releases.keys()].map(release));
    },
    onLost(lost) {
      tellLost = lost;
    },
    outlivesTab: false,
  };
}

/** Locks over lease records. `now` is the clock in Unix milliseconds. */
export function createLeaseLocks(open: () => Promise<Database>, now: () => number = Date.now): CaseLocks {
  const owner = randomHex(16);
  const held = new Set<CaseId>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const isForeign = (lease: LeaseRecord | undefined) =>
    lease !== undefined && lease.owner !== owner && lease.until > now();

  async function take(id: CaseId, byForce = false): Promise<boolean> {
    const transaction = (await open()).transaction('leases', 'readwrite');
    const lease = await transaction.store.get(id);
    const isFree = byForce || !isForeign(lease);
    try {
      if (isFree) await transaction.store.put({ owner, until: now() + LEASE_MS }, id);
      await transaction.done;
    } catch (error) {
      transaction.done.catch(() => undefined);
      // A full disk has no room for a lease either. Without it the case can still be deleted, which makes room.
      const { name } = (transaction.error ?? error) as { readonly name?: string };
      if (name !== 'QuotaExceededError') throw error;
    }
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

  const keep = () => {
    // A renewal that fails shows at the next write, which looks at the record itself.
    timer ??= setInterval(() => held.forEach((each) => void take(each).catch(() => undefined)), RENEW_MS);
  };

  return {
    async acquire(id) {
      if (held.has(id)) return true;
      const isTaken = await take(id);
      if (isTaken) keep();
      return isTaken;
    },
    has: (id) => held.has(id),
    permits: (lease) => lease?.owner === owner || !isForeign(lease),
    async seize(id) {
      await take(id, true);
      keep();
    },
    release,
    async releaseAll() {
      await Promise.all([...held].map(release));
    },
    // The next write sees the record; whoever took it says so on the channel (case-tabs.ts).
    onLost: () => undefined,
    outlivesTab: true,
  };
}
