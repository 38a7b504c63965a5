// What writers of exports are given beside the findings.

import type { Finding } from '../model/finding.ts';
import type { CsvOptions } from './finding-row.ts';
import type { ReportInput } from './report-input.ts';

export type FindingBlocks = AsyncIterable<readonly Finding[]> | Iterable<readonly Finding[]>;

export interface ExportOptions extends CsvOptions {
  /** Starts a CSV with a byte order mark: Excel reads UTF-8 only with it. Other formats never have one. */
  readonly byteOrderMark?: boolean;
  /** Name of the case; a Navigator layer carries it. */
  readonly caseName?: string;
  /** ATT&CK release of the table of techniques, such as `18.1`; a Navigator layer names its major number. */
  readonly attackVersion?: string;
  /** Everything a report says beside the findings; only the report asks for it. */
  loadReport?(): Promise<ReportInput>;
}
