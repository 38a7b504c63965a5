// A case as a file: saving it, opening it as a case of this browser, and merging another person's notes from one.
// Loaded when the first case file is saved or dropped.

import type { Result } from '../base/result.ts';
import { readCaseFile, type CaseFileContents } from '../casefile/read-case-file.ts';
import { writeCaseFile } from '../casefile/write-case-file.ts';
import type { CaseId, CaseRecord } from '../model/case.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ToolAccount } from '../model/evidence-account.ts';
import type { Finding, FindingKey } from '../model/finding.ts';
import type { Problem } from '../model/problem.ts';
import { SUPPRESSION_LIMITS } from '../model/suppression.ts';
import type { CaseStore } from '../store/case-store.ts';
import type { CaseSession } from './case-session.svelte.ts';
import { fileNameOf } from './file-name.ts';
import type { AppPorts } from './ports.ts';

/** Writes the open case, reads it back, and hands it to the user. Throws when what was written does not read back. */
export async function saveCaseFile(session: CaseSession, tool: ToolAccount, ports: AppPorts): Promise<Blob> {
  await session.audit.add('case-file-saved', `with ${tool.name} ${tool.version}`, session.findings.count);
  const { count } = session.findings;
  const triage = session.triage.all;
  const audit = session.audit.entries;
  const suppressions = session.hidden.all;
  const blob = await writeCaseFile({
    record: session.record(),
    triage,
    audit,
    suppressions,
    findings: session.readAll(),
    tool,
    written: ports.now(),
  });
  const read = valueOf(await readCaseFile(blob));
  const keys = new Set<FindingKey>();
  for await (const block of read.findings()) for (const { key } of block) keys.add(key);
  const isWhole =
    keys.size === count &&
    read.triage.length === triage.length &&
    read.audit.length === audit.length &&
    read.suppressions.length === suppressions.length &&
    read.files.length === session.files.length &&
    read.dropped() === 0;
  if (!isWhole) throw new Error('the case file did not read back as it was written; nothing was saved');
  await ports.saveFile(`${fileNameOf(session.name)}.winnow`, 'application/zip', piecesOf(blob));
  return blob;
}

const PIECE_BYTES = 4 * 1_024 * 1_024;

async function* piecesOf(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < blob.size; at += PIECE_BYTES)
    yield new Uint8Array(await blob.slice(at, at + PIECE_BYTES).arrayBuffer());
}

/** Keeps what a case file holds as a new case and gives its id. Throws, with a text for the user, when it cannot. */
export async function openCaseFile(file: File, store: CaseStore, now: number, analyst: string): Promise<CaseId> {
  const read = valueOf(await readCaseFile(file));
  const id = await store.createCase(read.summary.name);
  try {
    const known = new Set<FindingKey>();
    for await (const block of read.findings()) {
      const copies = new Set<Finding>();
      for (const finding of block) {
        if (known.has(finding.key)) copies.add(finding);
        known.add(finding.key);
      }
      valueOf(await store.appendFindings(id, block, copies));
    }
    const stored = await store.loadCase(id);
    if (stored === undefined) throw new Error('the new case is not in the store');
    const { records, bytes } = read.summary;
    const record: CaseRecord = {
      summary: { ...stored.summary, records, bytes, files: read.files.length },
      files: read.files,
      scans: read.scans,
      kinds: read.kinds,
      problems: [...read.problems, ...droppedProblem(read)],
    };
    valueOf(await store.saveCase(record));
    valueOf(await store.saveTriage(id, read.triage));
    valueOf(await store.changeSuppressions(id, read.suppressions.slice(0, SUPPRESSION_LIMITS.count), []));
    const detail = `${file.name}, written ${new Date(read.written).toISOString()} with ${read.tool.name} ${read.tool.version}`;
    valueOf(await store.appendAudit(id, [...read.audit, { time: now, analyst, action: 'case-file-opened', detail }]));
    return id;
  } catch (error) {
    // Half a case would look like a whole one.
    await store.deleteCase(id);
    throw error;
  }
}

/** Merges judgements, notes and actions of a case file into the open case; gives a sentence on what came of it. */
export async function mergeCaseFile(session: CaseSession, file: File): Promise<string> {
  const read = valueOf(await readCaseFile(file));
  const { taken, older } = await session.triage.merge(read.triage);
  const suppressions = await session.hidden.merge(read.suppressions);
  const actions = await session.audit.merge(read.audit);
  const what = `${taken} judgements taken, ${older} older than ours, ${suppressions} suppressions taken, ${actions} actions added to the log`;
  await session.audit.add('case-file-merged', `${file.name}: ${what}`, taken);
  return `${what}.`;
}

function droppedProblem(read: CaseFileContents): readonly Problem[] {
  const count = read.dropped();
  if (count === 0) return [];
  return [{ code: 'case-file-items', severity: 'warning', count, detail: 'items of the case file were not taken' }];
}

function valueOf<T>(result: Result<T, Diagnostic>): T {
  if (result.ok) return result.value;
  throw new Error([result.error.message, result.error.hint].filter((part) => part !== undefined).join(' '));
}
