// Rules over a tuple, in three values: false, unknown (needs text), true. One interpreter with an explicit stack serves
// both passes: the memoised one that only looks at sets, and the per-record one that asks for the verdicts it needs.
// Reference: engine algorithms 7.3 and 7.4.

import { Op, PredicateKind } from '../program.ts';
import type { Group } from './group.ts';
import { SetFlag } from './set-table.ts';

export const Truth = { False: 0, Unknown: 1, True: 2 } as const;

/** Gives the verdict of a text predicate on the current record. */
export interface TextJudge {
  judge(local: number): boolean;
}

export class Evaluator {
  private readonly ops: Int32Array;
  private readonly ends: Int32Array;
  private readonly values: Int32Array;
  private list = new Int32Array(64);
  /** Entries evaluated so far. */
  runs = 0;

  constructor(depth: number) {
    this.ops = new Int32Array(depth + 4);
    this.ends = new Int32Array(depth + 4);
    this.values = new Int32Array(depth + 4);
  }

  /** Stamps what the tuple says and gives the number of entries it wakes, in `group.candidates`. */
  stamp(group: Group, tuple: Int32Array, wake: boolean): number {
    const { program, projections, trueStamp, falseStamp, slotFlags, entryStamp, candidates } = group;
    const epoch = ++group.epoch;
    let count = 0;
    for (let slot = 0; slot < projections.length; slot++) {
      const projection = projections[slot]!;
      const set = tuple[slot]!;
      slotFlags[slot] = projection.flags[set]!;
      const end = projection.starts[set + 1]!;
      for (let i = projection.starts[set]!; i < end; i++) {
        const item = projection.items[i]!;
        const local = item >> 1;
        if ((item & 1) !== 0) {
          falseStamp[local] = epoch;
          continue;
        }
        trueStamp[local] = epoch;
        if (!wake) continue;
        const last = program.witnessStart[local + 1]!;
        for (let at = program.witnessStart[local]!; at < last; at++) {
          const entry = program.witnessEntries[at]!;
          if (entryStamp[entry] === epoch) continue;
          entryStamp[entry] = epoch;
          candidates[count++] = entry;
        }
      }
    }
    if (!wake) return 0;
    for (let i = 0; i < program.always.length; i++) candidates[count++] = program.always[i]!;
    return count;
  }

  /** Result set id of a tuple whose stamps are set and whose candidates are listed. */
  evaluateTuple(group: Group, count: number): number {
    let found = 0;
    for (let i = 0; i < count; i++) {
      const entry = group.candidates[i]!;
      const truth = this.evaluate(group, entry, undefined);
      if (truth === Truth.False) continue;
      if (found === this.list.length) {
        const larger = new Int32Array(found * 2);
        larger.set(this.list);
        this.list = larger;
      }
      // Kept ascending, so that equal results get one id.
      const item = entry * 2 + (truth === Truth.Unknown ? 1 : 0);
      let at = found++;
      for (; at > 0 && this.list[at - 1]! > item; at--) this.list[at] = this.list[at - 1]!;
      this.list[at] = item;
    }
    return found === 0 ? 0 : group.results.intern(this.list, found, 0);
  }

  /** Truth of one entry; with a judge never unknown. Cheap parts come first in the code, so text is asked for last. */
  evaluate(group: Group, entry: number, judge: TextJudge | undefined): number {
    this.runs++;
    const { program } = group;
    const { code } = program;
    const { ops, ends, values } = this;
    let at = program.entryCode[entry]!;
    let depth = 0;
    for (;;) {
      const word = code[at]!;
      let value: number;
      if (word < 0) {
        ops[depth] = word;
        ends[depth] = code[at + 1]!;
        values[depth] = word === Op.Or ? Truth.False : Truth.True;
        depth++;
        at += 2;
        // A list without children has its neutral value.
        if (at < ends[depth - 1]!) continue;
        depth--;
        value = values[depth]!;
      } else {
        value = this.truthOf(group, word, judge);
        at++;
      }
      // Hand the value to the enclosing nodes as long as it ends them.
      for (;;) {
        if (depth === 0) return value;
        const top = depth - 1;
        const op = ops[top]!;
        if (op === Op.Not) value = Truth.True - value;
        else if (op === Op.And) {
          if (values[top]! < value) value = values[top]!;
          values[top] = value;
          if (value === Truth.False) at = ends[top]!;
        } else {
          if (values[top]! > value) value = values[top]!;
          values[top] = value;
          if (value === Truth.True) at = ends[top]!;
        }
        if (at < ends[top]!) break;
        depth--;
      }
    }
  }

  private truthOf(group: Group, local: number, judge: TextJudge | undefined): number {
    const { program, epoch } = group;
    if (group.trueStamp[local] === epoch) return Truth.True;
    const kind = program.localKind[local]!;
    if (kind === PredicateKind.Literal) return Truth.False;
    const flags = group.slotFlags[program.localSlot[local]!]!;
    switch (kind) {
      case PredicateKind.Exists:
        return (flags & SetFlag.Present) !== 0 ? Truth.True : Truth.False;
      case PredicateKind.Empty:
        return (flags & SetFlag.Empty) !== 0 ? Truth.True : Truth.False;
      case PredicateKind.Null:
        return (flags & SetFlag.NonEmpty) === 0 ? Truth.True : Truth.False;
      default: {
        if (group.falseStamp[local] === epoch) return Truth.False;
        const gate = program.localGate[local]!;
        if (gate >= 0 ? group.trueStamp[gate] !== epoch : (flags & SetFlag.Present) === 0) return Truth.False;
        const other = program.localOther[local]!;
        if (other >= 0 && (group.slotFlags[other]! & SetFlag.Present) === 0) return Truth.False;
        if (judge === undefined) return Truth.Unknown;
        return judge.judge(local) ? Truth.True : Truth.False;
      }
    }
  }
}
