// Recovery as a scan does it, without threads: all logs are surveyed, then judged with what the surveys learned.

import type { Program } from '../../src/engine/program.ts';
import { SCRATCH_BYTES } from '../../src/evtx/limits.ts';
import { addFileAccount, emptyFileAccount, type FileAccount } from '../../src/model/coverage.ts';
import type { FindingRow } from '../../src/model/finding.ts';
import type { Problem } from '../../src/model/problem.ts';
import { packTemplates } from '../../src/model/template-bank.ts';
import { RecoveryBook } from '../../src/pool/recovery-book.ts';
import { createSliceScanner, type Slice } from '../../src/scan/slice-scanner.ts';
import { createSurveyor } from '../../src/scan/survey-slices.ts';

const CHUNK = 65_536;
const SEED = 0x1234_5678;

export interface RecoverOptions {
  readonly chunksPerSlice?: number;
  readonly bank?: Uint8Array;
  /** Last log first, last slice first, each slice a run of its own with its own surveyor and scanner. */
  readonly backwards?: boolean;
  /** What to read: everything, only what is deleted, or nothing of that. */
  readonly recovered?: boolean | 'only';
}

export interface Recovery {
  /** By log and offset. */
  readonly found: readonly { readonly log: number; readonly row: FindingRow }[];
  readonly account: FileAccount;
  readonly problems: readonly Problem[];
  readonly grownBank: Uint8Array;
}

/** Slices of a log in a buffer of their own each. */
export function slicesOf(log: Uint8Array, chunksPerSlice: number): Omit<Slice, 'recovered'>[] {
  const slices: Omit<Slice, 'recovered'>[] = [];
  for (let at = 4_096; at < log.length; at += chunksPerSlice * CHUNK) {
    const part = log.subarray(at, at + chunksPerSlice * CHUNK);
    const bytes = new Uint8Array(part.length + SCRATCH_BYTES);
    bytes.set(part);
    const chunkCount = Math.ceil(part.length / CHUNK);
    slices.push({ bytes, byteLength: part.length, chunkCount, firstChunk: Math.floor(at / CHUNK), fileOffset: at });
  }
  return slices;
}

/** Surveys and judges logs; what is found does not depend on the options but for `bank` and `recovered`. */
export function recoverLogs(program: Program, logs: readonly Uint8Array[], options: RecoverOptions = {}): Recovery {
  const { chunksPerSlice = 32, bank = packTemplates([]), backwards = false, recovered = true } = options;
  const inOrder = <T>(items: readonly T[]): readonly T[] => (backwards ? [...items].reverse() : items);
  const ranks = inOrder(logs.map((_, rank) => rank));
  const book = new RecoveryBook((identities) => identities);
  const surveyor = createSurveyor(SEED);
  for (const rank of ranks) {
    surveyor.startRun();
    for (const slice of inOrder(slicesOf(logs[rank]!, chunksPerSlice))) {
      const own = backwards ? createSurveyor(SEED) : surveyor;
      book.add(rank, own.surveySlice(slice));
    }
  }
  const scan = { seed: SEED, scanTemplates: book.templates(), bankTemplates: bank };
  const newScanner = () => {
    const scanner = createSliceScanner({ program });
    scanner.recovered.enterScan(scan);
    return scanner;
  };
  const common = newScanner();
  const found: { log: number; row: FindingRow }[] = [];
  const account = emptyFileAccount();
  const problems: Problem[] = [];
  for (const rank of ranks) {
    const parts = book.identitiesOf(rank);
    const identities = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      identities.set(part, at);
      at += part.length;
    }
    const file = { templates: book.templatesOf(rank), identities };
    common.recovered.enterFile(file);
    for (const slice of inOrder(slicesOf(logs[rank]!, chunksPerSlice))) {
      let scanner = common;
      if (backwards && logs.length < 10) {
        scanner = newScanner();
        scanner.recovered.enterFile(file);
      }
      const result = scanner.scanSlice({ ...slice, recovered });
      found.push(...result.rows.map((row) => ({ log: rank, row })));
      addFileAccount(account, result.account);
      problems.push(...result.problems);
    }
  }
  found.sort((a, b) => a.log - b.log || a.row.offset - b.row.offset || a.row.rule - b.row.rule);
  return { found, account, problems, grownBank: book.grow(bank) };
}

/** The sum of the remarks of one code: how many lines they come in depends on the slices. */
export function countOf(problems: readonly Problem[], code: Problem['code']): number {
  return problems.filter((problem) => problem.code === code).reduce((sum, { count = 1 }) => sum + count, 0);
}
