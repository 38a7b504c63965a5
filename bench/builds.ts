// What is measured: this working tree, and with --compare another revision of it, checked out beside. Each is bundled and
// built by its own sources; how it is measured is decided by this tree alone, so the benchmark itself is the same.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agreement } from './agreement.ts';

export interface Build {
  readonly name: string;
  /** Its scan-pass.mjs, its rule programs, its dist/ and its dist-cli/. */
  readonly scanPass: string;
  readonly program: string;
  readonly programTimesFour: string;
  readonly app: string;
  readonly tool: string;
  readonly rules: RuleFigures;
}

/** What prepare-rules.ts prints. */
export interface RuleFigures {
  readonly compileMilliseconds: number;
  readonly programMilliseconds: number;
  readonly agreement: Agreement;
}

/** Checks a revision out into a folder of its own, with the benchmark of this tree. */
export function checkOut(root: string, revision: string): { readonly root: string; remove(): void } {
  const folder = join(mkdtempSync(join(tmpdir(), 'winnow-bench-')), 'tree');
  execFileSync('git', ['worktree', 'add', '--detach', folder, revision], { cwd: root, stdio: 'ignore' });
  const lockOf = (tree: string): string => readFileSync(join(tree, 'package-lock.json'), 'utf8');
  if (lockOf(folder) === lockOf(root)) symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  else execFileSync('npm', ['ci', '--prefer-offline', '--ignore-scripts'], { cwd: folder, stdio: 'ignore' });
  cpSync(join(root, 'bench'), join(folder, 'bench'), { recursive: true });
  return {
    root: folder,
    remove() {
      execFileSync('git', ['worktree', 'remove', '--force', folder], { cwd: root, stdio: 'ignore' });
      rmSync(join(folder, '..'), { recursive: true, force: true });
    },
  };
}

/** Builds a tree and compiles the corpus' rules with it; throws when its engine disagrees with its interpreter on `log`. */
export function prepareBuild(name: string, root: string, shared: string, log: string): Build {
  const cache = join(root, '.cache/bench');
  mkdirSync(cache, { recursive: true });
  const run = (...command: readonly string[]): string =>
    execFileSync(process.execPath, command, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  process.stderr.write(`building ${name}\n`);
  run('scripts/build.mjs');
  run('--import', './scripts/typescript.mjs', 'bench/bundle.ts', cache);
  process.stderr.write(`${name}: compiling rules, comparing with the reference interpreter\n`);
  const rules = JSON.parse(
    run('--import', './scripts/typescript.mjs', 'bench/prepare-rules.ts', cache, shared, log),
  ) as RuleFigures;
  return {
    name,
    scanPass: join(cache, 'scan-pass.mjs'),
    program: join(cache, 'rules.program'),
    programTimesFour: join(cache, 'rules-x4.program'),
    app: join(root, 'dist'),
    tool: join(root, 'bin/winnow.mjs'),
    rules,
  };
}
