// How much room the browser gives, and the request not to throw the database away when space gets short.

/** Bytes that everything of this page takes in the browser, and bytes that it may take. */
export interface StorageRoom {
  readonly used: number;
  readonly granted: number;
}

/** Asks the browser to keep the data; Firefox asks the user, so this belongs behind a click. False when refused. */
export async function askToKeepStorage(): Promise<boolean> {
  try {
    return (await storageManager()?.persist()) ?? false;
  } catch {
    return false;
  }
}

/** Gives the browser's own estimate; undefined where it tells none (pages that are not a secure context). */
export async function estimateStorage(): Promise<StorageRoom | undefined> {
  try {
    const { usage, quota } = (await storageManager()?.estimate()) ?? {};
    return usage === undefined || quota === undefined || quota === 0 ? undefined : { used: usage, granted: quota };
  } catch {
    return undefined;
  }
}

function storageManager(): StorageManager | undefined {
  return (globalThis as { navigator?: { storage?: StorageManager } }).navigator?.storage;
}
