// The record loop: route, plan, one set id per slot, tuple memo, and only for what is left the verdicts that need text.
// Knows shapes and value tables, never bytes of a file; one instance per worker and rule program, its caches are warm
// from record to record and never change what is found. Reference: engine algorithms 3.3.

import type { EventElement } from '../../model/event.ts';
import type { RecordCursor } from '../../model/record.ts';
import { ValueType } from '../../model/shape.ts';
import { DEFAULT_LIMITS, type EngineLimits } from '../limits.ts';
import { PredicateKind, type Program } from '../program.ts';
import { Evaluator, Truth, type TextJudge } from './evaluate.ts';
import type { Verdict } from './field-sets.ts';
import type { Group } from './group.ts';
import type { FieldTally, KindNames, ShapeKind } from './kind-table.ts';
import { KindTallies } from './kind-tallies.ts';
import { NameTable } from './name-reader.ts';
import { OP_COLUMNS, OpFlag, type Plan } from './plan.ts';
import { Planner } from './planner.ts';
import { RecordValues } from './record-values.ts';
import { Router } from './router.ts';
import { ABSENT, EMPTY, SetFlag } from './set-table.ts';
import { TextTests } from './text-tests.ts';
import { ValueSets } from './value-sets.ts';

/** Values scanned between two looks at the caps. */
const MISSES_BETWEEN_CHECKS = 65_536;

/** Counters for benches, tests and reports. */
export interface MatcherCounters {
  records: number;
  routed: number;
  tuples: number;
  tupleMisses: number;
  resolved: number;
  flushes: number;
}

export class RecordMatcher implements TextJudge {
  /** Rules that match the last record: ascending, [0, count of match()) are valid. */
  readonly rules: number[] = [];
  /** Names of channels, providers and computers by number. */
  readonly names: KindNames;
  /** Kind of the last record and number of its computer. */
  kind: ShapeKind | undefined;
  computer = 0;
  readonly counters: MatcherCounters = { records: 0, routed: 0, tuples: 0, tupleMisses: 0, resolved: 0, flushes: 0 };
  readonly sets: ValueSets;
  readonly tests: TextTests;
  readonly evaluator: Evaluator;
  /** What was met since startSlice(), by kind and computer. */
  readonly tallies = new KindTallies();

  private readonly program: Program;
  private readonly limits: EngineLimits;
  private readonly planner: Planner;
  private readonly values: RecordValues;
  private tuple = new Int32Array(64);
  private untilCheck: number;
  private missesAtCheck = 0;
  /** Where the presence of the record's fields is noted. */
  private tally: FieldTally;
  /** Entry of the group by which each rule of `rules` matched. */
  private readonly entries: number[] = [];
  /** State of the record that is being resolved. */
  private cursor: RecordCursor | undefined;
  private plan: Plan | undefined;
  private texts: (readonly string[] | undefined)[] = [];
  private readonly verdicts = new Map<number, Verdict[]>();

  constructor(program: Program, limits: Partial<EngineLimits> = {}) {
    this.program = program;
    this.limits = { ...DEFAULT_LIMITS, ...limits };
    this.untilCheck = this.limits.checkEvery;
    this.names = {
      channels: new NameTable(this.limits.names),
      providers: new NameTable(this.limits.names),
      computers: new NameTable(this.limits.names),
    };
    this.tally = { seen: new Uint8Array(0), fixedPlan: undefined };
    this.sets = new ValueSets(program, this.limits);
    this.values = new RecordValues(this.sets);
    this.planner = new Planner(new Router(program, this.sets), this.names);
    this.tests = new TextTests(program.header.payloads);
    this.evaluator = new Evaluator(program.header.depth);
  }

