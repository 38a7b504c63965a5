// Problem lines about archives and what is in them. Words only; packed.ts decides.

import type { Problem, ProblemCode } from '../model/problem.ts';
import { extensionOf } from './judge-file.ts';
import type { ZipEntry, ZipOddities } from './zip.ts';

type ArchiveCode = Extract<ProblemCode, `archive-${string}`>;

const HINTS: Readonly<Record<ArchiveCode, string>> = {
  'archive-damaged': 'Copy the archive again if its source still exists.',
  'archive-limit': 'Unpack it on disk and drop the folder.',
  'archive-locked': 'Drop it again and give its password, or unpack it and drop the folder.',
  'archive-method': 'Unpack it (7z x FILE) and drop the folder.',
  'archive-too-deep': 'Unpack it and drop what is in it.',
  'archive-overlap': 'No packer writes this: treat the archive as hostile.',
  'archive-names': 'Names are only shown, never used to write anything. Look at where this archive comes from.',
};

const SEVERITIES: Readonly<Record<ArchiveCode, Problem['severity']>> = {
  'archive-damaged': 'warning',
  'archive-limit': 'error',
  'archive-locked': 'error',
  'archive-method': 'error',
  'archive-too-deep': 'error',
  'archive-overlap': 'warning',
  'archive-names': 'warning',
};

/** The line for an archive or one of its entries. */
export function entryProblem(code: ArchiveCode, file: string, detail: string): Problem {
  return { code, severity: SEVERITIES[code], file, detail, hint: HINTS[code] };
}

/** The line for entries that no password opened. */
export function lockedProblem(archive: string, entries: readonly ZipEntry[]): Problem {
  const logs = entries.filter((entry) => extensionOf(entry.path) === 'evtx').length;
  const detail = `protected by a password; ${logs} of the locked files are named like event logs`;
  return { ...entryProblem('archive-locked', archive, detail), count: entries.length };
}

/** The lines for what is odd about an archive as a whole. */
export function* oddityProblems(archive: string, oddities: ZipOddities): Generator<Problem> {
  if (oddities.isRebuilt) {
    const detail = 'the zip is cut off or its directory is damaged; its files were found one after another';
    yield entryProblem('archive-damaged', archive, detail);
  }
  if (oddities.isCut) yield entryProblem('archive-limit', archive, 'more entries than are listed of one archive');
  if (oddities.overlapping > 0) {
    const detail = 'files that lie within each other in the archive';
    yield { ...entryProblem('archive-overlap', archive, detail), count: oddities.overlapping };
  }
  if (oddities.trickyNames > 0) {
    const detail = `names that lead out of the archive, are far too long or turn text round, such as ${oddities.firstTrickyName ?? ''}`;
    yield { ...entryProblem('archive-names', archive, detail.slice(0, 300)), count: oddities.trickyNames };
  }
}
