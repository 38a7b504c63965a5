// Rules that a deployment bakes in beside or instead of the core pack (`npm run build -- --rules DIR`). Unlike core
// rules they are somebody else's: one that cannot run does not stop the build, it is counted and reported.

import { basename, relative, resolve, sep } from 'node:path';
import { loadRuleSources } from '../src/cli/rule-sources.ts';
import { textOfRuleFile } from '../src/app/pack-files.ts';
import type { RuleVerdict } from '../src/model/rule-set.ts';

/** What a build ships. */
export interface BakedSelection {
  readonly core: boolean;
  /** Folders, zips and files with Sigma rules, in the order given. */
  readonly paths: readonly string[];
}

export interface BakedFile {
  readonly pack: string;
  readonly file: string;
  readonly text: string;
}

/** Packs that an analyst drops never have a slash in their name, so baked ones are told apart from them. */
const PACK_PREFIX = 'shipped/';

/** Reads the selection that scripts/build.mjs hands over in WINNOW_RULES; without one only the core pack ships. */
export function readBakedSelection(text: string | undefined): BakedSelection {
  return text === undefined || text === '' ? { core: true, paths: [] } : (JSON.parse(text) as BakedSelection);
}

/**
 * Loads the rule files of a selection. Packs and files are named relative to the given paths: neither the machine nor
 * the order of its folders shows in the result. Throws when a path is missing or unreadable, or holds no rule file.
 */
export async function loadBakedFiles(paths: readonly string[]): Promise<BakedFile[]> {
  const files: BakedFile[] = [];
  const names = new Set<string>();
  for (const path of paths) {
    const root = resolve(path);
    const { files: found, unreadable, missing } = await loadRuleSources([root]);
    const [fault] = unreadable;
    if (missing.length > 0) throw new Error(`no such rules: ${path}`);
    if (fault !== undefined) throw new Error(`rules that cannot be read: ${fault.path}: ${fault.reason}`);
    if (found.length === 0) throw new Error(`no .yml or .yaml file in ${path}`);
    const name = freeName(`${PACK_PREFIX}${basename(root)}`, names);
    for (const { file, text } of found) {
      const inner = relative(root, file).split(sep).join('/');
      const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : new Uint8Array(text);
      files.push({ pack: name, file: inner === '' ? basename(root) : inner, text: textOfRuleFile(bytes) });
    }
  }
  return files;
}

function freeName(wanted: string, names: Set<string>): string {
  let name = wanted;
  for (let number = 2; names.has(name); number++) name = `${wanted} (${number})`;
  names.add(name);
  return name;
}

/** A report of what became of baked documents: totals, then every rejected one with its reason. */
export function reportBaked(verdicts: readonly RuleVerdict[]): string {
  const count = (verdict: RuleVerdict['verdict']): number => verdicts.filter((each) => each.verdict === verdict).length;
  const lines = [
    `baked rules: ${verdicts.length} documents, ${count('compiled')} run, ${count('not-evaluable')} cannot be judged on event logs, ` +
      `${count('other-product')} are for other products, ${count('rejected')} are rejected`,
  ];
  for (const { file, verdict, reason, diagnostics } of verdicts) {
    if (verdict !== 'rejected') continue;
    const range = diagnostics.find(({ severity }) => severity === 'error')?.range;
    const place = range === undefined ? '' : `:${range.line}:${range.column}`;
    lines.push(`  rejected ${file}${place}: ${reason}`);
  }
  return lines.join('\n');
}
