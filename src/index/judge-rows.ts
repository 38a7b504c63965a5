// What the columns alone say about a query, row by row: no, yes, or that the record's bytes must be looked at. Three
// values, so that `and`, `or` and `not` keep their meaning over tests that cannot be answered here.

import { compareNumericText } from '../base/numeric-text.ts';
import { columnOfKey, filetimeText, wordText, type IndexColumn } from '../model/index-column.ts';
import { passesTest } from '../query/evaluate-query.ts';
import type { QueryPlan, QueryTest } from '../query/query-plan.ts';
import type { Block, EventColumns } from './event-columns.ts';

/** `Copy`: passes, and another row of the same record is listed for it. */
export const Verdict = { No: 0, Unknown: 1, Yes: 2, Copy: 3 } as const;

type Judge = (block: Block, count: number, out: Uint8Array) => void;

/** Prepares a plan for the rows of an index; names that come later are not known to it. */
export function compileJudge(plan: QueryPlan, columns: EventColumns): Judge {
  switch (plan.kind) {
    case 'all':
      return (_block, count, out) => out.fill(Verdict.Yes, 0, count);
    case 'not': {
      const child = compileJudge(plan.child, columns);
      return (block, count, out) => {
        child(block, count, out);
        for (let i = 0; i < count; i++) out[i] = 2 - out[i]!;
      };
    }
    case 'and':
    case 'or': {
      const children = plan.children.map((each) => compileJudge(each, columns));
      const isAnd = plan.kind === 'and';
      return (block, count, out) => {
        const other = new Uint8Array(count);
        out.fill(isAnd ? Verdict.Yes : Verdict.No, 0, count);
        for (const child of children) {
          child(block, count, other);
          if (isAnd) for (let i = 0; i < count; i++) out[i] = Math.min(out[i]!, other[i]!);
          else for (let i = 0; i < count; i++) out[i] = Math.max(out[i]!, other[i]!);
        }
      };
    }
    case 'test':
      return compileTest(plan.test, columns);
  }
}

function compileTest(test: QueryTest, columns: EventColumns): Judge {
  const column = columnOfKey(test.key);
  if (column === undefined) return (_block, count, out) => out.fill(Verdict.Unknown, 0, count);
  const verdictOf = (text: string): number => (text !== '' && passesTest(test, text) ? Verdict.Yes : Verdict.No);
  switch (column) {
    case 'time':
      return judgeTimes(test, verdictOf);
    case 'recordId':
      return judgeRecordIds(test, verdictOf);
    case 'eventId':
    case 'level': {
      const table = new Uint8Array(column === 'level' ? 256 : 65_536);
      for (let number = 0; number < table.length; number++) table[number] = verdictOf(String(number));
      return byTable(column, table);
    }
    case 'file':
      return byTable(
        column,
        Uint8Array.from(columns.files, ({ path }) => verdictOf(path)),
      );
    default:
      return byTable(column, Uint8Array.from(namesOf(columns, column), verdictOf));
  }
}

/** Texts of a column with a list of its own. */
export function namesOf(columns: EventColumns, column: 'provider' | 'channel' | 'computer'): readonly string[] {
  return columns[`${column}s`].texts;
}

function byTable(column: Exclude<IndexColumn, 'time' | 'recordId'>, table: Uint8Array): Judge {
  return (block, count, out) => {
    const numbers = block[column];
    for (let i = 0; i < count; i++) out[i] = table[numbers[i]!]!;
  };
}

