// Builds a group from routes: chooses its slots, numbers their predicates, copies the rule code with local numbers and
// turns witnesses round into "which entries does this predicate wake". Milliseconds for the largest group (Sysmon 1:
// 1,414 rules, 14,000 predicates), once per kind of event.

import { ANY_FIELD, type FieldKey } from '../../model/field-key.ts';
import type { FieldSource, FieldView } from '../../model/field-view.ts';
import { TRANSFORMS } from '../../model/transform.ts';
import { Op, PredicateKind, ROUTE_COLUMNS, RouteColumn, type Program } from '../program.ts';
import { NumberList } from '../compile/number-list.ts';
import { Group, type GroupProgram, type Slot, type SlotSource } from './group.ts';
import { KeywordFilter } from './keyword-filter.ts';
import { Projection } from './projection.ts';
import type { ValueSets } from './value-sets.ts';

/** More slots than a group can have: fields times views. */
const MAX_SLOTS = 1 << 20;
/** Stands for every route view that does not touch a field. */
const PLAIN = -1;

/** What groups share: memo spaces of derived values (one per source and field), and keyword filters. */
export class SharedParts {
  private readonly tags = new Map<string, number>();
  private readonly filters = new Map<string, KeywordFilter | undefined>();

  private readonly fieldCount: number;

  constructor(fieldCount: number) {
    this.fieldCount = fieldCount;
  }

  tagOf(field: number, source: FieldSource): number {
    const key = JSON.stringify([field, source.transform, source.inputs]);
    let tag = this.tags.get(key);
    if (tag === undefined) {
      tag = this.fieldCount + this.tags.size;
      this.tags.set(key, tag);
    }
    return tag;
  }

  /** The filter for these literals; most groups have the keywords of the same rules. */
  filterOf(program: Program, literals: readonly number[]): KeywordFilter | undefined {
    const key = literals.join(',');
    if (!this.filters.has(key)) this.filters.set(key, KeywordFilter.of(program, literals));
    return this.filters.get(key);
  }
}

/** Builds the group of these route rows on events to which these views always apply. */
export function buildGroup(
  program: Program,
  sets: ValueSets,
  shared: SharedParts,
  routes: readonly number[],
  eventViews: readonly number[],
): Group {
  const builder = new GroupBuilder(program, shared, eventViews);
  const built = builder.build(routes);
  return new Group(built, () =>
    built.slots.map((slot) => {
      const fieldSets = sets.sets(slot.field);
      const literalCount = fieldSets.literalCount;
      return new Projection(
        builder.itemMap(slot, fieldSets.firstLiteral, literalCount, fieldSets.itemRange),
        literalCount,
        builder.usesFlags(slot),
        built.witnessStart,
      );
    }),
  );
}

class GroupBuilder {
  private readonly slots: Slot[] = [];
  /** Per view: slot + 1 by field, and local + 1 by predicate. */
  private readonly viewSlots = new Map<number, Int32Array>();
  private readonly viewLocals = new Map<number, Int32Array>();
  private readonly kinds = new NumberList();
  private readonly localSlots = new NumberList();
  private readonly gates = new NumberList();
  private readonly predicates = new NumberList();
  private readonly others = new NumberList();
  /** Per slot: local by literal, and by predicate that is none. */
  private readonly literalLocals: Map<number, number>[] = [];
  private readonly predicateLocals: Map<number, number>[] = [];
  private readonly flagSlots = new Set<number>();

  private readonly program: Program;
  private readonly shared: SharedParts;
  private readonly eventViews: readonly number[];

  constructor(program: Program, shared: SharedParts, eventViews: readonly number[]) {
    this.program = program;
    this.shared = shared;
    this.eventViews = eventViews;
  }

