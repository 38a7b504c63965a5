// The manifest of a case file: what is in it, in which version of the format, and the hash of every part.

import type { CaseSummary } from '../model/case.ts';
import type { ToolAccount } from '../model/evidence-account.ts';

export const CASE_FILE_FORMAT = 'winnow-case';
/** Grows when readers of the version before would misread or refuse a file; docs/case-file.md is the changelog. */
export const CASE_FILE_VERSION = 2;
export const PART_KINDS = [
  'files',
  'scans',
  'problems',
  'kinds',
  'triage',
  'audit',
  'suppressions',
  'findings',
] as const;
export type PartKind = (typeof PART_KINDS)[number];

export interface ManifestPart {
  readonly name: string;
  readonly kind: PartKind;
  /** Lines in the part. */
  readonly items: number;
  /** Bytes of the part as it stands in the zip, and before compression. */
  readonly size: number;
  readonly unpacked: number;
  /** Start of the mask. */
  readonly seed: number;
  /** SHA-256 (hex) of the bytes as they stand in the zip. */
  readonly sha256: string;
}

export interface Manifest {
  readonly format: typeof CASE_FILE_FORMAT;
  readonly version: number;
  readonly tool: ToolAccount;
  /** Unix milliseconds. */
  readonly written: number;
  readonly summary: CaseSummary;
  readonly parts: readonly ManifestPart[];
}

/** Bounds for files that strangers wrote. */
export const CASE_FILE_LIMITS = {
  manifestBytes: 16 * 1_024 * 1_024,
  parts: 60_000,
  /** Bytes of one part, unpacked. Parts are written at a sixteenth of it. */
  partBytes: 64 * 1_024 * 1_024,
  itemsPerPart: 100_000,
  /** Bytes of all parts but findings, unpacked: they are held at once. */
  accountBytes: 256 * 1_024 * 1_024,
  /** Bytes of all findings, unpacked: they go to the store part by part. */
  findingBytes: 16 * 1_024 * 1_024 * 1_024,
};
