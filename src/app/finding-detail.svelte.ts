// The finding that the detail pane shows: its event unpacked, its fields listed, and the parts of the rule that held.
// The finding before stays until the next is ready, so that stepping through a list does not flicker.

import type { EventField, FieldMark, MatchedPart } from '../analysis/event-fields.ts';
import { listEventFields, markFields } from '../analysis/event-fields.ts';
import type { Finding } from '../model/finding.ts';
import type { FindingList } from './finding-list.svelte.ts';
import type { ExplainFinding } from './ports.ts';

export type { EventField, FieldMark, MatchedPart } from '../analysis/event-fields.ts';

export interface FindingDetailView {
  readonly row: number;
  readonly finding: Finding;
  readonly fields: readonly EventField[];
  readonly marks: ReadonlyMap<number, readonly FieldMark[]>;
  /** Every part of the rule that held. */
  readonly parts: readonly MatchedPart[];
  /** False until the rule's parts are known. */
  readonly explained: boolean;
}

export class FindingDetail {
  readonly #explain: ExplainFinding;
  #view = $state.raw<FindingDetailView | undefined>(undefined);
  #failure = $state.raw<string | undefined>(undefined);
  #wanted: number | undefined;

  constructor(explain: ExplainFinding) {
    this.#explain = explain;
  }

  get view(): FindingDetailView | undefined {
    return this.#view;
  }
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Shows a finding; a later call takes over from one that is still loading. */
  async show(findings: FindingList, row: number): Promise<void> {
    this.#wanted = row;
    this.#failure = undefined;
    try {
      const finding = await findings.load(row);
      if (this.#wanted !== row) return;
      const fields = listEventFields(finding.event);
      const plain: FindingDetailView = { row, finding, fields, marks: new Map(), parts: [], explained: false };
      // Marks usually come within a frame: waiting for them a moment is calmer than lighting up afterwards.
      const explained = this.#explain(finding).catch(() => []);
      const parts = await Promise.race([explained, pause(40)]);
      if (this.#wanted !== row) return;
      if (parts === undefined) this.#view = plain;
      const all = parts ?? (await explained);
      if (this.#wanted !== row) return;
      this.#view = { ...plain, marks: markFields(fields, all), parts: all, explained: true };
    } catch (error) {
      if (this.#wanted === row) this.#failure = error instanceof Error ? error.message : String(error);
    }
  }
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, undefined));
}
