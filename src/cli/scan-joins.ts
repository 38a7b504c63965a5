// The joins of one `winnow scan`: rows of all slices, and at the end the findings that they add, as text.

import { closeSync, openSync } from 'node:fs';
import { ensureDefined } from '../base/assert.ts';
import type { JoinPlan, JoinRows } from '../model/join-plan.ts';
import type { Problem } from '../model/problem.ts';
import type { CorrelationPart } from '../pool/protocol.ts';
import { decideJoins, type JoinedFinding } from '../scan/joins/decide-joins.ts';
import { foldJoins } from '../scan/joins/fold-joins.ts';
import type { HeldFinding } from './held-findings.ts';
import { readAt, type LogFile } from './log-file.ts';
import { createRuleBook, renderRows, type RuleBook } from './scan-thread.ts';
import type { ScanSetup } from './thread-protocol.ts';

export interface JudgedBatch {
  /** In the order of the output. */
  readonly findings: readonly HeldFinding[];
  readonly correlation: readonly CorrelationPart[];
  readonly problems: readonly Problem[];
}

export class ScanJoins {
  readonly #plan: JoinPlan | undefined;
  /** Hidden rules whose matches may become findings. */
  readonly #asking: ReadonlySet<number | undefined>;
  readonly #parts: { readonly rank: number; readonly rows: JoinRows }[] = [];
  readonly #hashes = new Map<number, string>();
  #open = false;

  constructor(plan: JoinPlan | undefined) {
    this.#plan = plan;
    this.#asking = new Set(plan?.rules.flatMap(({ candidate, open, lacking }) => [candidate, open, lacking]));
  }

  /** Whether some event so far may become a finding later. */
  get isOpen(): boolean {
    return this.#open;
  }

  add({ rank, fileHash, rows }: { rank: number; fileHash: string | undefined; rows: JoinRows }): void {
    if (rows.rows.length === 0) return;
    this.#parts.push({ rank, rows });
    if (fileHash !== undefined) this.#hashes.set(rank, fileHash);
    this.#open ||= rows.sets.some((set) => set.some((hidden) => this.#asking.has(hidden)));
  }

  /** Judges what is open, when everything has been read. */
  async *judge(
    files: readonly LogFile[],
    rules: Pick<ScanSetup, 'ruleSet' | 'sources'>,
    options: Pick<ScanSetup, 'minLevel' | 'text'>,
  ): AsyncGenerator<JudgedBatch, undefined> {
    const plan = this.#plan;
    if (plan === undefined || !this.#open) return;
    const folded = foldJoins(plan, this.#parts);
    this.#parts.length = 0;
    yield { findings: [], correlation: [], problems: folded.problems };
    const fileOf = (rank: number): LogFile => ensureDefined(files[rank], 'file of a join');
    const readChunk = (rank: number, offset: number, length: number): Promise<Uint8Array> =>
      new Promise((resolve) => resolve(readBytes(fileOf(rank).diskPath, offset, length)));
    let book: RuleBook | undefined;
    for await (const { findings, correlation, problems } of decideJoins(plan, folded, readChunk)) {
      if (findings.length > 0) book ??= createRuleBook(rules);
      const rendered: HeldFinding[] = [];
      for (const ofFile of byRank(findings)) {
        const { rank } = ofFile[0]!;
        const rows = ofFile.map(({ row, joinedRank }) => {
          const isElsewhere = joinedRank !== undefined && joinedRank !== rank;
          return isElsewhere ? { ...row, joinedFile: fileOf(joinedRank).path } : row;
        });
        const run = { file: fileOf(rank), fileHash: this.#hashes.get(rank) };
        const texts = renderRows(rows, ensureDefined(book, 'rules'), options, run);
        for (const text of texts) rendered.push({ ...text, rank });
      }
      yield { findings: rendered, correlation, problems };
    }
  }
}

function* byRank(findings: readonly JoinedFinding[]): Generator<readonly JoinedFinding[]> {
  for (let at = 0; at < findings.length;) {
    let end = at;
    while (findings[end]?.rank === findings[at]!.rank) end++;
    yield findings.slice(at, end);
    at = end;
  }
}

function readBytes(path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const descriptor = openSync(path, 'r');
  try {
    return bytes.subarray(0, readAt(descriptor, bytes, length, offset));
  } finally {
    closeSync(descriptor);
  }
}
