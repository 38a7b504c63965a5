// The event index as one object: files and rows in, searches out. Knows no messages and no threads; reading of bytes is
// brought along.

import type { EvidenceBytes } from '../model/packed-log.ts';
import type { ByteReaders, JobFound } from '../model/byte-job.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { EventElement } from '../model/event.ts';
import type { EventPlace, EventRow, EventSearch } from '../model/event-search.ts';
import { fieldKeyOf } from '../model/field-key.ts';
import { filetimeText, wordText, type IndexColumn } from '../model/index-column.ts';
import type { IndexPart } from '../model/index-part.ts';
import { compileQuery, type Query } from '../query/compile-query.ts';
import { linearMatcher } from '../query/linear-matcher.ts';
import { jobOf } from './byte-jobs.ts';
import { BLOCK_BITS, BLOCK_ROWS, EventColumns, type IndexedFile } from './event-columns.ts';
import { EventView, type OrderOf } from './event-view.ts';
import { findCopies, type RecordCopies } from './record-copies.ts';
import { sortRows } from './sort-rows.ts';

const BLOCK_MASK = BLOCK_ROWS - 1;
/** Orders of all rows that are kept, 4 bytes a row each. */
const MOST_ORDERS = 2;
/** Terms of one search. */
const MOST_TERMS = 10_000;
/** Kinds of events of which one record each is read for the names of its fields. */
const MOST_SAMPLES = 400;
const NEVER: Query = {
  matches: () => false,
  isEmpty: false,
  fields: [],
  plan: { kind: 'or', children: [] },
  remarks: [],
};

/** Reads of single records, by whoever knows the format. */
export interface RecordSource extends ByteReaders {
  loadEvent(file: IndexedFile, offset: number): Promise<EventElement | undefined>;
  loadFieldNames(file: IndexedFile, chunk: number, offset: number): Promise<readonly string[]>;
}

export class EventStore {
  readonly columns = new EventColumns();
  readonly #readers: ByteReaders;
  readonly #source: RecordSource;
  readonly #orders = new Map<IndexColumn, { readonly version: number; readonly rows: Uint32Array }>();
  #copies: { readonly version: number; readonly found: RecordCopies | undefined } | undefined;
  #names: { readonly version: number; readonly list: Promise<readonly string[]> } | undefined;

  /** @param readers who looks through many records; @param source who reads the few that are shown. */
  constructor(readers: ByteReaders, source: RecordSource) {
    this.#readers = readers;
    this.#source = source;
  }

  addFile(number: number, path: string, blob: EvidenceBytes): void {
    this.columns.addFile(number, path, blob);
  }

  moveFile(number: number, blob: EvidenceBytes): void {
    const file = this.columns.fileOf(number);
    if (file !== undefined) file.blob = blob;
  }

  add(file: number, part: IndexPart): void {
    this.columns.add(file, part);
  }

