// The file of `--templates`: a bank of templates that grows with every scan.

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failure, success, type Result } from '../base/result.ts';
import { packTemplates, unpackTemplates } from '../model/template-bank.ts';

/** Real banks have a few megabytes; more is another file, named by mistake. */
const MOST_BYTES = 256 * 1_024 * 1_024;

/**
 * Reads a bank, an empty one when there is no such file yet. Fails with a reason when the file is something else, or
 * when the grown bank could not be written to its place later.
 */
export async function loadTemplateFile(path: string): Promise<Result<Uint8Array, string>> {
  try {
    await access(dirname(path), constants.W_OK);
    const bytes = await readFile(path);
    if (bytes.length <= MOST_BYTES && unpackTemplates(bytes) !== undefined) return success(bytes);
    return failure(`${path} is no bank of templates of this version: --templates would overwrite it`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const isNew = error.code === 'ENOENT' && 'syscall' in error && error.syscall === 'open';
    return isNew ? success(packTemplates([])) : failure(`${path} cannot be used for templates: ${error.message}`);
  }
}

/** Writes a bank in place of the file, whole or not at all. Rejects with what the system says. */
export async function saveTemplateFile(path: string, bank: Uint8Array): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, bank);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
