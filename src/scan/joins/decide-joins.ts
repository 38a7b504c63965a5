// The end of a join: reads the few records that foldJoins left again and lets the reference interpreter judge each rule
// on its event with the values that parents supply. Records are read chunk by chunk, in batches, so that memory stays
// small whatever their number.

import { createRowWriter } from '../../engine/correlate/row-writer.ts';
import { CHUNK_SIZE } from '../../evtx/limits.ts';
import type { CorrelationRows } from '../../model/correlation.ts';
import type { EventElement } from '../../model/event.ts';
import type { FieldKey } from '../../model/field-key.ts';
import type { FindingRow } from '../../model/finding.ts';
import { JoinColumn as Column, type JoinedField, type JoinPlan, type ProcessKind } from '../../model/join-plan.ts';
import type { Problem } from '../../model/problem.ts';
import type { EventRule } from '../../model/rule-set.ts';
import { matchingRoute, prepareEvent, type PreparedEvent } from '../../sigma/interpret/match-event.ts';
import type { JoinedValues } from '../../sigma/interpret/view-fields.ts';
import { createRecordReader, type ReadRow } from '../read-record.ts';
import type { FoldedJoins, JoinCase } from './fold-joins.ts';
import { viewJoinsOf } from './plan-joins.ts';

/** Rows judged at a time, each with at most four records behind it. */
const BATCH = 512;
/** Records kept for the next batch: many children have few parents. */
const MOST_KEPT = 2_048;

/** Reads bytes of the file of a rank; fewer at its end. Throws what the system or the browser says. */
export type ReadChunk = (rank: number, offset: number, length: number) => Promise<Uint8Array>;

export interface JoinedFinding {
  readonly rank: number;
  /** `joined` is set when the rule holds only thanks to the join. */
  readonly row: FindingRow;
  /** Rank of the file of the record joined in. */
  readonly joinedRank: number | undefined;
}

/** Findings of one batch, by file, place and rule number. */
export interface JoinBatch {
  readonly findings: readonly JoinedFinding[];
  /** Rows for correlations of what the findings' rules are part of. */
  readonly correlation: readonly { readonly rank: number; readonly rows: CorrelationRows }[];
  readonly problems: readonly Problem[];
}

/** Judges what is left, in batches by file and place. */
export async function* decideJoins(
  plan: JoinPlan,
  folded: FoldedJoins,
  readChunk: ReadChunk,
): AsyncGenerator<JoinBatch, undefined> {
  const judge = new JoinJudge(plan, folded, readChunk);
  for (let at = 0; at < folded.rows.length; at += BATCH) yield await judge.judge(folded.rows.slice(at, at + BATCH));
}

class JoinJudge {
  readonly #plan: JoinPlan;
  readonly #folded: FoldedJoins;
  readonly #readChunk: ReadChunk;
  readonly #reader = createRecordReader();
  readonly #sources: ReadonlyMap<number, readonly FieldKey[]>;
  readonly #records = new Map<number, ReadRow>();
  readonly #prepared = new Map<number, PreparedEvent>();

  constructor(plan: JoinPlan, folded: FoldedJoins, readChunk: ReadChunk) {
    this.#plan = plan;
    this.#folded = folded;
    this.#readChunk = readChunk;
    this.#sources = new Map(plan.sources);
  }

