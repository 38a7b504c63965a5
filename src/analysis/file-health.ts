// What the integrity account of a file says in one word, so that a list of 300 logs can be judged at a glance.

import type { FileAccount } from '../model/coverage.ts';

export type FileHealth = 'complete' | 'repaired' | 'incomplete' | 'empty';

/**
 * `complete`: every used chunk and record was read. `repaired`: damage was met, but every record in it was reached.
 * `incomplete`: records are known to be missing or only partly readable. `empty`: the log holds no record.
 */
export function fileHealth(account: Readonly<FileAccount>): FileHealth {
  if (account.recordsLost > 0 || account.recordsTorn > 0 || account.chunksBad > 0) return 'incomplete';
  if (account.recordsResynced > 0) return 'repaired';
  return account.recordsRead === 0 ? 'empty' : 'complete';
}
