// A suppression being written: which values of an event are chosen, and what that would hide, found out again with every
// change before anything is kept.

import type { EventField } from '../analysis/event-fields.ts';
import { compileSuppressions, describeConditions } from '../analysis/suppression-match.ts';
import { randomHex } from '../base/hex-text.ts';
import {
  SUPPRESSION_LIMITS,
  type MatchKind,
  type Suppression,
  type SuppressionCondition,
  type SuppressionScope,
} from '../model/suppression.ts';
import type { FindingList } from './finding-list.svelte.ts';

export { describeConditions } from '../analysis/suppression-match.ts';
export { MATCH_KINDS, type MatchKind, type SuppressionScope } from '../model/suppression.ts';

export interface DraftRow {
  readonly field: string;
  readonly match: MatchKind;
  readonly value: string;
  readonly isChosen: boolean;
  /** The field is the event's own: its name is not written by hand. */
  readonly isFixed: boolean;
}

export interface SuppressionPreview {
  /** Findings of the rule looked at so far, and of those the ones that would be hidden. */
  readonly looked: number;
  readonly total: number;
  readonly hides: number;
  /** Rows of a few of them. */
  readonly sample: readonly number[];
  readonly isComplete: boolean;
}

/** Fields that a person chooses from; an event can have thousands. */
const MOST_ROWS = 200;
const SAMPLE = 5;
const STEP = 200;

/** Rows to choose from: the values of an event, the provider's own first, the fields that the rule looked at on top. */
export function rowsOfEvent(fields: readonly EventField[], isMatched: (at: number) => boolean): DraftRow[] {
  const rank = (field: EventField, at: number): number => (isMatched(at) ? 0 : field.section === 'System' ? 2 : 1);
  const seen = new Set<string>();
  return fields
    .map((field, at) => ({ field, rank: rank(field, at) }))
    .filter(({ field: { value, name } }) => value !== '' && value.length <= SUPPRESSION_LIMITS.value && name !== '')
    .filter(({ field: { name } }) => name.length <= SUPPRESSION_LIMITS.field && !seen.has(name) && seen.add(name))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST_ROWS)
    .map(({ field: { name, value } }) => ({ field: name, match: 'equals', value, isChosen: false, isFixed: true }));
}

export interface DraftStart {
  readonly ruleId: string;
  readonly ruleTitle: string;
  readonly rows: readonly DraftRow[];
  /** The suppression that is edited; undefined for a new one. */
  readonly edited?: Suppression | undefined;
}

export class SuppressionDraft {
  readonly #findings: FindingList | undefined;
  readonly #start: DraftStart;
  #rows = $state.raw<readonly DraftRow[]>([]);
  reason = $state('');
  scope = $state<SuppressionScope>('case');
  #preview = $state.raw<SuppressionPreview | undefined>(undefined);
  #turn = 0;

  /** Without findings (no case is open) nothing can be previewed. */
  constructor(findings: FindingList | undefined, start: DraftStart) {
    this.#findings = findings;
    this.#start = start;
    const { edited } = start;
    this.#rows = start.rows;
    if (edited === undefined) return;
    this.reason = edited.reason;
    this.scope = edited.scope;
    this.#rows = edited.conditions.map((each) => ({ ...each, isChosen: true, isFixed: false }));
  }

  get rows(): readonly DraftRow[] {
    return this.#rows;
  }
  get preview(): SuppressionPreview | undefined {
    return this.#preview;
  }

  /** What is chosen; a row without a field or a value says nothing yet. */
  get conditions(): readonly SuppressionCondition[] {
    return this.#rows
      .filter(({ isChosen, field, value }) => isChosen && field.trim() !== '' && value !== '')
      .slice(0, SUPPRESSION_LIMITS.conditions)
      .map(({ field, match, value }) => ({ field: field.trim(), match, value }));
  }

  get text(): string {
    return describeConditions(this.conditions);
  }

  change(at: number, change: Partial<DraftRow>): void {
    this.#rows = this.#rows.map((row, number) => (number === at ? { ...row, ...change } : row));
  }

  /** An empty row to write in. */
  addRow(): void {
    this.#rows = [...this.#rows, { field: '', match: 'equals', value: '', isChosen: true, isFixed: false }];
  }

  removeRow(at: number): void {
    this.#rows = this.#rows.filter((_, number) => number !== at);
  }

  /** Looks through the rule's findings with what is chosen now; a later look takes over from an earlier one. */
  async look(): Promise<void> {
    const findings = this.#findings;
    if (findings === undefined) return;
    const turn = ++this.#turn;
    const holds = compileSuppressions([{ conditions: this.conditions }]);
    const rows = findings.rowsOf(this.#start.ruleId);
    const sample: number[] = [];
    let hides = 0;
    for (let from = 0; from < rows.length; from += STEP) {
      let at = from;
      for await (const block of findings.read(rows.subarray(from, from + STEP))) {
        if (turn !== this.#turn) return;
        for (const { event } of block) {
          const row = rows[at++]!;
          if (holds(event).length === 0) continue;
          hides++;
          if (sample.length < SAMPLE) sample.push(row);
        }
      }
      if (turn !== this.#turn) return;
      this.#preview = { looked: at, total: rows.length, hides, sample: [...sample], isComplete: at >= rows.length };
    }
    if (rows.length === 0) this.#preview = { looked: 0, total: 0, hides: 0, sample: [], isComplete: true };
  }

  /** The suppression as it would be kept. */
  finish(analyst: string, now: number): Suppression {
    const { ruleId, ruleTitle, edited } = this.#start;
    return {
      id: edited?.id ?? randomHex(8),
      ruleId,
      ruleTitle,
      conditions: this.conditions,
      reason: this.reason.trim().slice(0, SUPPRESSION_LIMITS.reason),
      scope: this.scope,
      analyst,
      created: edited?.created ?? now,
      changed: now,
    };
  }
}
