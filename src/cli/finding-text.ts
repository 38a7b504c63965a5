// Findings as text, in two steps: the worker threads write all that one slice knows; what only the whole scan knows
// (which record is a copy of an earlier one) is put in by the main thread. The shape of lines and rows is src/export's.

import { formatCsvCell } from '../export/csv-cell.ts';
import { formatFindingLine, type MatchedTest } from '../export/finding-line.ts';
import { formatFindingHeader, formatFindingRow } from '../export/finding-row.ts';
import type { EventElement } from '../model/event.ts';
import { findingKeyOf, type Finding, type FindingRow } from '../model/finding.ts';
import type { RuleInfo } from '../model/rule-set.ts';
import type { ScanFormat } from './scan-arguments.ts';

/** Where the same event was found first. */
export interface FirstPlace {
  readonly file: string;
  readonly recordId: string;
  readonly offset: number;
}

export interface TextOptions {
  readonly format: ScanFormat;
  /** A text that no log can contain, because it is made up for each scan: keeps the place of a CSV cell. */
  readonly mark: string;
}

export interface FindingContext {
  readonly info: RuleInfo;
  readonly file: string;
  /** SHA-256 of the file, with `--hash`. */
  readonly fileHash: string | undefined;
  /** The event in the evtx_dump dialect, already JSON text. */
  readonly eventJson: string;
  readonly matched: readonly MatchedTest[];
}

/** Writes a finding of an event, open for closeText. */
export function formatFinding(row: FindingRow, context: FindingContext, options: TextOptions): string {
  const { info, file, fileHash, eventJson, matched } = context;
  return formatOpen(
    { ...row, ...namesOf(info), key: findingKeyOf(row, info.id, file), file },
    info,
    fileHash,
    options,
    {
      renderEventJson: () => eventJson,
      matchedOf: () => matched.map(({ selection, field, modifier, value }) => ({ selection, field, modifier, value })),
    },
  );
}

/** Writes a fired correlation, open for closeText. */
export function formatCorrelation(
  info: RuleInfo,
  time: string,
  correlation: NonNullable<Finding['correlation']>,
  options: TextOptions,
): string {
  const none = { recordId: '', offset: 0, channel: '', provider: '', eventId: 0, computer: '' };
  const finding: Finding = {
    ...none,
    ...namesOf(info),
    size: 0,
    recordClass: 'allocated',
    time,
    event: NO_EVENT,
    key: findingKeyOf({ ...none, time }, info.id, ''),
    file: '',
    correlation,
  };
  return formatOpen(finding, info, undefined, options, { renderEventJson: () => 'null' });
}

/** The first line of a CSV output. */
export function formatHeader(withHash: boolean): string {
  return formatFindingHeader({ renderEventJson: () => 'null' }) + (withHash ? ',FileHash' : '');
}

/** Completes what formatFinding and formatCorrelation gave. */
export function closeText(text: string, duplicateOf: FirstPlace | undefined, { format, mark }: TextOptions): string {
  if (format === 'csv') {
    const cell = duplicateOf === undefined ? '' : formatCsvCell(`${duplicateOf.file} @ ${duplicateOf.offset}`);
    return text.replace(`${mark} @ 0`, () => cell);
  }
  return duplicateOf === undefined ? text : `${text.slice(0, -1)},"duplicateOf":${JSON.stringify(duplicateOf)}}`;
}

const NO_EVENT: EventElement = ['Event', [], '', []];

function namesOf(info: RuleInfo): Pick<Finding, 'ruleId' | 'ruleHash' | 'ruleTitle' | 'level' | 'tags'> {
  return { ruleId: info.id, ruleHash: info.hash, ruleTitle: info.title, level: info.level, tags: info.tags };
}

function formatOpen(
  finding: Finding,
  info: RuleInfo,
  fileHash: string | undefined,
  { format, mark }: TextOptions,
  render: { renderEventJson(event: EventElement): string; matchedOf?(): readonly MatchedTest[] },
): string {
  const options = { ...render, sourceOf: () => `${info.pack}/${info.file}` };
  if (format === 'csv') {
    const duplicateOf = (): FirstPlace => ({ file: mark, recordId: '', offset: 0 });
    const row = formatFindingRow(finding, { ...options, duplicateOf });
    return fileHash === undefined ? row : `${row},${fileHash}`;
  }
  const line = formatFindingLine(finding, options);
  return fileHash === undefined ? line : `${line.slice(0, -1)},"fileHash":"${fileHash}"}`;
}
