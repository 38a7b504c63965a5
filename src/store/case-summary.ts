// The line of a case in the list of kept cases, and how findings are counted into it. Shared by both stores.

import { randomHex } from '../base/hex-text.ts';
import type { CaseId, CaseSummary } from '../model/case.ts';
import type { Finding } from '../model/finding.ts';

/** An id that no other case has: 128 random bits. */
export function newCaseId(): CaseId {
  return randomHex(16) as CaseId;
}

/** The summary of a case in which nothing was opened yet. */
export function newSummary(id: CaseId, name: string, now: number): CaseSummary {
  return {
    id,
    name,
    created: now,
    changed: now,
    files: 0,
    bytes: 0,
    records: 0,
    findings: 0,
    byLevel: { informational: 0, low: 0, medium: 0, high: 0, critical: 0 },
  };
}

/** The summary with further findings counted in. */
export function countFindings(summary: CaseSummary, added: readonly Finding[]): CaseSummary {
  const byLevel = { ...summary.byLevel };
  for (const { level } of added) byLevel[level]++;
  return { ...summary, findings: summary.findings + added.length, byLevel };
}

/** What the app knows better (name, files, bytes, records) over what the store counts itself (findings, times). */
export function mergeSummary(stored: CaseSummary, given: CaseSummary, now: number): CaseSummary {
  const { findings, byLevel, created, id } = stored;
  return { ...given, id, created, changed: now, findings, byLevel };
}
