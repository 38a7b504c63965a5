// What each column of the findings is sorted by: words of 32 bits for the radix sort, the exact time behind them.

import { ranksOfTexts } from '../analysis/sort-order.ts';
import type { FindingSort } from './finding-query.ts';
import type { FindingTable } from './finding-table.ts';

/** The texts that a sort ranks; with another number of them the ranks shift. */
export function rankedTexts(table: FindingTable, sort: FindingSort): readonly string[] {
  switch (sort.column) {
    case 'rule':
      return table.rules.map((rule) => rule.title);
    case 'host':
      return table.hosts;
    case 'channel':
      return table.channels;
    case 'file':
      return table.files;
    case 'user':
      return table.users;
    case 'process':
      return table.processes;
    case 'address':
      return table.addresses;
    case 'level':
    case 'triage':
    case 'time':
    case 'eventId':
    case 'recordId':
      return [];
  }
}

/** Words to sort by: the column (inverted when descending), then time, so that equal rows read as a story. */
export function sortWords(table: FindingTable, sort: FindingSort, texts: readonly string[]): Uint32Array[] {
  const { count } = table;
  if (sort.column === 'time') {
    const { timeHigh, timeLow } = table;
    return sort.descending ? [timeHigh.map((word) => ~word), timeLow.map((word) => ~word)] : [timeHigh, timeLow];
  }
  const key = new Uint32Array(count);
  const ranks = ranksOfTexts(texts);
  const column = sort.column;
  for (let row = 0; row < count; row++) {
    let value: number;
    if (column === 'level' || column === 'triage') value = table[column][row]!;
    else if (column === 'eventId') value = table.eventId[row]!;
    // Beyond 2^32 record ids fall back to the order of time.
    else if (column === 'recordId') value = Math.min(Number(table.recordId[row]) || 0, 0xffff_ffff);
    else value = ranks[table[column][row]!]!;
    key[row] = sort.descending ? ~value : value;
  }
  return [key, table.timeHigh, table.timeLow];
}
