// A finding as a row of EvtxECmd's CSV, which Timeline Explorer recognises by its exact header. The columns are its own,
// so the rule stands in MapDescription, and nothing can be added. Times are UTC without a zone, as it writes them: with
// a Z, .NET readers would shift them to local time. The file name says UTC (export-formats.ts).

import { Mark, type EventElement } from '../model/event.ts';
import type { Finding } from '../model/finding.ts';
import { formatCsvCells } from './csv-cell.ts';
import { writeTable } from './export-findings.ts';
import type { ExportOptions, FindingBlocks } from './export-options.ts';
import { escapeUnsafe } from './finding-line.ts';

type Column = readonly [name: string, value: (facts: RowFacts) => string | number];

interface RowFacts {
  readonly finding: Finding;
  readonly system: EventElement | undefined;
  /** Named values of the payload, in order; later ones of a name do not replace earlier ones. */
  readonly data: readonly (readonly [name: string, value: string])[];
}

const CHUNK_BYTES = 65_536;
const FILE_HEADER_BYTES = 4_096;
/** Elements per event that are looked at. */
const MAX_ELEMENTS = 2_000;

/** Where a user, a remote end and a program stand in events; the first that is there counts. */
const USER_FIELDS = ['TargetUserName', 'User', 'SubjectUserName', 'AccountName', 'UserName'];
const REMOTE_FIELDS = ['IpAddress', 'DestinationIp', 'ClientAddress', 'WorkstationName', 'Workstation', 'Address'];
const PROGRAM_FIELDS = ['CommandLine', 'NewProcessName', 'Image', 'ImagePath', 'ProcessName', 'ServiceFileName'];
/** Names that EvtxECmd gives the levels of Windows. */
const LEVELS = ['LogAlways', 'Critical', 'Error', 'Warning', 'Info', 'Verbose'];
const PAYLOADS = 6;

const COLUMNS: readonly Column[] = [
  ['RecordNumber', ({ finding }) => finding.recordId],
  ['EventRecordId', ({ finding }) => finding.recordId],
  ['TimeCreated', ({ finding }) => finding.time.replace('T', ' ').replace(/Z$/, '')],
  ['EventId', ({ finding }) => finding.eventId],
  ['Level', ({ system }) => LEVELS[Number(childOf(system, 'Level')?.[2] ?? '')] ?? ''],
  ['Provider', ({ finding }) => finding.provider],
  ['Channel', ({ finding }) => finding.channel],
  ['ProcessId', ({ system }) => attributeOf(childOf(system, 'Execution'), 'ProcessID')],
  ['ThreadId', ({ system }) => attributeOf(childOf(system, 'Execution'), 'ThreadID')],
  ['Computer', ({ finding }) => finding.computer],
  ['ChunkNumber', ({ finding }) => Math.max(0, Math.floor((finding.offset - FILE_HEADER_BYTES) / CHUNK_BYTES))],
  ['UserId', ({ system }) => attributeOf(childOf(system, 'Security'), 'UserID')],
  ['MapDescription', ({ finding }) => `${levelOf(finding)}: ${finding.ruleTitle}`],
  ['UserName', ({ data }) => userOf(data)],
  ['RemoteHost', ({ data }) => firstOf(data, REMOTE_FIELDS)],
  ...Array.from({ length: PAYLOADS }, (_, at): Column => [
    `PayloadData${String(at + 1)}`,
    (facts) => payload(facts, at),
  ]),
  ['ExecutableInfo', ({ data }) => firstOf(data, PROGRAM_FIELDS)],
  ['HiddenRecord', ({ finding }) => (finding.recordClass === 'recovered' ? 'True' : 'False')],
  ['SourceFile', ({ finding }) => finding.file],
  ['Keywords', ({ system }) => childOf(system, 'Keywords')?.[2] ?? ''],
  ['ExtraDataOffset', () => 0],
  ['Payload', ({ finding }) => formatPayload(finding.event)],
];

/** Writes a table with EvtxECmd's columns. */
export function writeTimelineExplorer(
  findings: FindingBlocks,
  options: ExportOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  // The header is compared as text: no byte order mark.
  const plain = { ...options, byteOrderMark: false };
  return writeTable(findings, plain, formatTimelineExplorerHeader(), formatTimelineExplorerRow);
}

