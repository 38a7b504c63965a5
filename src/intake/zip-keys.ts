// Passwords of encrypted archives: the usual one first, then those that opened another archive of the drop, then the
// person who dropped it is asked. Kept in memory only, with the logs that they open.

import { readStreamHead } from '../base/read-stream.ts';
import { fitsPassword } from './zip-entry-stream.ts';
import { extensionOf } from './judge-file.ts';
import { MAX_PASSWORD_QUESTIONS } from './limits.ts';
import type { AskPassword, ZipEntry } from './zip.ts';

/** Evidence is exchanged under this password by convention, so that mail filters let it pass. */
export const USUAL_PASSWORD = 'infected';

export interface Keyring {
  /** A password that opens the first of the entries, or undefined when there is none to be had. */
  keyFor(archive: string, entries: readonly ZipEntry[]): Promise<string | undefined>;
}

/** Creates the passwords of a drop. */
export function createKeyring(ask: AskPassword | undefined): Keyring {
  const known = [USUAL_PASSWORD];
  // Two archives of one drop ask one after the other.
  let queue: Promise<unknown> = Promise.resolve();

  async function search(archive: string, entries: readonly ZipEntry[]): Promise<string | undefined> {
    const probe = entries.find((entry) => extensionOf(entry.path) === 'evtx') ?? entries[0];
    if (probe === undefined) return undefined;
    for (const password of known) if (await opensWith(probe, password)) return password;
    for (let asked = 0; ask !== undefined && asked < MAX_PASSWORD_QUESTIONS; asked++) {
      const password = await ask({ archive, files: entries.length, wasWrong: asked > 0 });
      if (password === undefined) return undefined;
      if (!(await opensWith(probe, password))) continue;
      known.unshift(password);
      return password;
    }
    return undefined;
  }

  return {
    keyFor(archive, entries) {
      const turn = queue.then(() => search(archive, entries));
      queue = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** Whether a password opens an entry: its check bits fit, and bytes come out where there are any. */
export async function opensWith(entry: ZipEntry, password: string): Promise<boolean> {
  try {
    const content = await entry.content(password);
    if (content instanceof Blob) return true;
    if (!(await fitsPassword(content.blob, password))) return false;
  } catch {
    // Damage, which no password mends; other entries may be sound.
    return false;
  }
  const { head } = await readStreamHead(() => entry.stream(password), 1);
  return head.length > 0 || entry.size === 0;
}
