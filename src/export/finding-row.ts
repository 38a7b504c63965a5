// A finding as a row of a table. Column names follow Hayabusa's where the meaning is the same, so that the spreadsheets
// and scripts of its users go on working; times are UTC and say so in their name.

import type { Finding } from '../model/finding.ts';
import { formatCsvCells } from './csv-cell.ts';
import { formatEventDetails } from './event-details.ts';
import type { FindingLineOptions } from './finding-line.ts';

export interface CsvOptions extends FindingLineOptions {
  /** Adds the whole event as JSON in a last column. */
  readonly withEvent?: boolean;
}

type Column = readonly [name: string, value: (finding: Finding, options: CsvOptions) => string | number];

const COLUMNS: readonly Column[] = [
  ['Timestamp (UTC)', (finding) => finding.time],
  ['RuleTitle', (finding) => finding.ruleTitle],
  ['Level', (finding) => finding.level],
  ['Computer', (finding) => finding.computer],
  ['Channel', (finding) => finding.channel],
  ['Provider', (finding) => finding.provider],
  ['EventID', (finding) => finding.eventId],
  ['RecordID', (finding) => finding.recordId],
  ['Details', (finding) => formatEventDetails(finding.event)],
  ['RuleID', (finding) => finding.ruleId],
  ['Tags', (finding) => finding.tags.join(' ')],
  ['EvtxFile', (finding) => finding.file],
  ['Offset', (finding) => finding.offset],
  ['RecordClass', (finding) => finding.recordClass],
  ['JoinedOffset', (finding) => finding.joined ?? ''],
  ['DuplicateOf', (finding, options) => formatOriginal(finding, options)],
  ['FirstTimestamp (UTC)', (finding) => finding.correlation?.firstTime ?? ''],
  ['Count', (finding) => finding.correlation?.count ?? ''],
  [
    'GroupBy',
    (finding) => (finding.correlation?.groupBy ?? []).map(([field, value]) => `${field}: ${value}`).join(' ¦ '),
  ],
  ['Matched', (finding, options) => formatMatched(finding, options)],
  ['State', (finding, options) => options.triageOf?.(finding)?.state ?? 'new'],
  ['Note', (finding, options) => options.triageOf?.(finding)?.note ?? ''],
  ['AnalystTags', (finding, options) => (options.triageOf?.(finding)?.tags ?? []).join(' ')],
  ['RuleFile', (finding, options) => options.sourceOf?.(finding) ?? ''],
  ['RuleHash', (finding) => finding.ruleHash],
  // The rule's own level: another one than `Level` where the analyst set that.
  ['RuleLevel', (finding) => finding.ruleLevel ?? finding.level],
  ['Reason', (finding, options) => options.triageOf?.(finding)?.reason ?? ''],
  // A correlation's `Timestamp` is that of the event with which its rule held.
  ['LastTimestamp (UTC)', (finding) => finding.correlation?.lastTime ?? ''],
];

const EVENT_COLUMN: Column = ['Event', (finding, options) => options.renderEventJson(finding.event)];

function columnsOf(options: CsvOptions): readonly Column[] {
  return options.withEvent === true ? [...COLUMNS, EVENT_COLUMN] : COLUMNS;
}

/** Formats the header row without the line end. */
export function formatFindingHeader(options: CsvOptions): string {
  return formatCsvCells(columnsOf(options).map(([name]) => name));
}

/** Formats a finding as a CSV row without the line end (RFC 4180 ends lines with CR LF). */
export function formatFindingRow(finding: Finding, options: CsvOptions): string {
  return formatCsvCells(columnsOf(options).map(([, valueOf]) => valueOf(finding, options)));
}

function formatOriginal(finding: Finding, options: CsvOptions): string {
  const original = options.duplicateOf?.(finding);
  return original === undefined ? '' : `${original.file} @ ${String(original.offset)}`;
}

function formatMatched(finding: Finding, options: CsvOptions): string {
  const matched = options.matchedOf?.(finding) ?? [];
  return matched
    .map(({ selection, field, modifier, value }) => {
      const name = modifier === '' ? field : `${field}|${modifier}`;
      return `${selection}: ${name}: ${value}`;
    })
    .join(' ¦ ');
}
