// Exports with one line per finding, in the order of the findings. JSON escapes what UTF-8 cannot hold; CSV, which
// people read, replaces it by U+FFFD.

import type { Finding } from '../model/finding.ts';
import type { ExportOptions, FindingBlocks } from './export-options.ts';
import { formatFindingLine } from './finding-line.ts';
import { formatFindingHeader, formatFindingRow } from './finding-row.ts';
import { formatHayabusaHeader, formatHayabusaRow } from './hayabusa-row.ts';
import { encodePieces } from './text-pieces.ts';
import { formatTimesketchLine } from './timesketch-line.ts';

type Pieces = AsyncGenerator<Uint8Array<ArrayBuffer>>;

interface Framing {
  readonly before: string;
  readonly between: string;
  readonly after: string;
  /** What stands at the end of an empty file instead of `after`. */
  readonly afterNothing: string;
}

/** Writes one array with a finding per line. */
export function writeJson(findings: FindingBlocks, options: ExportOptions): Pieces {
  const framing = { before: '[\n', between: ',\n', after: '\n]\n', afterNothing: ']\n' };
  return writeFramed(findings, framing, (finding) => formatFindingLine(finding, options));
}

/** Writes a finding per line. */
export function writeJsonLines(findings: FindingBlocks, options: ExportOptions): Pieces {
  return writeFramed(findings, LINES, (finding) => formatFindingLine(finding, options));
}

/** Writes a finding per line, for Timesketch. */
export function writeTimesketch(findings: FindingBlocks, options: ExportOptions): Pieces {
  return writeFramed(findings, LINES, (finding) => formatTimesketchLine(finding, options));
}

/** Writes a table with CR LF line ends and a header. */
export function writeCsv(findings: FindingBlocks, options: ExportOptions): Pieces {
  return writeTable(findings, options, formatFindingHeader(options), (finding) => formatFindingRow(finding, options));
}

/** Writes a table with the columns of Hayabusa's csv-timeline. */
export function writeHayabusa(findings: FindingBlocks, options: ExportOptions): Pieces {
  // Scripts that look for its first column would not find it behind a byte order mark.
  const plain = { ...options, byteOrderMark: false };
  return writeTable(findings, plain, formatHayabusaHeader(), (finding) => formatHayabusaRow(finding, options));
}

/** Writes a CSV table: its header, then a row per finding. Rows come without their line end. */
export function writeTable(
  findings: FindingBlocks,
  { byteOrderMark = false }: ExportOptions,
  header: string,
  format: (finding: Finding) => string,
): Pieces {
  const before = `${byteOrderMark ? '\ufeff' : ''}${header}\r\n`;
  return writeFramed(findings, { before, between: '\r\n', after: '\r\n', afterNothing: '' }, format);
}

const LINES: Framing = { before: '', between: '\n', after: '\n', afterNothing: '' };

function writeFramed(findings: FindingBlocks, framing: Framing, format: (finding: Finding) => string): Pieces {
  return encodePieces(frameFindings(findings, framing, format));
}

async function* frameFindings(
  findings: FindingBlocks,
  { before, between, after, afterNothing }: Framing,
  format: (finding: Finding) => string,
): AsyncGenerator<string> {
  yield before;
  let isFirst = true;
  for await (const block of findings) {
    for (const finding of block) {
      yield isFirst ? format(finding) : between + format(finding);
      isFirst = false;
    }
  }
  yield isFirst ? afterNothing : after;
}
