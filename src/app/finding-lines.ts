// Where the cursor stands among the lines of the findings. It follows a finding or a group, not a line number: lines move
// while a scan adds findings, and one finding may stand in several groups.

import { HEAD } from '../analysis/group-lines.ts';
import type { LineGroup } from '../analysis/group-lines.ts';

export { GROUPINGS, HEAD, levelOf } from '../analysis/group-lines.ts';
export type { Grouping, LineGroup } from '../analysis/group-lines.ts';

/** What the cursor is on, and the line on which it was put. */
export interface LineCursor {
  readonly line: number;
  readonly row?: number;
  /** Key of a group, on its head. */
  readonly group?: string;
}

interface Lines {
  readonly lines: Uint32Array;
  readonly groups: readonly LineGroup[];
}

/** The cursor on a line; undefined where there is none. */
export function cursorAt({ lines, groups }: Lines, line: number): LineCursor | undefined {
  const value = lines[line];
  if (value === undefined) return undefined;
  if (value < HEAD) return { line, row: value };
  const group = groups[value - HEAD]?.key;
  return group === undefined ? undefined : { line, group };
}

/** The line on which the cursor is now, -1 when what it was on is not shown. */
export function lineOfCursor({ lines, groups }: Lines, cursor: LineCursor | undefined): number {
  if (cursor === undefined) return -1;
  const at = cursor.group === undefined ? -1 : groups.findIndex(({ key }) => key === cursor.group);
  const value = cursor.group === undefined ? cursor.row : at < 0 ? undefined : (HEAD | at) >>> 0;
  if (value === undefined) return -1;
  // Another line may hold the same finding: the one it was put on comes first.
  return lines[cursor.line] === value ? cursor.line : lines.indexOf(value);
}

/** The next line, in the direction of `step`, that is a finding; -1 when there is none. */
export function nextFinding(lines: Uint32Array, from: number, step: number): number {
  for (let line = from + step; line >= 0 && line < lines.length; line += step) if (lines[line]! < HEAD) return line;
  return -1;
}

/** Findings before a line and in all, without heads: what stands as "3 of 12". */
export function placeAmongFindings({ lines, groups }: Lines, line: number): { position: number; count: number } {
  let position = line;
  if (groups.length > 0) for (let i = 0; i < line; i++) if (lines[i]! >= HEAD) position--;
  return { position, count: lines.length - groups.length };
}

/** The findings on the lines from one to another, both included, in either direction. */
export function findingsBetween(lines: Uint32Array, from: number, to: number): Uint32Array {
  return lines.subarray(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1).filter((line) => line < HEAD);
}