  build(routes: readonly number[]): GroupProgram {
    const { program } = this;
    const rules = new NumberList();
    const starts = new NumberList();
    const code = new NumberList();
    const always = new NumberList();
    const sourceFields = new Map(
      program.header.correlationSources.map((source) => [source.rule, source.fields] as const),
    );
    const reads: Slot[] = [];
    const entryReads = new Map<number, readonly number[]>();
    const witnessed: [local: number, entry: number][] = [];
    for (const route of routes) {
      const row = route * ROUTE_COLUMNS;
      const rule = program.routes[row + RouteColumn.Rule]!;
      const view = program.routes[row + RouteColumn.View]!;
      const extra = program.routes[row + RouteColumn.ExtraAt]!;
      const entry = rules.length;
      rules.push(rule);
      starts.push(code.length);
      const fields = sourceFields.get(rule);
      if (fields !== undefined) {
        entryReads.set(
          entry,
          fields.map(
            (key) => reads.push(this.makeSlot(reads.length, program.fieldNumber.get(key) ?? -1, key, view)) - 1,
          ),
        );
      }
      if (extra >= 0) {
        code.push(Op.And);
        const end = code.length;
        code.push(0);
        this.copyCode(extra, program.routes[row + RouteColumn.ExtraEnd]!, view, code);
        this.copyCode(program.ruleCode[rule]!, program.ruleCode[rule + 1]!, view, code);
        code.set(end, code.length);
      } else {
        this.copyCode(program.ruleCode[rule]!, program.ruleCode[rule + 1]!, view, code);
      }
      const from = program.ruleWitness[rule]!;
      const to = program.ruleWitness[rule + 1]!;
      if (from === to) always.push(entry);
      for (let i = from; i < to; i++) witnessed.push([this.witnessLocal(program.witness[i]!, view), entry]);
    }
    starts.push(code.length);
    const { start, entries } = invert(witnessed, this.kinds.length);
    return {
      slots: this.slots,
      reads,
      entryReads,
      filters: this.slots.map((slot) => this.filterOf(slot)),
      localKind: Uint8Array.from(this.kinds.toArray()),
      localSlot: this.localSlots.toArray(),
      localGate: this.gates.toArray(),
      localPredicate: this.predicates.toArray(),
      localOther: this.others.toArray(),
      entryRule: rules.toArray(),
      entryCode: starts.toArray(),
      code: code.toArray(),
      witnessStart: start,
      witnessEntries: entries,
      always: always.toArray(),
    };
  }

  /** Whether predicates of the slot depend on presence or emptiness as such. */
  usesFlags(slot: Slot): boolean {
    return this.flagSlots.has(slot.number);
  }

  /** Local of each item that a set of the slot's field can hold, -1 for those the group does not use. */
  itemMap(slot: Slot, firstLiteral: number, literalCount: number, range: number): Int32Array {
    const map = new Int32Array(range).fill(-1);
    for (const [literal, local] of this.literalLocals[slot.number]!) map[literal - firstLiteral] = local;
    for (const [predicate, local] of this.predicateLocals[slot.number]!) {
      const text = predicate < 0 ? -1 : this.program.predicateText[predicate]!;
      if (text < 0) continue;
      map[literalCount + 2 * text] = local;
      map[literalCount + 2 * text + 1] = local;
    }
    return map;
  }

  /** The filter of a slot that reads every value, where each of its predicates needs a literal. */
  private filterOf(slot: Slot): KeywordFilter | undefined {
    const readsAll =
      slot.key === ANY_FIELD ||
      slot.sources.some((source) => source.transform === undefined && source.inputs.includes(ANY_FIELD));
    if (!readsAll || this.flagSlots.has(slot.number)) return undefined;
    const literals = [...this.literalLocals[slot.number]!.keys()].sort((a, b) => a - b);
    return this.shared.filterOf(this.program, literals);
  }

  private copyCode(from: number, to: number, view: number, code: NumberList): void {
    const shift = code.length - from;
    for (let i = from; i < to; i++) {
      const word = this.program.code[i]!;
      if (word >= 0) {
        code.push(this.localOf(word, view));
      } else {
        code.push(word);
        code.push(this.program.code[++i]! + shift);
      }
    }
  }

  private localOf(predicate: number, view: number): number {
    let locals = this.viewLocals.get(view);
    if (locals === undefined) this.viewLocals.set(view, (locals = new Int32Array(this.program.predicateKind.length)));
    return (locals[predicate] ||= this.addPredicate(predicate, view) + 1) - 1;
  }

