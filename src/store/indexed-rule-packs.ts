// Rule packs in IndexedDB: facts in one store, masked contents in another, so that the list is read without the rules.

import { failure, success, type Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { RulePack, RulePackContent, RulePackId } from '../model/rule-pack.ts';
import type { Connection } from './connection.ts';
import { maskBytes, randomSeed } from '../base/mask.ts';
import { decodePack, encodePack } from './pack-codec.ts';
import type { RulePackStore } from './rule-pack-store.ts';
import { diagnoseFailure } from './store-failure.ts';

export class IndexedRulePacks implements RulePackStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async listPacks(): Promise<readonly RulePack[]> {
    const database = await this.#connection.database();
    return (await database.getAll('packs')).sort((a, b) => a.added - b.added);
  }

  async loadPack(id: RulePackId): Promise<RulePackContent | undefined> {
    const database = await this.#connection.database();
    const masked = await database.get('packContents', id);
    try {
      return masked === undefined ? undefined : decodePack(masked.bytes, masked.seed);
    } catch {
      // Damaged on disk: the analyst drops the rules again.
      return undefined;
    }
  }

  savePack(pack: RulePack, content?: RulePackContent): Promise<Result<undefined, Diagnostic>> {
    const seed = randomSeed();
    const bytes = content === undefined ? undefined : encodePack(content, seed);
    return this.#change((facts, contents) => [
      facts.put(pack, pack.id),
      ...(bytes === undefined ? [] : [contents.put({ seed, bytes }, pack.id)]),
    ]);
  }

  removePack(id: RulePackId): Promise<Result<undefined, Diagnostic>> {
    return this.#change((facts, contents) => [facts.delete(id), contents.delete(id)]);
  }

  async loadCompiled(version: string): Promise<Uint8Array | undefined> {
    try {
      const database = await this.#connection.database();
      const kept = await database.get('compiledRules', 'current');
      if (kept?.version !== version) return undefined;
      // The record is this call's own copy: it need not be copied again.
      maskBytes(kept.bytes, kept.seed);
      return kept.bytes;
    } catch {
      return undefined;
    }
  }

  async saveCompiled(version: string, bytes: Uint8Array): Promise<void> {
    try {
      const seed = randomSeed();
      const masked = bytes.slice();
      maskBytes(masked, seed);
      const database = await this.#connection.database();
      await database.put('compiledRules', { version, seed, bytes: masked }, 'current');
    } catch {
      // No room or no database: the next start compiles again.
    }
  }

  /** One transaction over both stores. */
  async #change(work: (facts: PackStores['facts'], contents: PackStores['contents']) => readonly Promise<unknown>[]) {
    try {
      const database = await this.#connection.database();
      const transaction = database.transaction(['packs', 'packContents'], 'readwrite');
      transaction.done.catch(() => undefined);
      const requests = work(transaction.objectStore('packs'), transaction.objectStore('packContents'));
      await Promise.all([...requests, transaction.done]).catch((error: unknown) => {
        // The reason of a failed commit (quota) is on the transaction.
        throw transaction.error ?? error;
      });
      return success(undefined);
    } catch (error) {
      return failure(diagnoseFailure(error));
    }
  }
}

interface PackStores {
  readonly facts: {
    put(pack: RulePack, id: RulePackId): Promise<unknown>;
    delete(id: RulePackId): Promise<unknown>;
  };
  readonly contents: {
    put(content: { seed: number; bytes: Uint8Array<ArrayBuffer> }, id: RulePackId): Promise<unknown>;
    delete(id: RulePackId): Promise<unknown>;
  };
}