  /**
   * Judges the cursor's current record and gives the number of matching rules, which then stand in `rules`. `eventOf`
   * renders the record; it is called only for rules that look at a serialised section. With `counts` false the record is
   * not part of the tallies.
   */
  match(cursor: RecordCursor, eventOf: () => EventElement, counts = true): number {
    this.counters.records++;
    this.keepWithinCaps();
    const { planner, values } = this;
    const kind = planner.route(cursor);
    const { group } = kind;
    this.kind = kind;
    this.computer = planner.computer;
    this.tally = counts ? this.tallies.add(kind, planner.computer) : this.tallies.unseen(kind);
    if (group === null) return 0;
    this.counters.routed++;
    const inner = cursor.resolveInner();
    let plan = kind.lastInner === inner ? kind.lastPlan : undefined;
    plan ??= planner.planFor(cursor, kind, group, inner);
    values.enter(cursor, kind, planner.computer, eventOf);
    if (plan.dynamicNames.length > 0) plan = planner.namedPlan(cursor, group, plan, values);
    return this.fillTuple(cursor, plan) ? this.judgeTuple(cursor, plan) : 0;
  }

  /** Starts a new slice: a new count of kinds, and room for new names. */
  startSlice(): void {
    this.tallies.start();
    this.planner.startSlice();
  }

  /** Values of the fields that correlations want of the i-th match: the first text each, undefined where absent. */
  readSource(i: number): (string | undefined)[] {
    const plan = this.plan;
    const reads = plan?.group.program.entryReads.get(this.entries[i]!) ?? [];
    return reads.map((read) => this.values.textsOf(plan!.reads[read]!)[0]);
  }

  /** Verdict of a text predicate on the record that is being resolved; remembered for the record and for its value. */
  judge(local: number): boolean {
    const plan = this.plan!;
    const { group } = plan;
    const { program } = group;
    const slot = program.localSlot[local]!;
    const predicate = program.localPredicate[local]!;
    const payload = this.program.predicatePayload[predicate]!;
    const texts = this.textsOf(slot);
    let holds: boolean;
    if (program.localKind[local] === PredicateKind.FieldRef) {
      holds = this.tests.holdsBetween(payload, texts, this.textsOf(program.localOther[local]!));
    } else {
      holds = false;
      for (const text of texts) {
        if (!this.tests.holds(payload, text)) continue;
        holds = true;
        break;
      }
      const number = this.program.predicateText[predicate]!;
      const list = this.verdicts.get(slot);
      if (list === undefined) this.verdicts.set(slot, [{ text: number, holds }]);
      else list.push({ text: number, holds });
    }
    (holds ? group.trueStamp : group.falseStamp)[local] = group.epoch;
    return holds;
  }

  /**
   * Set id of every slot, then its projection: the tuple. False when nothing in it wakes a rule: then no rule matches,
   * and slots that could not wake one are only read while their presence is not known yet.
   */
  private fillTuple(cursor: RecordCursor, plan: Plan): boolean {
    const { group, ops, quietOps, slow, base } = plan;
    const { projections } = group;
    const { tally } = this;
    const width = projections.length;
    if (width > this.tuple.length) this.tuple = new Int32Array(width * 2);
    if (plan.baseGeneration !== this.sets.generation) this.fillBase(plan);
    const { tuple } = this;
    for (let i = 0; i < width; i++) tuple[i] = base[i]!;
    if (tally.fixedPlan !== plan) this.noteFixed(plan);
    let wakes = plan.baseWakes || group.program.always.length > 0;
    for (let i = 0; i < slow.length; i++) {
      const { slot } = slow[i]!;
      const { number } = slot;
      const set = this.values.setOf(slow[i]!);
      const fieldSets = plan.fieldSets[number]!;
      const projection = projections[number]!;
      const id = projection.of(set, fieldSets);
      tally.seen[number]! |= fieldSets.flags[set]!;
      tuple[number] = id;
      if (projection.wakes[id] === 1) wakes = true;
    }
    if (this.fillPlain(cursor, plan, 0, quietOps)) wakes = true;
    if (quietOps < ops.length && (wakes || !isNoted(ops, quietOps, tally.seen)))
      this.fillPlain(cursor, plan, quietOps, ops.length);
    return wakes;
  }

