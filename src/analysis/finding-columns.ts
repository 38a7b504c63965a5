// How findings lie in memory: one typed array per fact, texts interned. 100,000 findings with these columns take about
// 5 MB, and sorting, filtering and folding never touch an object. The app owns the arrays (src/app/finding-table.ts);
// the folds of this room only read the first `count` entries.

import type { RuleLevel } from '../model/rule-set.ts';
import { RULE_LEVELS } from '../model/rule-set.ts';

/** Facts of a rule that findings carry, once per rule and hash. */
export interface FindingRule {
  readonly id: string;
  readonly hash: string;
  readonly title: string;
  /** The level that counts: the analyst's, where they set one. */
  readonly level: RuleLevel;
  /** The rule's own level where that is another one. */
  readonly ruleLevel?: RuleLevel;
  /** The rule is switched off. */
  readonly off?: boolean;
  readonly tags: readonly string[];
}

export interface FindingColumns {
  readonly count: number;
  /** Position in RULE_LEVELS: 0 informational … 4 critical. */
  readonly level: Uint8Array;
  /** Unix milliseconds, NaN where the event has no time. */
  readonly time: Float64Array;
  /** Exact time as two words that compare like the time itself (see timeWords). */
  readonly timeHigh: Uint32Array;
  readonly timeLow: Uint32Array;
  readonly eventId: Uint32Array;
  /** Positions in the lists below. */
  readonly rule: Uint32Array;
  readonly host: Uint32Array;
  readonly channel: Uint32Array;
  readonly file: Uint32Array;
  /** Position in TRIAGE_STATES. */
  readonly triage: Uint8Array;
  /** Who, what and from where (finding-entities.ts); position 0 is none. Names that differ in case only are one. */
  readonly user: Uint32Array;
  readonly process: Uint32Array;
  readonly address: Uint32Array;
  /** Position in the list of sets of the analyst's tags; 0 is none. */
  readonly tagSet: Uint32Array;
  readonly recordId: readonly string[];
  readonly rules: readonly FindingRule[];
  readonly hosts: readonly string[];
  readonly channels: readonly string[];
  readonly files: readonly string[];
  readonly users: readonly string[];
  readonly processes: readonly string[];
  readonly addresses: readonly string[];
  readonly tagSets: readonly (readonly string[])[];
}

/** Position of a level in RULE_LEVELS. */
export function levelRank(level: RuleLevel): number {
  return RULE_LEVELS.indexOf(level);
}

const SECONDS_1601_TO_1970 = 11_644_473_600;
/** Largest whole number of seconds whose ticks (100 ns) fit in 32 bits. */
const SECONDS_PER_HIGH = 429;
/** Keeps the high word below 2^28, so that a level can stand above it; reached in the year 5250. */
export const TIME_HIGH_LIMIT = 2 ** 28 - 1;

/**
 * Splits a time text (`YYYY-MM-DDTHH:MM:SS.fffffffZ`) into two words that order like the time, exact to 100 ns, and
 * whole Unix milliseconds for charts. An absent or unreadable time gives zero words and NaN.
 */
export function timeWords(text: string): { high: number; low: number; milliseconds: number } {
  const second = Date.parse(`${text.slice(0, 19)}Z`) / 1_000;
  if (Number.isNaN(second)) return { high: 0, low: 0, milliseconds: NaN };
  const ticks = text.charCodeAt(19) === 0x2e ? Number(text.slice(20, -1).padEnd(7, '0').slice(0, 7)) : 0;
  const exact = Number.isNaN(ticks) ? 0 : ticks;
  const since1601 = Math.max(0, second + SECONDS_1601_TO_1970);
  const high = Math.floor(since1601 / SECONDS_PER_HIGH);
  return {
    high: Math.min(high, TIME_HIGH_LIMIT),
    low: (since1601 % SECONDS_PER_HIGH) * 10_000_000 + exact,
    // Whole: with a fraction, .9999999 would round into the next second.
    milliseconds: second * 1_000 + Math.floor(exact / 10_000),
  };
}
