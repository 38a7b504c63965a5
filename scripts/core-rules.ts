// Compiles rules/core (and what a deployment bakes in, baked-rules.ts) at build time into the parts that ship: the
// program for workers, facts, whole rules and authors' sources for the page, texts for the rule view. Each is a masked
// pack (src/pool/masked-pack.ts). Sorted input, fixed compression: equal rules give equal packs.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { compileProgram } from '../src/engine/compile/compile-program.ts';
import type { RuleVerdict } from '../src/model/rule-set.ts';
import { wrapPack } from '../src/pool/masked-pack.ts';
import { formatJoinPlan } from '../src/pool/join-plan-json.ts';
import { formatRuleSet } from '../src/pool/rule-set-json.ts';
import { withJoinRules } from '../src/scan/joins/plan-joins.ts';
import { splitVerdicts } from '../src/app/pack-files.ts';
import { compileRules, type RuleFile } from '../src/sigma/compile-rules.ts';
import { loadBakedFiles, reportBaked, type BakedSelection } from './baked-rules.ts';

const CORE_RULES_FOLDER = 'rules/core';
const PACK_NAME = 'core';

export type RulePart = 'program' | 'correlations' | 'joins' | 'infos' | 'rule-set' | 'sources' | 'texts';

export interface CoreRules {
  readonly packs: ReadonlyMap<RulePart, Uint8Array>;
  /** Absolute paths of the rule files. */
  readonly inputs: readonly string[];
}

let last: { readonly digest: string; readonly rules: CoreRules } | undefined;
let turn: Promise<unknown> = Promise.resolve();

/**
 * Gives the packs of the rules that ship. Throws with every diagnostic when a core rule is not sound; of baked rules
 * `report` gets the account. Calls wait for each other: the parts of one build are asked for at the same time.
 */
export function buildShippedRules(
  root: string,
  selection: BakedSelection,
  report: (text: string) => void,
): Promise<CoreRules> {
  const build = turn.then(() => compileShipped(root, selection, report));
  turn = build.catch(() => undefined);
  return build;
}

async function compileShipped(
  root: string,
  selection: BakedSelection,
  report: (text: string) => void,
): Promise<CoreRules> {
  const core = selection.core ? readCoreRules(root) : [];
  const baked = await loadBakedFiles(selection.paths);
  const files = [...core, ...baked];
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex');
  if (last?.digest === digest) return last.rules;
  const { ruleSet, verdicts, sources } = compileRules(files);
  const [coreVerdicts = [], bakedVerdicts = []] = splitVerdicts([core, baked], verdicts);
  const faults = coreVerdicts.flatMap(faultsOf);
  if (faults.length > 0) throw new Error(`core rules that must not ship:\n${faults.join('\n')}`);
  if (baked.length > 0) report(reportBaked(bakedVerdicts));
  const joined = withJoinRules(ruleSet);
  const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const parts: [RulePart, Uint8Array][] = [
    ['program', new Uint8Array(compileProgram(joined.ruleSet, joined.plan?.numbers))],
    ['joins', new TextEncoder().encode(formatJoinPlan(joined.plan))],
    ['correlations', json(ruleSet.rules.map((rule) => (rule.kind === 'correlation' ? rule : null)))],
    ['infos', json(ruleSet.rules.map((rule) => rule.info))],
    ['rule-set', new TextEncoder().encode(formatRuleSet(ruleSet))],
    ['sources', json(sources)],
    ['texts', json(files)],
  ];
  const inputs = core.map(({ file }) => join(root, CORE_RULES_FOLDER, file));
  const rules = { packs: new Map(parts.map(([part, bytes]) => [part, packOf(bytes)])), inputs };
  last = { digest, rules };
  return rules;
}

/** The rule files of rules/core in the order of their paths. */
export function readCoreRules(root: string): (RuleFile & { readonly text: string })[] {
  const folder = join(root, CORE_RULES_FOLDER);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((file) => ({ pack: PACK_NAME, file, text: readFileSync(join(folder, file), 'utf8') }));
}

/** What keeps a document from shipping: anything but a clean compile. */
function faultsOf({ file, document, title, verdict, reason, diagnostics }: RuleVerdict): string[] {
  const lines = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message, range }) => {
      return `${CORE_RULES_FOLDER}/${file}:${range?.line ?? 1}:${range?.column ?? 1}: ${code}: ${message}`;
    });
  if (verdict !== 'compiled' && lines.length === 0) {
    lines.push(`${CORE_RULES_FOLDER}/${file}:1:1: document ${document} (${title}) is ${verdict}: ${reason}`);
  }
  return lines;
}

function packOf(bytes: Uint8Array): Uint8Array {
  return wrapPack(deflateRawSync(bytes, { level: 9 }), bytes.length);
}