  /** Steps [from, to) of a plan; true when a value wakes a rule. */
  private fillPlain(cursor: RecordCursor, plan: Plan, from: number, to: number): boolean {
    const { ops, fieldSets } = plan;
    const { projections } = plan.group;
    const { sets, tuple } = this;
    const { seen } = this.tally;
    const { bytes, view, values, inner } = cursor;
    let wakes = false;
    for (let at = from; at < to; at += OP_COLUMNS) {
      const slot = ops[at]!;
      const level = ops[at + 1]!;
      const index = ops[at + 2]!;
      const flags = ops[at + 4]!;
      const table = level === 0 ? values : inner[level - 1]!.values;
      let set: number;
      const type = index < table.count ? table.type[index]! : ValueType.Null;
      if (type === ValueType.Null) {
        set = (flags & OpFlag.NullIsAbsent) !== 0 ? ABSENT : EMPTY;
      } else if (type === ValueType.BinXml || (type >= ValueType.Array && (flags & OpFlag.EmptyIsAbsent) !== 0)) {
        set = this.values.setOf(plan.readers[slot]!);
      } else {
        const field = ops[at + 3]!;
        set = sets.ofValue(field, field, bytes, view, type, table.offset[index]!, table.length[index]!);
        if (set === EMPTY && (flags & OpFlag.EmptyIsAbsent) !== 0) set = ABSENT;
      }
      const known = fieldSets[slot]!;
      const projection = projections[slot]!;
      const id = projection.of(set, known);
      seen[slot]! |= known.flags[set]!;
      tuple[slot] = id;
      if (projection.wakes[id] === 1) wakes = true;
    }
    return wakes;
  }

  /** Notes the presence of the plan's static texts. */
  private noteFixed(plan: Plan): void {
    const { tally } = this;
    tally.fixedPlan = plan;
    for (const { slot, text } of plan.fixed)
      tally.seen[slot.number]! |= text === '' ? SetFlag.Present | SetFlag.Empty : SetFlag.Present | SetFlag.NonEmpty;
  }

  private fillBase(plan: Plan): void {
    const { projections, program } = plan.group;
    const { slots } = program;
    plan.baseWakes = false;
    for (let slot = 0; slot < projections.length; slot++) {
      const fieldSets = this.sets.sets(slots[slot]!.field);
      plan.fieldSets[slot] = fieldSets;
      plan.base[slot] = projections[slot]!.of(ABSENT, fieldSets);
    }
    for (const { slot, text } of plan.fixed) {
      const projection = projections[slot.number]!;
      const id = projection.of(this.sets.ofText(slot.field, text), plan.fieldSets[slot.number]!);
      plan.base[slot.number] = id;
      if (projection.wakes[id] === 1) plan.baseWakes = true;
    }
    plan.baseGeneration = this.sets.generation;
  }

  private judgeTuple(cursor: RecordCursor, plan: Plan): number {
    const { group } = plan;
    const { evaluator, tuple } = this;
    this.counters.tuples++;
    let result = group.tuples.find(tuple);
    let stamped = false;
    if (result < 0) {
      this.counters.tupleMisses++;
      const candidates = evaluator.stamp(group, tuple, true);
      stamped = true;
      result = evaluator.evaluateTuple(group, candidates);
      group.tuples.remember(tuple, result);
    }
    if (result === 0) return 0;
    this.rules.length = 0;
    this.entries.length = 0;
    this.plan = plan;
    const { results } = group;
    const end = results.starts[result + 1]!;
    let undecided = false;
    for (let i = results.starts[result]!; i < end; i++) {
      const item = results.items[i]!;
      if ((item & 1) !== 0) undecided = true;
      else this.addMatch(group, item >> 1);
    }
    if (undecided) {
      this.counters.resolved++;
      if (!stamped) evaluator.stamp(group, tuple, false);
      this.resolve(cursor, plan, result);
    }
    return this.rules.length;
  }