/** Formats the header row without the line end. */
export function formatTimelineExplorerHeader(): string {
  return COLUMNS.map(([name]) => name).join(',');
}

/** Formats a finding as a row without the line end. */
export function formatTimelineExplorerRow(finding: Finding): string {
  const facts = { finding, system: childOf(finding.event, 'System'), data: namedData(finding.event) };
  return formatCsvCells(COLUMNS.map(([, valueOf]) => valueOf(facts)));
}

/** With the rule's own level where the analyst set another one: there is no column for it. */
function levelOf({ level, ruleLevel }: Finding): string {
  return ruleLevel === undefined ? level : `${level} (rule: ${ruleLevel})`;
}

function childOf(element: EventElement | undefined, name: string): EventElement | undefined {
  return element?.[3].find(([child]) => child === name);
}

function attributeOf(element: EventElement | undefined, name: string): string {
  return element?.[1].find(([attribute]) => attribute === name)?.[1] ?? '';
}

function namedData(event: EventElement): (readonly [string, string])[] {
  const data: (readonly [string, string])[] = [];
  for (const section of event[3]) {
    if (section[0] === 'System') continue;
    // UserData has one element of its own around the values.
    const values =
      section[0] === 'UserData' ? section[3].flatMap((child) => child[3].slice(0, MAX_ELEMENTS)) : section[3];
    for (const value of values.slice(0, MAX_ELEMENTS)) {
      if (value[2] !== '') data.push([attributeOf(value, 'Name') || value[0], value[2]]);
    }
  }
  return data;
}

function firstOf(data: RowFacts['data'], names: readonly string[]): string {
  for (const name of names) {
    const value = data.find(([field, text]) => field === name && text !== '-')?.[1];
    if (value !== undefined) return value;
  }
  return '';
}

function userOf(data: RowFacts['data']): string {
  const name = firstOf(data, USER_FIELDS);
  const target = data.some(([field, text]) => field === 'TargetUserName' && text === name);
  const domain = firstOf(data, [target ? 'TargetDomainName' : 'SubjectDomainName']);
  return name === '' || domain === '' || name.includes('\\') ? name : `${domain}\\${name}`;
}

/** The first values that have no column of their own. */
function payload({ finding, data }: RowFacts, at: number): string {
  const { correlation } = finding;
  const own = [...USER_FIELDS, ...REMOTE_FIELDS, ...PROGRAM_FIELDS];
  const rest = correlation === undefined ? data.filter(([name]) => !own.includes(name)) : correlation.groupBy;
  const item = rest[at];
  return item === undefined ? '' : `${item[0]}: ${item[1]}`;
}

/**
 * The payload in EvtxECmd's JSON: `{"EventData":{"Data":[{"@Name":"A","#text":"1"}]}}`. Written by hand, because an
 * element may be called __proto__. Bounded in depth and number by the parser's own limits and MAX_ELEMENTS.
 */
function formatPayload(event: EventElement): string {
  const budget = { left: MAX_ELEMENTS };
  const sections = event[3].filter(([name]) => name !== 'System');
  return escapeUnsafe(formatChildren([], '', sections, budget, 0));
}

const MAX_DEPTH = 32;

function formatElement(element: EventElement, budget: { left: number }, depth: number): string {
  const [, attributes, text, children] = element;
  if (attributes.length === 0 && children.length === 0) return JSON.stringify(text);
  return formatChildren(attributes, text, children, budget, depth);
}

function formatChildren(
  attributes: EventElement[1],
  text: string,
  children: readonly EventElement[],
  budget: { left: number },
  depth: number,
): string {
  const parts = attributes.map(([name, value]) => `${JSON.stringify(`@${name}`)}:${JSON.stringify(value)}`);
  if (text !== '') parts.push(`"#text":${JSON.stringify(text)}`);
  const groups = new Map<string, string[]>();
  for (const child of children) {
    if (((child[4] ?? 0) & Mark.Omitted) !== 0 || budget.left-- <= 0 || depth >= MAX_DEPTH) continue;
    const group = groups.get(child[0]) ?? [];
    groups.set(child[0], group);
    group.push(formatElement(child, budget, depth + 1));
  }
  for (const [name, values] of groups) {
    parts.push(`${JSON.stringify(name)}:${values.length === 1 ? values[0]! : `[${values.join(',')}]`}`);
  }
  return `{${parts.join(',')}}`;
}
