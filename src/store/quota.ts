// The request not to throw the database away when space gets short. Chromium decides by itself, Firefox asks the user.

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
