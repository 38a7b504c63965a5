// Problems of a slice: one line per chunk and code, with a count. A crafted chunk holds thousands of faults; a line
// each would make the report the attack. Lines depend on the chunk alone, so slicing does not change them.

import type { Problem, ProblemCode, ProblemSeverity } from '../model/problem.ts';

const SEVERITY: Partial<Record<ProblemCode, ProblemSeverity>> = {
  'chunk-header-checksum': 'warning',
  'chunk-records-checksum': 'warning',
  'record-resynced': 'info',
  'record-torn': 'warning',
  'chunk-short': 'warning',
  'limit-reached': 'warning',
};

type OpenProblem = { -readonly [K in keyof Problem]: Problem[K] };

export class ChunkProblems {
  readonly list: Problem[] = [];
  readonly #ofChunk: OpenProblem[] = [];
  #chunk = 0;
  readonly #file: string | undefined;

  constructor(file?: string) {
    this.#file = file;
  }

  /** Forgets everything: a new slice begins. */
  clear(): void {
    this.list.length = 0;
    this.#ofChunk.length = 0;
  }

  /** Turns to a chunk, by its number in the file. */
  enterChunk(chunk: number): void {
    this.#chunk = chunk;
    this.#ofChunk.length = 0;
  }

  /** Notes a problem at a file offset; a further one of the same code in the same chunk only counts. */
  note(code: ProblemCode, offset: number, detail: string, count = 1): void {
    const known = this.#ofChunk.find((problem) => problem.code === code);
    if (known !== undefined) {
      known.count = (known.count ?? 1) + count;
      return;
    }
    const problem: OpenProblem = { code, severity: SEVERITY[code] ?? 'error', offset, chunk: this.#chunk, detail };
    if (this.#file !== undefined) problem.file = this.#file;
    if (count > 1) problem.count = count;
    this.#ofChunk.push(problem);
    this.list.push(problem);
  }
}