  private addPredicate(predicate: number, view: number): number {
    const { program } = this;
    const kind = program.predicateKind[predicate]!;
    const slot = this.slotOf(program.predicateField[predicate]!, view);
    const literal = program.predicateLiteral[predicate]!;
    if (kind === PredicateKind.Literal) return this.literalLocal(slot, literal);
    const locals = this.predicateLocals[slot]!;
    let other = -1;
    if (kind === PredicateKind.FieldRef) {
      const payload = program.header.payloads[program.predicatePayload[predicate]!]!;
      if (payload.kind === 'fieldref') other = this.slotOf(program.fieldNumber.get(payload.other)!, view);
    }
    // The other field of a comparison may be read through another view than this one.
    const name = other < 0 ? predicate : -1 - (predicate * MAX_SLOTS + other);
    const known = locals.get(name);
    if (known !== undefined) return known;
    const gate = literal >= 0 ? this.literalLocal(slot, literal) : -1;
    // Whether text is needed at all depends on presence where no literal gates it.
    if (gate < 0) this.flagSlots.add(slot);
    if (other >= 0) this.flagSlots.add(other);
    const local = this.addLocal(kind, slot, gate, predicate, other);
    locals.set(name, local);
    return local;
  }

  private literalLocal(slot: number, literal: number): number {
    const locals = this.literalLocals[slot]!;
    const known = locals.get(literal);
    if (known !== undefined) return known;
    const local = this.addLocal(PredicateKind.Literal, slot, -1, -1, -1);
    locals.set(literal, local);
    return local;
  }

  /** The local whose stamp wakes a rule: the literal itself, or the one that gates a text predicate. */
  private witnessLocal(predicate: number, view: number): number {
    const local = this.localOf(predicate, view);
    const gate = this.gates.get(local);
    return gate >= 0 ? gate : local;
  }

  private addLocal(kind: number, slot: number, gate: number, predicate: number, other: number): number {
    this.kinds.push(kind);
    this.localSlots.push(slot);
    this.gates.push(gate);
    this.predicates.push(predicate);
    this.others.push(other);
    return this.kinds.length - 1;
  }

  private slotOf(field: number, routeView: number): number {
    const key = this.program.header.fields[field]!;
    const view = this.program.views[routeView];
    const variant = view !== undefined && (view.sources.has(key) || view.hides.has(key)) ? routeView : PLAIN;
    let slots = this.viewSlots.get(variant);
    if (slots === undefined) this.viewSlots.set(variant, (slots = new Int32Array(this.program.header.fields.length)));
    if (slots[field] === 0) {
      this.slots.push(this.makeSlot(this.slots.length, field, key, routeView));
      this.literalLocals.push(new Map());
      this.predicateLocals.push(new Map());
      slots[field] = this.slots.length;
    }
    return slots[field]! - 1;
  }

  /** A field as the views of the event and of the route read it. Fields without predicates have number -1 and are only read. */
  private makeSlot(number: number, field: number, key: FieldKey, routeView: number): Slot {
    const views = [...this.eventViews, routeView]
      .map((view) => this.program.views[view])
      .filter((item): item is FieldView => item !== undefined);
    const sources: SlotSource[] = [];
    const seen = new Set<number>();
    for (const source of views.flatMap((item) => item.sources.get(key) ?? [])) {
      const tag = this.shared.tagOf(field, source);
      if (seen.has(tag)) continue;
      seen.add(tag);
      sources.push({ tag, inputs: source.inputs, transform: transformOf(source) });
    }
    return { number, field, key, hidesOwn: views.some((item) => item.hides.has(key)), sources };
  }
}

function transformOf(source: FieldSource): SlotSource['transform'] {
  if (source.transform === undefined) return undefined;
  const transform = TRANSFORMS.get(source.transform);
  if (transform === undefined) throw new Error(`rule program names an unknown transform: ${source.transform}`);
  return transform;
}

/** Pairs → CSR by local, entries of each ascending and distinct. */
function invert(
  pairs: readonly (readonly [local: number, entry: number])[],
  locals: number,
): { start: Int32Array; entries: Int32Array } {
  const start = new Int32Array(locals + 1);
  for (const [local] of pairs) start[local + 1]!++;
  for (let i = 0; i < locals; i++) start[i + 1]! += start[i]!;
  const next = start.slice(0, locals);
  const entries = new Int32Array(pairs.length);
  for (const [local, entry] of pairs) entries[next[local]!++] = entry;
  return { start, entries };
}
