// Suppressions in the database: one masked record each (they quote values of events) under [case, id]; those for all
// cases stand under the empty case id.

import { maskText, randomSeed, unmaskText } from '../base/mask.ts';
import type { CaseId } from '../model/case.ts';
import type { Suppression } from '../model/suppression.ts';
import type { Connection } from './connection.ts';
import { rangeOfCase, type MaskedRecord } from './schema.ts';

/** In place of a case's id. */
export const ALL_CASES = '' as CaseId;

/** Gives the suppressions of a case, oldest first; what cannot be read back is left out. */
export async function loadSuppressionRecords(connection: Connection, id: CaseId): Promise<Suppression[]> {
  const database = await connection.database();
  const records = await database.getAll('suppressions', rangeOfCase(id));
  return records.flatMap((record) => openRecord(record)).sort((a, b) => a.created - b.created);
}

/** The record of a suppression. */
export function suppressionRecord(suppression: Suppression): MaskedRecord {
  const seed = randomSeed();
  return { seed, bytes: maskText(JSON.stringify(suppression), seed) };
}

function openRecord({ bytes, seed }: MaskedRecord): readonly Suppression[] {
  try {
    return [JSON.parse(unmaskText(bytes, seed)) as Suppression];
  } catch {
    // Damaged on disk: its findings are shown again, which is the safe side.
    return [];
  }
}