  /** Decides the rules of a result that need text, and keeps the verdicts with the values they belong to. */
  private resolve(cursor: RecordCursor, plan: Plan, result: number): void {
    const { group } = plan;
    const { results } = group;
    this.cursor = cursor;
    this.texts = [];
    this.verdicts.clear();
    const end = results.starts[result + 1]!;
    for (let i = results.starts[result]!; i < end; i++) {
      const item = results.items[i]!;
      if ((item & 1) === 0) continue;
      if (this.evaluator.evaluate(group, item >> 1, this) === Truth.True) this.addMatch(group, item >> 1);
    }
    for (const [slot, verdicts] of this.verdicts) this.refine(plan, slot, verdicts);
    this.cursor = undefined;
    this.texts = [];
  }

  /** Ascending by rule; a rule that several routes lead to counts once. */
  private addMatch(group: Group, entry: number): void {
    const rule = group.program.entryRule[entry]!;
    const { rules, entries } = this;
    let at = rules.length;
    while (at > 0 && rules[at - 1]! > rule) at--;
    if (at > 0 && rules[at - 1] === rule) {
      // The lowest route, so that what is read through it does not depend on what was cached.
      if (entries[at - 1]! > entry) entries[at - 1] = entry;
      return;
    }
    rules.splice(at, 0, rule);
    entries.splice(at, 0, entry);
  }

  private textsOf(slot: number): readonly string[] {
    return (this.texts[slot] ??= this.values.textsOf(this.plan!.readers[slot]!));
  }

  /** Stores the verdicts in the set of the slot's value, if that is one value in the memo. */
  private refine(plan: Plan, slot: number, verdicts: readonly Verdict[]): void {
    const op = plan.opOf[slot]!;
    const cursor = this.cursor;
    if (op < 0 || cursor === undefined) return;
    const at = op * OP_COLUMNS;
    const level = plan.ops[at + 1]!;
    const index = plan.ops[at + 2]!;
    const field = plan.ops[at + 3]!;
    const table = level === 0 ? cursor.values : cursor.inner[level - 1]!.values;
    if (index >= table.count) return;
    const type = table.type[index]!;
    const length = table.length[index]!;
    if (type === ValueType.Null || type === ValueType.BinXml || length === 0) return;
    const { memo } = this.sets;
    if (!memo.find((field << 8) | type, cursor.bytes, cursor.view, table.offset[index]!, length)) return;
    memo.refine(this.sets.sets(field).refine(memo.found, verdicts));
  }

  /** Keeps every cache within its cap. Only between records: nothing of a record may lose its meaning halfway. */
  private keepWithinCaps(): void {
    const { limits, sets, planner } = this;
    const { memo } = sets;
    if (memo.full) memo.turn();
    if (planner.planCount > limits.plans) planner.forget();
    // New sets come from values that were not in the memo, so those are what makes a look at the tables due.
    if (--this.untilCheck > 0 && memo.misses < this.missesAtCheck + MISSES_BETWEEN_CHECKS) return;
    this.untilCheck = limits.checkEvery;
    this.missesAtCheck = memo.misses;
    let weight = 0;
    let tuples = 0;
    for (const group of planner.groups) {
      weight += group.weight;
      tuples += group.tuples.count;
    }
    if (!sets.overfull && weight <= limits.tupleItems && tuples <= limits.tuples) return;
    this.counters.flushes++;
    sets.flush();
    for (const group of planner.groups) group.flush();
  }
}

/** Whether the steps from `from` on have nothing to tell any more: their slots were seen with a text. */
function isNoted(ops: Int32Array, from: number, seen: Uint8Array): boolean {
  for (let at = from; at < ops.length; at += OP_COLUMNS) if ((seen[ops[at]!]! & SetFlag.NonEmpty) === 0) return false;
  return true;
}
