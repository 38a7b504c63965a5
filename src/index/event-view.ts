// One search over the index as it stood when the search began: which rows pass, in which order, and how that is counted.
// What the columns know is there at once; the rest comes in from the readers of bytes.

import type { ByteQuestion, ByteReaders, JobFound, RowsBehind } from '../model/byte-job.ts';
import type { ColumnOrField, EventHistogram, FacetAnswer, RuleTrial, SearchProgress } from '../model/event-search.ts';
import { fieldKeyOf, type FieldKey } from '../model/field-key.ts';
import { columnOfKey, type IndexColumn } from '../model/index-column.ts';
import type { Problem } from '../model/problem.ts';
import type { Query } from '../query/compile-query.ts';
import { bytesOfRows, cutJobs, fileAt } from './byte-jobs.ts';
import { countTimes, countValues, mostFrequent } from './count-rows.ts';
import { BLOCK_BITS, BLOCK_ROWS, type EventColumns } from './event-columns.ts';
import { FieldValues } from './field-values.ts';
import { compileRoutes } from './judge-routes.ts';
import { compileJudge, Verdict } from './judge-rows.ts';
import type { RecordCopies } from './record-copies.ts';
import { sortByKeys } from './sort-rows.ts';

/** Fields of one view whose values are kept. */
const MOST_FIELDS = 4;

export interface ViewQuestion {
  readonly text: string;
  readonly query: Query;
  readonly terms: readonly string[];
  readonly by: ColumnOrField;
  readonly descending: boolean;
  readonly rules: RuleTrial | undefined;
  /** Lists a record once, however many copies of it there are; undefined where there are none, or all are wanted. */
  readonly copies: RecordCopies | undefined;
}

/** Rows of one slice of a file (its position among the files of the index). */
export interface FileRows extends RowsBehind {
  readonly file: number;
}

/** What rules over several records found in the end. */
export interface Concluded {
  /** Numbers of rows that match thanks to other records. */
  readonly rows: readonly number[];
  /** Correlations completed. */
  readonly groups: number;
  readonly problems: readonly Problem[];
}

/** Judges what only all records together decide. */
export type Conclude = (parts: readonly FileRows[]) => Promise<Concluded>;

/** Gives the order of all rows by a column; the owner keeps orders for several views. */
export type OrderOf = (column: IndexColumn) => Uint32Array;

export class EventView {
  readonly #columns: EventColumns;
  readonly #readers: ByteReaders;
  readonly #orderOf: OrderOf;
  readonly #question: ViewQuestion;
  readonly #stop = new AbortController();
  readonly #verdicts: Uint8Array;
  readonly #fields = new Map<FieldKey, FieldValues>();
  readonly #sortField: FieldKey | undefined;
  readonly #problems: Problem[] = [];
  readonly #behind = new Map<string, FileRows>();
  /** By the first row of a record: whether one of its rows is listed. */
  readonly #isListed: Uint8Array;
  #groups: number | undefined;
  #matched = 0;
  #copies = 0;
  #bytesDone = 0;
  #bytesTotal = 0;
  #isComplete = false;
  #isRunning = false;
  /** The rows that pass, as sorted, for one state of verdicts and values. */
  #list: { readonly matched: number; readonly version: number; readonly rows: Uint32Array; until: number } | undefined;

  constructor(columns: EventColumns, readers: ByteReaders, orderOf: OrderOf, question: ViewQuestion) {
    this.#columns = columns;
    this.#readers = readers;
    this.#orderOf = orderOf;
    this.#question = question;
    this.#verdicts = new Uint8Array(columns.count);
    this.#isListed = new Uint8Array(question.copies === undefined ? 0 : columns.count);
    const key = typeof question.by === 'string' ? undefined : fieldKeyOf(question.by.field);
    this.#sortField = key;
    this.#judge();
  }

