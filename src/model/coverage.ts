// The account of what was read and what could not be judged. Slices send their part; parts are added up.

import type { FieldKey } from './field-key.ts';

/** Integrity account of one file (or of the part of it that one slice covers: parts add up). */
export interface FileAccount {
  bytes: number;
  chunksUsed: number;
  chunksEmpty: number;
  chunksBad: number;
  recordsRead: number;
  recordsResynced: number;
  recordsTorn: number;
  recordsLost: number;
  recordsRecovered: number;
}

/** An account of nothing. */
export function emptyFileAccount(): FileAccount {
  return {
    bytes: 0,
    chunksUsed: 0,
    chunksEmpty: 0,
    chunksBad: 0,
    recordsRead: 0,
    recordsResynced: 0,
    recordsTorn: 0,
    recordsLost: 0,
    recordsRecovered: 0,
  };
}

/** Adds the counters of `part` to `sum`. */
export function addFileAccount(sum: FileAccount, part: Readonly<FileAccount>): void {
  for (const name of Object.keys(sum) as (keyof FileAccount)[]) sum[name] += part[name];
}

/** How many events of a kind one host has, and which fields they carried: what the coverage of rules is folded from. */
export interface EventKindCount {
  readonly computer: string;
  readonly channel: string;
  readonly provider: string;
  readonly eventId: number;
  readonly count: number;
  /** FILETIME text of the first and the last event. */
  readonly first: string;
  readonly last: string;
  /** Fields seen present (also empty) and seen non-empty at least once. */
  readonly fieldsPresent?: readonly FieldKey[];
  readonly fieldsFilled?: readonly FieldKey[];
}
