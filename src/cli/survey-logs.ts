// The first pass of `winnow scan --recovered`: all logs are surveyed before the first one is scanned, because findings
// come in the order of the files and each record may need the templates of any of them.

import { packTemplates } from '../model/template-bank.ts';
import type { FileRecovery, ScanRecovery } from '../model/recovery.ts';
import { RecoveryBook } from '../pool/recovery-book.ts';
import type { LogFile } from './log-file.ts';
import { planRuns } from './plan-runs.ts';
import type { SurveySetup } from './thread-protocol.ts';
import { scanRuns, type TeamFigures, type ThreadLike } from './thread-team.ts';

export interface LogSurvey {
  readonly scan: ScanRecovery;
  /** What a file is recovered with; undefined where there is nothing to recover. */
  recoveryOf(file: LogFile): FileRecovery | undefined;
  /** The bank of before with everything that the logs add. */
  readonly grownBank: Uint8Array;
  /** The phase 'scan' is the survey. */
  readonly figures: TeamFigures;
}

/** Surveys logs. What cannot be read is left out without a word: the scan that follows meets it again and reports it. */
export async function surveyLogs(
  files: readonly LogFile[],
  workers: number,
  bank: Uint8Array | undefined,
  startThread: (setup: SurveySetup) => ThreadLike,
): Promise<LogSurvey> {
  const seed = (Math.random() * 0x7fff_ffff) | 0;
  const rankOf = new Map(files.map((file, rank) => [file, rank]));
  const book = new RecoveryBook((identities) => identities);
  const silent = { add: () => undefined };
  const figures = await scanRuns(
    planRuns(files, workers, false, silent),
    workers,
    () => startThread({ kind: 'survey', seed }),
    {
      slice: ({ file }, { survey }) => {
        if (survey !== undefined) book.add(rankOf.get(file)!, survey);
      },
      problem: () => undefined,
    },
  );
  const bankTemplates = bank ?? packTemplates([]);
  const worthwhile = new Set(book.ranks());
  return {
    scan: { seed, scanTemplates: book.templates(), bankTemplates },
    recoveryOf(file) {
      const rank = rankOf.get(file)!;
      if (!worthwhile.has(rank)) return undefined;
      return { templates: book.templatesOf(rank), identities: joinShared(book.identitiesOf(rank)) };
    },
    grownBank: book.grow(bankTemplates),
    figures,
  };
}

/** One array in memory that all threads see: a copy for every run of a large file would cost more than the recovery. */
function joinShared(parts: readonly Uint32Array[]): Uint32Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = new Uint32Array(new SharedArrayBuffer(4 * length));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
