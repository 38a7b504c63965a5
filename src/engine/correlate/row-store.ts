// Rows of all slices, brought together: dictionaries merged, rows in total order (time, file, chunk, offset), the same
// event from two files kept once. Order of arrival leaves no trace.

import { foldText } from '../../base/fold.ts';
import type { CorrelationRows, CorrelationShortfall, CorrelationSource } from '../../model/correlation.ts';
import { CorrelationColumn as Column } from '../../model/correlation.ts';
import type { CorrelationRule } from '../../model/rule-set.ts';
import type { CorrelateLimits } from './limits.ts';

/** All rows of one source in total order. */
export interface SourceRows {
  readonly rule: number;
  readonly fields: CorrelationSource['fields'];
  readonly count: number;
  /** Numbers per row: the columns of the model, the fields, and the file rank last. */
  readonly stride: number;
  readonly words: Uint32Array;
  /** Columns that a correlation reads, by position in its rule list; filled on demand by collect-items.ts. */
  readonly columns: Map<CorrelationRule, Map<number, readonly number[]>>;
}

export interface RowStore {
  /** Takes the rows of one slice of the file with that rank. */
  add(rows: CorrelationRows, file: number): void;
  /** Sorts and dedupes. Call once, after all slices. */
  finish(): {
    readonly sources: readonly SourceRows[];
    readonly texts: readonly string[];
    /** Per text, the number of the first text that folds alike: equal numbers mean equal values. */
    readonly sameAs: Uint32Array;
    readonly shortfalls: readonly CorrelationShortfall[];
  };
}

interface Pile {
  readonly source: CorrelationSource;
  readonly stride: number;
  readonly limit: number;
  parts: Uint32Array[];
  rows: number;
  withoutTime: number;
}

/** Makes a store for the sources of a rule set. */
export function createRowStore(sources: readonly CorrelationSource[], limits: CorrelateLimits): RowStore {
  const texts: string[] = [''];
  const numbers = new Map<string, number>();
  const piles = new Map<number, Pile>(
    sources.map((source) => {
      const stride = Column.Fields + source.fields.length + 1;
      const share = Math.floor(limits.words / sources.length / stride);
      return [
        source.rule,
        { source, stride, limit: Math.min(limits.rowsPerRule, share), parts: [], rows: 0, withoutTime: 0 },
      ];
    }),
  );

  return {
    add(rows, file) {
      const globalOf = rows.dictionary.map((text, at) => {
        if (at === 0) return 0;
        let number = numbers.get(text);
        if (number === undefined) {
          number = texts.length;
          texts.push(text);
          numbers.set(text, number);
        }
        return number;
      });
      for (const block of rows.blocks) {
        const pile = piles.get(block.rule);
        if (pile !== undefined) addBlock(pile, block.rows, globalOf, file);
      }
    },
    finish() {
      const shortfalls: CorrelationShortfall[] = [];
      const finished: SourceRows[] = [];
      const sameAs = foldTexts(texts);
      for (const pile of piles.values()) {
        const { rule, fields } = pile.source;
        if (pile.withoutTime > 0) shortfalls.push({ kind: 'events-without-time', rule, count: pile.withoutTime });
        if (pile.rows > pile.limit) {
          shortfalls.push({ kind: 'too-many-rows', rule, count: pile.rows });
          continue;
        }
        const words = sortedRows(pile, sameAs);
        const count = words.length / pile.stride;
        finished.push({ rule, fields, stride: pile.stride, words, count, columns: new Map() });
      }
      return { sources: finished, texts, sameAs, shortfalls };
    },
  };
}

function addBlock(pile: Pile, rows: Uint32Array, globalOf: readonly number[], file: number): void {
  const inStride = pile.stride - 1;
  const count = Math.floor(rows.length / inStride);
  const part = new Uint32Array(count * pile.stride);
  let to = 0;
  for (let row = 0; row < count; row++) {
    const from = row * inStride;
    // A time of zero is the absence of one; such an event has no place in any window.
    if (rows[from + Column.TimeHigh] === 0 && rows[from + Column.TimeLow] === 0) {
      pile.withoutTime++;
      continue;
    }
    for (let column = 0; column < inStride; column++) {
      const word = rows[from + column]!;
      part[to + column] = column < Column.Computer ? word : (globalOf[word] ?? 0);
    }
    part[to + inStride] = file;
    to += pile.stride;
  }
  pile.rows += to / pile.stride;
  if (pile.rows > pile.limit) pile.parts = [];
  else pile.parts.push(part.subarray(0, to));
}

function foldTexts(texts: readonly string[]): Uint32Array {
  const first = new Map<string, number>();
  const sameAs = new Uint32Array(texts.length);
  for (let at = 1; at < texts.length; at++) {
    const folded = foldText(texts[at] ?? '');
    const known = first.get(folded);
    if (known === undefined) first.set(folded, at);
    sameAs[at] = known ?? at;
  }
  return sameAs;
}

function sortedRows(pile: Pile, sameAs: Uint32Array): Uint32Array {
  const { stride } = pile;
  const all = new Uint32Array(pile.rows * stride);
  let used = 0;
  for (const part of pile.parts) {
    all.set(part, used);
    used += part.length;
  }
  pile.parts = [];
  const order = new Uint32Array(pile.rows);
  for (let row = 0; row < order.length; row++) order[row] = row;
  // Slices that arrive in order, the usual case, need no sorting.
  let inOrder = true;
  for (let row = 1; row < order.length && inOrder; row++) {
    inOrder = compareRows(all, (row - 1) * stride, all, row * stride, stride, stride) <= 0;
  }
  if (!inOrder) order.sort((a, b) => compareRows(all, a * stride, all, b * stride, stride, stride));
  const sorted = new Uint32Array(all.length);
  let to = 0;
  let runKeys = new Set<string>();
  let previous = -1;
  for (const row of order) {
    const from = row * stride;
    const sameTime =
      previous >= 0 &&
      all[previous + Column.TimeHigh] === all[from + Column.TimeHigh] &&
      all[previous + Column.TimeLow] === all[from + Column.TimeLow];
    if (!sameTime) runKeys = new Set();
    previous = from;
    const key = identityOf(all, from, sameAs);
    if (key !== undefined) {
      if (runKeys.has(key)) continue;
      runKeys.add(key);
    }
    sorted.set(all.subarray(from, from + stride), to);
    to += stride;
  }
  return sorted.slice(0, to);
}

/** What makes two records of equal time the same event; undefined when the record lacks it. */
function identityOf(words: Uint32Array, at: number, sameAs: Uint32Array): string | undefined {
  const computer = sameAs[words[at + Column.Computer]!]!;
  const channel = sameAs[words[at + Column.Channel]!]!;
  const high = words[at + Column.RecordIdHigh]!;
  const low = words[at + Column.RecordIdLow]!;
  if (computer === 0 || channel === 0 || (high === 0 && low === 0)) return undefined;
  return `${high},${low},${computer},${channel}`;
}

/** Total order of two rows, possibly of two sources: time, file, chunk, offset. Equal rows are the same record. */
export function compareRows(
  a: Uint32Array,
  atA: number,
  b: Uint32Array,
  atB: number,
  strideA: number,
  strideB: number,
): number {
  return (
    a[atA + Column.TimeHigh]! - b[atB + Column.TimeHigh]! ||
    a[atA + Column.TimeLow]! - b[atB + Column.TimeLow]! ||
    a[atA + strideA - 1]! - b[atB + strideB - 1]! ||
    a[atA + Column.Chunk]! - b[atB + Column.Chunk]! ||
    a[atA + Column.Offset]! - b[atB + Column.Offset]!
  );
}
