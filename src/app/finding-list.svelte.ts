// The findings of the open case as the table shows them: sorted, filtered, counted. Rows are only ever appended; a
// refresh sorts the new rows, merges them into the order and filters once (about 6 ms at 100,000 rows), so that a scan
// can show what it finds without a pause. The columns themselves are outside runes: $state on them costs seconds.

import type { FindingColumns } from '../analysis/finding-columns.ts';
import type { FindingFacets } from '../analysis/select-findings.ts';
import { emptyFacets, selectFindings } from '../analysis/select-findings.ts';
import { countInGroups, groupLines, HEAD, rowsOfGroup } from '../analysis/group-lines.ts';
import type { LineGroup } from '../analysis/group-lines.ts';
import { mergeRows, sortRows } from '../analysis/sort-order.ts';
import type { Finding, FindingBlock, FindingKey, Triage } from '../model/finding.ts';
import { asFound } from '../model/finding.ts';
import type { RuleSetting } from '../model/suppression.ts';
import { EventArchive } from './event-archive.ts';
import type { FindingQuery, FindingSort } from './finding-query.ts';
import { ALL_OPEN, DEFAULT_SORT, EMPTY_QUERY, resolveFilter, TRIAGE_STATES } from './finding-query.ts';
import { rankedTexts, sortWords } from './finding-sort.ts';
import type { FindingFacts } from './finding-table.ts';
import { FindingTable } from './finding-table.ts';
import { FindingTextSearch, type SearchProgress } from './finding-text-search.svelte.ts';

/** Findings that are kept off the lists, by what hides them; off rules count first. */
export interface HiddenCounts {
  readonly off: number;
  readonly suppressed: number;
}

/** Findings unpacked at a time for an export. */
const READ_BLOCK = 200;

export class FindingList {
  readonly #table = new FindingTable();
  readonly #archive = new EventArchive();
  /** A new wrapper with every refresh: it tells readers that the columns behind it changed. */
  #current = $state.raw({ table: this.#table });
  #rows = $state.raw<Uint32Array>(new Uint32Array());
  #lines = $state.raw<Uint32Array>(new Uint32Array());
  #groups = $state.raw<readonly LineGroup[]>([]);
  #facets = $state.raw<FindingFacets>(emptyFacets());
  #query = $state.raw<FindingQuery>(EMPTY_QUERY);
  readonly #search = new FindingTextSearch(this.#table, this.#archive, () => this.refresh());
  #hidden = $state.raw<HiddenCounts>({ off: 0, suppressed: 0 });

  #order: Uint32Array = new Uint32Array();
  #sortedBy: FindingSort | undefined;
  /** Number of distinct texts when the order was made: ranks of texts shift when new ones come. */
  #rankedTexts = 0;

  /** All findings, shown, filtered or hidden. */
  get count(): number {
    return this.#current.table.count;
  }

  get hidden(): HiddenCounts {
    return this.#hidden;
  }

  /** Findings that neither a suppression nor a switched-off rule hides. */
  get visible(): number {
    return this.count - this.#hidden.off - this.#hidden.suppressed;
  }

  isHidden(row: number): boolean {
    return this.#current.table.isHidden(row);
  }

  /** True when a suppression holds on the row. */
  isSuppressed(row: number): boolean {
    return this.#table.suppressed[row] === 1;
  }

  /** True when the row is of this very record, not of a copy elsewhere. */
  isAt(row: number, { file, offset }: Pick<Finding, 'file' | 'offset'>): boolean {
    const facts = this.#table.facts(row);
    return facts.file === file && facts.offset === offset;
  }

  /** Rows of a rule, of all its versions. */
  rowsOf(ruleId: string): Uint32Array {
    const table = this.#table;
    const versions = table.rules.map(({ id }) => id === ruleId);
    return Uint32Array.from({ length: table.count }, (_, row) => row).filter((row) => versions[table.rule[row]!]);
  }

