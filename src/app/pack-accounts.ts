// Which rules a scan ran, as the evidence account names them.

import { sha256Hex } from '../base/sha256.ts';
import type { PackAccount } from '../model/evidence-account.ts';
import type { RulePack } from '../model/rule-pack.ts';
import type { RuleInfo } from '../model/rule-set.ts';

/**
 * Gives the packs of the rules in use. A pack that the analyst brought has the hash of its files; the shipped one the
 * hash over the hashes of its rules, and the version of the tool.
 */
export function accountPacks(
  infos: readonly RuleInfo[],
  own: readonly RulePack[],
  version: string,
): readonly PackAccount[] {
  const hashes = new Map<string, string[]>();
  for (const { pack, hash } of infos) {
    const list = hashes.get(pack) ?? [];
    list.push(hash);
    hashes.set(pack, list);
  }
  return [...hashes].map(([name, list]) => {
    const brought = own.find((pack) => pack.name === name);
    return {
      name,
      version: brought === undefined ? version : new Date(brought.added).toISOString(),
      hash: brought?.hash ?? sha256Hex(list.toSorted().join('\n')),
      rules: list.length,
    };
  });
}
