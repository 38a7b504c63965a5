// The two passes of recovering deleted records in one scan: what the first has to learn from every file before the
// second can judge the few chunks that are worth it. Afterwards, so that findings of records that were never deleted
// come first and as fast as ever; by then every template of the scan is known, whatever file had it.

import { ensureDefined } from '../base/assert.ts';
import type { Problem } from '../model/problem.ts';
import type { SliceSurvey } from '../model/recovery.ts';
import { packTemplates } from '../model/template-bank.ts';
import type { JudgeRecovered, RunRecovery } from './protocol.ts';
import { RecoveryBook } from './recovery-book.ts';
import { CHUNK_BYTES, RunPlan } from './run-plan.ts';
import type { EvidenceBytes } from '../model/packed-log.ts';

/** A file that may hold deleted records. */
type RecoveryFile = { readonly number: number; readonly path: string; readonly blob: EvidenceBytes };

export class RecoveryPass {
  /** Files by rank, and the rank of each. */
  readonly #ranked: readonly RecoveryFile[];
  readonly #rank: ReadonlyMap<number, number>;
  readonly #bank: Uint8Array;
  // Identities go into blobs at once: a large case has some hundred megabytes of them, and browsers keep blobs elsewhere.
  readonly #book = new RecoveryBook((identities) => new Blob([identities]));
  readonly #seed = (Math.random() * 0x7fff_ffff) | 0;
  readonly #dataOffsets = new Map<number, number>();
  readonly #unreadable = new Set<number>();
  readonly #judges = new Map<number, JudgeRecovered>();
  /** Remarks that are added up per file: file, code, then the sum. */
  readonly #remarks = new Map<string, { readonly file: number; problem: Problem }>();
  #judging = false;

  constructor(
    ranked: readonly RecoveryFile[],
    rank: ReadonlyMap<number, number>,
    bank: Uint8Array = packTemplates([]),
  ) {
    this.#ranked = ranked;
    this.#rank = rank;
    this.#bank = bank;
  }

  /** What a run on a file has to do for the recovery. */
  requestFor(file: number): RunRecovery {
    return this.#judging
      ? ensureDefined(this.#judges.get(file), 'file to recover')
      : { kind: 'survey', seed: this.#seed };
  }

  /** Where the chunks of a file begin. */
  opened(file: number, dataOffset: number): void {
    this.#dataOffsets.set(file, dataOffset);
  }

  /** The file could not be read to its end: nothing of it is read again. */
  abandon(file: number): void {
    this.#unreadable.add(file);
  }

  add(file: number, survey: SliceSurvey): void {
    this.#book.add(this.#rankOf(file), survey);
  }

  /** Begins the second pass; undefined when there is nothing to recover. */
  startJudging(workers: number): RunPlan | undefined {
    const book = this.#book;
    const scanTemplates = new Blob([book.templates()]);
    const bankTemplates = new Blob([new Uint8Array(this.#bank)]);
    const files = book
      .ranks()
      .map((rank) => ({ rank, ...this.#ranked[rank]! }))
      .filter(({ number }) => !this.#unreadable.has(number));
    if (files.length === 0) return undefined;
    this.#judging = true;
    for (const { rank, number } of files) {
      this.#judges.set(number, {
        kind: 'judge',
        seed: this.#seed,
        file: number,
        scanTemplates,
        bankTemplates,
        templates: new Blob([book.templatesOf(rank)]),
        identities: new Blob([...book.identitiesOf(rank)]),
      });
    }
    return RunPlan.ofStretches(
      files.map(({ rank, number, path, blob }) => {
        const start = this.#dataOffsets.get(number) ?? 0;
        const stretches = book.stretchesOf(rank).map(({ first, end }) => ({
          start: start + first * CHUNK_BYTES,
          // The last chunk of a file may be cut.
          end: Math.min(start + end * CHUNK_BYTES, blob.size),
        }));
        return { number, path, size: blob.size, stretches };
      }),
      workers,
    );
  }

  /** The bank that the scan was given, with everything that its files add. */
  grownBank(): Uint8Array {
    return this.#book.grow(this.#bank);
  }

  /** Takes a remark of the second pass and gives true; its lines would only tell how the file was cut. */
  takeRemark(file: number, problem: Problem): boolean {
    if (!this.#judging || problem.severity !== 'info') return false;
    const key = `${file} ${problem.code}`;
    const count = (this.#remarks.get(key)?.problem.count ?? 0) + (problem.count ?? 1);
    this.#remarks.set(key, { file, problem: { ...problem, count } });
    return true;
  }

  /** The remarks, one line per file and code. */
  remarks(): readonly { readonly file: number; readonly problem: Problem }[] {
    return [...this.#remarks.values()].sort((a, b) => this.#rankOf(a.file) - this.#rankOf(b.file));
  }

  #rankOf(file: number): number {
    return ensureDefined(this.#rank.get(file), 'rank of a file');
  }
}
