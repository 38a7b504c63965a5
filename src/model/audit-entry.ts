// The log of what people did in a case. Entries are only ever appended; none is changed or taken away.

import type { FindingKey } from './finding.ts';

/** What was done. The screens and exports have a sentence for each. */
export const AUDIT_ACTIONS = [
  'case-created',
  'case-renamed',
  'evidence-opened',
  'scan-started',
  'scan-ended',
  'hashes-computed',
  'judged',
  'noted',
  'tagged',
  'undone',
  'suppressed',
  'suppression-changed',
  'suppression-removed',
  'rule-set',
  'exported',
  'case-file-saved',
  'case-file-opened',
  'case-file-merged',
  'judgement-replaced',
  'analyst-changed',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Findings named by one entry; a judgement of more is counted beyond that. */
export const MAX_AUDIT_KEYS = 100;

export interface AuditEntry {
  /** Unix milliseconds. */
  readonly time: number;
  /** Free text, as the analyst gave it; '' where nobody gave a name. */
  readonly analyst: string;
  readonly action: AuditAction;
  /** One clause with the particulars; plain text, may quote evidence and notes. */
  readonly detail: string;
  /** How many things it was done to, where it was not one. */
  readonly count?: number;
  /** The findings it was done to: the first 100. */
  readonly findings?: readonly FindingKey[];
}
