// A finding as a row of Hayabusa's csv-timeline (its `verbose` profile, names written out), for the spreadsheets and
// scripts of its users. Its columns leave no room for the word UTC: the times carry their offset, +00:00, as its own do.

import type { Finding } from '../model/finding.ts';
import { formatCsvCells } from './csv-cell.ts';
import { formatEventDetails } from './event-details.ts';
import type { FindingLineOptions } from './finding-line.ts';

type Column = readonly [name: string, value: (finding: Finding, options: FindingLineOptions) => string | number];

const SEPARATOR = ' ¦ ';

/** Hayabusa's short names of the tactics. */
const TACTICS: ReadonlyMap<string, string> = new Map([
  ['reconnaissance', 'Recon'],
  ['resource-development', 'ResDev'],
  ['initial-access', 'InitAccess'],
  ['execution', 'Exec'],
  ['persistence', 'Persis'],
  ['privilege-escalation', 'PrivEsc'],
  ['defense-evasion', 'Evas'],
  ['credential-access', 'CredAccess'],
  ['discovery', 'Disc'],
  ['lateral-movement', 'LatMov'],
  ['collection', 'Collect'],
  ['exfiltration', 'Exfil'],
  ['command-and-control', 'C2'],
  ['impact', 'Impact'],
]);

const COLUMNS: readonly Column[] = [
  ['Timestamp', (finding) => formatOffsetTime(finding.time)],
  ['RuleTitle', (finding) => finding.ruleTitle],
  ['Level', (finding) => finding.level],
  ['Computer', (finding) => finding.computer],
  ['Channel', (finding) => finding.channel],
  ['EventID', (finding) => finding.eventId],
  ['MitreTactics', (finding) => sortTags(finding.tags).tactics.join(SEPARATOR)],
  ['MitreTags', (finding) => sortTags(finding.tags).techniques.join(SEPARATOR)],
  ['OtherTags', (finding) => sortTags(finding.tags).others.join(SEPARATOR)],
  ['RecordID', (finding) => finding.recordId],
  ['Details', (finding) => formatEventDetails(finding.event)],
  ['ExtraFieldInfo', (finding) => formatExtra(finding)],
  ['RuleFile', (finding, options) => options.sourceOf?.(finding) ?? ''],
  ['RuleID', (finding) => finding.ruleId],
  ['EvtxFile', (finding) => finding.file],
];

/** Formats the header row without the line end. */
export function formatHayabusaHeader(): string {
  return formatCsvCells(COLUMNS.map(([name]) => name));
}

/** Formats a finding as a row without the line end. */
export function formatHayabusaRow(finding: Finding, options: FindingLineOptions): string {
  return formatCsvCells(COLUMNS.map(([, valueOf]) => valueOf(finding, options)));
}

/** `2021-05-27 10:00:01.123 +00:00`; '' for an event without a time. */
function formatOffsetTime(time: string): string {
  return time === '' ? '' : `${time.slice(0, 10)} ${time.slice(11, 23)} +00:00`;
}

/** What a correlation counted: its events are several, so there are no details of one. */
function formatExtra({ correlation }: Finding): string {
  if (correlation === undefined) return '';
  const groups = correlation.groupBy.map(([field, value]) => `${field}: ${value}`);
  return [`Count: ${String(correlation.count)}`, ...groups].join(SEPARATOR);
}

interface SortedTags {
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly others: readonly string[];
}

function sortTags(tags: readonly string[]): SortedTags {
  const tactics: string[] = [];
  const techniques: string[] = [];
  const others: string[] = [];
  for (const tag of tags) {
    const name = /^attack\.(.*)$/is.exec(tag)?.[1];
    const tactic = name === undefined ? undefined : TACTICS.get(name.toLowerCase().replaceAll('_', '-'));
    if (tactic !== undefined) tactics.push(tactic);
    else if (name !== undefined && /^[tsg]\d{4}(\.\d{3})?$/i.test(name)) techniques.push(name.toUpperCase());
    else others.push(tag);
  }
  return { tactics, techniques, others };
}