  /** Applies the analyst's settings of rules; shows after the next refresh. */
  setRules(settings: Iterable<RuleSetting>): void {
    // Another level is another place in the order.
    if (this.#table.setRules(settings)) this.#sortedBy = undefined;
  }

  /** Notes whether a suppression holds on a row; shows after the next refresh. */
  suppress(row: number, isSuppressed: boolean): void {
    this.#table.suppressed[row] = isSuppressed ? 1 : 0;
  }

  /** Rows that pass the query, in its order. */
  get rows(): Uint32Array {
    return this.#rows;
  }

  /** The rows as the table shows them: grouped, with the heads of groups between (group-lines.ts). */
  get lines(): Uint32Array {
    return this.#lines;
  }

  get groups(): readonly LineGroup[] {
    return this.#groups;
  }

  /** The row of a line; undefined for the head of a group and beyond the end. */
  rowOfLine(line: number): number | undefined {
    const at = this.#lines[line];
    return at === undefined || at >= HEAD ? undefined : at;
  }

  /** The group whose head a line is. */
  groupOfLine(line: number): LineGroup | undefined {
    const at = this.#lines[line];
    return at === undefined || at < HEAD ? undefined : this.#groups[at - HEAD];
  }

  /** The shown rows of a group, open or not. */
  rowsOfGroup(group: LineGroup): Uint32Array {
    const by = this.#query.group;
    return by === undefined ? new Uint32Array() : rowsOfGroup(this.#table, this.#rows, by, group.key);
  }

  /** How many of the rows are in each group, by its key; empty without groups. */
  countInGroups(rows: Uint32Array): ReadonlyMap<string, number> {
    const by = this.#query.group;
    return by === undefined ? new Map() : countInGroups(this.#table, rows, by);
  }

  get facets(): FindingFacets {
    return this.#facets;
  }

  get query(): FindingQuery {
    return this.#query;
  }

  get search(): SearchProgress | undefined {
    return this.#search.progress;
  }

  /** The columns behind the rows; read anew whenever findings or judgements change. */
  get columns(): FindingColumns {
    return this.#current.table;
  }

  facts(row: number): FindingFacts {
    return this.#current.table.facts(row);
  }

  /** The user, process or address that a finding's event names; '' for none. */
  entity(row: number, kind: 'user' | 'process' | 'address'): string {
    const { table } = this.#current;
    const names = { user: table.users, process: table.processes, address: table.addresses }[kind];
    return names[table[kind][row]!] ?? '';
  }

  has(row: number): boolean {
    return row >= 0 && row < this.#current.table.count;
  }

  keyOf(row: number): FindingKey {
    return this.#table.keyOf(row);
  }

  rowOf(key: FindingKey): number | undefined {
    return this.#table.rowOf(key);
  }

  /** Position of a row among the shown ones, -1 when the query hides it. */
  positionOf(row: number): number {
    return this.#rows.indexOf(row);
  }

  /** The first line of a row, -1 when the query hides it or its group is closed. */
  lineOf(row: number): number {
    return this.#lines.indexOf(row);
  }

  /** The whole finding with its event. */
  async load(row: number): Promise<Finding> {
    const finding: Finding & { alsoIn?: unknown } = { ...this.#table.facts(row), event: await this.#archive.load(row) };
    delete finding.alsoIn;
    return finding;
  }

  /** Whole findings in the given order, in blocks; for exports. */
  async *read(rows: Uint32Array): AsyncGenerator<readonly Finding[]> {
    for (let at = 0; at < rows.length; at += READ_BLOCK) {
      const block: Finding[] = [];
      for (const row of rows.subarray(at, at + READ_BLOCK)) block.push(await this.load(row));
      yield block;
    }
  }

  /** Like `read`, as they were found, and after each its copies: the same record where it was met again. */
  async *readSources(rows: Uint32Array): AsyncGenerator<readonly Finding[]> {
    for (let at = 0; at < rows.length; at += READ_BLOCK) {
      const block: Finding[] = [];
      for (const row of rows.subarray(at, at + READ_BLOCK)) {
        const finding = asFound(await this.load(row));
        block.push(finding);
        for (const { file, offset } of this.#table.facts(row).alsoIn) block.push({ ...finding, file, offset });
      }
      yield block;
    }
  }

  /** True when exactly this finding, of this file and place, has been taken in before. */
  knows(finding: Finding): boolean {
    return this.#table.knows(finding);
  }

  /** Those whose record is known from another place, or stands twice among them: one row with several sources. */
  copiesAmong(findings: readonly Finding[]): ReadonlySet<Finding> {
    const met = new Set<FindingKey>();
    const copies = new Set<Finding>();
    for (const finding of findings) {
      if (met.has(finding.key) || this.#table.rowOf(finding.key) !== undefined) copies.add(finding);
      met.add(finding.key);
    }
    return copies;
  }

  /** Takes findings in; they show after the next refresh. Gives how many are new (others are known records met again). */
  append(findings: FindingBlock): number {
    const { packed } = findings;
    const added = [...findings.keys()].filter((at) => this.#table.add(findings[at]!, packed?.entitiesAt(at)));
    if (packed === undefined) this.#archive.append(added.map((at) => findings[at]!.event));
    else this.#archive.appendLines(added.map((at) => packed.eventAt(at)));
    return added.length;
  }

  /** Changes what is shown and how it is sorted. */
  ask(query: FindingQuery): void {
    this.#query = query;
    this.#search.ask(query.text);
    this.refresh();
  }

  /** Notes judgements; unknown keys are left alone. Shows after the next refresh. */
  judge({ key, state, tags }: Pick<Triage, 'key' | 'state' | 'tags'>): void {
    const row = this.#table.rowOf(key);
    if (row === undefined) return;
    const rank = TRIAGE_STATES.indexOf(state);
    // What has been sorted by judgements is sorted anew.
    if (this.#sortedBy?.column === 'triage' && this.#table.triage[row] !== rank) this.#sortedBy = undefined;
    this.#table.triage[row] = rank;
    this.#table.setTags(row, tags);
  }

  /** Brings order, filter and counts up to date with everything appended and judged. */
  refresh(): void {
    this.#sortNew();
    this.#search.lookAtFacts();
    const accepts = this.#accepts();
    const filter = resolveFilter(this.#query, this.#table);
    const { rows, facets } = selectFindings(this.#table, this.#order, filter, accepts);
    this.#rows = rows;
    this.#facets = facets;
    this.#layOut();
    this.#current = { table: this.#table };
    this.#search.lookAtEvents();
  }

  #layOut(): void {
    const { group, open, sort } = this.#query;
    if (group === undefined) {
      this.#lines = this.#rows;
      this.#groups = [];
      return;
    }
    const opened = new Set(open);
    const isOpen = (key: string): boolean => opened.has(ALL_OPEN) || opened.has(key);
    const worstFirst = sort.column === DEFAULT_SORT.column && sort.descending === DEFAULT_SORT.descending;
    const { lines, groups } = groupLines(this.#table, this.#rows, group, isOpen, worstFirst);
    this.#lines = lines;
    this.#groups = groups;
  }

  /** Settles when the search through the events is through; for tests. */
  searched(): Promise<void> {
    return this.#search.done();
  }

  #sortNew(): void {
    const table = this.#table;
    const { sort } = this.#query;
    const texts = rankedTexts(table, sort);
    const keep =
      this.#sortedBy?.column === sort.column &&
      this.#sortedBy.descending === sort.descending &&
      this.#rankedTexts === texts.length;
    if (keep && this.#order.length === table.count) return;
    const words = sortWords(table, sort, texts);
    this.#order = keep
      ? mergeRows(words, this.#order, sortRows(words, this.#order.length, table.count))
      : sortRows(words, 0, table.count);
    this.#sortedBy = sort;
    this.#rankedTexts = texts.length;
  }

  /** 1 for rows that the text search and what is hidden let through; undefined where that is all. */
  #accepts(): Uint8Array | undefined {
    const table = this.#table;
    const { hidden: only } = this.#query;
    const counts = { off: 0, suppressed: 0 };
    for (let row = 0; row < table.count; row++) {
      if (table.rules[table.rule[row]!]!.off === true) counts.off++;
      else counts.suppressed += table.suppressed[row]!;
    }
    this.#hidden = counts;
    const { isAsked } = this.#search;
    if (!isAsked && !only && counts.off + counts.suppressed === 0) return undefined;
    const accepts = new Uint8Array(table.count);
    for (let row = 0; row < table.count; row++) {
      const passes = table.isHidden(row) === only && (!isAsked || this.#search.holds(row));
      accepts[row] = passes ? 1 : 0;
    }
    return accepts;
  }
}
