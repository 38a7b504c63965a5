// Which findings stand on which record, so that the list of events can mark them. Built once from the findings' columns;
// 100,000 findings take some 30 ms, so it is not kept up to date while a scan runs.

import { levelRank } from '../analysis/finding-columns.ts';
import type { CaseFile } from '../model/case.ts';
import type { RuleLevel } from '../model/rule-set.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';
import type { FindingList } from './finding-list.svelte.ts';

export class FindingPlaces {
  /** Rows of findings by file number, then by offset. */
  readonly #rows = new Map<number, Map<number, number[]>>();
  readonly #findings: FindingList;

  constructor(findings: FindingList, files: readonly CaseFile[]) {
    this.#findings = findings;
    const numbers = new Map(files.map((file, number) => [file.path, number]));
    const { count } = findings.columns;
    for (let row = 0; row < count; row++) {
      const facts = findings.facts(row);
      this.#note(numbers.get(facts.file), facts.offset, row);
      for (const other of facts.alsoIn) this.#note(numbers.get(other.file), other.offset, row);
    }
  }

  /** Rows of the findings on a record, worst first. */
  rowsOf(file: number, offset: number): readonly number[] {
    return this.#rows.get(file)?.get(offset) ?? [];
  }

  /** The worst level of a record's findings, undefined where there are none. */
  levelOf(file: number, offset: number): RuleLevel | undefined {
    const rows = this.rowsOf(file, offset);
    if (rows.length === 0) return undefined;
    return RULE_LEVELS[Math.max(...rows.map((row) => levelRank(this.#findings.facts(row).level)))];
  }

  #note(file: number | undefined, offset: number, row: number): void {
    if (file === undefined) return;
    let byOffset = this.#rows.get(file);
    if (byOffset === undefined) this.#rows.set(file, (byOffset = new Map<number, number[]>()));
    const rows = byOffset.get(offset);
    if (rows === undefined) byOffset.set(offset, [row]);
    else rows.push(row);
  }
}
