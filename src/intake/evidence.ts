// What a drop turns into: logs to scan, and one problem line for each thing that is not one.

import type { PackedLog } from '../model/packed-log.ts';
import type { Problem } from '../model/problem.ts';

/** A log to be scanned. `blob` is read in slices and never whole. */
export interface EvidenceFile {
  /** Path within what was dropped, unique within the drop; shown to the user as plain text. */
  readonly path: string;
  readonly blob: Blob;
  /** Set while the log is still packed: then `blob` is empty, `size` what the archive claims, and scanning unpacks it. */
  readonly packed?: PackedLog;
  readonly size: number;
  /** Unix milliseconds, 0 where unknown. */
  readonly lastModified: number;
}

export interface Intake {
  readonly files: readonly EvidenceFile[];
  readonly problems: readonly Problem[];
  /** Files that are not event logs, counted by extension (lower case, '' for none). */
  readonly skipped: ReadonlyMap<string, number>;
  /** Rule files (.yml, .yaml) met on the way, unread: of a dropped rule folder or zip, or single rules. */
  readonly ruleFiles?: readonly EvidenceFile[];
  /** Saved cases that were dropped or picked themselves, unread. */
  readonly caseFiles?: readonly File[];
  /** What was dropped, as handles that can be kept and asked again after a reload, where the browser gives them. */
  readonly roots?: readonly FileSystemHandle[];
}