  /** Begins a search: the caller runs the view. With errors in the query nothing matches. */
  search({ query: text, sort, terms = [], rules, copies = 'once' }: EventSearch): {
    readonly view: EventView;
    readonly diagnostics: readonly Diagnostic[];
  } {
    const compiled = compileQuery(text, { compileRegex: linearMatcher });
    const diagnostics = [...(compiled.ok ? compiled.value.remarks : compiled.error)];
    const asked = terms.filter((term) => term !== '');
    if (asked.length > MOST_TERMS) {
      diagnostics.push({
        code: 'search-too-many-terms',
        severity: 'warning',
        message: `The list has ${asked.length} entries; the first ${MOST_TERMS} are searched for.`,
        hint: 'Split it into several searches.',
      });
    }
    const view = new EventView(this.columns, this.#readers, this.#orderOf, {
      text,
      query: compiled.ok ? compiled.value : NEVER,
      terms: asked.slice(0, MOST_TERMS),
      by: sort.by,
      descending: sort.descending,
      rules,
      copies: copies === 'all' ? undefined : this.#findCopies(),
    });
    return { view, diagnostics };
  }

  /** Rows as the table shows them; fields that cannot be read are undefined. */
  async loadRows(numbers: Uint32Array, fields: readonly string[]): Promise<EventRow[]> {
    const texts = await this.#loadFields(numbers, fields);
    const none = fields.map(() => undefined);
    return Array.from(numbers, (row) => {
      const record = this.columns.recordOf(row);
      const { eventId, level, provider, channel, computer } = record;
      return {
        number: row,
        file: this.#fileOf(row).number,
        offset: this.columns.offsetOf(row),
        recordId: wordText(record.recordIdHigh, record.recordIdLow),
        time: filetimeText(record.timeHigh, record.timeLow),
        eventId,
        level,
        provider,
        channel,
        computer,
        recordClass: this.columns.classOf(row),
        fields: texts.get(row) ?? none,
      };
    });
  }

  /** Where the record at a place stands in the evidence: that place, and those of its copies. */
  sourcesOf(number: number, offset: number): readonly EventPlace[] {
    const row = this.columns.rowAt(number, offset);
    const rows = row < 0 ? [] : (this.#findCopies()?.rowsOf(row) ?? [row]);
    return rows.map((each) => ({ file: this.#fileOf(each).number, offset: this.columns.offsetOf(each) }));
  }

  #findCopies(): RecordCopies | undefined {
    const { version } = this.columns;
    if (this.#copies?.version !== version) this.#copies = { version, found: findCopies(this.columns) };
    return this.#copies.found;
  }

  async loadEvent(number: number, offset: number): Promise<EventElement | undefined> {
    const file = this.columns.fileOf(number);
    return file === undefined ? undefined : this.#source.loadEvent(file, offset);
  }

  /** Names of fields, most frequent first: of one record of each of the most frequent kinds of events. */
  fieldNames(): Promise<readonly string[]> {
    const { version } = this.columns;
    if (this.#names?.version !== version) this.#names = { version, list: this.#loadNames() };
    return this.#names.list;
  }

  async #loadNames(): Promise<readonly string[]> {
    const kinds = new Map<number, { row: number; count: number }>();
    for (const row of this.columns.orderedRows()) {
      const block = this.columns.blocks[row >>> BLOCK_BITS]!;
      const at = row & BLOCK_MASK;
      const key = block.provider[at]! * 65_536 + block.eventId[at]!;
      const kind = kinds.get(key);
      if (kind === undefined) kinds.set(key, { row, count: 1 });
      else kind.count++;
    }
    const samples = [...kinds.values()].sort((a, b) => b.count - a.count || a.row - b.row).slice(0, MOST_SAMPLES);
    const counts = new Map<string, number>();
    for (const { row, count } of samples) {
      const block = this.columns.blocks[row >>> BLOCK_BITS]!;
      const at = row & BLOCK_MASK;
      const names = await this.#source.loadFieldNames(this.#fileOf(row), block.chunk[at]!, block.offset[at]!);
      for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + count);
    }
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([name]) => name);
  }

  async #loadFields(
    numbers: Uint32Array,
    fields: readonly string[],
  ): Promise<ReadonlyMap<number, readonly (string | undefined)[]>> {
    const texts = new Map<number, readonly (string | undefined)[]>();
    if (fields.length === 0) return texts;
    const question = { query: '', terms: [], fields: fields.map(fieldKeyOf) };
    const take = ({ rows, texts: found }: JobFound): void => rows.forEach((row, i) => texts.set(row, found[i]!));
    const byFile = new Map<IndexedFile, number[]>();
    for (const row of numbers) {
      const file = this.#fileOf(row);
      const rows = byFile.get(file);
      if (rows === undefined) byFile.set(file, [row]);
      else rows.push(row);
    }
    for (const [file, rows] of byFile) {
      rows.sort((a, b) => this.columns.offsetOf(a) - this.columns.offsetOf(b));
      await this.#source.run(jobOf(this.columns, file, Uint32Array.from(rows), question), take);
    }
    return texts;
  }

  readonly #orderOf: OrderOf = (column) => {
    const { version } = this.columns;
    const known = this.#orders.get(column);
    this.#orders.delete(column);
    const order = known?.version === version ? known : { version, rows: sortRows(this.columns, column) };
    this.#orders.set(column, order);
    for (const key of this.#orders.keys()) {
      if (this.#orders.size <= MOST_ORDERS) break;
      this.#orders.delete(key);
    }
    return order.rows;
  };

  #fileOf(row: number): IndexedFile {
    return this.columns.files[this.columns.blocks[row >>> BLOCK_BITS]!.file[row & BLOCK_MASK]!]!;
  }
}
