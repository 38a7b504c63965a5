// The account that has to stand up later: which bytes were read, by which tool and rules, when, and what people did
// with the result. Goes into the case, the report, exports and the case file.

import type { AuditEntry } from './audit-entry.ts';
import type { FileIdentity } from './finding.ts';

/** How far the hash of a file is. */
export type HashState =
  /** Not read yet; also when the evidence went away before its turn. */
  | { readonly state: 'waiting' }
  /** `share` of the bytes read, 0 to 1. Never stored. */
  | { readonly state: 'hashing'; readonly share: number }
  /** `value` is lower-case hex. */
  | { readonly state: 'done'; readonly value: string }
  /** The file could not be read to its end, or its length changed; `reason` is plain text. */
  | { readonly state: 'failed'; readonly reason: string };

/** Hashes of a file of evidence. MD5 and SHA-1 only where the analyst asked for them. */
export interface FileHashes {
  readonly sha256: HashState;
  /** Lower-case hex. */
  readonly md5?: string;
  /** Lower-case hex. */
  readonly sha1?: string;
}

export const NO_HASHES: FileHashes = { sha256: { state: 'waiting' } };

/** One file of evidence; `path` goes through the containers it came in. */
export interface EvidenceEntry extends FileIdentity, FileHashes {}

/** A set of rules that a scan ran. */
export interface PackAccount {
  readonly name: string;
  /** For people: a version or the UTC time at which the pack was added. */
  readonly version: string;
  /** For machines: SHA-256 (hex) over the pack's content. */
  readonly hash: string;
  /** Rules of the pack that the scan ran. */
  readonly rules: number;
}

/** One scan of a case. */
export interface ScanAccount {
  /** Unix milliseconds. */
  readonly started: number;
  /** Unix milliseconds; undefined while it runs and when the tab went away under it. */
  readonly ended?: number;
  readonly outcome: 'running' | 'done' | 'cancelled' | 'failed';
  readonly files: number;
  readonly bytes: number;
  readonly packs: readonly PackAccount[];
  /** Options by name, such as `recovered` → `yes`. */
  readonly options: readonly (readonly [name: string, value: string])[];
  readonly tool: ToolAccount;
}

export interface ToolAccount {
  readonly name: string;
  readonly version: string;
  /** Hash over the sources of the build; the version where the build has none. */
  readonly build: string;
}

export interface EvidenceAccount {
  /** The tool that wrote this account; each scan names the one that made it. */
  readonly tool: ToolAccount;
  readonly files: readonly EvidenceEntry[];
  readonly scans: readonly ScanAccount[];
  /** Oldest first. */
  readonly actions: readonly AuditEntry[];
}
