// Which findings pass the filters, and how many there would be for each choice. A choice's count ignores the other
// choices of its own kind: it is what one would get by choosing it instead.

import { RULE_LEVELS } from '../model/rule-set.ts';
import type { FindingColumns } from './finding-columns.ts';

/** An empty set means no restriction of that kind. Members are positions in the columns' lists. */
export interface FindingFilter {
  readonly levels: ReadonlySet<number>;
  readonly states: ReadonlySet<number>;
  readonly rules: ReadonlySet<number>;
  readonly hosts: ReadonlySet<number>;
  readonly channels: ReadonlySet<number>;
  readonly files: ReadonlySet<number>;
  /** Rules that name a chosen tactic, and those that name a chosen technique. */
  readonly tacticRules: ReadonlySet<number>;
  readonly techniqueRules: ReadonlySet<number>;
  readonly users: ReadonlySet<number>;
  readonly processes: ReadonlySet<number>;
  readonly addresses: ReadonlySet<number>;
  /** Sets of tags with a chosen tag in them. */
  readonly tagSets: ReadonlySet<number>;
  /** Unix milliseconds, start included, end excluded. */
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** Counts per choice, each ignoring the filter of its own kind. */
export interface FindingFacets {
  readonly levels: Uint32Array;
  readonly states: Uint32Array;
  readonly rules: Uint32Array;
  readonly hosts: Uint32Array;
  /** By rule, ignoring the choice of tactics: a tactic's count is the sum over the rules that name it. */
  readonly tacticRules: Uint32Array;
  /** By set of tags. */
  readonly tagSets: Uint32Array;
}

export const STATE_COUNT = 3;

const LEVEL = 1;
const STATE = 2;
const RULE = 4;
const HOST = 8;
const TACTIC = 16;
const TAG = 32;
const OTHER = 64;

/** Keeps nothing, counts nothing. */
export function emptyFacets(): FindingFacets {
  return {
    levels: new Uint32Array(RULE_LEVELS.length),
    states: new Uint32Array(STATE_COUNT),
    rules: new Uint32Array(),
    hosts: new Uint32Array(),
    tacticRules: new Uint32Array(),
    tagSets: new Uint32Array(),
  };
}

/**
 * Keeps the rows of `order` that pass the filter and `accepts` (text search; undefined passes all), in the same order,
 * and counts the choices.
 */
export function selectFindings(
  columns: FindingColumns,
  order: Uint32Array,
  filter: FindingFilter,
  accepts: Uint8Array | undefined,
): { readonly rows: Uint32Array; readonly facets: FindingFacets } {
  const facets: FindingFacets = {
    levels: new Uint32Array(RULE_LEVELS.length),
    states: new Uint32Array(STATE_COUNT),
    rules: new Uint32Array(columns.rules.length),
    hosts: new Uint32Array(columns.hosts.length),
    tacticRules: new Uint32Array(columns.rules.length),
    tagSets: new Uint32Array(columns.tagSets.length),
  };
  const { levels, states, rules, hosts, tacticRules, tagSets } = facets;
  const kept = new Uint32Array(order.length);
  let size = 0;
  const levelAllowed = allowed(filter.levels, RULE_LEVELS.length);
  const stateAllowed = allowed(filter.states, STATE_COUNT);
  const ruleAllowed = allowed(filter.rules, columns.rules.length);
  const tacticAllowed = allowed(filter.tacticRules, columns.rules.length);
  const techniqueAllowed = allowed(filter.techniqueRules, columns.rules.length);
  const hostAllowed = allowed(filter.hosts, columns.hosts.length);
  const tagAllowed = allowed(filter.tagSets, columns.tagSets.length);
  // The rarer filters cost a look only where they are set.
  const others = (
    [
      [filter.channels, columns.channels.length, columns.channel],
      [filter.files, columns.files.length, columns.file],
      [filter.users, columns.users.length, columns.user],
      [filter.processes, columns.processes.length, columns.process],
      [filter.addresses, columns.addresses.length, columns.address],
    ] as const
  ).flatMap(([chosen, length, column]) => (chosen.size === 0 ? [] : [{ flags: allowed(chosen, length), column }]));
  const from = filter.from ?? -Infinity;
  const to = filter.to ?? Infinity;
  const timed = filter.from !== undefined || filter.to !== undefined;

  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    const level = columns.level[row]!;
    const state = columns.triage[row]!;
    const rule = columns.rule[row]!;
    const host = columns.host[row]!;
    const tags = columns.tagSet[row]!;
    let misses = 0;
    if (levelAllowed[level] === 0) misses |= LEVEL;
    if (stateAllowed[state] === 0) misses |= STATE;
    if (ruleAllowed[rule] === 0) misses |= RULE;
    if (tacticAllowed[rule] === 0) misses |= TACTIC;
    if (techniqueAllowed[rule] === 0) misses |= OTHER;
    if (hostAllowed[host] === 0) misses |= HOST;
    if (tagAllowed[tags] === 0) misses |= TAG;
    for (const { flags, column } of others) if (flags[column[row]!] === 0) misses |= OTHER;
    if (accepts !== undefined && accepts[row] !== 1) misses |= OTHER;
    if (timed) {
      const time = columns.time[row]!;
      // Written so that an event without a time (NaN) fails every range.
      if (!(time >= from && time < to)) misses |= OTHER;
    }
    if (misses === 0) kept[size++] = row;
    if ((misses & ~LEVEL) === 0) levels[level]!++;
    if ((misses & ~STATE) === 0) states[state]!++;
    if ((misses & ~RULE) === 0) rules[rule]!++;
    if ((misses & ~HOST) === 0) hosts[host]!++;
    if ((misses & ~TACTIC) === 0) tacticRules[rule]!++;
    if ((misses & ~TAG) === 0) tagSets[tags]!++;
  }
  return { rows: kept.slice(0, size), facets };
}

function allowed(chosen: ReadonlySet<number>, size: number): Uint8Array {
  const flags = new Uint8Array(size);
  if (chosen.size === 0) return flags.fill(1);
  for (const item of chosen) if (item >= 0 && item < size) flags[item] = 1;
  return flags;
}