  get progress(): SearchProgress {
    return {
      matched: this.#matched,
      bytesDone: Math.min(this.#bytesDone, this.#bytesTotal),
      bytesTotal: this.#bytesTotal,
      isComplete: this.#isComplete,
      ...(this.#copies > 0 && { copies: this.#copies }),
      ...(this.#groups !== undefined && { groups: this.#groups }),
      ...(this.#problems.length > 0 && { problems: [...this.#problems] }),
    };
  }

  /**
   * Reads what the columns cannot tell. Settles when that is done or stopped; `changed` is called as rows come. Rules over
   * several records are judged by `conclude` when every record has been looked at.
   */
  async run(changed: () => void, conclude?: Conclude): Promise<void> {
    const { text, terms, rules } = this.#question;
    const fields = this.#sortField === undefined ? [] : [this.#sortField];
    const unknown = this.#rowsWith(Verdict.Unknown);
    const known = fields.length > 0 ? this.#rowsWith(Verdict.Yes) : new Uint32Array(0);
    this.#bytesTotal = bytesOfRows(this.#columns, unknown) + bytesOfRows(this.#columns, known);
    const values = fields.length > 0 ? this.#valuesOf(fields[0]!) : undefined;
    const take = ({ rows, texts }: JobFound): void => {
      rows.forEach((row: number, i: number) => {
        this.#pass(row);
        values?.set(row, texts[i]?.[0]);
      });
      changed();
    };
    this.#isRunning = true;
    await this.#read(unknown, { query: text, terms, fields, ...(rules && { program: rules.program }) }, take);
    await this.#read(known, { query: '', terms: [], fields }, take);
    // A count over part of the records would be a wrong count.
    if (conclude !== undefined && !this.#stop.signal.aborted) {
      const { rows, groups, problems } = await conclude([...this.#behind.values()]);
      for (const row of rows) this.#pass(row);
      this.#groups = groups;
      this.#addProblems(problems);
    }
    this.#behind.clear();
    this.#isRunning = false;
    this.#isComplete = !this.#stop.signal.aborted && this.#problems.every(({ severity }) => severity !== 'error');
    changed();
  }

  /** Rows [from, from + count) as sorted. */
  rows(from: number, count: number): Uint32Array {
    return this.#sorted().slice(Math.max(0, from), Math.max(0, from) + count);
  }

  /** Place of a row, or of that which is listed for its record; -1 when the view lacks both. */
  positionOf(row: number): number {
    const { copies } = this.#question;
    if (row < 0) return -1;
    if (this.#verdicts[row] === Verdict.Yes) return this.#sorted().indexOf(row);
    if (copies === undefined || row >= this.#verdicts.length) return -1;
    const first = copies.firstOf(row);
    return this.#sorted().findIndex((listed) => copies.firstOf(listed) === first);
  }

  /** Counts of a column, or of a field, whose values are read first where that has not happened. */
  async facet(by: ColumnOrField, limit: number): Promise<FacetAnswer> {
    const column = typeof by === 'string' ? by : columnOfKey(fieldKeyOf(by.field));
    if (column !== undefined || typeof by === 'string') {
      const counts = countValues(this.#columns, this.#verdicts, column ?? (by as IndexColumn), limit);
      return { ...counts, isComplete: this.#isComplete };
    }
    const key = fieldKeyOf(by.field);
    const values = this.#valuesOf(key);
    const missing = this.#rowsWith(Verdict.Yes).filter((row) => !values.isRead(row));
    await this.#read(missing, { query: '', terms: [], fields: [key] }, ({ rows, texts }) => {
      rows.forEach((row: number, i: number) => values.set(row, texts[i]?.[0]));
    });
    const counts = mostFrequent(values.counts(this.#rowsWith(Verdict.Yes)), limit);
    return { ...counts, isComplete: this.#isComplete && !values.isCut && !this.#stop.signal.aborted };
  }

  histogram(buckets: number, from?: number, to?: number): EventHistogram {
    return countTimes(this.#columns, this.#verdicts, buckets, from, to);
  }

  /** Stops reading; what has passed stays. */
  cancel(): void {
    this.#stop.abort();
  }

  #judge(): void {
    const columns = this.#columns;
    const verdicts = this.#verdicts;
    const judge = compileJudge(this.#question.query.plan, columns);
    const { terms, rules } = this.#question;
    const accept = rules && compileRoutes(rules.routes, columns);
    const accepted = new Uint8Array(accept === undefined ? 0 : BLOCK_ROWS);
    const asksBytes = terms.length > 0 || rules !== undefined;
    const isLive = columns.files.map((file) => file.isLive);
    const allLive = !isLive.includes(false);
    for (let from = 0; from < verdicts.length; from += BLOCK_ROWS) {
      const block = columns.blocks[from >>> BLOCK_BITS]!;
      const part = verdicts.subarray(from, from + BLOCK_ROWS);
      judge(block, part.length, part);
      accept?.(block, part.length, accepted);
      let matched = 0;
      for (let i = 0; i < part.length; i++) {
        if (!allLive && !isLive[block.file[i]!]!) part[i] = Verdict.No;
        else if (accept !== undefined && accepted[i] === 0) part[i] = Verdict.No;
        else if (asksBytes && part[i] === Verdict.Yes) part[i] = Verdict.Unknown;
        if (part[i] === Verdict.Yes) {
          if (this.#isFirstListed(from + i)) matched++;
          else part[i] = Verdict.Copy;
        }
      }
      this.#matched += matched;
    }
  }

  #pass(row: number): void {
    if (this.#verdicts[row] !== Verdict.Unknown) return;
    const isFirst = this.#isFirstListed(row);
    this.#verdicts[row] = isFirst ? Verdict.Yes : Verdict.Copy;
    if (isFirst) this.#matched++;
  }

  /** Whether no other row of the record of a row that passes is listed; counts it as a copy otherwise. */
  #isFirstListed(row: number): boolean {
    const { copies } = this.#question;
    if (copies === undefined) return true;
    const first = copies.firstOf(row);
    if (this.#isListed[first] === 1) {
      this.#copies++;
      return false;
    }
    this.#isListed[first] = 1;
    return true;
  }

  async #read(rows: Uint32Array, question: ByteQuestion, take: (found: JobFound) => void): Promise<void> {
    if (rows.length === 0) return;
    const { signal } = this.#stop;
    const jobs = cutJobs(this.#columns, rows, question);
    const drive = async (): Promise<void> => {
      for (let next = jobs.next(); next.done !== true && !signal.aborted; next = jobs.next()) {
        const job = next.value;
        const file = fileAt(this.#columns, job.row[0]!);
        const counted = (found: JobFound, bytes: number): void => {
          this.#bytesDone += bytes;
          if (signal.aborted) return;
          const { behind } = found;
          if (behind?.correlation !== undefined || behind?.joins !== undefined)
            this.#behind.set(`${file}/${behind.at}/${job.row[0]}`, { file, ...behind });
          take(found);
        };
        this.#addProblems(await this.#readers.run(job, counted, signal));
      }
    };
    await Promise.all(Array.from({ length: this.#readers.parallel }, drive));
  }

  /** One line per file and code, however many jobs met it. */
  #addProblems(problems: readonly Problem[]): void {
    for (const problem of problems) {
      const known = this.#problems.findIndex(({ code, file }) => code === problem.code && file === problem.file);
      if (known < 0) this.#problems.push(problem);
      else {
        const count = (this.#problems[known]!.count ?? 1) + (problem.count ?? 1);
        this.#problems[known] = { ...this.#problems[known]!, count };
      }
    }
  }

  #sorted(): Uint32Array {
    const values = this.#sortField === undefined ? undefined : this.#valuesOf(this.#sortField);
    const version = values?.version ?? 0;
    const started = performance.now();
    if (this.#list?.matched === this.#matched && this.#list.version === version) return this.#list.rows;
    // While rows still come, sorting must not be all that is done.
    if (this.#isRunning && this.#list !== undefined && started < this.#list.until) return this.#list.rows;
    let rows: Uint32Array;
    const { by, descending } = this.#question;
    if (values !== undefined) {
      const passed = this.#rowsWith(Verdict.Yes);
      rows = sortByKeys(passed, values.keysOf(passed, descending));
    } else {
      const order = this.#orderOf(by as IndexColumn);
      // Of ten million rows a copy is 40 MB. Rows that came after the search began have no verdict.
      const isAll = this.#matched === order.length && this.#verdicts.length === this.#columns.count;
      rows = isAll ? order : this.#filter(order, Verdict.Yes);
      if (descending) rows = rows.toReversed();
    }
    const ended = performance.now();
    this.#list = { matched: this.#matched, version, rows, until: ended + 8 * (ended - started) };
    return rows;
  }

  #rowsWith(verdict: number): Uint32Array {
    return this.#filter(this.#columns.orderedRows(), verdict);
  }

  #filter(order: Uint32Array, verdict: number): Uint32Array {
    const verdicts = this.#verdicts;
    const rows = new Uint32Array(order.length);
    let count = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i]!;
      // Rows that came after the search began have no verdict.
      if (verdicts[row] === verdict) rows[count++] = row;
    }
    return rows.slice(0, count);
  }

  #valuesOf(key: FieldKey): FieldValues {
    let values = this.#fields.get(key);
    if (values === undefined) {
      for (const known of this.#fields.keys()) {
        if (this.#fields.size < MOST_FIELDS) break;
        if (known !== this.#sortField) this.#fields.delete(known);
      }
      this.#fields.set(key, (values = new FieldValues(this.#verdicts.length)));
    }
    return values;
  }
}
