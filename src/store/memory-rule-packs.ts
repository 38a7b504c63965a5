// Rule packs where the browser gives no database: they work until the tab is closed.

import { success, type Result } from '../base/result.ts';
import type { RulePack, RulePackContent, RulePackId } from '../model/rule-pack.ts';
import type { RulePackStore } from './rule-pack-store.ts';

export class MemoryRulePacks implements RulePackStore {
  readonly #packs = new Map<RulePackId, { pack: RulePack; content: RulePackContent | undefined }>();
  #compiled: { readonly version: string; readonly bytes: Uint8Array } | undefined;

  listPacks(): Promise<readonly RulePack[]> {
    return Promise.resolve([...this.#packs.values()].map(({ pack }) => pack).sort((a, b) => a.added - b.added));
  }

  loadPack(id: RulePackId): Promise<RulePackContent | undefined> {
    return Promise.resolve(this.#packs.get(id)?.content);
  }

  savePack(pack: RulePack, content?: RulePackContent): Promise<Result<undefined, never>> {
    this.#packs.set(pack.id, { pack, content: content ?? this.#packs.get(pack.id)?.content });
    return Promise.resolve(success(undefined));
  }

  removePack(id: RulePackId): Promise<Result<undefined, never>> {
    this.#packs.delete(id);
    return Promise.resolve(success(undefined));
  }

  loadCompiled(version: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#compiled?.version === version ? this.#compiled.bytes : undefined);
  }

  saveCompiled(version: string, bytes: Uint8Array): Promise<void> {
    this.#compiled = { version, bytes };
    return Promise.resolve();
  }
}
