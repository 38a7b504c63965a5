// A group: the rules that can match one kind of event, with their predicates numbered per slot. A slot is a field as
// one view reads it: the raw ProcessId of a 4688 and the one through its view are two slots with predicates of their
// own. Built on the first event of the kind (group-builder.ts), then only its caches change.
// Reference: engine algorithms 3.2 and 7.

import type { FieldKey } from '../../model/field-key.ts';
import type { Transform } from '../../model/transform.ts';
import type { KeywordFilter } from './keyword-filter.ts';
import type { Projection } from './projection.ts';
import { SetTable } from './set-table.ts';
import { TupleMemo } from './tuple-memo.ts';

/** Values that a view adds to a field. */
export interface SlotSource {
  /** Memo space of the derived values (value-sets.ts). */
  readonly tag: number;
  readonly inputs: readonly FieldKey[];
  /** Undefined: the input's values as they are. */
  readonly transform: Transform | undefined;
}

export interface Slot {
  readonly number: number;
  readonly field: number;
  readonly key: FieldKey;
  /** The event's own leaves do not count, only the sources. */
  readonly hidesOwn: boolean;
  readonly sources: readonly SlotSource[];
}

/** Everything about a group that never changes. Locals are predicates and gate literals of the group's slots. */
export interface GroupProgram {
  readonly slots: readonly Slot[];
  /** Slots that are only read, for correlation rows; per entry the numbers of those it needs, in order of its fields. */
  readonly reads: readonly Slot[];
  readonly entryReads: ReadonlyMap<number, readonly number[]>;
  /** Per slot that reads every value of the event: what nearly all values can be told apart by, if anything can. */
  readonly filters: readonly (KeywordFilter | undefined)[];
  readonly localKind: Uint8Array;
  readonly localSlot: Int32Array;
  /** Local of the literal without which the predicate is false, or -1. */
  readonly localGate: Int32Array;
  /** Predicate number in the program, or -1 for a bare literal. */
  readonly localPredicate: Int32Array;
  /** For comparisons of two fields: slot of the other one, or -1. */
  readonly localOther: Int32Array;
  /** Per entry: its rule; code ranges (one entry = one route of one rule). */
  readonly entryRule: Int32Array;
  readonly entryCode: Int32Array;
  readonly code: Int32Array;
  /** Entries by local that witnesses them (CSR), and entries that are always looked at. */
  readonly witnessStart: Int32Array;
  readonly witnessEntries: Int32Array;
  readonly always: Int32Array;
}

export class Group {
  projections: Projection[];
  tuples: TupleMemo;
  /** Results of tuples: entry × 2 for a match, entry × 2 + 1 for one that needs text. Id 0 = nothing. */
  results = new SetTable();
  /** Epoch stamps per local: found or known true, known false, verdict computed for this record. */
  readonly trueStamp: Int32Array;
  readonly falseStamp: Int32Array;
  readonly slotFlags: Uint8Array;
  readonly entryStamp: Int32Array;
  readonly candidates: Int32Array;
  epoch = 0;
  /** Per slot: 1 when some value of it can wake a rule. */
  readonly canWake: Uint8Array;

  readonly program: GroupProgram;
  private readonly makeProjections: () => Projection[];

  constructor(program: GroupProgram, makeProjections: () => Projection[]) {
    this.program = program;
    this.makeProjections = makeProjections;
    const locals = program.localKind.length;
    const entries = program.entryRule.length;
    this.trueStamp = new Int32Array(locals);
    this.falseStamp = new Int32Array(locals);
    this.slotFlags = new Uint8Array(program.slots.length);
    this.entryStamp = new Int32Array(entries);
    this.candidates = new Int32Array(entries);
    this.canWake = new Uint8Array(program.slots.length);
    for (let local = 0; local < locals; local++) {
      if (program.witnessStart[local + 1]! > program.witnessStart[local]!) this.canWake[program.localSlot[local]!] = 1;
    }
    this.projections = makeProjections();
    this.tuples = new TupleMemo(program.slots.length);
  }

  /** Numbers held by the caches of this group. */
  get weight(): number {
    let items = this.tuples.count * (this.program.slots.length + 4) + this.results.itemCount;
    for (const projection of this.projections) items += projection.itemCount + projection.count * 4;
    return items;
  }

  /** Forgets tuples and projections: set ids have lost their meaning. */
  flush(): void {
    this.projections = this.makeProjections();
    this.tuples = new TupleMemo(this.program.slots.length);
    this.results = new SetTable();
  }
}
