// The list of findings in groups: lines that are either the head of a group or a finding below its head. Rows keep the
// order in which they come; a finding whose rule names several techniques stands in the group of each.

import { RULE_LEVELS } from '../model/rule-set.ts';
import { techniquesOfTags } from './attack-matrix.ts';
import type { FindingColumns } from './finding-columns.ts';

export const GROUPINGS = ['rule', 'host', 'technique', 'user', 'process', 'address'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** A line with this bit is the head of the group with the number in the other bits; any other line is a row. */
export const HEAD = 0x8000_0000;

export interface LineGroup {
  /** What tells it from the other groups, and survives a reload: a rule's id, a technique's, else the name itself. */
  readonly key: string;
  /** Findings in it. */
  readonly count: number;
  /** Findings in it that nobody has judged. */
  readonly untouched: number;
  /** Highest level rank in it. */
  readonly topLevel: number;
  /** Unix milliseconds; NaN where no finding has a time. */
  readonly first: number;
  readonly last: number;
  readonly isOpen: boolean;
}

export interface GroupedLines {
  readonly lines: Uint32Array;
  readonly groups: readonly LineGroup[];
}

/** Which groups a row belongs to. */
interface Membership {
  readonly keys: readonly string[];
  /** Groups of a row, by the value of `column`. */
  readonly ofValue: readonly (readonly number[])[];
  readonly column: Uint32Array;
}

/**
 * Lays rows out in groups; members of groups that `isOpen` refuses have no lines. Groups stand worst and largest first
 * where `worstFirst`, else where their first finding would stand.
 */
export function groupLines(
  columns: FindingColumns,
  rows: Uint32Array,
  by: Grouping,
  isOpen: (key: string) => boolean,
  worstFirst: boolean,
): GroupedLines {
  const { keys, ofValue, column } = membershipOf(columns, by);
  const size = keys.length;
  const counts = new Uint32Array(size);
  const untouched = new Uint32Array(size);
  const tops = new Uint8Array(size);
  const firsts = new Float64Array(size).fill(NaN);
  const lasts = new Float64Array(size).fill(NaN);
  const met: number[] = [];
  for (const row of rows) {
    const time = columns.time[row]!;
    for (const group of ofValue[column[row]!]!) {
      if (counts[group]!++ === 0) met.push(group);
      if (columns.triage[row] === 0) untouched[group]!++;
      if (columns.level[row]! > tops[group]!) tops[group] = columns.level[row]!;
      if (Number.isNaN(time)) continue;
      // Negated so that the first real time replaces NaN.
      if (!(time >= firsts[group]!)) firsts[group] = time;
      if (!(time <= lasts[group]!)) lasts[group] = time;
    }
  }
  if (worstFirst) met.sort((a, b) => tops[b]! - tops[a]! || counts[b]! - counts[a]!);
  const groups = met.map((group): LineGroup => ({
    key: keys[group]!,
    count: counts[group]!,
    untouched: untouched[group]!,
    topLevel: tops[group]!,
    first: firsts[group]!,
    last: lasts[group]!,
    isOpen: isOpen(keys[group]!),
  }));
  // Where the next member of each open group goes; 0, the place of a head, for closed ones.
  const next = new Uint32Array(size);
  let length = 0;
  groups.forEach(({ isOpen: open, count }, at) => {
    length++;
    if (open) {
      next[met[at]!] = length;
      length += count;
    }
  });
  const lines = new Uint32Array(length);
  let head = 0;
  groups.forEach(({ isOpen: open, count }, at) => {
    lines[head] = (HEAD | at) >>> 0;
    head += 1 + (open ? count : 0);
  });
  for (const row of rows) {
    for (const group of ofValue[column[row]!]!) if (next[group] !== 0) lines[next[group]!++] = row;
  }
  return { lines, groups };
}

/** The rows of one group, in the order given. */
export function rowsOfGroup(columns: FindingColumns, rows: Uint32Array, by: Grouping, key: string): Uint32Array {
  const { keys, ofValue, column } = membershipOf(columns, by);
  const wanted = keys.indexOf(key);
  return rows.filter((row) => ofValue[column[row]!]!.includes(wanted));
}

/** How many of the rows are in each group, by its key. */
export function countInGroups(columns: FindingColumns, rows: Uint32Array, by: Grouping): ReadonlyMap<string, number> {
  const { keys, ofValue, column } = membershipOf(columns, by);
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const group of ofValue[column[row]!]!) counts.set(keys[group]!, (counts.get(keys[group]!) ?? 0) + 1);
  }
  return counts;
}

function membershipOf(columns: FindingColumns, by: Grouping): Membership {
  switch (by) {
    case 'rule':
      // A rule that changed between two scans is one rule to whoever reads.
      return membership(
        columns.rules.map(({ id }) => [id]),
        columns.rule,
      );
    case 'technique':
      return membership(
        columns.rules.map(({ tags }) => orNone(techniquesOfTags(tags))),
        columns.rule,
      );
    case 'host':
      return membership(
        columns.hosts.map((name) => [name]),
        columns.host,
      );
    case 'user':
      return membership(
        columns.users.map((name) => [name]),
        columns.user,
      );
    case 'process':
      return membership(
        columns.processes.map((name) => [name]),
        columns.process,
      );
    case 'address':
      return membership(
        columns.addresses.map((name) => [name]),
        columns.address,
      );
  }
}

function orNone(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [''] : names;
}

function membership(keysOfValue: readonly (readonly string[])[], column: Uint32Array): Membership {
  const numbers = new Map<string, number>();
  const numberOf = (key: string): number => {
    let number = numbers.get(key);
    if (number === undefined) numbers.set(key, (number = numbers.size));
    return number;
  };
  const ofValue = keysOfValue.map((keys) => keys.map(numberOf));
  return { keys: [...numbers.keys()], ofValue, column };
}

/** Word for a level rank of a group. */
export function levelOf(group: LineGroup): (typeof RULE_LEVELS)[number] {
  return RULE_LEVELS[group.topLevel]!;
}
