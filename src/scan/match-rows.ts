// What the end of a scan needs of the records that rules match: rows for correlations and for joins. Used wherever records
// are judged by the engine: in scans, and in trials on the index.

import { createRowWriter, type RowWriter } from '../engine/correlate/row-writer.ts';
import type { RecordMatcher } from '../engine/match/record-matcher.ts';
import type { Program } from '../engine/program.ts';
import type { SliceCursor } from '../evtx/record-cursor.ts';
import type { RowsBehind } from '../model/byte-job.ts';
import type { RecordCursor } from '../model/record.ts';
import { JoinCollector } from './joins/join-collector.ts';
import { recordIdText, type EventTime } from './record-facts.ts';

/** Rows of both kinds; each undefined when no rule of the program needs such. */
export type TakenRows = Pick<RowsBehind, 'correlation' | 'joins'>;

export class MatchRows {
  readonly #matcher: RecordMatcher;
  readonly #joins: JoinCollector | undefined;
  readonly #correlations: RowWriter | undefined;
  readonly #sourceOf = new Map<number, number>();

  /** @param matcher of the program; rows are about the record that it judged last. */
  constructor({ header }: Program, matcher: RecordMatcher) {
    this.#matcher = matcher;
    const { joins, correlationSources } = header;
    if (joins !== undefined) this.#joins = new JoinCollector(joins);
    const sources = correlationSources.filter(({ rule }) => joins === undefined || rule < joins.first);
    this.#correlations = sources.length > 0 ? createRowWriter(sources) : undefined;
    sources.forEach((source, number) => this.#sourceOf.set(source.rule, number));
  }

  /**
   * Notes the record that was judged last, with its time; `cursor` stands in its chunk. Gives the places in the matcher's
   * list of the rules that found it: those that hold by joins alone come at the end of the scan. A record that does not
   * count (`counts` false: it was recovered) makes no rows.
   */
  note(record: RecordCursor, cursor: SliceCursor, time: Readonly<EventTime>, found: number, counts: boolean): number[] {
    const joins = this.#joins;
    const real = joins === undefined ? found : joins.realCount(this.#matcher.rules);
    joins?.open.clear();
    if (counts && joins !== undefined && real < found) this.#noteHidden(joins, record, cursor, time, real);
    const places: number[] = [];
    for (let i = 0; i < real; i++) {
      const rule = this.#matcher.rules[i]!;
      if (joins?.open.has(rule) === true) continue;
      places.push(i);
      const source = this.#sourceOf.get(rule);
      if (source !== undefined && counts) this.#noteMatch(source, record, cursor, time, i);
    }
    return places;
  }

  /** Gives the rows since the last call. */
  take(): TakenRows {
    return { correlation: this.#correlations?.take(), joins: this.#joins?.take() };
  }

  #noteHidden(
    joins: JoinCollector,
    record: RecordCursor,
    cursor: SliceCursor,
    time: Readonly<EventTime>,
    real: number,
  ): void {
    const matcher = this.#matcher;
    const place = {
      timeHigh: time.high,
      timeLow: time.low,
      chunkOffset: cursor.fileOffset + cursor.chunkStart,
      offset: record.recordStart - cursor.chunkStart,
      computer: matcher.names.computers.texts[matcher.computer]!,
    };
    joins.add(place, matcher.readSource(real), matcher.rules.slice(real));
  }

  #noteMatch(source: number, record: RecordCursor, cursor: SliceCursor, time: Readonly<EventTime>, at: number): void {
    const { names, kind, computer } = this.#matcher;
    const recordId = recordIdText(record);
    const id = /^\d{1,20}$/.test(recordId) ? BigInt(recordId) : 0n;
    const place = {
      timeHigh: time.high,
      timeLow: time.low,
      chunkOffset: cursor.fileOffset + cursor.chunkStart,
      offset: record.recordStart - cursor.chunkStart,
      recordIdHigh: Number((id >> 32n) & 0xffff_ffffn),
      recordIdLow: Number(id & 0xffff_ffffn),
      computer: names.computers.texts[computer]!,
      channel: kind === undefined ? '' : names.channels.texts[kind.channel]!,
    };
    this.#correlations!.add(source, place, this.#matcher.readSource(at));
  }
}