  async judge(rows: readonly number[]): Promise<JoinBatch> {
    const cases = rows.map((row) => ({ row, cases: this.#folded.casesOf(row) }));
    const problems = await this.#readRecords(cases);
    const findings: JoinedFinding[] = [];
    const correlation: { rank: number; rows: CorrelationRows }[] = [];
    for (const { row, cases: ofRow } of cases) {
      const child = this.#records.get(row);
      if (child === undefined) continue;
      const found = ofRow.flatMap((each) => this.#judgeCase(row, child, each, correlation));
      findings.push(...found.sort((a, b) => a.row.rule - b.row.rule));
    }
    return { findings, correlation, problems };
  }

  #judgeCase(
    row: number,
    child: ReadRow,
    { joined, open, parents }: JoinCase,
    correlation: { rank: number; rows: CorrelationRows }[],
  ): readonly JoinedFinding[] {
    const { ruleSet } = this.#plan;
    const rule = ruleSet.rules[joined.local] as EventRule;
    const values = new Map<FieldKey, readonly string[]>();
    let source = -1;
    for (const field of joined.fields) {
      const parent = parents[field.key] ?? -1;
      const texts = parent < 0 ? [] : this.#valuesOf(parent, field);
      if (texts.length === 0) continue;
      values.set(field.field, texts);
      if (source < 0) source = parent;
    }
    const own = this.#preparedOf(row, child.event);
    // Found by the engine already.
    if (!open && matchingRoute(ruleSet, rule, own) !== undefined) return [];
    const event = this.#withValues(own, values);
    const route = matchingRoute(ruleSet, rule, event);
    if (route === undefined) return [];
    const { table } = this.#folded;
    const rank = table.rank(row);
    const fields = this.#sources.get(joined.rule);
    if (fields !== undefined) {
      const read = event.readerOf(route.view);
      const writer = createRowWriter([{ rule: joined.rule, fields }]);
      const id = /^\d{1,20}$/.test(child.recordId) ? BigInt(child.recordId) : 0n;
      const place = {
        timeHigh: table.word(row, Column.TimeHigh),
        timeLow: table.word(row, Column.TimeLow),
        chunkOffset: table.chunkOffset(row),
        offset: table.word(row, Column.Offset),
        recordIdHigh: Number((id >> 32n) & 0xffff_ffffn),
        recordIdLow: Number(id & 0xffff_ffffn),
        computer: child.computer,
        channel: child.channel,
      };
      writer.add(
        0,
        place,
        fields.map((field) => read(field)[0]),
      );
      correlation.push({ rank, rows: writer.take() });
    }
    if (!rule.generates) return [];
    const gained = !open && source >= 0;
    return [
      {
        rank,
        row: {
          ...child,
          rule: joined.rule,
          ...(gained ? { joined: table.recordOffset(source) } : {}),
          ...(values.size > 0 && { joinedValues: [...values] }),
        },
        joinedRank: gained ? table.rank(source) : undefined,
      },
    ];
  }

  /** Values of a field of a creation record; one that it lacks may come from its own parent, as for grandparents. */
  #valuesOf(creation: number, { read }: Pick<JoinedField, 'read'>, depth = 1): readonly string[] {
    const kind = this.#folded.creationOf(creation);
    const record = this.#records.get(creation);
    if (kind === undefined || record === undefined) return [];
    const own = this.#preparedOf(creation, record.event).readerOf(kind.view)(read);
    if (own.length > 0 || depth === 0) return own;
    const join = viewJoinsOf(this.#plan.ruleSet, kind.view)?.joins.get(read);
    const parent = join === undefined ? -1 : this.#parentOf(creation, kind.kind);
    return join === undefined || parent < 0 ? [] : this.#valuesOf(parent, join, depth - 1);
  }

  /** The event as the interpreter sees it with what a join supplies; everything else is read only once per event. */
  #withValues(own: PreparedEvent, values: JoinedValues): PreparedEvent {
    const { views } = this.#plan.ruleSet;
    return {
      fields: own.fields,
      readerOf(view) {
        const read = own.readerOf(view);
        return (field) => {
          const texts = read(field);
          return texts.length === 0 && views[view]?.joined.has(field) === true ? (values.get(field) ?? texts) : texts;
        };
      },
    };
  }

  #preparedOf(row: number, event: EventElement): PreparedEvent {
    let prepared = this.#prepared.get(row);
    if (prepared === undefined) {
      prepared = prepareEvent(this.#plan.ruleSet, event);
      this.#prepared.set(row, prepared);
    }
    return prepared;
  }

  #parentOf(creation: number, kind: ProcessKind): number {
    return this.#folded.index.find(creation, kind, this.#folded.table.word(creation, Column.FirstKey));
  }

  /** Reads everything that the cases may look at, chunk by chunk. */
  async #readRecords(
    rows: readonly { readonly row: number; readonly cases: readonly JoinCase[] }[],
  ): Promise<Problem[]> {
    const { table } = this.#folded;
    const needed = new Set<number>();
    for (const { row, cases } of rows) {
      needed.add(row);
      for (const { joined, parents } of cases) {
        for (const parent of parents) {
          if (parent < 0) continue;
          needed.add(parent);
          const grandparent = this.#parentOf(parent, joined.kind);
          if (grandparent >= 0 && this.#looksFurther(joined.fields, parent)) needed.add(grandparent);
        }
      }
    }
    if (this.#records.size > MOST_KEPT) {
      this.#records.clear();
      this.#prepared.clear();
    }
    const problems: Problem[] = [];
    const missing = [...needed].filter((row) => !this.#records.has(row));
    const inOrder = missing.sort((a, b) => table.comparePlaces(a, b));
    let lost = 0;
    for (let at = 0; at < inOrder.length;) {
      const first = inOrder[at]!;
      const rank = table.rank(first);
      const chunk = table.chunkOffset(first);
      let end = at;
      while (end < inOrder.length && table.rank(inOrder[end]!) === rank && table.chunkOffset(inOrder[end]!) === chunk) {
        end++;
      }
      const ofChunk = inOrder.slice(at, end);
      const offsets = new Set(ofChunk.map((row) => table.recordOffset(row)));
      const found = await this.#readAgain(rank, chunk, offsets);
      for (const row of ofChunk) {
        const record = found.get(table.recordOffset(row));
        if (record === undefined) lost++;
        else this.#records.set(row, record);
      }
      at = end;
    }
    if (lost > 0) {
      problems.push({
        code: 'file-changed',
        severity: 'error',
        count: lost,
        detail: 'records that rules with parent processes need could not be read again',
      });
    }
    return problems;
  }

  async #readAgain(rank: number, chunk: number, offsets: ReadonlySet<number>): Promise<ReadonlyMap<number, ReadRow>> {
    try {
      return this.#reader.read(await this.#readChunk(rank, chunk, CHUNK_SIZE), chunk, offsets);
    } catch (cause) {
      // A file that is gone or locked is damage in evidence; anything else is a bug of ours.
      if (cause instanceof DOMException || (cause instanceof Error && 'syscall' in cause)) return new Map();
      throw cause;
    }
  }

  #looksFurther(fields: readonly JoinedField[], creation: number): boolean {
    const view = this.#folded.creationOf(creation)?.view;
    const joins = view === undefined ? undefined : viewJoinsOf(this.#plan.ruleSet, view)?.joins;
    return joins !== undefined && fields.some(({ read }) => joins.has(read));
  }
}
