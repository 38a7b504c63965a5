// Findings as lines: JSON and CSV. The worker threads write everything that one slice knows; what only the whole scan
// knows (`duplicateOf`) is added by closeText. The shape of a line is a contract (design.md section 3).

import type { FindingRow } from '../model/finding.ts';
import type { RuleInfo } from '../model/rule-set.ts';
import type { ScanFormat } from './scan-arguments.ts';

/** A part of a rule that held on the event. */
export interface MatchedPart {
  readonly selection: string;
  readonly field: string;
  readonly modifier: string;
  readonly value: string;
}

/** Where the same event was found first. */
export interface FirstPlace {
  readonly file: string;
  readonly offset: number;
}

/** A fired correlation as it is printed. */
export interface CorrelationLine {
  readonly rule: RuleInfo;
  readonly time: string;
  readonly firstTime: string;
  readonly groupBy: readonly (readonly [field: string, value: string])[];
  readonly count: number;
  readonly records: readonly { readonly file: string; readonly recordId: string; readonly offset: number }[];
}

const COLUMNS = [
  'ruleId',
  'ruleTitle',
  'level',
  'tags',
  'ruleSource',
  'ruleHash',
  'file',
  'recordId',
  'offset',
  'time',
  'channel',
  'provider',
  'eventId',
  'computer',
  'matched',
  'event',
  'recovered',
  'joined',
  'fileHash',
  'firstTime',
  'groupBy',
  'count',
  'records',
  'duplicateOf',
] as const;

/** The first line of a CSV file. */
export const CSV_HEADER = COLUMNS.join(',');

function ruleOf(info: RuleInfo): {
  id: string;
  title: string;
  level: string;
  tags: readonly string[];
  source: string;
  hash: string;
} {
  const { id, title, level, tags, hash } = info;
  return { id, title, level, tags, source: `${info.pack}/${info.file}`, hash };
}

/** Writes a finding, open for closeText. `event` is the event in the evtx_dump dialect, already JSON text. */
export function formatFinding(
  format: ScanFormat,
  info: RuleInfo,
  row: FindingRow,
  rest: {
    readonly file: string;
    readonly fileHash: string | undefined;
    readonly event: string;
    readonly matched: readonly MatchedPart[];
  },
): string {
  const rule = ruleOf(info);
  const { recordId, offset, time, channel, provider, eventId, computer, joined } = row;
  const recovered = row.recordClass === 'recovered' ? true : undefined;
  const { file, fileHash, event, matched } = rest;
  if (format === 'csv') {
    return formatCells({
      ...ruleCells(info),
      file,
      recordId,
      offset,
      time,
      channel,
      provider,
      eventId,
      computer,
      matched: JSON.stringify(matched),
      event,
      recovered,
      joined,
      fileHash,
    });
  }
  const head = JSON.stringify({ rule, file, recordId, offset, time, channel, provider, eventId, computer });
  const tail = JSON.stringify({ matched, recovered, joined, fileHash });
  return `${head.slice(0, -1)},"event":${event},${tail.slice(1, -1)}`;
}

/** Writes a fired correlation, open for closeText. */
export function formatCorrelation(format: ScanFormat, line: CorrelationLine): string {
  const { rule: info, time, firstTime, count, records } = line;
  const groupBy = Object.fromEntries(line.groupBy);
  if (format === 'csv') {
    const cells = { ...ruleCells(info), time, firstTime, count };
    return formatCells({ ...cells, groupBy: JSON.stringify(groupBy), records: JSON.stringify(records) });
  }
  return JSON.stringify({ rule: ruleOf(info), time, firstTime, groupBy, count, records }).slice(0, -1);
}

/** Completes a line. */
export function closeText(format: ScanFormat, text: string, duplicateOf: FirstPlace | undefined): string {
  if (format === 'csv') return `${text},${duplicateOf === undefined ? '' : formatCell(JSON.stringify(duplicateOf))}`;
  return duplicateOf === undefined ? `${text}}` : `${text},"duplicateOf":${JSON.stringify(duplicateOf)}}`;
}

type Cells = Partial<Record<(typeof COLUMNS)[number], string | number | boolean | undefined>>;

function ruleCells(info: RuleInfo): Cells {
  const { id, title, level, tags, source, hash } = ruleOf(info);
  return { ruleId: id, ruleTitle: title, level, tags: tags.join(' '), ruleSource: source, ruleHash: hash };
}

/** All columns but the last. */
function formatCells(cells: Cells): string {
  return COLUMNS.slice(0, -1)
    .map((column) => formatCell(String(cells[column] ?? '')))
    .join(',');
}

/** A cell by RFC 4180. What a spreadsheet would take for a formula gets an apostrophe: the text comes from an attacker. */
function formatCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
