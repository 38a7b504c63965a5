// Reads a case file that anybody may have written. The manifest and the hashes of all parts are checked before the first
// item is given, so that a case is never half taken from a damaged file; items that do not hold up are counted.

import { failure, success, type Result } from '../base/result.ts';
import { sha256HexOfBytes } from '../base/sha256.ts';
import type { AuditEntry } from '../model/audit-entry.ts';
import type { CaseFile, CaseSummary } from '../model/case.ts';
import { MANIFEST_NAME } from '../model/case-file-head.ts';
import type { EventKindCount } from '../model/coverage.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { ScanAccount, ToolAccount } from '../model/evidence-account.ts';
import type { Finding, Triage } from '../model/finding.ts';
import type { Problem } from '../model/problem.ts';
import type { Suppression } from '../model/suppression.ts';
import {
  checkAudit,
  checkFile,
  checkFinding,
  checkKind,
  checkProblem,
  checkScan,
  checkSummary,
  checkSuppression,
  checkTool,
  checkTriage,
  isTime,
  takeItem,
} from './check-item.ts';
import {
  CASE_FILE_FORMAT,
  CASE_FILE_LIMITS,
  CASE_FILE_VERSION,
  PART_KINDS,
  type ManifestPart,
  type PartKind,
} from './manifest.ts';
import { decodePart } from './part-codec.ts';
import { readStoredZip, type StoredEntry } from './stored-zip.ts';

export interface CaseFileContents {
  readonly summary: Pick<CaseSummary, 'name' | 'created' | 'records' | 'bytes' | 'findings'>;
  readonly tool: ToolAccount;
  /** Unix milliseconds. */
  readonly written: number;
  readonly files: readonly CaseFile[];
  readonly scans: readonly ScanAccount[];
  readonly problems: readonly Problem[];
  readonly kinds: readonly EventKindCount[];
  readonly triage: readonly Triage[];
  readonly audit: readonly AuditEntry[];
  /** Every one of them belongs to this case now: nobody else's settings hold in all cases of this browser. */
  readonly suppressions: readonly Suppression[];
  /** Blocks of findings, in the order of the case. Rejects when the file changed or vanished meanwhile. */
  findings(): AsyncGenerator<readonly Finding[]>;
  /** Items so far that were not taken, because they are not what they should be. */
  dropped(): number;
}

interface OpenPart extends ManifestPart {
  readonly entry: StoredEntry;
}

/** Gives what a case file holds; a diagnostic where it is none, newer, cut off, changed or beyond limits. Never rejects. */
export async function readCaseFile(
  blob: Blob,
  limits = CASE_FILE_LIMITS,
): Promise<Result<CaseFileContents, Diagnostic>> {
  try {
    return await read(blob, limits);
  } catch {
    // The browser could not read the file, or a part did not unpack.
    return failure(DAMAGED);
  }
}

async function read(blob: Blob, limits: typeof CASE_FILE_LIMITS): Promise<Result<CaseFileContents, Diagnostic>> {
  const entries = await readStoredZip(blob);
  if (entries === undefined) return failure(CUT_OFF);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const manifest = byName.get(MANIFEST_NAME);
  if (manifest === undefined || manifest.size > CASE_FILE_LIMITS.manifestBytes) return failure(DAMAGED);
  const given = JSON.parse(new TextDecoder().decode(await manifest.load())) as Record<string, unknown>;
  const { format, version, written } = given;
  if (format !== CASE_FILE_FORMAT || typeof version !== 'number') return failure(DAMAGED);
  if (version > CASE_FILE_VERSION) return failure(NEWER);
  const head = takeItem(JSON.stringify(given), () => ({
    summary: checkSummary(given['summary']),
    tool: checkTool(given['tool']),
  }));
  const parts = partsOf(given['parts'], byName);
  if (head === undefined || parts === undefined || !isTime(written)) return failure(DAMAGED);
  for (const part of parts) {
    if (sha256HexOfBytes(await part.entry.load()) !== part.sha256) return failure(DAMAGED);
  }

  let dropped = 0;
  const room = { accounts: limits.accountBytes, findings: limits.findingBytes };
  async function* itemsOf<T>(kind: PartKind, check: (value: unknown) => T): AsyncGenerator<T[]> {
    for (const part of parts!) {
      if (part.kind !== kind) continue;
      const left = kind === 'findings' ? 'findings' : 'accounts';
      const most = Math.min(limits.partBytes, room[left]);
      const { lines, size } = await decodePart(await part.entry.load(), part.seed, most);
      room[left] -= size;
      if (lines.length !== part.items) throw new Error('a part has not as many items as the manifest says');
      const items: T[] = [];
      for (const line of lines) {
        const item = takeItem(line, check);
        if (item === undefined) dropped++;
        else items.push(item);
      }
      yield items;
    }
  }
  const all = async <T>(kind: PartKind, check: (value: unknown) => T): Promise<T[]> => {
    const items: T[] = [];
    for await (const some of itemsOf(kind, check)) for (const item of some) items.push(item);
    return items;
  };
  return success({
    ...head,
    written,
    files: await all('files', checkFile),
    scans: await all('scans', checkScan),
    problems: await all('problems', checkProblem),
    kinds: await all('kinds', checkKind),
    triage: await all('triage', checkTriage),
    audit: await all('audit', checkAudit),
    suppressions: await all('suppressions', checkSuppression),
    findings: () => itemsOf('findings', checkFinding),
    dropped: () => dropped,
  });
}

/** The parts of the manifest with their entries; undefined when they are not what they should be. */
function partsOf(given: unknown, entries: ReadonlyMap<string, StoredEntry>): readonly OpenPart[] | undefined {
  if (!Array.isArray(given) || given.length > CASE_FILE_LIMITS.parts) return undefined;
  const parts: OpenPart[] = [];
  const taken = new Set<StoredEntry>();
  for (const each of given as (Partial<ManifestPart> | null)[]) {
    if (each === null) return undefined;
    const entry = entries.get(each.name ?? '');
    const isWhole =
      entry !== undefined &&
      PART_KINDS.some((kind) => kind === each.kind) &&
      Number.isInteger(each.items) &&
      (each.items ?? 0) <= CASE_FILE_LIMITS.itemsPerPart &&
      Number.isInteger(each.seed) &&
      typeof each.sha256 === 'string' &&
      entry.size <= CASE_FILE_LIMITS.partBytes;
    // Named twice, a few bytes would be a case without end.
    if (!isWhole || taken.has(entry)) return undefined;
    taken.add(entry);
    parts.push({ ...(each as ManifestPart), entry });
  }
  return parts;
}

const CUT_OFF: Diagnostic = {
  code: 'case-file-cut',
  severity: 'error',
  message: 'This case file is cut off.',
  hint: 'Copy it again from where it was saved, and compare the sizes.',
};

const NEWER: Diagnostic = {
  code: 'case-file-newer',
  severity: 'error',
  message: 'This case file was written by a newer version of Winnow.',
  hint: 'Reload this page to get the newest version, or open the file where it was written.',
};

const DAMAGED: Diagnostic = {
  code: 'case-file-damaged',
  severity: 'error',
  message: 'This case file is damaged: its parts are not as they were written.',
  hint: 'Nothing of it was taken. Copy it again from where it was saved.',
};
