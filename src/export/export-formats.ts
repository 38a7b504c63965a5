// The formats findings can be written in, as one table: what the menu shows, how the file is called, and who writes it.
// Writers are loaded when they are used; the table itself is small.

import type { Finding } from '../model/finding.ts';
import type { ExportOptions, FindingBlocks } from './export-options.ts';

/** Gives the bytes of an export piece by piece; no piece is much larger than 64 KiB and one finding. */
export type WriteFindings = (findings: FindingBlocks, options: ExportOptions) => AsyncIterable<Uint8Array<ArrayBuffer>>;

export interface ExportFormatEntry {
  readonly label: string;
  /** What it is good for, in a few words. */
  readonly purpose: string;
  /** Of the file name, without the leading dot. */
  readonly extension: string;
  readonly type: string;
  load(): Promise<WriteFindings>;
}

const JSON_LINES = 'application/x-ndjson';

async function rows(
  name: 'writeJson' | 'writeJsonLines' | 'writeCsv' | 'writeTimesketch' | 'writeHayabusa',
): Promise<WriteFindings> {
  return (await import('./export-findings.ts'))[name];
}

export const EXPORT_FORMATS = {
  report: {
    label: 'Report',
    purpose: 'one HTML page to hand over',
    extension: 'report.html',
    type: 'text/html',
    load: async () => (await import('./report-page.ts')).writeReport,
  },
  csv: {
    label: 'CSV',
    purpose: 'for a spreadsheet',
    extension: 'csv',
    type: 'text/csv',
    load: () => rows('writeCsv'),
  },
  json: {
    label: 'JSON',
    purpose: 'one document',
    extension: 'json',
    type: 'application/json',
    load: () => rows('writeJson'),
  },
  jsonl: {
    label: 'JSON Lines',
    purpose: 'for pipelines',
    extension: 'jsonl',
    type: JSON_LINES,
    load: () => rows('writeJsonLines'),
  },
  timesketch: {
    label: 'Timesketch',
    purpose: 'for a shared timeline',
    extension: 'timesketch.jsonl',
    type: JSON_LINES,
    load: () => rows('writeTimesketch'),
  },
  hayabusa: {
    label: 'Hayabusa columns',
    purpose: 'as its csv-timeline',
    extension: 'hayabusa.csv',
    type: 'text/csv',
    load: () => rows('writeHayabusa'),
  },
  'timeline-explorer': {
    label: 'Timeline Explorer',
    purpose: 'EvtxECmd columns',
    // The columns of this format leave no room to say it: its times are UTC.
    extension: 'evtxecmd-utc.csv',
    type: 'text/csv',
    load: async () => (await import('./timeline-explorer-row.ts')).writeTimelineExplorer,
  },
  'evtx-dump': {
    label: 'Events',
    purpose: 'JSON Lines as evtx_dump',
    extension: 'events.jsonl',
    type: JSON_LINES,
    load: async () => (await import('./event-lines.ts')).writeEventLines,
  },
  navigator: {
    label: 'ATT&CK Navigator',
    purpose: 'layer 4.5',
    extension: 'navigator.json',
    type: 'application/json',
    load: async () => (await import('./navigator-layer.ts')).writeNavigatorLayer,
  },
} as const satisfies Readonly<Record<string, ExportFormatEntry>>;

export type ExportFormat = keyof typeof EXPORT_FORMATS;

/** Formats in the order in which a menu offers them. */
export const EXPORT_FORMAT_LIST = Object.keys(EXPORT_FORMATS) as readonly ExportFormat[];

/** Writes findings in a format: loads its writer, then gives the file piece by piece. */
export async function* exportFindings(
  format: ExportFormat,
  findings: AsyncIterable<readonly Finding[]> | Iterable<readonly Finding[]>,
  options: ExportOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const write = await EXPORT_FORMATS[format].load();
  yield* write(findings, options);
}
