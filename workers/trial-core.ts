// The end of a trial on the index: joins and correlations over the rows that the searchers gathered, with records named by
// their rows. The same code as at the end of a scan.

import { createEvidenceReader } from '../src/intake/read-evidence.ts';
import type { EventColumns, IndexedFile } from '../src/index/event-columns.ts';
import type { Concluded, FileRows } from '../src/index/event-view.ts';
import type { RuleTrial, TrialGroup } from '../src/model/event-search.ts';
import type { Problem } from '../src/model/problem.ts';
import { compareRanked } from '../src/model/record-place.ts';
import { correlateScan } from '../src/scan/correlate-scan.ts';
import { joinRecords } from './join-core.ts';

/** A completed correlation with the rows behind it. */
export interface FoundGroup extends Omit<TrialGroup, 'rows'> {
  readonly rows: Uint32Array;
}

/** Groups kept; the rest is counted. */
const MOST_GROUPS = 1_000;
/** Records kept of a group. */
const MOST_RECORDS = 100;

/** Judges what only all records together decide. Groups come in order of rule and of the event that completed them. */
export async function concludeTrial(
  { correlations = [], joins = 'null' }: RuleTrial,
  columns: EventColumns,
  parts: readonly FileRows[],
): Promise<Concluded & { readonly found: readonly FoundGroup[] }> {
  const ranked = rankFiles(columns.files);
  const rankOf = new Map(ranked.map((at, rank) => [at, rank]));
  const rowAt = (rank: number, offset: number): number => columns.rowAt(columns.files[ranked[rank]!]!.number, offset);
  const problems: Problem[] = [];
  const rows: number[] = [];
  const placed = parts.map(({ file, ...rest }) => ({ rank: rankOf.get(file)!, ...rest }));
  const correlated = placed.flatMap(({ rank, correlation }) =>
    correlation === undefined ? [] : [{ rank, rows: correlation }],
  );
  const joined = placed.flatMap(({ rank, joins: of }) => (of === undefined ? [] : [{ rank, rows: of }]));
  if (joined.length > 0) {
    const files = ranked.map((at) => columns.files[at]!);
    for await (const report of joinRecords({ plan: joins, files, parts: joined }, createEvidenceReader())) {
      for (const { file, rows: found } of report.found)
        for (const { offset } of found) rows.push(columns.rowAt(file, offset));
      correlated.push(...report.correlation);
      problems.push(...report.problems);
    }
  }
  const { fired, problems: remarks } = correlateScan(correlations, correlated);
  const found = fired
    .slice(0, MOST_GROUPS)
    .map(({ rule, groupBy, count, firstTime, lastTime, records }): FoundGroup => {
      const of = records.slice(0, MOST_RECORDS).map(({ rank, offset }) => rowAt(rank, offset));
      return {
        rule,
        groupBy,
        count,
        first: firstTime,
        last: lastTime,
        rows: Uint32Array.from(of.filter((row) => row >= 0)),
      };
    });
  return { rows, groups: fired.length, problems: [...problems, ...remarks], found };
}

/** Positions of files in the order in which a scan ranks them. */
function rankFiles(files: readonly IndexedFile[]): readonly number[] {
  const keyed = files.map(({ path, blob }, at) => ({ path, size: blob.size, at }));
  return keyed.sort(compareRanked).map(({ at }) => at);
}
