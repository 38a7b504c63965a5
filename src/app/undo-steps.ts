// What can be taken back: for each step the judgements as they were before it. Bounded by the judgements kept, because
// one step over a whole case is as large as a thousand single ones.

import type { FindingKey, Triage } from '../model/finding.ts';

export interface UndoStep {
  /** What was done, as a clause: `3 findings marked benign`. */
  readonly label: string;
  readonly before: readonly Triage[];
  /** The finding whose note was typed: the next letters of it are the same step. */
  readonly noteOf?: FindingKey;
}

const MOST_STEPS = 200;
const MOST_JUDGEMENTS = 400_000;

export class UndoSteps {
  #steps: UndoStep[] = [];
  #kept = 0;

  get last(): UndoStep | undefined {
    return this.#steps.at(-1);
  }

  push(step: UndoStep): void {
    if (step.noteOf !== undefined && step.noteOf === this.last?.noteOf) return;
    this.#steps.push(step);
    this.#kept += step.before.length;
    // The newest step always stays, however large it is.
    while (this.#steps.length > 1 && (this.#steps.length > MOST_STEPS || this.#kept > MOST_JUDGEMENTS)) {
      this.#kept -= this.#steps.shift()!.before.length;
    }
  }

  pop(): UndoStep | undefined {
    const step = this.#steps.pop();
    if (step !== undefined) this.#kept -= step.before.length;
    return step;
  }

  clear(): void {
    this.#steps = [];
    this.#kept = 0;
  }
}
