// The rules and logs of the shared corpus, compiled and read once per test file.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleSet } from '../../src/model/rule-set.ts';
import { compileRules } from '../../src/sigma/compile-rules.ts';
import { sharedRoot } from '../corpus/shared.ts';

const root = sharedRoot ?? '';

/** SigmaHQ's current Windows rules, and the rules of the project's first pack. */
export const SIGMAHQ = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map((folder) =>
  join('sigma/sigmahq', folder),
);
export const MDECREVOISIER = ['sigma/mdecrevoisier'];

/** Compiles every rule file below these folders of the corpus, in the order of paths. */
export function compileFolders(folders: readonly string[]): RuleSet {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .map(String)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => ({
        pack: folder,
        file: join(folder, name),
        text: readFileSync(join(root, folder, name), 'utf8'),
      })),
  );
  return compileRules(files).ruleSet;
}

/** Names of the real logs, in order. */
export function logNames(): string[] {
  return readdirSync(join(root, 'evtx'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.evtx'))
    .sort();
}

export function readLog(name: string): Uint8Array {
  return readFileSync(join(root, 'evtx', name));
}
