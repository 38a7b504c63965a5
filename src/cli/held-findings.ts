// Findings that wait for what joins find: the output is in the order of files and offsets, and a join is known only when
// everything has been read. In memory up to a bound, then in a temporary file.

import { appendFileSync, createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RenderedFinding } from './thread-protocol.ts';

export interface HeldFinding extends RenderedFinding {
  /** Of its file. */
  readonly rank: number;
}

/** In UTF-16 units of text. */
const MOST_IN_MEMORY = 32 * 1_048_576;

/** Order of the output: file, offset, rule id. */
export function compareHeld(a: HeldFinding, b: HeldFinding): number {
  return a.rank - b.rank || a.offset - b.offset || (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : 0);
}

export class HeldFindings {
  #waiting: HeldFinding[] = [];
  #size = 0;
  #folder: string | undefined;
  readonly #remove = (): void => {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  };

  /** Adds findings of one file; all calls in the order of the output. Throws what the system says. */
  add(rank: number, findings: readonly RenderedFinding[]): void {
    for (const finding of findings) {
      this.#waiting.push({ ...finding, rank });
      this.#size += finding.text.length;
    }
    if (this.#size > MOST_IN_MEMORY) this.#spill();
  }

  /** Gives them back in that order. */
  async *take(): AsyncGenerator<HeldFinding, undefined> {
    if (this.#folder !== undefined && existsSync(this.#path)) {
      const lines = createInterface({ input: createReadStream(this.#path, 'utf8'), crlfDelay: Infinity });
      for await (const line of lines) yield JSON.parse(line) as HeldFinding;
    }
    yield* this.#waiting;
  }

  /** Removes the file. */
  dispose(): void {
    this.#remove();
    process.off('exit', this.#remove);
    this.#waiting = [];
  }

  get #path(): string {
    return join(this.#folder ?? '', 'findings.jsonl');
  }

  #spill(): void {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), 'winnow-held-'));
      process.once('exit', this.#remove);
    }
    let text = '';
    for (const finding of this.#waiting) {
      // Some readers of lines take these for line ends.
      text += `${JSON.stringify(finding).replace(/[\u2028\u2029]/g, (unit) => (unit === '\u2028' ? '\\u2028' : '\\u2029'))}\n`;
      if (text.length < 1_048_576) continue;
      appendFileSync(this.#path, text);
      text = '';
    }
    appendFileSync(this.#path, text);
    this.#waiting = [];
    this.#size = 0;
  }
}
