// How much room the browser gives, and the request not to throw the database away when space gets short.

export interface StorageRoom {
  /** Bytes this site uses, as the browser estimates them. */
  readonly used: number;
  /** Bytes it may use in all. */
  readonly allowed: number;
  /** True when the browser will not evict the data on its own. */
  readonly isKept: boolean;
}

/** Gives the room of this site; undefined where the browser does not tell. */
export async function loadStorageRoom(): Promise<StorageRoom | undefined> {
  const storage = storageManager();
  if (storage === undefined) return undefined;
  try {
    const [estimate, isKept] = await Promise.all([storage.estimate(), storage.persisted()]);
    return { used: estimate.usage ?? 0, allowed: estimate.quota ?? 0, isKept };
  } catch {
    // Refused in private modes: nothing to tell.
    return undefined;
  }
}

/** Asks the browser to keep the data; Firefox asks the user, so this belongs behind a click. False when refused. */
export async function askToKeepStorage(): Promise<boolean> {
  try {
    return (await storageManager()?.persist()) ?? false;
  } catch {
    return false;
  }
}

function storageManager(): StorageManager | undefined {
  return (globalThis as { navigator?: { storage?: StorageManager } }).navigator?.storage;
}
