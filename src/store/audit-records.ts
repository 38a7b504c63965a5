// The log of actions in the database: one masked record per entry under [case, sequence], so that an entry once written
// is never touched again; and how many bytes a case takes.

import type { IDBPObjectStore, StoreNames } from 'idb';
import { maskText, randomSeed, unmaskText } from '../base/mask.ts';
import type { AuditEntry } from '../model/audit-entry.ts';
import type { CaseId } from '../model/case.ts';
import type { Connection } from './connection.ts';
import { rangeOfCase, type WinnowSchema } from './schema.ts';
import type { CaseTransaction } from './write-to-case.ts';

type AuditStore = IDBPObjectStore<WinnowSchema, StoreNames<WinnowSchema>[], 'audit', 'readwrite'>;

/** Adds entries after the last one of the case. */
export async function appendAuditRecords(store: AuditStore, id: CaseId, entries: readonly AuditEntry[]): Promise<void> {
  const last = await store.openKeyCursor(rangeOfCase(id), 'prev');
  let sequence = last === null ? 0 : last.key[1] + 1;
  const requests = entries.map((entry) => {
    const seed = randomSeed();
    // `add`, not `put`: an entry that is there refuses to be overwritten.
    return store.add({ seed, bytes: maskText(JSON.stringify(entry), seed) }, [id, sequence++]);
  });
  await Promise.all(requests);
}

/** Gives the log in the order of writing. */
export async function loadAuditRecords(connection: Connection, id: CaseId): Promise<AuditEntry[]> {
  const database = await connection.database();
  const records = await database.getAll('audit', rangeOfCase(id));
  return records.map(({ bytes, seed }) => JSON.parse(unmaskText(bytes, seed)) as AuditEntry);
}

/** Bytes that the findings, judgements, accounts and actions of a case take. */
export async function countBytes(transaction: CaseTransaction, id: CaseId): Promise<number> {
  let bytes = (await transaction.objectStore('details').get(id))?.bytes.length ?? 0;
  for (const name of ['blocks', 'triage', 'audit', 'suppressions'] as const) {
    // One at a time: a case may have more blocks than should be in memory at once.
    let cursor = await transaction.objectStore(name).openCursor(rangeOfCase(id));
    while (cursor !== null) {
      bytes += cursor.value.bytes.length;
      cursor = await cursor.continue();
    }
  }
  return bytes;
}
