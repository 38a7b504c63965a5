// What the app asks of the place where rule packs are kept. IndexedDB implements it (indexed-rule-packs.ts), memory
// where the browser refuses a database (memory-rule-packs.ts).

import type { Result } from '../base/result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { RulePack, RulePackContent, RulePackId } from '../model/rule-pack.ts';

export interface RulePackStore {
  /** Oldest first, which is the order in which they are compiled. */
  listPacks(): Promise<readonly RulePack[]>;
  /** Undefined when there is no such pack or it cannot be read back. */
  loadPack(id: RulePackId): Promise<RulePackContent | undefined>;
  /** Keeps a pack in place of the one with its id; with no content only the facts change. */
  savePack(pack: RulePack, content?: RulePackContent): Promise<Result<undefined, Diagnostic>>;
  removePack(id: RulePackId): Promise<Result<undefined, Diagnostic>>;
  /** The compilation kept under this version, undefined when another or none is kept. */
  loadCompiled(version: string): Promise<Uint8Array | undefined>;
  /** Keeps a compilation in place of the one before. One that cannot be kept is made again: nobody has to know. */
  saveCompiled(version: string, bytes: Uint8Array): Promise<void>;
}
