// One export of the open case: the shown findings in the order shown, with what the format needs beside them. Loaded
// with the first export.

import { EXPORT_FORMATS } from '../export/export-formats.ts';
import type { EvidenceAccount, ToolAccount } from '../model/evidence-account.ts';
import type { CaseSession } from './case-session.svelte.ts';
import { gatherReport } from './export-report.ts';
import { fileNameOf } from './file-name.ts';
import type { AppPorts, ExportFormat } from './ports.ts';
import type { RuleLibrary } from './rule-library.svelte.ts';
import type { RuleTuning } from './rule-tuning.svelte.ts';

/** From this many findings on, the user is asked for a place, so that nothing is held in memory. */
const LARGE_ROWS = 20_000;

export interface ExportTools {
  readonly ports: AppPorts;
  readonly rules: RuleLibrary;
  readonly tuning: RuleTuning;
  readonly tool: ToolAccount;
  /** Hashes, scans and actions of the case, where there are any. */
  readonly evidence?: EvidenceAccount | undefined;
}

/** Writes the shown findings in a format and saves the file. Rejects with an AbortError when the user changes their mind. */
export async function runExport(session: CaseSession, format: ExportFormat, tools: ExportTools): Promise<void> {
  const { ports, rules } = tools;
  const { extension, type } = EXPORT_FORMATS[format];
  // A snapshot: the scan may go on and the filter may change while the file is written.
  const { rows } = session.findings;
  const attackVersion = format === 'navigator' ? (await rules.loadAttackTable()).version : '';
  const parts = ports.exportFindings(format, session.findings.read(rows), {
    triageOf: (finding) => session.triage.kept(finding.key),
    sourceOf: (finding) => rules.infoOf(finding.ruleId)?.pack ?? '',
    caseName: session.name,
    attackVersion,
    loadReport: () => gatherReport(session, rows, tools),
  });
  // A report is bounded: it never needs the dialog.
  const large = format !== 'report' && rows.length >= LARGE_ROWS;
  await ports.saveFile(`${fileNameOf(session.name)}.${extension}`, type, parts, large);
}
