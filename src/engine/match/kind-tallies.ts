// Counts per kind of event and computer, with the times of the first and the last event and which fields of the group
// were seen: what the coverage account is folded from. One slice at a time, so that slices add up.

import type { FieldTally, KindTally, ShapeKind } from './kind-table.ts';

/** More computers than one slice can name. */
const MOST_NAMES = 2 ** 26;

export class KindTallies {
  private slice = 1;
  /** By number of kind and computer. */
  private readonly table = new Map<number, KindTally>();
  private discarded: FieldTally = { seen: new Uint8Array(0), fixedPlan: undefined };

  /** Starts over. */
  start(): void {
    this.slice++;
    this.table.clear();
  }

  list(): IterableIterator<KindTally> {
    return this.table.values();
  }

  /** Counts a record and gives where the presence of its fields is noted. */
  add(kind: ShapeKind, computer: number): FieldTally {
    let tally = kind.tally;
    if (tally === undefined || kind.tallySlice !== this.slice || tally.computer !== computer) {
      tally = this.tallyOf(kind, computer);
      kind.tally = tally;
      kind.tallySlice = this.slice;
    }
    tally.count++;
    return tally;
  }

  /** The same for a record that is not part of the log: nothing is counted. */
  unseen(kind: ShapeKind): FieldTally {
    const slots = kind.group?.program.slots.length ?? 0;
    if (this.discarded.seen.length < slots) this.discarded = { seen: new Uint8Array(slots), fixedPlan: undefined };
    return this.discarded;
  }

  /** Adds the time (FILETIME) of the record that was added last for this kind. */
  addTime(kind: ShapeKind | undefined, high: number, low: number): void {
    const tally = kind?.tally;
    if (tally === undefined || (high === 0 && low === 0)) return;
    const isFirst = tally.firstHigh === 0 && tally.firstLow === 0;
    if (isFirst || high < tally.firstHigh || (high === tally.firstHigh && low < tally.firstLow)) {
      tally.firstHigh = high;
      tally.firstLow = low;
    }
    if (high > tally.lastHigh || (high === tally.lastHigh && low > tally.lastLow)) {
      tally.lastHigh = high;
      tally.lastLow = low;
    }
  }

  private tallyOf(kind: ShapeKind, computer: number): KindTally {
    const key = kind.number * MOST_NAMES + computer;
    let tally = this.table.get(key);
    if (tally === undefined) {
      const seen = new Uint8Array(kind.group?.program.slots.length ?? 0);
      tally = {
        computer,
        kind,
        count: 0,
        firstHigh: 0,
        firstLow: 0,
        lastHigh: 0,
        lastLow: 0,
        seen,
        fixedPlan: undefined,
      };
      this.table.set(key, tally);
    }
    return tally;
  }
}
