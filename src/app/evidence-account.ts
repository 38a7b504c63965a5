// The evidence account of the open case, put together from its parts, and what the case needs from outside for it.

import { NO_HASHES, type EvidenceAccount, type ToolAccount } from '../model/evidence-account.ts';
import type { RuleInfo } from '../model/rule-set.ts';
import type { CaseSession } from './case-session.svelte.ts';
import type { EvidenceTools } from './evidence-book.svelte.ts';
import type { AppPorts } from './ports.ts';
import type { RulePacks } from './rule-packs.svelte.ts';

/** Name, version and build of this program. */
export function toolOf({ version, build = version }: Pick<AppPorts, 'version' | 'build'>): ToolAccount {
  return { name: 'Winnow', version, build };
}

/** Hashes, scans and actions of a case. */
export function accountOf(session: CaseSession, tool: ToolAccount): EvidenceAccount {
  const files = session.files.map(({ path, size, lastModified, hashes = NO_HASHES }) => {
    return { path, size, lastModified, ...hashes };
  });
  return { tool, files, scans: session.evidence.scans, actions: session.audit.entries };
}

/** What scans of a case are accounted with; undefined where files cannot be hashed. */
export function evidenceToolsOf(
  ports: AppPorts,
  packs: Pick<RulePacks, 'packs'>,
  loadRules: () => Promise<readonly RuleInfo[]>,
): EvidenceTools | undefined {
  const { startHasher, version } = ports;
  if (startHasher === undefined) return undefined;
  const accountRules = async () => {
    const [infos, { accountPacks }] = await Promise.all([loadRules(), import('./pack-accounts.ts')]);
    return accountPacks(infos, packs.packs ?? [], version);
  };
  return { tool: toolOf(ports), packs: accountRules, startHasher };
}
