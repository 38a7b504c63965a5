// Evidence that is given again: which files an earlier scan read to their end. Those are read once more behind the
// others, because the index of events, correlations and joins need the rows of every file; what they bring that the
// case has already is let go. Keeping the rows in the case instead would cost it many times its size.

import type { CaseFile } from '../model/case.ts';
import type { FileIdentity } from '../model/finding.ts';
import type { Problem } from '../model/problem.ts';

/** How much of the evidence given was done before. */
export interface Resumed {
  readonly done: number;
  readonly total: number;
}

/** Identity of a file of evidence: its path, size and modified time. */
export function identityOf({ path, size, lastModified }: FileIdentity): string {
  return JSON.stringify([path, size, lastModified]);
}

/** Files of the case by identity, later ones first where two are alike. */
export function numbersByIdentity(files: readonly CaseFile[]): ReadonlyMap<string, number> {
  return new Map(files.map((file, number) => [identityOf(file), number]));
}

/** The problems that stay when some files are read anew: theirs come again, and so do the remarks of a stopped scan. */
export function problemsBesides(problems: readonly Problem[], paths: ReadonlySet<string>): readonly Problem[] {
  return problems.filter(({ file, code }) => (file === undefined ? code !== 'cancelled' : !paths.has(file)));
}

/** Those that are not among the known ones. */
export function newProblems(problems: readonly Problem[], known: readonly Problem[]): readonly Problem[] {
  if (problems.length === 0) return problems;
  const met = new Set(known.map((problem) => JSON.stringify(problem)));
  return problems.filter((problem) => !met.has(JSON.stringify(problem)));
}

/** What to say when a scan begins, undefined when nothing was done before. */
export function resumedText({ done, total }: Resumed): { readonly message: string; readonly hint: string } | undefined {
  if (done === 0) return undefined;
  const again = 'for events and for rules over several events. Nothing is counted twice.';
  if (done === total) {
    return {
      message:
        total === 1 ? 'The file was done; reading it again.' : `All ${total} files were done; reading them again.`,
      hint: `They are read ${again}`.replace('They are', total === 1 ? 'It is' : 'They are'),
    };
  }
  return {
    message: `${done} of ${total} files were done; scanning the other ${total - done}.`,
    hint: `Behind them the ${done === 1 ? 'done one is' : `${done} done ones are`} read again, ${again}`,
  };
}
