// The database: its stores, their records, and the steps from one version to the next. The record types live here so
// that none changes without a step. docs/store-schema.md is the changelog; a test keeps its version in step.

import type { DBSchema, IDBPDatabase } from 'idb';
import type { CaseFile, CaseId, CaseSummary } from '../model/case.ts';
import type { ScanAccount } from '../model/evidence-account.ts';
import type { Problem } from '../model/problem.ts';
import type { RulePack, RulePackId } from '../model/rule-pack.ts';
import type { RuleSetting } from '../model/suppression.ts';
import type { StoredKinds } from './kinds-codec.ts';

export const DATABASE_NAME = 'winnow';
export const DATABASE_VERSION = 4;

/** JSON text behind the keystream of `seed` (mask.ts). */
export interface MaskedRecord {
  readonly seed: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Findings of a case, in the order of `sequence` (block-codec.ts). */
export interface BlockRecord extends MaskedRecord {
  readonly sequence: number;
  readonly count: number;
}

/** The compiled rules of the packs that are on; `version` says of which packs and by which compiler. */
export interface CompiledRecord extends MaskedRecord {
  readonly version: string;
}

/** What `details` holds behind the mask. */
export interface CaseDetails {
  readonly files: readonly CaseFile[];
  readonly problems: readonly Problem[];
  /** Since version 2. */
  readonly kinds?: StoredKinds;
  /** Since version 3. */
  readonly scans?: readonly ScanAccount[];
}

export interface LeaseRecord {
  readonly owner: string;
  /** Unix milliseconds. */
  readonly until: number;
}

export interface WinnowSchema extends DBSchema {
  cases: { key: CaseId; value: CaseSummary };
  details: { key: CaseId; value: MaskedRecord };
  blocks: { key: [CaseId, number]; value: BlockRecord };
  triage: { key: [CaseId, Uint8Array<ArrayBuffer>]; value: MaskedRecord };
  audit: { key: [CaseId, number]; value: MaskedRecord };
  roots: { key: CaseId; value: readonly FileSystemHandle[] };
  leases: { key: CaseId; value: LeaseRecord };
  packs: { key: RulePackId; value: RulePack };
  packContents: { key: RulePackId; value: MaskedRecord };
  compiledRules: { key: 'current'; value: CompiledRecord };
  /** Those for all cases have the empty case id. */
  suppressions: { key: [CaseId, string]; value: MaskedRecord };
  ruleSettings: { key: string; value: RuleSetting };
}

export type Database = IDBPDatabase<WinnowSchema>;

/** Brings a database of any earlier version to the current one, one step per version. */
export function migrate(database: Database, oldVersion: number): void {
  if (oldVersion < 1) {
    // First version. Keys are given from outside; those of blocks and triage start with the case, so that a case is
    // read and deleted as one range.
    database.createObjectStore('cases');
    database.createObjectStore('details');
    database.createObjectStore('blocks');
    database.createObjectStore('triage');
    database.createObjectStore('roots');
    database.createObjectStore('leases');
  }
  if (oldVersion < 2) {
    // Rule packs. Case details may have event kinds from here on; older ones stay without.
    database.createObjectStore('packs');
    database.createObjectStore('packContents');
  }
  if (oldVersion < 3) {
    // The log of actions, one record per entry. Details may have scans and files hashes from here on.
    database.createObjectStore('audit');
    // What the rule packs that are on compiled to; it is made again whenever it is missing.
    database.createObjectStore('compiledRules');
  }
  if (oldVersion < 4) {
    // What the analyst keeps off the lists, and what they set for rules.
    database.createObjectStore('suppressions');
    database.createObjectStore('ruleSettings');
  }
}

/** Every key of `blocks`, `triage`, `audit` or `suppressions` that belongs to a case, after `sequence` where one is given: arrays sort last. */
export function rangeOfCase(id: CaseId, sequence?: number): IDBKeyRange {
  return sequence === undefined
    ? IDBKeyRange.bound([id], [id, []])
    : IDBKeyRange.bound([id, sequence], [id, []], true, true);
}
