// Evidence that is given again: which files the case has, and what is left to do with them. A case whose scans came to
// their end needs only the rows of its events. Where files are missing, those that were done are judged once more behind
// them, because correlations and joins need every file; what they bring that the case has already is let go. Keeping the
// rows in the case instead would cost it many times its size.

import type { EvidenceFile } from '../intake/evidence.ts';
import type { CaseFile } from '../model/case.ts';
import { emptyFileAccount } from '../model/coverage.ts';
import type { PackAccount, ScanAccount } from '../model/evidence-account.ts';
import type { FileIdentity } from '../model/finding.ts';
import type { Problem } from '../model/problem.ts';
import type { ScanFile } from '../pool/scanner.ts';
import { hadSameOff } from './rules-off.ts';

/** How much of the evidence given was done before. */
export interface Resumed {
  readonly done: number;
  readonly total: number;
}

/** Evidence as files of the case. */
export interface ResumePlan {
  /** The files of the case, with those that are new or read anew. */
  readonly files: readonly CaseFile[];
  readonly scanFiles: readonly ScanFile[];
  /** Numbers of files that were read to their end before. */
  readonly before: ReadonlySet<number>;
  /** Numbers of files that the case has and that are read anew. */
  readonly anew: readonly number[];
  /** Every file of the case was given. */
  readonly isWhole: boolean;
}

/** Identity of a file of evidence: its path, size and modified time. */
export function identityOf({ path, size, lastModified }: FileIdentity): string {
  return JSON.stringify([path, size, lastModified]);
}

/** Files of the case by identity, later ones first where two are alike. */
export function numbersByIdentity(files: readonly CaseFile[]): ReadonlyMap<string, number> {
  return new Map(files.map((file, number) => [identityOf(file), number]));
}

/** Puts evidence into the files of a case. `recognised`: what is known to be a file of the case by its content. */
export function planEvidence(
  known: readonly CaseFile[],
  given: readonly EvidenceFile[],
  recognised: ReadonlyMap<EvidenceFile, number>,
): ResumePlan {
  const numbers = numbersByIdentity(known);
  const before = new Set<number>();
  const files = [...known];
  const scanFiles: ScanFile[] = [];
  for (const file of given) {
    const { path, blob, packed, size, lastModified } = file;
    const at = recognised.get(file) ?? numbers.get(identityOf(file)) ?? files.length;
    const old = files[at];
    const doneBefore = old?.state === 'done';
    if (doneBefore) before.add(at);
    else {
      const { path: own, lastModified: modified } = old ?? { path, lastModified };
      files[at] = {
        path: own,
        size,
        lastModified: modified,
        account: emptyFileAccount(),
        findings: 0,
        state: 'waiting',
      };
    }
    // The case knows the file by the path that it had first: findings name it.
    const name = files[at]!.path;
    scanFiles.push({ number: at, path: name, blob, ...(packed && { packed }), ...(doneBefore && { doneBefore }) });
  }
  const again = scanFiles.map(({ number }) => number).filter((number) => number < known.length);
  const anew = again.filter((number) => !before.has(number));
  return { files, scanFiles, before, anew, isWhole: again.length === known.length };
}

/** Name of the option of a scan that only read rows. */
export const ROWS_ONLY = 'events only';

/** The last scan that judged, undefined when there was none. */
export function lastJudging(scans: readonly ScanAccount[]): ScanAccount | undefined {
  return scans.findLast(isJudging);
}

/** The last scans that judged, as far back as it needs for `files` files to have been judged, newest first. */
export function lastJudgingOf(scans: readonly ScanAccount[], files: number): readonly ScanAccount[] {
  const judging = scans.filter(isJudging).toReversed();
  let judged = 0;
  const enough = judging.findIndex((scan) => (judged += scan.files) >= files);
  return enough < 0 ? judging : judging.slice(0, enough + 1);
}

function isJudging({ options }: ScanAccount): boolean {
  return !options.some(([name]) => name === ROWS_ONLY);
}

/** Whether a scan ran these rules, with the same ones off, and did not look for deleted records. */
export function ranSame(scan: ScanAccount, packs: readonly PackAccount[], options: ScanAccount['options']): boolean {
  const names = (list: readonly PackAccount[]): string =>
    list
      .map(({ hash, rules }) => `${hash} ${rules}`)
      .sort()
      .join();
  const recovered = scan.options.find(([name]) => name === 'recovered')?.[1];
  return recovered !== 'yes' && hadSameOff(options, scan.options) && names(scan.packs) === names(packs);
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
  if (done === total) {
    return {
      message: total === 1 ? 'The file was done before.' : `All ${total} files were done before.`,
      hint: `Findings and judgements are as they were; ${total === 1 ? 'its' : 'their'} events are read for the list and for search.`,
    };
  }
  return {
    message: `${done} of ${total} files were done; scanning the other ${total - done}.`,
    hint: `Behind them the ${done === 1 ? 'done one is' : `${done} done ones are`} read again, for events and for rules over several events. Nothing is counted twice.`,
  };
}
