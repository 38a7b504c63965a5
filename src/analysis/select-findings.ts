// Which findings a filter keeps, and how many each choice would keep: one pass over the columns gives both. A choice's
// count ignores the filter of its own kind, so that picking one level does not turn the others to zero.

import { RULE_LEVELS } from '../model/rule-set.ts';
import type { FindingColumns } from './finding-columns.ts';

/** What is looked at. An empty set means no restriction. Numbers are positions in the lists of the columns. */
export interface FindingFilter {
  readonly levels: ReadonlySet<number>;
  readonly states: ReadonlySet<number>;
  readonly rules: ReadonlySet<number>;
  readonly hosts: ReadonlySet<number>;
  readonly channels: ReadonlySet<number>;
  readonly files: ReadonlySet<number>;
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
}

export const STATE_COUNT = 3;

const LEVEL = 1;
const STATE = 2;
const RULE = 4;
const HOST = 8;
const OTHER = 16;

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
  const levels = new Uint32Array(RULE_LEVELS.length);
  const states = new Uint32Array(STATE_COUNT);
  const rules = new Uint32Array(columns.rules.length);
  const hosts = new Uint32Array(columns.hosts.length);
  const kept = new Uint32Array(order.length);
  let size = 0;
  const levelAllowed = allowed(filter.levels, RULE_LEVELS.length);
  const stateAllowed = allowed(filter.states, STATE_COUNT);
  const ruleAllowed = allowed(filter.rules, columns.rules.length);
  const hostAllowed = allowed(filter.hosts, columns.hosts.length);
  const channelAllowed = allowed(filter.channels, columns.channels.length);
  const fileAllowed = allowed(filter.files, columns.files.length);
  const from = filter.from ?? -Infinity;
  const to = filter.to ?? Infinity;
  const timed = filter.from !== undefined || filter.to !== undefined;

  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    const level = columns.level[row]!;
    const state = columns.triage[row]!;
    const rule = columns.rule[row]!;
    const host = columns.host[row]!;
    let misses = 0;
    if (levelAllowed[level] === 0) misses |= LEVEL;
    if (stateAllowed[state] === 0) misses |= STATE;
    if (ruleAllowed[rule] === 0) misses |= RULE;
    if (hostAllowed[host] === 0) misses |= HOST;
    if (channelAllowed[columns.channel[row]!] === 0 || fileAllowed[columns.file[row]!] === 0) misses |= OTHER;
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
  }
  return { rows: kept.slice(0, size), facets: { levels, states, rules, hosts } };
}

function allowed(chosen: ReadonlySet<number>, size: number): Uint8Array {
  const flags = new Uint8Array(size);
  if (chosen.size === 0) return flags.fill(1);
  for (const item of chosen) if (item >= 0 && item < size) flags[item] = 1;
  return flags;
}