function judgeTimes(test: QueryTest, verdictOf: (text: string) => number): Judge {
  if (test.kind !== 'time') {
    return (block, count, out) => {
      for (let i = 0; i < count; i++) out[i] = verdictOf(filetimeText(block.timeHigh[i]!, block.timeLow[i]!));
    };
  }
  // Bounds are canonical texts; which times pass is an interval of FILETIMEs, found by asking the test itself.
  const first = firstTime((text) => test.bound === 'lt' || test.bound === 'lte' || text >= test.span.from);
  const [from, to] = rangeOf(test, first);
  return (block, count, out) => {
    const { timeHigh, timeLow } = block;
    for (let i = 0; i < count; i++) {
      const time = timeHigh[i]! * 4_294_967_296 + timeLow[i]!;
      const high = timeHigh[i]!;
      const low = timeLow[i]!;
      if (time === 0 || high > LAST_HIGH || (high === LAST_HIGH && low >= END_LOW)) out[i] = Verdict.No;
      else out[i] = isBelow(high, low, from) || !isBelow(high, low, to) ? Verdict.No : Verdict.Yes;
    }
  };
}

/** The year 10000 as FILETIME: from here on there is no text and so no time. */
const LAST_HIGH = 0x24c8_5a5e;
const END_LOW = 0xd1c0_4000;
const END = (BigInt(LAST_HIGH) << 32n) | BigInt(END_LOW);

/** One more than the largest record id; its upper word is beyond any. */
const END_OF_IDS = 1n << 64n;

interface Word {
  readonly high: number;
  readonly low: number;
}

function isBelow(high: number, low: number, bound: Word): boolean {
  return high < bound.high || (high === bound.high && low < bound.low);
}

/** The first FILETIME whose text fulfils what all later ones fulfil as well. */
function firstTime(holds: (text: string) => boolean): bigint {
  return firstWhere(1n, END, (time) => holds(filetimeText(Number(time >> 32n), Number(time & 0xffff_ffffn))));
}

/** The first number of [low, high) that fulfils what all later ones fulfil as well; `high` where none does. */
function firstWhere(low: bigint, high: bigint, holds: (number: bigint) => boolean): bigint {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >> 1n;
    if (holds(middle)) to = middle;
    else from = middle + 1n;
  }
  return from;
}

/** Interval of times that pass, its end not included. */
function rangeOf(test: QueryTest & { readonly kind: 'time' }, first: bigint): readonly [Word, Word] {
  const { from, to } = test.span;
  const begin = test.bound === 'gt' ? firstTime((text) => text > from) : first;
  let end = END;
  if (test.bound === 'lt') end = firstTime((text) => text >= from);
  else if (test.bound === 'lte' || test.bound === 'within') end = firstTime((text) => text >= to);
  return [wordOf(begin), wordOf(end)];
}

function wordOf(number: bigint): Word {
  return { high: Number(number >> 32n), low: Number(number & 0xffff_ffffn) };
}

function judgeRecordIds(test: QueryTest, verdictOf: (text: string) => number): Judge {
  const number = test.kind === 'number' || test.kind === 'equal' ? test.number : undefined;
  if (number !== undefined) {
    const bound = test.kind === 'number' ? test.bound : 'equal';
    const orderOf = (id: bigint): number => compareNumericText(id.toString(), number)!;
    const same = firstWhere(0n, END_OF_IDS, (id) => orderOf(id) >= 0);
    const above = firstWhere(0n, END_OF_IDS, (id) => orderOf(id) > 0);
    const from = bound === 'lt' || bound === 'lte' ? 0n : bound === 'gt' ? above : same;
    const to = bound === 'lt' ? same : bound === 'lte' || bound === 'equal' ? above : END_OF_IDS;
    const [low, high] = [wordOf(from), wordOf(to)];
    return (block, count, out) => {
      const { recordIdHigh, recordIdLow } = block;
      for (let i = 0; i < count; i++) {
        const isWithin =
          !isBelow(recordIdHigh[i]!, recordIdLow[i]!, low) && isBelow(recordIdHigh[i]!, recordIdLow[i]!, high);
        out[i] = isWithin ? Verdict.Yes : Verdict.No;
      }
    };
  }
  return (block, count, out) => {
    for (let i = 0; i < count; i++) out[i] = verdictOf(wordText(block.recordIdHigh[i]!, block.recordIdLow[i]!));
  };
}
