// One connection to the database that survives what browsers do to it: opening that never answers, an older tab in
// the way, a newer tab that needs the database, a connection cut off by the browser.

import { openDB } from 'idb';
import { failure, success, type Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { DATABASE_NAME, DATABASE_VERSION, migrate, type Database, type WinnowSchema } from './schema.ts';
import {
  diagnoseFailure,
  STORE_BLOCKED,
  STORE_DENIED,
  STORE_NEWER,
  STORE_SUPERSEDED,
  StoreRefusal,
} from './store-failure.ts';

/** Opening usually takes 5–50 ms. Safari has been seen never to answer after an update; then memory has to do. */
const OPEN_PATIENCE_MS = 8_000;
/** How long an older tab may keep the database after it was asked to let go. */
const BLOCKED_PATIENCE_MS = 2_000;

export interface Connection {
  /** Gives the open database, opening it again if the browser cut it off. Throws StoreRefusal when it cannot be had. */
  database(): Promise<Database>;
  close(): void;
}

/**
 * Opens the database; a diagnostic where the browser refuses or does not answer. `superseded` is called once when a newer
 * version in another tab takes the database over.
 */
export async function openConnection(
  superseded: () => void = () => undefined,
): Promise<Result<Connection, Diagnostic>> {
  let current: Database | undefined;
  let reopening: Promise<Database> | undefined;
  let refusal: StoreRefusal | undefined;

  const open = async () => {
    const database = await openWithPatience({
      // Another tab upgrades or deletes the database. Not letting go would hang it; our schema is old from here on.
      blocking: () => {
        current?.close();
        current = undefined;
        refusal = new StoreRefusal(STORE_SUPERSEDED);
        superseded();
      },
      terminated: () => {
        current = undefined;
      },
    });
    current = database;
    return database;
  };

  const connection: Connection = {
    async database() {
      if (refusal !== undefined) throw refusal;
      if (current !== undefined) return current;
      reopening ??= open().finally(() => {
        reopening = undefined;
      });
      return reopening;
    },
    close() {
      current?.close();
      current = undefined;
      refusal = new StoreRefusal(STORE_DENIED);
    },
  };

  try {
    await connection.database();
    return success(connection);
  } catch (error) {
    const isNewer = error instanceof DOMException && error.name === 'VersionError';
    return failure(isNewer ? STORE_NEWER : diagnoseFailure(error));
  }
}

function openWithPatience(events: { blocking: () => void; terminated: () => void }): Promise<Database> {
  if (typeof indexedDB === 'undefined') return Promise.reject(new StoreRefusal(STORE_DENIED));
  return new Promise((resolve, reject) => {
    let isLate = false;
    let isBlocked = false;
    const giveUp = () => {
      isLate = true;
      reject(
        isBlocked ? new StoreRefusal(STORE_BLOCKED) : new DOMException('the database does not answer', 'TimeoutError'),
      );
    };
    let timer = setTimeout(giveUp, OPEN_PATIENCE_MS);
    openDB<WinnowSchema>(DATABASE_NAME, DATABASE_VERSION, {
      upgrade: migrate,
      ...events,
      blocked: () => {
        isBlocked = true;
        clearTimeout(timer);
        timer = setTimeout(giveUp, BLOCKED_PATIENCE_MS);
      },
    })
      .then((database) => {
        if (isLate) database.close();
        else resolve(database);
      }, reject)
      .finally(() => clearTimeout(timer));
  });
}
