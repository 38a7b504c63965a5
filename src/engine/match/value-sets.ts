// From a value to its set id, through the memo: the only place that scans values. One instance per matcher; it holds
// the sets of every field and the caches that all groups share.

import { FOLD } from '../../base/fold.ts';
import { ValueType } from '../../model/shape.ts';
import { forEachArrayItem } from '../../model/value-array.ts';
import { MAX_VALUE_UNITS, writeValueUnits } from '../../model/value-text.ts';
import type { EngineLimits } from '../limits.ts';
import type { Program } from '../program.ts';
import { FieldSets } from './field-sets.ts';
import { LiteralMatcher } from './literal-matcher.ts';
import { ABSENT, EMPTY, SetFlag } from './set-table.ts';
import { ValueMemo } from './value-memo.ts';

export class ValueSets {
  readonly memo: ValueMemo;
  readonly matcher: LiteralMatcher;
  /** Changes whenever set ids have lost their meaning. */
  generation = 0;
  private readonly fields: (FieldSets | undefined)[];
  private units = new Uint16Array(0);

  private readonly program: Program;
  private readonly limits: EngineLimits;

  constructor(program: Program, limits: EngineLimits) {
    this.program = program;
    this.limits = limits;
    this.memo = new ValueMemo(limits);
    this.matcher = new LiteralMatcher(program);
    this.fields = new Array<FieldSets | undefined>(program.header.fields.length);
  }

  /** The sets of a field, made when it is first read. */
  sets(field: number): FieldSets {
    return (this.fields[field] ??= this.makeSets(field));
  }

  /** True when some cap is reached; the owner then calls flush() between records. */
  get overfull(): boolean {
    let sets = 0;
    let items = 0;
    for (const field of this.fields) {
      if (field === undefined) continue;
      sets += field.count - 3;
      items += field.itemCount;
    }
    return sets > this.limits.sets || items > this.limits.setItems;
  }

  /** Forgets every set and every value. Set ids and everything derived from them lose their meaning. */
  flush(): void {
    this.generation++;
    this.memo.clear();
    this.fields.fill(undefined);
  }

  /**
   * Set id of one value (an array counts as all its items). `tag` names the memo space: the field itself, or a derived
   * source; it must not be used for two fields.
   */
  ofValue(
    field: number,
    tag: number,
    bytes: Uint8Array,
    view: DataView,
    type: number,
    offset: number,
    length: number,
  ): number {
    if (length === 0 || type === ValueType.Null) return EMPTY;
    if (this.memo.find((tag << 8) | type, bytes, view, offset, length)) return this.memo.found;
    const set = this.scanValue(field, bytes, view, type, offset, length);
    this.memo.remember((tag << 8) | type, bytes, offset, length, set);
    return set;
  }

  /** Set id of a text that has no bytes of its own (static, joined, derived). Not memoised. */
  ofText(field: number, text: string): number {
    if (text === '') return EMPTY;
    const all = this.matcher.foldText(text);
    return this.finish(field, text.length, all);
  }

  /** Scans a value without looking into the memo. */
  scanValue(field: number, bytes: Uint8Array, view: DataView, type: number, offset: number, length: number): number {
    if (type === ValueType.String) {
      const folded = this.matcher.reserve((length >> 1) + 1);
      const end = offset + (length & ~1);
      let all = 0;
      let count = 0;
      for (let at = offset; at < end; at += 2) {
        const unit = bytes[at]! | (bytes[at + 1]! << 8);
        if (unit === 0) break;
        all |= unit;
        folded[count++] = FOLD[unit]!;
      }
      return count === 0 ? EMPTY : this.finish(field, count, all);
    }
    if ((type & ValueType.Array) !== 0) {
      let set = ABSENT;
      forEachArrayItem(bytes, type, offset, length, (itemType, at, size) => {
        const item = size === 0 ? EMPTY : this.scanValue(field, bytes, view, itemType, at, size);
        set = this.sets(field).union(set, item);
      });
      return set;
    }
    if (this.units.length === 0) this.units = new Uint16Array(MAX_VALUE_UNITS);
    const count = writeValueUnits(bytes, view, type, offset, length, this.units);
    if (count === 0) return EMPTY;
    const folded = this.matcher.reserve(count);
    let all = 0;
    for (let i = 0; i < count; i++) {
      const unit = this.units[i]!;
      all |= unit;
      folded[i] = FOLD[unit]!;
    }
    return this.finish(field, count, all);
  }

  private finish(field: number, count: number, all: number): number {
    const hits = this.matcher.scan(field, count, all);
    return this.sets(field).ofHits(this.matcher.hits, hits, SetFlag.Present | SetFlag.NonEmpty);
  }

  private makeSets(field: number): FieldSets {
    const { fieldLiterals, fieldTexts, textPredicates, predicateLiteral } = this.program;
    const first = fieldLiterals[field]!;
    const gates = new Int32Array(fieldTexts[field + 1]! - fieldTexts[field]!);
    for (let i = 0; i < gates.length; i++) {
      const literal = predicateLiteral[textPredicates[fieldTexts[field]! + i]!]!;
      gates[i] = literal < 0 ? -1 : literal - first;
    }
    return new FieldSets(first, fieldLiterals[field + 1]! - first, gates);
  }
}
