// The columns of the event index and the names under which a search asks for them. In a search these names always mean
// the System value that the table shows, whatever the event's own data call the same: `channel:Security` must not find
// (and `-channel:Security` must not lose) the events of other channels that merely speak of that one.

import { fieldKeyOf, type FieldKey } from './field-key.ts';
import { asciiText, textOfAscii } from './value-text.ts';
import { writeFiletime } from './value-time.ts';

/** Columns that every record has in the index; everything else is a field, read from the record's bytes. */
export type IndexColumn = 'time' | 'eventId' | 'level' | 'provider' | 'channel' | 'computer' | 'recordId' | 'file';

const NAMES: Readonly<Record<IndexColumn, readonly string[]>> = {
  time: ['time', 'TimeCreated', 'TimeCreated_SystemTime'],
  eventId: ['id', 'EventID'],
  level: ['level'],
  provider: ['provider', 'Provider_Name'],
  channel: ['channel'],
  computer: ['host', 'computer'],
  recordId: ['record', 'EventRecordID'],
  file: ['file'],
};

export const INDEX_COLUMNS = Object.keys(NAMES) as readonly IndexColumn[];

const COLUMNS: ReadonlyMap<FieldKey, IndexColumn> = new Map(
  Object.entries(NAMES).flatMap(([column, names]) => names.map((name) => [fieldKeyOf(name), column as IndexColumn])),
);

/** The column that a field name of a search stands for, undefined for fields of the event. */
export function columnOfKey(key: FieldKey): IndexColumn | undefined {
  return COLUMNS.get(key);
}

/** Values as a search sees them, of one record. */
export interface IndexedRecord {
  readonly timeHigh: number;
  readonly timeLow: number;
  readonly recordIdHigh: number;
  readonly recordIdLow: number;
  readonly eventId: number;
  readonly level: number;
  readonly provider: string;
  readonly channel: string;
  readonly computer: string;
  readonly file: string;
}

/** Text of a column as the table shows it; '' when the record lacks the value. */
export function columnText(column: IndexColumn, record: IndexedRecord): string {
  switch (column) {
    case 'time':
      return filetimeText(record.timeHigh, record.timeLow);
    case 'recordId':
      return wordText(record.recordIdHigh, record.recordIdLow);
    case 'eventId':
    case 'level':
      return String(record[column]);
    default:
      return record[column];
  }
}

/** `YYYY-MM-DDTHH:MM:SS.fffffffZ`; '' for 0 and for what lies beyond the year 9999. */
export function filetimeText(high: number, low: number): string {
  if (high === 0 && low === 0) return '';
  const end = writeFiletime(high, low, asciiText, 0);
  return end < 0 ? '' : textOfAscii(end);
}

/** Decimal text of an unsigned 64-bit number. */
export function wordText(high: number, low: number): string {
  return high < 0x20_0000 ? String(high * 4_294_967_296 + low) : ((BigInt(high) << 32n) | BigInt(low)).toString();
}
