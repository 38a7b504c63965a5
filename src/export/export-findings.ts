// Findings as a file, in pieces of about 64 KiB: never one big string, whatever the number of findings. Encoding is
// UTF-8; JSON escapes what UTF-8 cannot hold, CSV (for reading by people) replaces it by U+FFFD.

import type { Finding } from '../model/finding.ts';
import { formatFindingLine } from './finding-line.ts';
import { formatFindingHeader, formatFindingRow, type CsvOptions } from './finding-row.ts';
import { formatTimesketchLine } from './timesketch-line.ts';

export type ExportFormat = 'json' | 'jsonl' | 'csv' | 'timesketch';

export interface ExportOptions extends CsvOptions {
  /** Starts a CSV with a byte order mark: Excel reads UTF-8 only with it. Other formats never have one. */
  readonly byteOrderMark?: boolean;
}

type FindingBlocks = AsyncIterable<readonly Finding[]> | Iterable<readonly Finding[]>;

/** UTF-16 units gathered before they are encoded and handed on. */
const PIECE_UNITS = 65_536;
/** The page may draw and react at least this often while an export runs. */
const TURN_MS = 16;

interface Framing {
  readonly before: string;
  readonly between: string;
  readonly after: string;
  /** What stands at the end of an empty file instead of `after`. */
  readonly afterNothing: string;
  readonly format: (finding: Finding) => string;
}

/**
 * Gives the bytes of an export piece by piece, in the order of the findings. `json` is one array with a finding per
 * line, `jsonl` and `timesketch` a finding per line, `csv` a table with CR LF line ends and a header.
 */
export async function* exportFindings(
  format: ExportFormat,
  findings: FindingBlocks,
  options: ExportOptions,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const { before, between, after, afterNothing, format: formatOne } = framingOf(format, options);
  let piece = before;
  let isFirst = true;
  let turn = Date.now();
  for await (const block of findings) {
    for (const finding of block) {
      piece += isFirst ? formatOne(finding) : between + formatOne(finding);
      isFirst = false;
      if (piece.length >= PIECE_UNITS) {
        yield encoder.encode(piece);
        piece = '';
      }
      if (Date.now() - turn > TURN_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        turn = Date.now();
      }
    }
  }
  yield encoder.encode(piece + (isFirst ? afterNothing : after));
}

function framingOf(format: ExportFormat, options: ExportOptions): Framing {
  switch (format) {
    case 'json':
      return {
        before: '[\n',
        between: ',\n',
        after: '\n]\n',
        afterNothing: ']\n',
        format: (each) => formatFindingLine(each, options),
      };
    case 'jsonl':
      return {
        before: '',
        between: '\n',
        after: '\n',
        afterNothing: '',
        format: (each) => formatFindingLine(each, options),
      };
    case 'timesketch':
      return {
        before: '',
        between: '\n',
        after: '\n',
        afterNothing: '',
        format: (each) => formatTimesketchLine(each, options),
      };
    case 'csv': {
      const header = `${options.byteOrderMark === true ? '\ufeff' : ''}${formatFindingHeader(options)}\r\n`;
      return {
        before: header,
        between: '\r\n',
        after: '\r\n',
        afterNothing: '',
        format: (each) => formatFindingRow(each, options),
      };
    }
  }
}
